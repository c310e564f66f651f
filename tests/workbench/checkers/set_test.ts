import assert from "node:assert/strict";
import fc from "fast-check";
import { checkCausalReverse } from "../../../workbench/checkers/causal_reverse.ts";
import { anomalyTypes } from "../../../workbench/checkers/result.ts";
import { checkSet } from "../../../workbench/checkers/set.ts";
import { checkSetFull } from "../../../workbench/checkers/set_full.ts";
import { type History } from "../../../workbench/load/history.ts";
import { type Event, history, op } from "../../support/history.ts";
import { concurrent, isLinearizable } from "../../support/linear_orders.ts";

const last = (...events: readonly Event[]) => checkSet(history(...events));

Deno.test("set: the verdict of Jepsen's own test, but that a failed add is no excuse", () => {
  const adds = [
    ...op(0, "add", 0),
    ...op(0, "add", 1),
    ...op(1, "add", 10, 10, "info"),
    ...op(2, "add", 11, 11, "info"),
    ...op(3, "add", 20, 20, "fail"),
    ...op(3, "add", 21, 21, "fail"),
  ];
  const { valid, asMaelstrom, details } = last(
    ...adds,
    ...op(4, "read", null, [0, 10, 20, 30]),
  );
  assert.deepEqual([valid, asMaelstrom], [false, undefined]);
  assert.deepEqual(details, {
    attemptCount: 6,
    acknowledgedCount: 2,
    okCount: 2,
    lostCount: 1,
    lost: [1],
    unexpectedCount: 1,
    unexpected: [30],
    abortedCount: 1,
    aborted: [20],
    recoveredCount: 1,
    recovered: [10],
  });
  const aborted = last(...adds, ...op(4, "read", null, [0, 1, 20]));
  assert.deepEqual(anomalyTypes(aborted), ["aborted"]);
  assert.deepEqual([aborted.valid, aborted.asMaelstrom?.valid], [false, true]);
  assert.match(
    `${aborted.explanation}`,
    /the last read, which ended at op 13 of process 4, shows 20, whose add had failed/,
  );
});

Deno.test("set: what was acknowledged after the last read began need not be in it", () => {
  const [begin, end] = op(1, "read", null, []);
  const { valid, asMaelstrom, notes } = last(begin, ...op(0, "add", 7), end);
  assert.deepEqual([valid, asMaelstrom?.valid], [true, false]);
  assert.match(`${notes}`, /1 elements .* need not be lost/);
});

Deno.test("set: an element that is added only after the last read is unexpected in it", () => {
  const early = last(...op(1, "read", null, [7]), ...op(0, "add", 7));
  assert.deepEqual(anomalyTypes(early), ["unexpected"]);
  assert.equal(early.valid, false);
});

Deno.test("set: unknown if it was never read, or the answer is not known", () => {
  assert.equal(last(...op(0, "add", 1)).valid, "unknown");
  const answer = last(...op(0, "add", 1), ...op(0, "read", null, null));
  assert.equal(answer.valid, "unknown");
  assert.match(`${answer.explanation}`, /no read was answered with a list/);
});

Deno.test("set: only the last read counts, which a note says", () => {
  const { valid, notes } = last(
    ...op(0, "add", [0, "a"]),
    ...op(1, "read", null, []),
    ...op(1, "read", null, [[0, "a"]]),
  );
  assert.equal(valid, true);
  assert.match(`${notes}`, /of 2 reads only the last is judged/);
});

// --------------------------------------------------------------- of every read

const full = (
  events: readonly Event[],
  linearizable?: boolean,
) => checkSetFull(history(...events), { add: "add", linearizable });

Deno.test("set-full: an element whose add failed is found in a read, unless another add of it may have worked", () => {
  const failed = op(0, "add", 7, 7, "fail");
  const read = op(1, "read", null, [7]);
  const aborted = full([...failed, ...read]);
  assert.deepEqual(anomalyTypes(aborted), ["aborted"]);
  assert.deepEqual([aborted.valid, aborted.asMaelstrom?.valid], [false, true]);
  const again = op(2, "add", 7, 7, "info");
  assert.equal(full([...failed, ...again, ...read]).valid, true);
});

Deno.test("set-full: a stale read is invalid only if the set is to be linearizable", () => {
  const stale = [
    ...op(0, "add", 7),
    ...op(1, "read", null, []),
    ...op(1, "read", null, [7]),
  ];
  assert.equal(full(stale).valid, true);
  const asked = full(stale, true);
  assert.deepEqual(anomalyTypes(asked), ["stale"]);
  assert.equal(asked.asMaelstrom, undefined);
  // Jepsen counts in whole ms.
  const fast = history(...stale).map((op) => ({ ...op, time: op.index }));
  const result = checkSetFull(fast, { add: "add", linearizable: true });
  assert.deepEqual([result.valid, result.asMaelstrom?.valid], [false, true]);
});

Deno.test("set-full: reads that can't stand in one order are found if it is to be linearizable", () => {
  const adds: Event[] = [7, 8].map((value, process) => ({
    process,
    type: "invoke",
    f: "add",
    value,
  }));
  const fork = [
    ...adds,
    { process: 2, type: "invoke", f: "read" } as const,
    ...op(3, "read", null, [8]),
    { process: 2, type: "ok", f: "read", value: [7] } as const,
  ];
  assert.equal(full(fork).valid, true);
  const { valid, explanation, asMaelstrom } = full(fork, true);
  assert.deepEqual([valid, asMaelstrom?.valid], [false, true]);
  assert.match(
    `${explanation}`,
    /ended at op 4 of process 3 shows 8 without 7, and the one at op 5 of process 2 7 without 8/,
  );
});

