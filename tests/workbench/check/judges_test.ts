/** All models, each on a history that is right and one that is broken. */
import assert from "node:assert/strict";
import { judges, knownModel } from "../../../workbench/check/judges.ts";
import { objectJudges } from "../../../workbench/check/objects.ts";
import { parseCheckOptions } from "../../../workbench/check/options.ts";
import { type Event, history, op } from "../../support/history.ts";

/** Of each model a right and a broken history, and flags. */
const cases: Readonly<
  Record<
    string,
    readonly [right: Event[][], broken: Event[][], ...flags: string[]]
  >
> = {
  "list-append": [
    [op(0, "txn", [["append", "x", 1]]), op(1, "txn", [["r", "x", [1]]])],
    [op(0, "txn", [["append", "x", 1]]), op(1, "txn", [["r", "x", []]])],
  ],
  "rw-register": [
    [op(0, "txn", [["w", "x", 1]]), op(1, "txn", [["r", "x", 1]])],
    [op(0, "txn", [["w", "x", 1]]), op(1, "txn", [["r", "x", null]])],
    "--consistency-models=strict-serializable",
  ],
  "kafka": [
    [
      op(0, "send", [["send", "k", 5]], [["send", "k", [0, 5]]]),
      op(0, "send", [["send", "k", 6]], [["send", "k", [1, 6]]]),
      op(1, "assign", ["k"]),
      op(1, "poll", [["poll"]], [["poll", { k: [[0, 5], [1, 6]] }]]),
    ],
    [
      op(0, "send", [["send", "k", 5]], [["send", "k", [0, 5]]]),
      op(0, "send", [["send", "k", 6]], [["send", "k", [1, 6]]]),
      op(1, "assign", ["k"]),
      op(1, "poll", [["poll"]], [["poll", { k: [[0, 7], [1, 6]] }]]),
    ],
  ],
  "counter": [
    [op(0, "add", 1), op(1, "read", null, 1)],
    [op(0, "add", 1), op(1, "read", null, 0)],
  ],
  "pn-counter": [
    [op(0, "add", -1), op(1, "read", null, -1, "ok", { final: true })],
    [op(0, "add", -1), op(1, "read", null, 0, "ok", { final: true })],
  ],
  "set": [
    [op(0, "add", 1), op(1, "read", null, [1])],
    [op(0, "add", 1), op(1, "read", null, [1, 2])],
  ],
  "set-full": [
    [op(0, "add", 1), op(1, "read", null, [1])],
    [op(0, "add", 1), op(1, "read", null, [1]), op(1, "read", null, [])],
  ],
  "queue": [
    [op(0, "enqueue", 1), op(1, "dequeue", null, 1)],
    [op(0, "enqueue", 1), op(1, "dequeue", null, 1), op(1, "dequeue", null, 1)],
  ],
  "total-queue": [
    [op(0, "enqueue", 1), op(1, "dequeue", null, 1)],
    [op(0, "enqueue", 1), op(1, "dequeue", null, null, "fail")],
  ],
  "unique-ids": [
    [op(0, "generate", null, 1), op(1, "generate", null, 2)],
    [op(0, "generate", null, 1), op(1, "generate", null, 1)],
  ],
  "bank": [
    [op(0, "read", null, { a: 1, b: 2 }), op(0, "read", null, { a: 2, b: 1 })],
    [op(0, "read", null, { a: 1, b: 2 }), op(0, "read", null, { a: 2, b: 2 })],
    "--accounts=a,b",
  ],
  "long-fork": [
    [
      op(0, "read", [["r", 0, 1], ["r", 1, null]]),
      op(1, "read", [["r", 0, 1], ["r", 1, 1]]),
    ],
    [
      op(0, "read", [["r", 0, 1], ["r", 1, null]]),
      op(1, "read", [["r", 0, null], ["r", 1, 1]]),
    ],
    "--group-size=2",
  ],
  "causal-register": [
    [op(0, "read-init", null, 0), op(0, "write", 1), op(0, "read", null, 1)],
    [op(0, "read-init", null, 0), op(0, "write", 1), op(0, "read", null, 0)],
  ],
  "causal-reverse": [
    [op(0, "write", 1), op(1, "write", 2), op(2, "read", null, [1])],
    [op(0, "write", 1), op(1, "write", 2), op(2, "read", null, [2])],
  ],
  "adya-g2": [
    [op(0, "insert", [1, [1, null]]), op(1, "insert", [2, [null, 2]])],
    [op(0, "insert", [1, [1, null]]), op(1, "insert", [1, [null, 2]])],
  ],
  "sequential": [
    [op(0, "write", 1), op(1, "read", [1, [null, "1_0"]])],
    [op(0, "write", 1), op(1, "read", [1, ["1_1", null]])],
  ],
};

Deno.test("judges: each has a case here, a name of its own, and tells of its operations", () => {
  const names = judges.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
  assert.equal(new Set(names).size, names.length);
  for (const { name, about, functions } of judges) {
    const isObject = objectJudges.some((it) => it.name === name);
    assert.ok(isObject || Object.hasOwn(cases, name), name); // objects_test.ts
    assert.doesNotMatch(about, /\.$/, name);
    for (const example of Object.values(functions)) JSON.parse(example);
  }
});

for (const [name, [right, broken, ...flags]] of Object.entries(cases)) {
  Deno.test(`judges: ${name} takes what is right, and finds what is broken`, () => {
    const judge = knownModel(name);
    assert.ok(judge !== undefined);
    const options = parseCheckOptions(["file", "--model", name, ...flags]);
    const own = options.valuesFor(judge);
    const verdict = (events: Event[][]) =>
      judge.check(history(...events.flat()), own);
    const good = verdict(right);
    assert.equal(good.valid, true, good.explanation?.join("\n"));
    const bad = verdict(broken);
    assert.equal(bad.valid, false);
    assert.ok((bad.explanation ?? []).length > 0);
    assert.ok((bad.anomalies ?? []).length > 0);
  });
}
