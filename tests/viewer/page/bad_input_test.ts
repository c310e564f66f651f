/** Reports of what is damaged, hostile or huge: words, never a blank page. */
import assert from "node:assert/strict";
import { join } from "node:path";
import echo from "../../../echo.ts";
import { json, message, type Node, RpcError } from "../../../lib/maelstrom.ts";
import forgetful from "../../nodes/forgetful.ts";
import { show, testPage } from "../../support/pages.ts";
import { keep } from "../../support/reports.ts";

const HOSTILE = "</script><script>hacked = true</script><img src=x " +
  "onerror='hacked = true'><!--<script>";

const small = "-w broadcast --node-count 3 --time-limit 4";

/** Whether something of the run was executed. */
const HACKED = "typeof hacked !== 'undefined'";

/** Changes a file's text. */
function edit(path: string, change: (text: string) => string): void {
  Deno.writeTextFileSync(path, change(Deno.readTextFileSync(path)));
}

testPage(
  "bad input: names, types and bodies that are HTML are text",
  async () => {
    const tell = message(HOSTILE, { [HOSTILE]: json });
    using run = await keep((node: Node) => {
      node.on(tell, (): void => {});
      node.serve("echo", {
        echo({ echo }) {
          for (const peer of node.peers) {
            node.send(peer, tell({ [HOSTILE]: HOSTILE }));
          }
          if (`${echo}`.endsWith("1")) throw new RpcError(1000, HOSTILE);
          return { type: "echo_ok", echo: HOSTILE };
        },
      });
    }, "-w echo --time-limit 4 --node-count 2");
    assert.equal(run.result.valid, false);
    for (const file of ["journal.jsonl", "history.jsonl", "test.json"]) {
      const name = JSON.stringify(HOSTILE).slice(1, -1);
      edit(
        join(run.folder, file),
        (text) => text.replaceAll('"n1"', `"${name}"`),
      );
    }
    edit(
      join(run.folder, "test.json"),
      (text) => text.replace('"echo"', JSON.stringify(`echo${HOSTILE}`)),
    );
    await using shown = await show(await run.report());
    const { page, complaints } = shown;
    await page.getByRole("heading", { name: "Invalid: echo" }).waitFor();
    await page.getByRole("tab", { name: "Operations" }).click();
    await page.getByText(HOSTILE).first().waitFor();
    assert.equal(await page.evaluate(HACKED), false);
    assert.deepEqual(complaints, []);
  },
);

testPage(
  "bad input: a body of 5 MB is shown in part, and how long it is",
  async () => {
    const long = "x".repeat(5_000_000);
    using run = await keep(
      (node) =>
        node.serve("echo", { echo: () => ({ type: "echo_ok", echo: long }) }),
      "-w echo --time-limit 2 --node-count 1 --rate 2",
    );
    const path = await run.report();
    assert.ok(Deno.statSync(path).size < 1_000_000, "the report is as long");
    await using shown = await show(path);
    const { page, complaints } = shown;
    await page.getByRole("heading", { name: "Invalid: echo" }).waitFor();
    await page.getByText("(5000000 characters)").first().waitFor();
    assert.deepEqual(complaints, []);
  },
);

testPage("bad input: a run of 200 nodes has a lane for each", async () => {
  using run = await keep(
    forgetful,
    "-w broadcast --node-count 200 --time-limit 2 --rate 5",
  );
  await using shown = await show(await run.report());
  const { page, complaints } = shown;
  await page.getByRole("heading", { name: /broadcast, 200 nodes/ }).waitFor();
  for (const key of ["w", "d", "0", "c", "v"]) await page.keyboard.press(key);
  assert.deepEqual(complaints, []);
});

