/** Models of Jepsen's small tests by their names, with their flags. */
import assert from "node:assert/strict";
import { type Judge } from "../../../workbench/check/judge.ts";
import { knownModel } from "../../../workbench/check/judges.ts";
import { smallJudges } from "../../../workbench/check/small_judges.ts";
import { readHistory } from "../../../workbench/histories/read.ts";
import { type Event, history, op } from "../../support/history.ts";

function modelNamed(name: string): Judge {
  const found = knownModel(name);
  assert.ok(found, name);
  return found;
}

/** A verdict with flags as the command line would read them. */
function verdict(
  name: string,
  events: readonly Event[],
  given: Readonly<Record<string, string>> = {},
) {
  const judge = modelNamed(name);
  const camel = (name: string) =>
    name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const own = Object.fromEntries(
    Object.entries(judge.flags ?? {}).map(([name, flag]) => [
      camel(name),
      name in given ? flag.read(given[name], name, flag.default) : flag.default,
    ]),
  );
  return judge.check(history(...events), own).valid;
}

Deno.test("models: elle-cli's and jepsen.tests' names are known", () => {
  const names = [
    ...["bank", "long-fork", "counter", "set", "set-full", "comments"],
    ...["sequential", "causal", "causal-reverse", "adya", "total-queue"],
  ];
  for (const name of names) modelNamed(name);
});

Deno.test("models: of each function there is a value as an example", () => {
  for (const { functions } of smallJudges) {
    for (const value of Object.values(functions)) JSON.parse(value);
  }
});

const stale = [
  ...op(0, "add", 7),
  ...op(1, "read", null, []),
  ...op(1, "read", null, [7]),
];
const balances = op(1, "read", null, { a: 101, b: -1 });
const group = [["r", "x", 1], ["r", "y", null]];

const cases: readonly (readonly [
  model: string,
  events: readonly Event[],
  flags: Readonly<Record<string, string>>,
  valid: unknown,
])[] = [
  ["set-full", stale, {}, true],
  ["set-full", stale, { linearizable: "" }, false],
  ["bank", balances, {}, false],
  ["bank", balances, { "allow-negative-balances": "" }, true],
  [
    "bank",
    balances,
    { "allow-negative-balances": "", "total-amount": "99" },
    false,
  ],
  [
    "bank",
    balances,
    { "allow-negative-balances": "", accounts: "a,c" },
    false,
  ],
  ["long-fork", op(0, "read", group), {}, true],
  ["long-fork", op(0, "read", group), { "group-size": "3" }, "unknown"],
];
for (const [model, events, flags, valid] of cases) {
  const words = Object.entries(flags).map(([name, value]) =>
    `--${name} ${value}`.trim()
  );
  Deno.test(`models: ${[model, ...words].join(" ")} says ${valid} of a small history`, () => {
    assert.equal(verdict(model, events, flags), valid);
  });
}

// ------------------------------------------------------------ from files in EDN

/** A history as Jepsen writes it, read and judged. */
async function judged(model: string, ...lines: readonly string[]) {
  const bytes = new TextEncoder().encode(lines.join("\n"));
  const chunks = async function* () {
    yield bytes;
  };
  const { history } = await readHistory(chunks());
  const judge = modelNamed(model);
  const known = Object.keys(judge.functions);
  assert.deepEqual(history.filter(({ f }) => !known.includes(f)), []);
  const defaults = Object.entries(judge.flags ?? {})
    .map(([name, flag]) => [name, flag.default]);
  return judge.check(history, Object.fromEntries(defaults));
}

/** An operation's two lines. */
const lines = (process: number, f: string, asked: string, told = asked) => [
  `{:process ${process}, :type :invoke, :f :${f}, :value ${asked}}`,
  `{:process ${process}, :type :ok, :f :${f}, :value ${told}}`,
];

const files: readonly (readonly [
  model: string,
  good: readonly string[],
  bad: readonly string[],
])[] = [
  [
    "set",
    [...lines(0, "add", "1"), ...lines(1, "read", "nil", "#{1}")],
    [...lines(0, "add", "1"), ...lines(1, "read", "nil", "#{1 2}")],
  ],
  [
    "bank",
    lines(0, "read", "nil", "{0 10, 1 0}"),
    [
      ...lines(0, "read", "nil", "{0 10, 1 0}"),
      ...lines(0, "transfer", "{:from 0, :to 1, :amount 3}"),
      ...lines(0, "read", "nil", "{0 7, 1 0}"),
    ],
  ],
  [
    "total-queue",
    [...lines(0, "enqueue", "1"), ...lines(0, "drain", "nil", "[1]")],
    [...lines(0, "enqueue", "1"), ...lines(0, "drain", "nil", "[]")],
  ],
  [
    "causal-register",
    [
      ...lines(0, "read-init", "[5 nil]", "[5 0]"),
      ...lines(0, "write", "[5 1]"),
      ...lines(0, "read", "[5 nil]", "[5 1]"),
    ],
    [
      "{:process 0, :type :invoke, :f :read-init, :value [5 nil]}",
      "{:process 0, :type :ok, :f :read-init, :value [5 0], :position 3, :link :init}",
      "{:process 0, :type :invoke, :f :read, :value [5 nil]}",
      "{:process 0, :type :ok, :f :read, :value [5 0], :position 9, :link 4}",
    ],
  ],
  [
    "comments",
    [...lines(0, "write", "[7 1]"), ...lines(1, "read", "[7 nil]", "[7 #{1}]")],
    [
      ...lines(0, "write", "[7 1]"),
      ...lines(0, "write", "[7 2]"),
      ...lines(1, "read", "[7 nil]", "[7 #{2}]"),
    ],
  ],
  [
    "adya",
    lines(0, "insert", "[3 [1 nil]]"),
    [
      ...lines(0, "insert", "[3 [1 nil]]"),
      ...lines(1, "insert", "[3 [nil 2]]"),
    ],
  ],
  [
    "kafka",
    [
      ...lines(0, "send", "[[:send 11 1]]", "[[:send 11 [0 1]]]"),
      ...lines(0, "txn", "[[:send 11 2]]"),
      ...lines(1, "subscribe", "[11]"),
      ...lines(1, "poll", "[[:poll]]", "[[:poll {11 [[0 1] [1 2]]}]]"),
      "{:process 2, :type :invoke, :f :crash, :value nil}",
      "{:process 2, :type :info, :f :crash, :value nil}",
      ...lines(3, "debug-topic-partitions", "[11]", "{11 {}}"),
      "{:process 3, :type :invoke, :f :assign, :value [11], :seek-to-beginning? true}",
      "{:process 3, :type :ok, :f :assign, :value [11], :seek-to-beginning? true}",
      ...lines(3, "poll", "[[:poll]]", "[[:poll {11 [[0 1]]}]]"),
    ],
    [
      ...lines(0, "send", "[[:send 11 1]]", "[[:send 11 [0 1]]]"),
      ...lines(0, "send", "[[:send 11 2]]", "[[:send 11 [0 2]]]"),
      ...lines(1, "poll", "[[:poll]]", "[[:poll {11 [[0 1]]}]]"),
    ],
  ],
];
for (const [model, good, bad] of files) {
  Deno.test(`models: ${model} judges what Jepsen writes`, async () => {
    const right = await judged(model, ...good);
    assert.deepEqual([right.valid, right.explanation], [true, []]);
    assert.equal((await judged(model, ...bad)).valid, false);
  });
}
