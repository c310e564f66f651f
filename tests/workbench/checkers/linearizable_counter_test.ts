import assert from "node:assert/strict";
import fc from "fast-check";
import { checkLinearizableCounter } from "../../../workbench/checkers/linearizable_counter.ts";
import { anomalyTypes } from "../../../workbench/checkers/result.ts";
import { type History } from "../../../workbench/load/history.ts";
import { type Event, history, op } from "../../support/history.ts";
import { concurrent, isLinearizable } from "../../support/linear_orders.ts";

const check = (...events: readonly Event[]) =>
  checkLinearizableCounter(history(...events));

Deno.test("counter: the verdicts of Jepsen's own tests", () => {
  const begin = (process: number, f: string, value?: number): Event => ({
    process,
    type: "invoke",
    f,
    value,
  });
  const end = (process: number, f: string, value?: number): Event => ({
    ...begin(process, f, value),
    type: "ok",
  });
  assert.equal(check(...op(0, "read", null, 0)).valid, true);
  assert.equal(check(...op(0, "read", null, 1)).valid, false);
  assert.equal(
    check(...op(0, "add", 1, 1, "fail"), ...op(0, "read", null, 0)).valid,
    true,
  );
  const unended = check(
    begin(0, "add", 1),
    ...op(1, "read", null, 0),
    ...op(1, "read", null, 1),
  );
  assert.equal(unended.valid, true);
  const interleaved = check(
    begin(0, "read"),
    begin(1, "add", 1),
    begin(2, "read"),
    begin(3, "add", 2),
    begin(4, "read"),
    begin(5, "add", 4),
    begin(6, "read"),
    begin(7, "add", 8),
    begin(8, "read"),
    end(0, "read", 6),
    end(1, "add", 1),
    end(2, "read", 0),
    end(3, "add", 2),
    end(4, "read", 3),
    end(5, "add", 4),
    end(6, "read", 100),
    end(7, "add", 8),
    end(8, "read", 15),
  );
  assert.equal(interleaved.valid, false);
  assert.deepEqual(interleaved.details?.errors, [[0, 100, 15]]);
  const rolling = check(
    begin(0, "read"),
    begin(1, "add", 1),
    end(0, "read", 0),
    begin(0, "read"),
    end(1, "add", 1),
    begin(1, "add", 2),
    end(0, "read", 3),
    begin(0, "read"),
    end(1, "add", 2),
    end(0, "read", 5),
  );
  assert.equal(rolling.valid, false);
  assert.deepEqual(rolling.details?.errors, [[1, 5, 3]]);
});

Deno.test("counter: a read that misses an add that had ended is found, in the middle of a run", () => {
  const stale = check(
    ...op(0, "add", 2),
    ...op(1, "read", null, 0),
    ...op(1, "read", null, 2),
  );
  assert.equal(stale.valid, false);
  assert.deepEqual(anomalyTypes(stale), ["out-of-bounds"]);
  assert.equal(stale.asMaelstrom, undefined);
  assert.match(
    `${stale.explanation}`,
    /ended at op 3 of process 1 is 0, but .* makes 2 at least, and 2 at most/,
  );
});

Deno.test("counter: what is subtracted may lower a read", () => {
  const crashed = [...op(0, "add", 5), ...op(1, "add", -3, -3, "info")];
  for (const [value, valid] of [[5, true], [2, true], [1, false]]) {
    const result = check(...crashed, ...op(2, "read", null, value));
    assert.equal(result.valid, valid);
    assert.match(`${result.notes}`, /different sizes/);
  }
});

Deno.test("counter: reads that go back are found, though each is within bounds", () => {
  const back = check(
    { process: 0, type: "invoke", f: "add", value: 7 },
    { process: 3, type: "invoke", f: "add", value: 9 },
    ...op(1, "read", null, 7),
    ...op(2, "read", null, 0),
  );
  assert.deepEqual(anomalyTypes(back), ["non-monotonic"]);
  assert.equal(back.asMaelstrom?.valid, true);
});

