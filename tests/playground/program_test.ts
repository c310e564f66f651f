/** Programs from their texts, as a page's worker loads them. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { lessons } from "../../lessons/lessons.ts";
import * as library from "../../lib/maelstrom.ts";
import {
  javaScript,
  loadProgram,
  placeIn,
  ProgramError,
} from "../../playground/worker/program.ts";
import { parseTestOptions } from "../../workbench/cli/options.ts";
import { journalLine } from "../../workbench/cluster/journal.ts";
import { simulate } from "../../workbench/run.ts";

const root = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");

const runs = {
  "echo.ts": "-w echo --node-count 1",
  "unique_ids.ts": "-w unique-ids --nemesis partition",
  "broadcast.ts": "-w broadcast --nemesis partition,kill,pause --latency 50",
  "counter.ts": "-w g-counter --nemesis partition,kill --p-loss 0.1",
  "kafka.ts": "-w kafka --nemesis partition --p-duplicate 0.1",
  "txn.ts": "-w txn-rw-register --nemesis partition --latency 20",
};

const programs = [
  ...Object.entries(runs).map(([path, flags]) => ({
    path,
    words: flags.split(" "),
  })),
  ...lessons.flatMap(({ steps }) => steps)
    .filter(({ program }) => !(program in runs))
    .map(({ program, claims }) => ({
      path: program,
      words: claims[0].flags.split(" "),
    })),
];

/** The journals of three seeds of a program, as one hash. */
async function journals(program: library.Program, words: readonly string[]) {
  const sha = createHash("sha256");
  let count = 0;
  for (const seed of ["text/1", "text/2", "text/3"]) {
    const options = parseTestOptions(
      ["--bin", "-", ...words, "--seed", seed, "--time-limit", "4"],
    );
    await simulate(options, program, {
      onMessage: (event) => {
        sha.update(journalLine(event));
        count++;
      },
    });
  }
  return { count, hash: sha.digest("hex") };
}

for (const { path, words } of programs) {
  Deno.test(`program: ${path} from its text has the same lines, and runs the same`, async () => {
    const text = read(path);
    const lines = (text: string) => text.split("\n").length;
    assert.equal(lines(javaScript(text, path)), lines(text));
    const made = await loadProgram(
      { main: path, files: { [path]: text } },
      library,
    );
    const { default: original } = await import(new URL(path, root).href);
    const found = await journals(made, words);
    assert.ok(found.count > 10, `${found.count} messages`);
    assert.deepEqual(found, await journals(original, words));
  });
}

const refused = async (
  files: Readonly<Record<string, string>>,
  message: RegExp,
  place: object,
) => {
  const loading = loadProgram({ main: "mine/x.ts", files }, library);
  await assert.rejects(loading, (error) => {
    assert.ok(error instanceof ProgramError, `${error}`);
    assert.match(error.message, message);
    assert.partialDeepStrictEqual(error.failure, place);
    return true;
  });
};

Deno.test("program: what is no TypeScript is refused at its line", () =>
  refused(
    { "mine/x.ts": "export default function (node) {\n  const = 3;\n}\n" },
    /^mine\/x\.ts, line 2: /,
    { file: "mine/x.ts", line: 2, column: 9 },
  ));

for (
  const [code, message] of [
    ["const a = 2;", /^mine\/x\.ts, line 3: .*'a' has already been declared/],
    ["const b;", /line 3: Missing initializer/],
    ["return a;", /line 3: 'return' outside of function/],
    ["const f = () => { await a; };", /line 3: .*'await' outside an async/],
    ["const r = /(/;", /line 3: Invalid regular expression/],
    ["export default @f class {}", /line 3: Unexpected character '@'/],
  ] as const
) {
  Deno.test(`program: \`${code}\`, which only an engine minds, is refused at its line`, () =>
    refused(
      { "mine/x.ts": `const a = 1;\n\n${code}\n` },
      message,
      { file: "mine/x.ts", line: 3 },
    ));
}

Deno.test("program: what is wrong in another module is refused there", () =>
  refused(
    {
      "mine/x.ts": 'import { y } from "./y.ts";\nexport default () => y;',
      "mine/y.ts": "export const y = 1;\nexport const y = 2;",
    },
    /^mine\/y\.ts, line 2: /,
    { file: "mine/y.ts", line: 2 },
  ));

