/** `check --model FILE`, with the model that docs/checkers.md shows. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { stringifyJson } from "../../../workbench/json.ts";
import { type Event, history, op } from "../../support/history.ts";
import { Desk } from "../../support/desk.ts";

const root = new URL("../../../", import.meta.url);

/** The page's code, whose imports are where they are. */
function shown(): string {
  const page = Deno.readTextFileSync(new URL("docs/checkers.md", root));
  const [, code] = /## A model of your own.*?^```ts\n(.*?)^```$/ms.exec(page) ??
    [];
  assert.ok(code !== undefined, "the page shows a model");
  return code.replace('"../workbench/', `"${root.href}workbench/`);
}

const lines = (...events: Event[][]) =>
  history(...events.flat()).map((op) => stringifyJson(op));

Deno.test("check: the model that the docs show tells tickets that were handed out twice", async () => {
  using desk = new Desk();
  desk.write("tickets.ts", shown())
    .write(
      "good.jsonl",
      ...lines(
        op(0, "take", null, 1),
        op(1, "take", null, null, "info"),
        op(0, "peek", null, 3),
      ),
    )
    .write(
      "bad.jsonl",
      ...lines(op(0, "take", null, 1), op(1, "take", null, 1)),
    );
  const args = ["--model", "./tickets.ts", "--no-report"];
  const good = await desk.check("good.jsonl", ...args);
  assert.equal(good.code, 0, good.out + good.err);
  const bad = await desk.check("bad.jsonl", ...args);
  assert.equal(bad.code, 1, bad.out + bad.err);
  assert.match(bad.out, /^Invalid: nonlinearizable; see above\.$/m);
});

Deno.test("check: a file that is no model, and a model that throws, are told of", async () => {
  using desk = new Desk();
  desk.write("history.jsonl", ...lines(op(0, "take", null, 1)))
    .write("none.ts", "export default 3;")
    .write("half.ts", 'export default { name: "half", init: 0 };')
    .write(
      "thrower.ts",
      'export default { name: "thrower", init: 0, step() { throw Error("oh"); } };',
    );
  for (
    const [file, message] of [
      ["none", /has no model as its default export/],
      ["half", /lacks the function `step`/],
      ["thrower", /thrower\.ts: thrower fails: Error: oh/],
    ] as const
  ) {
    const { code, err } = await desk.check(
      ...["history.jsonl", "--model", `./${file}.ts`],
    );
    assert.equal(code, 2, err);
    assert.match(err, message);
  }
});

Deno.test("check: its help has all models and their flags", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--allow-all", "--quiet"],
      fileURLToPath(new URL("workbench/cli/main.ts", root)),
      ...["check", "--help"],
    ],
  }).output();
  const help = new TextDecoder().decode(stdout);
  for (const name of ["cas-register", "bank", "list-append", "--group-size"]) {
    assert.ok(help.includes(name), name);
  }
});
