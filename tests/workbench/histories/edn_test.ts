import assert from "node:assert/strict";
import { parseEDNString } from "edn-data";
import fc from "fast-check";
import { EdnError, parseEdn } from "../../../workbench/histories/edn.ts";
import { type Op } from "../../../workbench/load/history.ts";
import { stringifyJson } from "../../../workbench/json.ts";
import { faultOf, readText } from "../../support/histories.ts";

Deno.test("edn: whatever Clojure prints is read", () => {
  const forms: [string, unknown][] = [
    ["nil", null],
    ["[true false]", [true, false]],
    [":jepsen/keyword", "jepsen/keyword"],
    ["(1 -2 +3 4N 5.5 6e2 7.25M 0x1f)", [1, -2, 3, 4, 5.5, 600, 7.25, 31]],
    ["[9007199254740993 -1/3]", [9007199254740993n, "-1/3"]],
    ["[##NaN ##-Inf]", ["##NaN", "##-Inf"]],
    ['"a \\"b\\" \\\\ \\n \\u00e9 \\101"', 'a "b" \\ \n é A'],
    ['"two\nlines"', "two\nlines"],
    ['[\\a \\newline \\( \\" \\u0041]', ["a", "\n", "(", '"', "A"]],
    ["#{1 [2]}", [1, [2]]],
    ['{:a 1, "b" {3 nil} nil 4 [5 6] 7}', {
      a: 1,
      b: { 3: null },
      null: 4,
      "[5,6]": 7,
    }],
    ["#jepsen.history.Op{:index 3, :error [:a b]}", {
      index: 3,
      error: ["a", "b"],
    }],
    ['#inst "2024-01-01T00:00:00.000-00:00"', "2024-01-01T00:00:00.000-00:00"],
    ['#object[clojure.core$inc 0x1 "inc"]', ["clojure.core$inc", 1, "inc"]],
    ["[1 #_ [2 3] #_4 5 ; 6\n]", [1, 5]],
    [",[,1,,2,],", [1, 2]],
    ["^{:line 1} [#'a/b 'c #\"\\d+\"]", ["a/b", "c", "\\d+"]],
  ];
  for (const [text, form] of forms) {
    assert.deepEqual(parseEdn(text), form, text);
  }
});

Deno.test("edn: what is none is refused, never with another error", () => {
  const texts = [
    ...'[1 ; (1] ; {:a} ; 12x ; "a ; ] ; # ; "\\q" ; 1 2 ; {:a 1 ; \\'.split(
      " ; ",
    ),
    "",
    "[".repeat(100_000),
  ];
  for (const text of texts) {
    assert.throws(() => parseEdn(text), EdnError, text.slice(0, 20));
  }
  assert.deepEqual(parseEdn('{"__proto__" 1}'), JSON.parse('{"__proto__":1}'));
});

/** Values that both JSON and EDN have. */
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(null, true, false),
    fc.maxSafeInteger(),
    fc.bigInt({ min: 2n ** 60n, max: 2n ** 90n }),
    fc.double({ noInteger: true, noNaN: true, noDefaultInfinity: true }),
    fc.string({ unit: "binary" }).filter((it) => !it.includes("\0")),
    fc.array(tie("tree")),
    fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9?!*-]*$/), tie("tree"), {
      noNullPrototype: true,
    }),
  ),
}));

/** As Clojure would print it. */
function print(value: unknown): string {
  if (value === null) return "nil";
  if (typeof value === "string") return printString(value);
  if (Array.isArray(value)) return `[${value.map(print).join(" ")}]`;
  if (typeof value !== "object") return `${value}`.replace("e+", "E");
  return `{${
    Object.entries(value).map(([k, v]) => `:${k} ${print(v)}`).join(", ")
  }}`;
}

const printString = (text: string) =>
  `"${text.replaceAll(/["\\]/g, (it) => `\\${it}`)}"`;

