import assert from "node:assert/strict";
import fc from "fast-check";
import { checkRwRegister } from "../../../../workbench/checkers/txn/rw_register.ts";
import { type History, pairs } from "../../../../workbench/load/history.ts";
import { transactionHistory } from "../../../support/history.ts";
import { randomTransactions } from "../../../support/txn_histories.ts";

const check = (model: string, history: History) =>
  checkRwRegister(history, { consistencyModels: [model] });

const models = [
  "read-your-writes",
  "monotonic-reads",
  "monotonic-writes",
  "writes-follow-reads",
  "PRAM",
];

/** Of each history, what each model's verdict is, in the order of `models`. */
const examples: Readonly<Record<string, [string, ...unknown[]]>> = {
  "what is causal keeps all of them": [
    `
    1: w x 1
    1: r x 1
    2: r x 1, w x 2
    2: r x 2`,
    ...[true, true, true, true, true],
  ],
  "two sessions that each miss what they wrote": [
    `
    1: w x 1
    1: r x 2
    2: w x 2
    2: r x 1`,
    ...[false, true, "unknown", "unknown", false],
  ],
  "two sessions that see writes in different orders": [
    `
    1: w x 1
    2: w x 2
    3: r x 1
    3: r x 2
    4: r x 2
    4: r x 1`,
    ...[true, false, "unknown", "unknown", false],
  ],
  "a session that reads its own writes backwards": [
    `
    1: w x 1
    1: w x 2
    1: r x 1`,
    ...[true, true, "unknown", "unknown", false],
  ],
  "a session that sees another's writes backwards": [
    `
    1: w x 1
    1: w x 2
    2: r x 2
    2: r x 1`,
    ...[true, true, "unknown", "unknown", false],
  ],
  "an effect without its cause": [
    `
    1: w x 1
    2: r x 1, w y 1
    3: r y 1, r x _`,
    ...[true, true, "unknown", "unknown", "unknown"],
  ],
};

for (const [name, [text, ...expected]] of Object.entries(examples)) {
  Deno.test(`session guarantees: ${name}`, () => {
    const results = models.map((model) =>
      check(model, transactionHistory(text))
    );
    assert.deepEqual(results.map(({ valid }) => valid), expected);
    for (const { valid, asMaelstrom, explanation } of results) {
      if (valid === true) continue;
      assert.equal(asMaelstrom?.valid, true);
      assert.match(
        explanation?.[0] ?? "",
        valid === false
          ? /Of key "x":\n.*process \d (wrote|read) \d in op \d .*, and then/
          : /does not decide whether it holds/,
      );
    }
  });
}

Deno.test("session guarantees: a circle of versions is told", () => {
  const { explanation, details } = check(
    "PRAM",
    transactionHistory("1: w x 1\n1: w x 2\n2: r x 2\n2: r x 1"),
  );
  assert.deepEqual(details?.anomalyTypes, ["session-order-violation"]);
  assert.deepEqual(explanation, [
    "session-order-violation (1): what sessions wrote and read puts the " +
    'versions of a key in a circle.\nOf key "x":\n' +
    '  - process 1 wrote 1 in op 1 [["w","x",1]], and then wrote 2 in op 4 ' +
    '[["w","x",2]]: 1 comes before 2.\n' +
    '  - process 2 read 2 in op 5 [["r","x",2]], and then read 1 in op 7 ' +
    '[["r","x",1]]: 2 comes before 1.',
    "This rules out PRAM, and whatever is stronger; PRAM was asked for.",
  ]);
});

type Order = readonly (readonly [before: unknown, after: unknown])[];

function isCircle(order: Order): boolean {
  const after = new Map<unknown, Set<unknown>>();
  for (const [a, b] of order) {
    after.getOrInsertComputed(a, () => new Set()).add(b);
  }
  for (const reached of after.values()) {
    for (const b of reached) after.get(b)?.forEach((c) => reached.add(c));
  }
  return after.entries().some(([a, all]) => all.has(a) || all.has(null));
}

/** Whether some order of each key's versions is as a model says. */
function isPossible(history: History, model: string): boolean {
  const before = new Map<unknown, [unknown, unknown][]>();
  const replaced = new Map<unknown, [unknown, unknown][]>();
  const earlier = new Map<string, unknown[]>();
  const all = pairs(history).filter(({ complete }) => complete?.type === "ok");
  for (const { invoke, complete } of all) {
    if (!Array.isArray(complete?.value)) throw new TypeError("no transaction");
    const mops: [string, unknown, unknown][] = complete.value;
    mops.forEach(([f, key, value], i) => {
      const own = mops.slice(0, i).some(([g, k, v]) =>
        g === "w" && k === key && v === value
      );
      if (f !== "r" || own) return;
      const name = `${invoke.process} ${key}`;
      for (const a of earlier.get(name) ?? []) {
        if (a === value) continue;
        before.getOrInsertComputed(key, () => []).push([a, value]);
      }
      const last = mops.findLastIndex(([g, k]) => g === "w" && k === key);
      if (value !== null && last > i && mops[last][2] !== value) {
        replaced.getOrInsertComputed(key, () => [])
          .push([value, mops[last][2]]);
      }
      if (value !== null && model === "monotonic-reads") {
        earlier.getOrInsertComputed(name, () => []).push(value);
      }
    });
    if (model === "monotonic-reads") continue;
    for (const [f, key, value] of mops) {
      const isLast = mops.findLast(([g, k]) => g === "w" && k === key)?.[2] ===
        value;
      if (f !== "w" || !isLast) continue;
      earlier.getOrInsertComputed(`${invoke.process} ${key}`, () => [])
        .push(value);
    }
  }
  return before.entries().every(([key, order]) => {
    const known = replaced.get(key) ?? [];
    return !isCircle([...order, ...isCircle(known) ? [] : known]);
  });
}

for (const model of ["read-your-writes", "monotonic-reads"]) {
  Deno.test(`session guarantees: decided as by all pairs of operations: ${model}`, () => {
    let impossible = 0;
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const history = randomTransactions(`guarantees/${seed}`, "w");
        const { valid } = check(model, history);
        if (valid === "unknown") return;
        const expected = isPossible(history, model);
        if (!expected) impossible++;
        assert.equal(valid, expected);
      }),
      { numRuns: 1500 },
    );
    assert.ok(impossible > 50, `only ${impossible} were impossible`);
  });
}
