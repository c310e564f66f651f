import assert from "node:assert/strict";
import fc from "fast-check";
import { checkListAppend } from "../../../../workbench/checkers/txn/list_append.ts";
import { checkRwRegister } from "../../../../workbench/checkers/txn/rw_register.ts";
import { type History, type Op } from "../../../../workbench/load/history.ts";
import {
  isSerializable,
  isSnapshotIsolated,
} from "../../../support/serial_orders.ts";
import { type Isolation, runDatabase } from "../../../support/txn_database.ts";

/** Each model, and whether a history is possible under it. */
const models: readonly [string, (history: History) => boolean][] = [
  ["strict-serializable", (h) => isSerializable(h, "realtime")],
  ["strong-session-serializable", (h) => isSerializable(h, "session")],
  ["serializable", (h) => isSerializable(h, "any")],
  ["strong-snapshot-isolation", (h) => isSnapshotIsolated(h, "realtime")],
  [
    "strong-session-snapshot-isolation",
    (h) => isSnapshotIsolated(h, "session"),
  ],
  ["snapshot-isolation", (h) => isSnapshotIsolated(h, "any")],
];

const check = (history: History, write: "w" | "append", model: string) =>
  (write === "w" ? checkRwRegister : checkListAppend)(history, {
    consistencyModels: [model],
  });

/** Another history, in which some reads are what they should not be. */
function tamper(history: History, places: readonly number[]): History {
  const reads = history.flatMap(({ type, value }) =>
    type === "ok" && Array.isArray(value)
      ? value.filter(([f]) => f === "r")
      : []
  );
  const wrong = new Map(
    reads.length === 0 ? [] : places.map((place) => {
      const read = reads[place % reads.length];
      const others = reads.filter(([, key]) => key === read[1]);
      return [read, others[place % others.length][2]];
    }),
  );
  return history.map((op) => ({
    ...op,
    value: Array.isArray(op.value)
      ? op.value.map((mop) =>
        wrong.has(mop) ? [...mop.slice(0, 2), wrong.get(mop)] : mop
      )
      : op.value,
  }));
}

/** A last transaction that reads everything, as the database would show it. */
function withFinalRead(history: History): History {
  const lists = new Map<unknown, unknown>();
  for (const { type, value } of history) {
    if (type !== "ok" || !Array.isArray(value)) continue;
    for (const [f, key, list] of value) {
      const longest = lists.get(key);
      const length = Array.isArray(longest) ? longest.length : -1;
      if (f === "r" && Array.isArray(list) && list.length > length) {
        lists.set(key, list);
      }
    }
  }
  for (const { type, value } of history) {
    if (type !== "ok" || !Array.isArray(value)) continue;
    for (const [f, key, element] of value) {
      const list = lists.get(key);
      const all = Array.isArray(list) ? list : [];
      if (f === "append" && !all.includes(element)) {
        lists.set(key, [...all, element]);
      }
    }
  }
  const value = [...lists].map(([key, list]) => ["r", key, list]);
  const index = history.length;
  const invoke: Op = {
    index,
    time: index * 1e6,
    process: 1000,
    type: "invoke",
    f: "txn",
    value: value.map(([f, key]) => [f, key, null]),
  };
  const ok: Op = { ...invoke, index: index + 1, type: "ok", value };
  return [...history, invoke, ok];
}

const inputs = fc.record({
  isolation: fc.constantFrom<Isolation>(
    "strict-serializable",
    "serializable",
    "snapshot-isolation",
    "read-committed",
    "none",
  ),
  seed: fc.nat().map(String),
  count: fc.integer({ min: 2, max: 5 }),
  processes: fc.integer({ min: 1, max: 4 }),
  keyCount: fc.integer({ min: 1, max: 3 }),
  unknown: fc.constantFrom(0, 0.2),
  failing: fc.constantFrom(0, 0.1),
  tampered: fc.array(fc.nat(), { maxLength: 2 }),
});

for (const write of ["append", "w"] as const) {
  Deno.test(`txn checkers: whatever is called impossible is in no order possible, ${write}`, () => {
    let invalid = 0;
    fc.assert(
      fc.property(inputs, ({ tampered, ...options }) => {
        const history = tamper(runDatabase({ ...options, write }), tampered);
        for (const [model, isPossible] of models) {
          const result = check(history, write, model);
          if (result.valid !== false) continue;
          invalid++;
          assert.ok(!isPossible(history), result.explanation?.join("\n"));
        }
      }),
      { numRuns: 1000 },
    );
    assert.ok(invalid > 500, `only ${invalid} were invalid`);
  });
}

Deno.test("txn checkers: with all versions known, whatever is possible in no order is called impossible", () => {
  let impossible = 0;
  fc.assert(
    fc.property(inputs, ({ tampered, ...options }) => {
      const history = withFinalRead(
        tamper(runDatabase({ ...options, write: "append" }), tampered),
      );
      for (const [model, isPossible] of models) {
        if (isPossible(history)) continue;
        impossible++;
        const { valid } = check(history, "append", model);
        assert.equal(valid, false, model);
      }
    }),
    { numRuns: 1000 },
  );
  assert.ok(impossible > 500, `only ${impossible} were impossible`);
});
