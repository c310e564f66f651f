/**
 * What the scripts say to each other, message for message: see
 * `tests/support/golden.ts` for how to read and write the files in
 * `tests/golden/`. `deno task golden` writes them anew after a change that was
 * meant to change what is said; look at the difference before you commit it.
 */
import assert from "node:assert/strict";
import { play } from "./support/golden.ts";

const folder = new URL("golden/", import.meta.url);
const files = [...Deno.readDirSync(folder)].map(({ name }) => name).toSorted();

for (const file of files) {
  Deno.test(`golden: ${file} is what happens`, async () => {
    const path = new URL(file, folder);
    const told = await Deno.readTextFile(path);
    const played = await play(told);
    if (Deno.args.includes("--rewrite")) {
      if (played === told) return;
      await Deno.writeTextFile(path, played);
      console.log(`tests/golden/${file} is written anew`);
    } else {
      const hint = "if it was meant to change: deno task golden";
      assert.equal(played, told, `tests/golden/${file}; ${hint}`);
    }
  });
}

Deno.test("golden: who loses a message, and who has to wait for it, is told", async () => {
  const played = await play(`cluster txn.ts nodes=3 latency=10
skip 500
drop n0 -> n1 delta
pause n2
n0 <- txn txn=[["w","x",1]]
advance 50

kill n2
n1 <- txn txn=[["w","x",2]]
advance 50

heal
partition n0 | n1
n0 <- txn txn=[["w","x",3]]
advance 50
`);
  assert.match(played, /n0 -> n1 {2}delta .* \(lost\)$/m);
  assert.match(played, /n0 -> n2 {2}delta .* \(waits: n2 is paused\)$/m);
  assert.match(played, /n1 -> n2 {2}delta .* \(lost: n2 is down\)$/m);
  assert.match(played, /n0 -> n1 {2}delta .* \(lost: cut off\)$/m);
});

Deno.test("golden: a line that is no command is named", async () => {
  await assert.rejects(
    play("cluster echo.ts\n\n# a\nfly n0"),
    new SyntaxError("line 4: fly n0: no such command"),
  );
  await assert.rejects(play("advance 1"), /line 1: .*there is no cluster yet/);
  await assert.rejects(play("cluster echo.ts\nadvance"), /line 2: .*in ms/);
});
