/** The lab as a person starts it. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { linesOf } from "../../../workbench/lines.ts";
import { ours, withStore } from "../../support/stores.ts";

const main = fileURLToPath(
  new URL("../../../workbench/cli/main.ts", import.meta.url),
);

const lab = (store: string, ...args: readonly string[]) =>
  new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", main, "lab", store, "--no-open", ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });

async function refused(store: string, ...args: readonly string[]) {
  const { code, stderr } = await lab(store, ...args).output();
  assert.equal(code, 2);
  return new TextDecoder().decode(stderr);
}

Deno.test("lab: prints where it is, answers there, and ends at Ctrl-C", async () => {
  await withStore(ours(), async (store) => {
    const child = lab(store, "--port", "0").spawn();
    const lines = linesOf(child.stdout);
    const { value: first = "" } = await lines.next();
    const [, address = ""] = /^All runs: (http:\/\/127\.0\.0\.1:\d+\/)$/.exec(
      first,
    ) ?? [];
    const answer = await fetch(`${address}runs`);
    assert.equal((await answer.json()).runs.length, 1);
    // A browser's connections stay open.
    const port = new URL(address).port;
    assert.match(
      await refused(store, "--port", port),
      /^Port \d+ can't be used: /,
    );
    child.kill("SIGINT");
    assert.equal((await child.status).code, 130);
    for await (const _ of lines);
    await child.stderr.cancel();
  });
});

Deno.test("lab: a folder that is none, or one run's, is refused in words", async () => {
  await withStore(ours(), async (store) => {
    assert.match(await refused(`${store}/x`), /^.*there is no folder .*\/x\n/);
    const [[path]] = Object.entries(ours());
    const run = `${store}/${path}`.replace(/\/[^/]*$/, "");
    assert.match(await refused(run), /is one run; the lab wants the folder/);
    assert.match(await refused(store, "--port", "65536"), /wants a port/);
    assert.match(await refused(store, "another"), /shows one folder/);
  });
});
