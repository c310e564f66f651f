import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import plugin from "../../../workbench/cli/lint_programs.ts";

const at = (path: string) =>
  fileURLToPath(new URL(`../../../${path}`, import.meta.url));

const found = (source: string, path = "broadcast.ts") =>
  Deno.lint.runPlugin(plugin, at(path), source).map(({ id }) => id);

Deno.test("lint: a program touches the world only through its node", () => {
  for (
    const source of [
      "Date.now();",
      "new Date();",
      "const f = () => Math.random();",
      "performance.now();",
      "crypto.randomUUID();",
      "setTimeout(() => {}, 5);",
      "setInterval(() => {}, 5);",
      "console.log(1);",
      "Deno.exit(0);",
    ]
  ) {
    assert.deepEqual(found(source), ["programs/through-node"], source);
  }
});

Deno.test("lint: what a node offers is no use of the world", () => {
  const source = `import { run } from "./lib/maelstrom.ts";
    const limit = Math.floor(3.5);
    export default (node) => { node.performance.now(); node.random(); };`;
  assert.deepEqual(found(source), []);
});

Deno.test("lint: a program has no state at module level, nor other imports", () => {
  assert.deepEqual(found("let seen = 0;"), ["programs/no-module-state"]);
  assert.deepEqual(found('import "npm:x";'), ["programs/library-only"]);
});

Deno.test("lint: programs in beyond/ are programs", () => {
  const rules = (source: string) => found(source, "beyond/g_set.ts");
  assert.deepEqual(rules("Date.now();"), ["programs/through-node"]);
  assert.deepEqual(rules('import "../lib/rpc.ts";'), ["programs/library-only"]);
  assert.deepEqual(rules('import "../lib/maelstrom.ts";'), []);
});

Deno.test("lint: programs of lessons are programs, and what tells of them is not", () => {
  const program = "lessons/broadcast/1_tell_all.ts";
  const rules = (source: string) => found(source, program);
  assert.deepEqual(rules("Date.now();"), ["programs/through-node"]);
  assert.deepEqual(rules("let seen = 0;"), ["programs/no-module-state"]);
  assert.deepEqual(rules('import "../lesson.ts";'), ["programs/library-only"]);
  assert.deepEqual(rules('import "../../lib/maelstrom.ts";'), []);
  assert.deepEqual(found('import "../x.ts";', "lessons/echo/lesson.ts"), []);
});

Deno.test("lint: the library and the workbench are free", () => {
  const source = 'import "node:fs"; let x = Date.now();';
  assert.deepEqual(found(source, "lib/maelstrom.ts"), []);
});
