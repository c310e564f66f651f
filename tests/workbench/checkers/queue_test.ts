import assert from "node:assert/strict";
import fc from "fast-check";
import { anomalyTypes } from "../../../workbench/checkers/result.ts";
import {
  checkQueue,
  checkTotalQueue,
} from "../../../workbench/checkers/queue.ts";
import { type Event, history, op } from "../../support/history.ts";
import { concurrent, isLinearizable } from "../../support/linear_orders.ts";

const total = (...events: readonly Event[]) =>
  checkTotalQueue(history(...events));
const bag = (...events: readonly Event[]) => checkQueue(history(...events));

const begin = (process: number, f: string, value?: unknown): Event => ({
  process,
  type: "invoke",
  f,
  value,
});

Deno.test("total-queue: the verdicts of Jepsen's own tests", () => {
  const sane = total(
    begin(1, "enqueue", 1),
    ...op(2, "enqueue", 2),
    ...op(3, "dequeue", null, 1),
    ...op(3, "dequeue", null, 2),
  );
  assert.equal(sane.valid, true);
  assert.deepEqual(sane.details, {
    attemptCount: 2,
    acknowledgedCount: 1,
    okCount: 2,
    lostCount: 0,
    recoveredCount: 1,
    duplicatedCount: 0,
    lost: [],
    unexpected: [],
    aborted: [],
    duplicated: [],
    recovered: [1],
  });
  const pathological = total(
    begin(1, "enqueue", "hung"),
    ...op(2, "enqueue", "enqueued"),
    ...op(3, "enqueue", "dup"),
    ...op(4, "dequeue", null, null, "fail"),
    ...op(5, "dequeue", null, "wtf"),
    ...op(6, "dequeue", null, "dup"),
    ...op(7, "dequeue", null, "dup"),
  );
  assert.equal(pathological.valid, false);
  assert.deepEqual(anomalyTypes(pathological).sort(), ["lost", "unexpected"]);
  assert.deepEqual(pathological.details, {
    attemptCount: 3,
    acknowledgedCount: 2,
    okCount: 1,
    lostCount: 1,
    recoveredCount: 0,
    duplicatedCount: 1,
    lost: ["enqueued"],
    unexpected: ["wtf"],
    aborted: [],
    duplicated: ["dup"],
    recovered: [],
  });
  assert.match(
    `${pathological.explanation}`,
    /"enqueued" is lost\. It was acknowledged at op 2 of process 2/,
  );
  assert.match(`${pathological.notes}`, /took "dup", but of it, 1 had been/);
});

Deno.test("total-queue: a drain takes all that it shows", () => {
  const sent = [...op(0, "enqueue", 1), ...op(0, "enqueue", 2)];
  assert.equal(total(...sent, ...op(1, "drain", null, [2, 1])).valid, true);
  const short = total(...sent, ...op(1, "drain", null, [2]));
  assert.deepEqual([short.valid, short.details?.lost], [false, [1]]);
  // What it took before it crashed, nobody knows.
  const crashed = total(...sent, ...op(1, "drain", null, null, "info"));
  assert.equal(crashed.valid, "unknown");
  assert.match(`${crashed.explanation}`, /may have taken any number/);
});

Deno.test("total-queue: a dequeue of unknown fate may have taken one message, not two", () => {
  const one = op(0, "enqueue", 1);
  const crashed = op(1, "dequeue", null, null, "info");
  const last = op(2, "dequeue", null, null, "fail");
  const open = total(...one, ...crashed, ...last);
  assert.deepEqual([open.valid, open.asMaelstrom?.valid], ["unknown", false]);
  assert.match(`${open.explanation}`, /1 message did not come out, such as 1/);
  const two = op(0, "enqueue", 2);
  assert.equal(total(...one, ...two, ...crashed, ...last).valid, false);
});

Deno.test("total-queue: what was acknowledged after the last dequeue may still be in it", () => {
  const late = total(...op(1, "dequeue", null, null), ...op(0, "enqueue", 1));
  assert.deepEqual([late.valid, late.asMaelstrom?.valid], [true, false]);
  assert.match(`${late.notes}`, /1 message that did not come out/);
});

Deno.test("total-queue: unknown if nobody tried to dequeue", () => {
  assert.equal(total(...op(0, "enqueue", 1)).valid, "unknown");
});

Deno.test("queue: a message whose enqueue failed does not come out", () => {
  const failed = op(0, "enqueue", 1, 1, "fail");
  const taken = op(1, "dequeue", null, 1);
  for (const check of [total, bag]) {
    const { valid, asMaelstrom, explanation } = check(...failed, ...taken);
    assert.deepEqual([valid, asMaelstrom?.valid], [false, true]);
    assert.match(`${explanation}`, /took 1, whose enqueue, op 0, had failed/);
  }
});

Deno.test("queue: a message comes out once, and not before it went in; it may stay in", () => {
  const put = op(0, "enqueue", 1);
  const take = op(1, "dequeue", null, 1);
  assert.equal(bag(...put, ...put, ...take).valid, true);
  assert.deepEqual(anomalyTypes(bag(...put, ...take, ...take)), ["duplicated"]);
  assert.deepEqual(anomalyTypes(bag(...take, ...put)), ["unexpected"]);
  const [ask, answer] = take;
  assert.equal(bag(ask, begin(0, "enqueue", 1), answer).valid, true);
  assert.equal(bag(...put).valid, "unknown");
});

Deno.test("queue: exactly what no order of an unordered queue explains is invalid", () => {
  const histories = concurrent(
    fc.oneof(
      fc.nat(1).map((value) => ({ f: "enqueue", value })),
      fc.nat(2).map((result) => ({ f: "dequeue", value: null, result })),
    ),
    { maxLength: 7 },
  );
  const verdicts = new Map<unknown, number>();
  fc.assert(
    fc.property(histories, (history) => {
      const { valid } = checkQueue(history);
      fc.pre(valid !== "unknown");
      const isBag = isLinearizable(
        history,
        [] as readonly unknown[],
        (state, { f, value, result }) => {
          if (f === "enqueue") return [...state, value];
          if (result === undefined) return state; // it crashed, or took none
          const at = state.indexOf(result);
          return at < 0 ? undefined : state.toSpliced(at, 1);
        },
      );
      assert.equal(valid, isBag);
      verdicts.set(valid, (verdicts.get(valid) ?? 0) + 1);
    }),
    { numRuns: 3000 },
  );
  for (const valid of [true, false]) assert((verdicts.get(valid) ?? 0) > 100);
});