Deno.test("counter: an add that fits between no two reads is found", () => {
  // Both adds may be in the first read; but one is in neither.
  const crowded = check(
    { process: 0, type: "invoke", f: "add", value: 1 },
    ...op(1, "read", null, 1),
    ...op(2, "add", 1),
    ...op(1, "read", null, 1),
    { process: 0, type: "ok", f: "add", value: 1 },
  );
  assert.deepEqual(anomalyTypes(crowded), ["no-order"]);
  assert.match(
    `${crowded.explanation}`,
    /is 1, and the read that ended at op 6 of process 1 is 1: 0 adds apart\. But between them, 1 adds of 1 began and ended/,
  );
});

Deno.test("counter: unknown if nothing was read", () => {
  const result = check(...op(0, "add", 1), ...op(1, "read", null, null));
  assert.equal(result.valid, "unknown");
  assert.match(`${result.explanation}`, /nothing was read/);
  assert.equal(check(...op(0, "read", null, "7")).valid, false);
});

Deno.test("counter: sums beyond 2^53 are told apart", () => {
  const delta = 2 ** 53 - 1;
  const adds = [...op(0, "add", delta), ...op(0, "add", delta)];
  const sum = 2n * BigInt(delta);
  assert.equal(check(...adds, ...op(0, "read", null, sum)).valid, true);
  assert.equal(check(...adds, ...op(0, "read", null, sum + 1n)).valid, false);
});

/** Adds of some sizes, and reads of small values. */
const histories = (deltas: readonly number[], reads: readonly number[]) =>
  concurrent(
    fc.oneof(
      fc.constantFrom(...deltas).map((value) => ({ f: "add", value })),
      fc.constantFrom(...reads).map((result) => ({
        f: "read",
        value: null,
        result,
      })),
    ),
    { maxLength: 7 },
  );

/** Tries all orders. */
const isCounter = (history: History) =>
  isLinearizable(history, 0, (state, { f, value, result }) => {
    if (f === "add") return state + Number(value);
    return result === undefined || result === state ? state : undefined;
  });

const hasRead = (history: History) =>
  history.some(({ f, type }) => f === "read" && type === "ok");

/** Has each read show something between what it must and what it may. */
const inBounds = (history: History, choices: readonly number[]): History =>
  history.map((op, i) => {
    if (op.f !== "read" || op.type !== "ok") return op;
    const begin = history.findIndex(({ process, type }) =>
      process === op.process && type === "invoke"
    );
    const failed = new Set(
      history.filter(({ type }) => type === "fail").map((it) => it.process),
    );
    const count = (type: string, end: number) =>
      history.filter((it, at) =>
        it.f === "add" && it.type === type && at < end &&
        !failed.has(it.process)
      ).length;
    const [least, most] = [count("ok", begin), count("invoke", i)];
    const chosen = choices[Number(op.process)] % (most - least + 1);
    return { ...op, value: least + chosen };
  });

Deno.test("counter: within the bounds, too, exactly what fits in no order is invalid", () => {
  const some = fc.tuple(
    histories([1], [0]),
    fc.array(fc.nat(9), { minLength: 7, maxLength: 7 }),
  ).map(([history, choices]) => inBounds(history, choices));
  const verdicts = new Map<unknown, number>();
  fc.assert(
    fc.property(some, (history) => {
      fc.pre(hasRead(history));
      const { valid, details: { errors } = {} } = checkLinearizableCounter(
        history,
      );
      assert.deepEqual(errors, []);
      assert.equal(valid, isCounter(history));
      verdicts.set(valid, (verdicts.get(valid) ?? 0) + 1);
    }),
    { numRuns: 3000 },
  );
  assert((verdicts.get(false) ?? 0) > 30, "the histories are all alike");
});

for (const unit of [1, -2]) {
  Deno.test(`counter: of adds of ${unit}, exactly what fits in no order is invalid`, () => {
    const some = histories([unit], [0, unit, 2 * unit, 3 * unit]);
    fc.assert(
      fc.property(some, (history) => {
        fc.pre(hasRead(history));
        const { valid } = checkLinearizableCounter(history);
        assert.equal(valid, isCounter(history));
      }),
      { numRuns: 3000 },
    );
  });
}

Deno.test("counter: of adds of different sizes, nothing possible is ever invalid", () => {
  const some = histories([1, 2, -1, 3], [-1, 0, 1, 2, 3]);
  fc.assert(
    fc.property(some, (history) => {
      fc.pre(hasRead(history) && isCounter(history));
      assert.equal(checkLinearizableCounter(history).valid, true);
    }),
    { numRuns: 2000 },
  );
});
