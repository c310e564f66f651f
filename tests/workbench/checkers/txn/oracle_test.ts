import assert from "node:assert/strict";
import { transactionHistory } from "../../../support/history.ts";
import { isSnapshotIsolated } from "../../../support/serial_orders.ts";
import { compare } from "../../../support/txn_comparison.ts";
import { randomTransactions } from "../../../support/txn_histories.ts";
import {
  isAllowed,
  type OracleModel,
  oracleModels,
} from "../../../support/txn_oracle.ts";

const seeds = Array.from({ length: 250 }, (_, i) => `oracle/${i}`);
const writes = ["append", "w"] as const;

/** Each model, and those that it implies. */
const weaker: readonly (readonly [OracleModel, OracleModel])[] = [
  ["strict-serializable", "strong-session-serializable"],
  ["strict-serializable", "strong-snapshot-isolation"],
  ["strong-session-serializable", "serializable"],
  ["strong-session-serializable", "strong-session-snapshot-isolation"],
  ["serializable", "snapshot-isolation"],
  ["strong-snapshot-isolation", "strong-session-snapshot-isolation"],
  ["strong-session-snapshot-isolation", "snapshot-isolation"],
  ["strong-session-snapshot-isolation", "causal"],
  ["snapshot-isolation", "causal-cerone"],
  ["causal", "causal-cerone"],
  ["causal-cerone", "read-atomic"],
  ["read-atomic", "monotonic-atomic-view"],
  ["monotonic-atomic-view", "read-committed"],
  ["read-committed", "read-uncommitted"],
];

for (const write of writes) {
  Deno.test(`oracle: what a model allows, weaker ones allow too, ${write}`, () => {
    const counts = new Map<OracleModel, number>();
    for (const seed of seeds) {
      const history = randomTransactions(seed, write);
      const allowed = new Set(
        oracleModels.filter((model) => isAllowed(history, model)),
      );
      for (const model of allowed) {
        counts.set(model, (counts.get(model) ?? 0) + 1);
      }
      for (const [strong, weak] of weaker) {
        if (!allowed.has(strong)) continue;
        assert.ok(allowed.has(weak), `${seed}: ${strong}, but not ${weak}`);
      }
    }
    for (const [strong, weak] of weaker) {
      const [few, many] = [strong, weak].map((it) => counts.get(it) ?? 0);
      assert.ok(0 < few && few <= many && many < seeds.length);
    }
  });

  Deno.test(`oracle: snapshots by Cerone's definition are those of a database that runs, ${write}`, () => {
    for (const seed of seeds) {
      const history = randomTransactions(seed, write);
      for (
        const [model, order] of [
          ["snapshot-isolation", "any"],
          ["strong-session-snapshot-isolation", "session"],
          ["strong-snapshot-isolation", "realtime"],
        ] as const
      ) {
        const canRun = isSnapshotIsolated(history, order);
        assert.equal(isAllowed(history, model), canRun, `${seed}: ${model}`);
      }
    }
  });

  for (const model of oracleModels) {
    Deno.test(`txn checkers: no false alarm, and nothing missed: ${model}, ${write}`, () => {
      const { falseAlarms, missed } = compare(write, model, seeds);
      assert.deepEqual(falseAlarms, []);
      assert.deepEqual(missed, []);
    });
  }
}

/** The models that allow a history, and those that don't, of one chain. */
const examples: Readonly<Record<string, [string, OracleModel, OracleModel]>> = {
  "a write between two writes": [
    `
    append x 1, append x 2
    append x 3
    r x [1 3 2]`,
    "read-uncommitted",
    "read-uncommitted",
  ],
  "an intermediate read": [
    `
    w x 1, w x 2
    r x 1`,
    "read-uncommitted",
    "read-committed",
  ],
  "a transaction that vanishes": [
    `
    w x 1, w y 1
    r x 1, r y _`,
    "read-committed",
    "monotonic-atomic-view",
  ],
  "a part of a transaction, seen before the rest was missed": [
    `
    w x 1, w y 1
    r y _, r x 1`,
    "monotonic-atomic-view",
    "read-atomic",
  ],
  "two transactions, each seen in part by a third one": [
    `
    w x 1, w y 1
    w x 2, w y 2
    r x 1, r y 2`,
    "read-committed",
    "read-atomic",
  ],
  "an effect without its cause": [
    `
    w x 1
    r x 1, w y 1
    r y 1, r x _`,
    "read-atomic",
    "causal-cerone",
  ],
  "a session that does not see its own write": [
    `
    1: w x 1
    1: r x _`,
    "causal-cerone",
    "causal",
  ],
  "a lost update": [
    `
    r x _, w x 1
    r x _, w x 2`,
    "causal",
    "snapshot-isolation",
  ],
  "write skew": [
    `
    r x _, w y 1
    r y _, w x 1`,
    "strong-snapshot-isolation",
    "serializable",
  ],
  "a stale read": [
    `
    w x 1

    r x _`,
    "strong-session-serializable",
    "strict-serializable",
  ],
  "nil and [] are the same": [
    `
    r x _, r x []

    append x 1`,
    "strict-serializable",
    "strict-serializable",
  ],
};

for (const [name, [text, allows, forbids]] of Object.entries(examples)) {
  Deno.test(`oracle: ${name}`, () => {
    const history = transactionHistory(text);
    if (allows !== forbids) {
      assert.ok(isAllowed(history, allows), allows);
      assert.ok(!isAllowed(history, forbids), forbids);
    } else assert.equal(isAllowed(history, allows), name.startsWith("nil"));
  });
}