Deno.test("edn: what is printed is read again, as edn-data reads it too", () => {
  fc.assert(fc.property(tree, (value) => {
    const text = print(value);
    const read = parseEdn(text);
    assert.deepEqual(read, value);
    // It gives back NaN for an integer beyond 2^53, and doesn't know -0.
    if (/\d{16}|-0|[\\]/.test(text)) return;
    assert.deepEqual(
      parseEDNString(text, {
        mapAs: "object",
        listAs: "array",
        setAs: "array",
        keywordAs: "string",
      }),
      read,
    );
  }));
});

/** Histories that are well-formed, with whatever values. */
const histories = fc.array(
  fc.record({
    process: fc.integer({ min: 0, max: 5 }),
    type: fc.constantFrom<Op["type"]>("ok", "fail", "info"),
    f: fc.constantFrom("read", "write", "cas", "txn"),
    asked: tree,
    told: tree.filter((it) => it !== null),
  }),
  { minLength: 1 },
).map((operations) => {
  const history: Op[] = [];
  const open = new Map<number, Op>();
  const add = (op: Omit<Op, "index" | "time">) => {
    const index = history.length;
    history.push({ ...op, index, time: index * 1000 } as Op);
  };
  for (const { process, type, f, asked, told } of operations) {
    const begun = open.get(process);
    if (begun === undefined) {
      const op = { process, type: "invoke", f, value: asked } as const;
      add(op);
      open.set(process, { ...op, index: 0, time: 0 });
    } else {
      add({ process, type, f: begun.f, value: told });
      open.delete(process);
    }
  }
  return history;
});

/** An event as Jepsen prints it. */
const printed = ({ type, f, ...fields }: Op) =>
  `${print(fields).slice(0, -1)}, :type :${type}, :f :${f}}`;

Deno.test("histories: what is written in JSON or EDN, line by line or in one list, is read again", async () => {
  await fc.assert(
    fc.asyncProperty(
      histories,
      fc.integer({ min: 1, max: 200 }),
      async (history, size) => {
        const json = history.map((op) => stringifyJson(op));
        const edn = history.map(printed);
        const texts = [
          json.join("\n"),
          `[${json.join(",\n")}]`,
          edn.join("\n") + "\n",
          `[${edn.join(" ")}]`,
          edn.map((it) => `#jepsen.history.Op${it}\r\n`).join(""),
          `; all of it\n(${edn.join("; an event\n")})`,
        ];
        for (const text of texts) {
          const read = await readText(text, size);
          assert.deepEqual(read.history, history);
        }
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("edn: a history's fault is told with its line", async () => {
  const event = "{:type :invoke, :process 0, :f :read, :value nil}";
  const faults = [
    [
      `${event}\n{:type :ok, :process\n`,
      /^line 2: the file ends in the middle of the event/,
    ],
    [
      `${event}\n\n{:type :ok :process}`,
      /^line 3: a map has the key process without a value/,
    ],
    [`[${event}\n`, /^line 2: the file ends before the "\]"/],
    [
      `[${event}]\n\n[${event}]`,
      /^line 3: .* follows the end of the events \(has the file two/,
    ],
    [`${event}\n7\n`, /^line 2: "7" is no event: one is a map such as \{:type/],
    [`${event}\n]\n`, /^line 2: "\]" closes nothing/],
    [`; nothing\n${event}\n${event}`, /^line 3: process 0 invokes read, but/],
  ] as const;
  for (const [text, said] of faults) assert.match(await faultOf(text), said);
});

Deno.test("edn: a form that is larger than a piece is read once it is there", async () => {
  const value = `[${"1 ".repeat(100_000)}]`;
  const { history } = await readText(
    `{:type :invoke, :process 0, :f :read, :value nil}\n` +
      `{:type :ok, :process 0, :f :read, :value ${value}}`,
    1000,
  );
  const [, read] = history;
  assert.ok(Array.isArray(read.value) && read.value.length === 100_000);
});