const readOf = (elements: number[]) =>
  fc.subarray(elements).map((result) => ({ f: "read", value: null, result }));

/** Adds of three elements, each once, and reads of any of them. */
const eachOnce = concurrent(
  fc.oneof(fc.constant({ f: "add", value: null }), readOf([0, 1, 2])),
  { maxLength: 7 },
).map((history): History => {
  const adders = history.filter(({ f, type }) =>
    f === "add" && type === "invoke"
  )
    .map(({ process }) => process);
  return history.map((op) =>
    op.f === "add" ? { ...op, value: adders.indexOf(op.process) } : op
  );
});

/** The same of two elements, each as often as may be. */
const againAndAgain = concurrent(
  fc.oneof(
    fc.constantFrom(0, 1).map((value) => ({ f: "add", value })),
    readOf([0, 1]),
  ),
  { maxLength: 7 },
);

/** Tries all orders. */
const isSet = (history: History) =>
  isLinearizable(history, "", (state, { f, value, result }) => {
    const elements = state.split(",").filter((it) => it !== "");
    if (f === "add") {
      return [...new Set([...elements, `${value}`])].sort().join();
    }
    const isRight = result === undefined || `${result}` === state;
    return isRight ? state : undefined;
  });

const hasRead = (history: History) =>
  history.some(({ f, type }) => f === "read" && type === "ok");

for (
  const [title, histories] of [
    ["exactly what no order explains is not linearizable", eachOnce],
    ["so it is where elements are added again", againAndAgain],
  ] as const
) {
  Deno.test(`set-full: ${title}`, () => {
    const verdicts = new Map<unknown, number>();
    fc.assert(
      fc.property(histories, (history) => {
        fc.pre(hasRead(history));
        const { valid } = checkSetFull(history, {
          add: "add",
          linearizable: true,
        });
        assert.equal(valid !== false, isSet(history));
        verdicts.set(valid, (verdicts.get(valid) ?? 0) + 1);
      }),
      { numRuns: 3000 },
    );
    for (const valid of [true, false]) assert((verdicts.get(valid) ?? 0) > 100);
  });
}

Deno.test("set-full: what a read misses stays missed when it is added again, which Jepsen's checker forgets", () => {
  const missed = [...op(0, "add", 7), ...op(1, "read", null, [])];
  const again = [...op(0, "add", 7), ...op(1, "read", null, [7])];
  assert.equal(full([...missed, ...again]).valid, true);
  const { valid, asMaelstrom, explanation } = full([...missed, ...again], true);
  assert.deepEqual([valid, asMaelstrom?.valid], [false, true]);
  assert.match(`${explanation}`, /7 was known at op 1.*began at op 2/);
});

Deno.test("set-full: that an element is added after a read of it is no excuse for one whose add had failed", () => {
  const failed = op(0, "add", 7, 7, "fail");
  const read = op(1, "read", null, [7]);
  const result = full([...failed, ...read, ...op(0, "add", 7), ...read]);
  assert.deepEqual(anomalyTypes(result), ["aborted"]);
  assert.equal(result.asMaelstrom?.valid, true);
});

// -------------------------------------------------------------- causal reverse

const reverse = (...events: readonly Event[]) =>
  checkCausalReverse(history(...events));

Deno.test("causal-reverse: the verdicts of Jepsen's own tests", () => {
  const two = [...op(0, "write", 1), ...op(0, "write", 2)];
  assert.equal(reverse(...two, ...op(0, "read", null, [1, 2])).valid, true);
  assert.equal(reverse(...two, ...op(0, "read", null, [1])).valid, true);
  const bad = reverse(...two, ...op(0, "read", null, [2]));
  assert.equal(bad.valid, false);
  assert.deepEqual(bad.details, {
    readCount: 1,
    errorCount: 1,
    errors: [{
      index: 5,
      process: 0,
      missing: [1],
      missingCount: 1,
      expectedCount: 1,
    }],
  });
  assert.match(
    `${bad.explanation}`,
    /ended at op 5 of process 0 shows 2, whose add began at op 2, but not 1, which had been added by op 1 before that/,
  );
});

Deno.test("causal-reverse: writes at the same time may be seen in any order", () => {
  const [[begin1, end1], [begin2, end2]] = [
    op(0, "write", 1),
    op(1, "write", 2),
  ];
  const both = [begin1, begin2, end1, end2];
  for (const value of [[], [1], [2], [1, 2]]) {
    assert.equal(reverse(...both, ...op(2, "read", null, value)).valid, true);
  }
});

Deno.test("causal-reverse: keys are judged one by one", () => {
  const keyed = (k: number, process: number, f: string, value: unknown) =>
    op(process, f, [k, f === "read" ? null : value], [k, value]);
  const writes = [...keyed(0, 0, "write", 1), ...keyed(1, 0, "write", 2)];
  assert.equal(
    reverse(...writes, ...keyed(1, 1, "read", [2])).valid,
    true,
  );
  const bad = reverse(
    ...writes,
    ...keyed(1, 0, "write", 3),
    ...keyed(1, 1, "read", [3]),
    ...keyed(0, 1, "read", [1]),
  );
  assert.deepEqual([bad.valid, bad.evidence?.at(0)?.kind], [
    false,
    "operations",
  ]);
  assert.match(`${bad.explanation}`, /op 7 of process 1 shows 3/);
});

Deno.test("causal-reverse: what nobody wrote is from before, which a note says; unknown if nothing was read", () => {
  const { valid, notes } = reverse(
    ...op(0, "write", 425),
    ...op(0, "read", null, [2, 10, 425]),
  );
  assert.equal(valid, true);
  assert.match(`${notes}`, /2 values that nobody wrote/);
  assert.equal(reverse(...op(0, "write", 1)).valid, "unknown");
});