for (
  const [what, code, message] of [
    [
      "the library does not have",
      'import { nod } from "../lib/maelstrom.ts";\nnod();',
      /line 2: lib\/maelstrom\.ts has no export that is called nod\. Is it Node\?/,
    ],
    [
      "a module beside it does not have",
      'import { y,\n  z } from "./y.ts";\ny(z);',
      /line 3: mine\/y\.ts has no export that is called z\./,
    ],
    [
      "it hands on, and nobody has,",
      'export { w } from "./y.ts";',
      /line 2: mine\/y\.ts has no export that is called w\./,
    ],
  ] as const
) {
  Deno.test(`program: a name that ${what} is refused at its line`, () =>
    refused(
      {
        "mine/x.ts": `\n${code}`,
        "mine/y.ts": 'export * from "./v.ts";',
        "mine/v.ts": "export const y = 1;",
      },
      message,
      { file: "mine/x.ts" },
    ));
}

Deno.test("program: an error at the top level is told at its line", () =>
  refused(
    { "mine/x.ts": "const a = 1;\n\nthrow new Error(`no ${a}`);\n" },
    /no 1/,
    { file: "mine/x.ts", line: 3, column: 7 },
  ));

Deno.test("program: without a default export it is told what a program is", () =>
  refused(
    { "mine/x.ts": "export const program = 1;\n" },
    /mine\/x\.ts has no function as its default export: a node's program is/,
    { file: "mine/x.ts" },
  ));

for (
  const [what, code, message] of [
    ["a package", 'import "npm:lodash";', /no packages/],
    ["a built-in module", 'import "node:fs";', /no built-in modules/],
    ["another host's module", 'import "https://x.org/y.js";', /no packages/],
    ["a part of the library", 'import "../lib/node.ts";', /lib\/maelstrom\.ts/],
    ["a file that is not there", 'import "./y.ts";', /no such file/],
    ["import()", 'export default () => import("./y.ts");', /import\(\)/],
  ] as const
) {
  Deno.test(`program: ${what} is refused at its line`, () =>
    refused({ "mine/x.ts": `\n\n${code}` }, message, {
      file: "mine/x.ts",
      line: 3,
    }));
}

Deno.test("program: modules that import each other in a circle are refused", () =>
  refused(
    {
      "mine/x.ts": 'import { y } from "./y.ts";\nexport const x = y;',
      "mine/y.ts": '\nimport { x } from "./x.ts";\nexport const y = x;',
    },
    /mine\/y\.ts imports "\.\/x\.ts": these modules import each other/,
    { file: "mine/y.ts", line: 2 },
  ));

Deno.test("program: it may have modules beside it, and the library by either name", async () => {
  const program = await loadProgram({
    main: "mine/x.ts",
    files: {
      "mine/x.ts": 'import { type Node } from "../lib/maelstrom.ts";\n' +
        'import { answer } from "./parts/answer.ts";\n' +
        "export default (node: Node): void => answer(node);",
      "mine/parts/answer.ts":
        'import { Node } from "@gossip-glomers/maelstrom";\n' +
        "export function answer(node: unknown): void {\n" +
        "  if (!(node instanceof Node)) throw new Error('another library');\n" +
        "}",
    },
  }, library);
  const options = parseTestOptions(
    "-w echo --bin - --seed x --rate 0 --time-limit 1".split(" "),
  );
  const { explanation } = await simulate(options, program);
  assert.doesNotMatch(explanation.join(), /another library/);
});

Deno.test("program: its place is found in the stacks of Chromium and Firefox", () => {
  const chromium = "Error: no\n    at f (blob:http://localhost/1-2:3:4)\n" +
    "    at handle (lessons/echo/1_x.ts:12:5)\n    at broadcast.ts:1:2";
  const place = { file: "lessons/echo/1_x.ts", line: 12, column: 5 };
  assert.deepEqual(placeIn(chromium), place);
  const firefox = "f@blob:http://localhost/1-2:3:4\n" +
    "handle@lessons/echo/1_x.ts:12:5\n@broadcast.ts:1:2";
  assert.deepEqual(placeIn(firefox), place);
  assert.equal(placeIn("Error: no\n    at blob:http://x/1:2:3"), undefined);
});