for (
  const [what, change, note] of [
    [
      "cut off in the middle",
      (text: string) => text.slice(0, text.length / 2),
      /journal is damaged: 1 of its lines/,
    ],
    [
      "of other things",
      () =>
        'hello\n{"time":1}\n{"time":2,"type":"send",' +
        '"message":{"id":1,"src":"\\q","dest":"n0","body":{}}}\n',
      /journal is damaged: 3 of its lines/,
    ],
    ["that is empty", () => "", undefined],
  ] as const
) {
  testPage(
    `bad input: a journal ${what} is shown as far as it goes`,
    async () => {
      using run = await keep(forgetful, small);
      edit(join(run.folder, "journal.jsonl"), change);
      await using shown = await show(await run.report());
      const { page, complaints } = shown;
      await page.getByRole("heading", { name: "Valid: broadcast" }).waitFor();
      for (const key of ["w", "d", "0", "c", "v"]) {
        await page.keyboard.press(key);
      }
      await page.getByRole("tab", { name: "Settings" }).click();
      if (note) await page.getByText(note).waitFor();
      assert.deepEqual(complaints, []);
    },
  );
}

testPage("bad input: a run without any operation has a page", async () => {
  using run = await keep(echo, "-w echo --time-limit 1 --node-count 1");
  for (const name of ["journal.jsonl", "history.jsonl"]) {
    edit(join(run.folder, name), () => "");
  }
  await using shown = await show(await run.report());
  const { page, complaints } = shown;
  await page.getByRole("heading", { name: "Valid: echo" }).waitFor();
  for (const key of ["w", "d", "0", "c", "v"]) await page.keyboard.press(key);
  for (const tab of await page.getByRole("tab").all()) await tab.click();
  assert.deepEqual(complaints, []);
});

testPage(
  "bad input: a report that was cut off anywhere, or edited, says so",
  async () => {
    using run = await keep(forgetful, small);
    const whole = Deno.readTextFileSync(await run.report());
    const path = join(run.folder, "damaged.html");
    const data = whole.indexOf('id="run"');
    const script = whole.indexOf('type="module"');
    const cases: readonly (readonly [string, RegExp])[] = [
      [whole.slice(0, data + (whole.length - data) / 2), /can't be read/],
      [
        whole.slice(0, data - '<script type="text/plain" '.length),
        /can't be read/,
      ],
      [whole.slice(0, (script + data) / 2), /damaged, or was cut off/],
      [whole.slice(0, script - 3000), /damaged, or was cut off/],
      [
        `${whole.slice(0, data + 1000)}AAAA${whole.slice(data + 1004)}`,
        /can't be read/,
      ],
      [whole.replace(/(?<=id="run">)[^<]*/, "hello"), /can't be read/],
      [whole.replace(/(?<=id="run">)[^<]*/, ""), /can't be read/],
    ];
    for (const [text, words] of cases) {
      Deno.writeTextFileSync(path, text);
      await using shown = await show(path);
      await shown.page.getByText(words).first().waitFor();
    }
  },
);

testPage(
  "bad input: a run of another shape is refused, not a blank page",
  async () => {
    using run = await keep(forgetful, small);
    const whole = Deno.readTextFileSync(await run.report());
    const path = join(run.folder, "other.html");
    const pack = async (run: unknown) =>
      new Uint8Array(
        await new Response(
          new Blob([JSON.stringify(run)]).stream()
            .pipeThrough(new CompressionStream("gzip")),
        ).arrayBuffer(),
      ).toBase64();
    for (
      const odd of [{ format: 2 }, { format: 1 }, null, 3, {
        format: 1,
        findings: 7,
      }]
    ) {
      const data = await pack(odd);
      Deno.writeTextFileSync(
        path,
        whole.replace(/(?<=id="run">)[^<]*/, data),
      );
      await using shown = await show(path);
      await shown.page.getByText("This report can't be read").waitFor();
    }
  },
);

testPage(
  "report: a browser without the newest methods shows it, too",
  async () => {
    using run = await keep(forgetful, small);
    await using shown = await show(await run.report(), {
      before: `for (const { prototype } of [Map, WeakMap]) {
      delete prototype.getOrInsert;
      delete prototype.getOrInsertComputed;
    }
    delete Uint8Array.fromBase64;`,
    });
    const { page, complaints } = shown;
    await page.getByRole("heading", { name: "Valid: broadcast" }).waitFor();
    assert.deepEqual(complaints, []);
  },
);
