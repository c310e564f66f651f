import assert from "node:assert/strict";
import { checkLinearizability } from "../../../../workbench/checkers/linearizability/check.ts";
import {
  type ElementOperation,
  fifoQueue,
} from "../../../../workbench/checkers/linearizability/models/mod.ts";
import { queueOrder } from "../../../../workbench/checkers/linearizability/models/queue_order.ts";
import { Random } from "../../../../workbench/clock/random.ts";
import { history, op } from "../../../support/history.ts";
import { hasOrder, randomIntervals } from "../../../support/intervals.ts";

Deno.test("linearizability: queues are decided without a search as by trying every order", () => {
  const random = new Random("queue order");
  const counts = { yes: 0, no: 0, undecided: 0 };
  for (let i = 0; i < 4000; i++) {
    let next = 0;
    const intervals = randomIntervals(
      fifoQueue,
      (random): ElementOperation =>
        random.chance(0.5)
          ? { f: "put", element: `${next++}` }
          : { f: "take", element: `${random.integer(next + 1)}` },
      random,
      7,
      0.15,
    );
    const found = queueOrder(intervals);
    if (found === undefined) {
      counts.undecided++;
      continue;
    }
    counts[found.linearizable ? "yes" : "no"]++;
    const expected = hasOrder(fifoQueue, intervals);
    assert.equal(found.linearizable, expected, JSON.stringify(intervals));
  }
  const { yes, no, undecided } = counts;
  assert.ok(yes > 400 && no > 400 && undecided < 2000, JSON.stringify(counts));
});

Deno.test("linearizability: many clients of a queue are no matter, and what is wrong is named", () => {
  const clients = Array.from({ length: 30 }, (_, i) => i);
  const puts = clients.map((i) => op(i, "enqueue", i));
  const takes = clients.map((i) => op(i, "dequeue", null, i));
  const all = (ops: typeof puts) => [
    ...ops.map(([begin]) => begin),
    ...ops.map(([, end]) => end),
  ];
  const events = [...all(puts), ...all(takes)];
  const check = (...more: typeof events) =>
    checkLinearizability(history(...more, ...events), fifoQueue);
  assert.equal(check().valid, true);
  const { valid, explanation } = check(...op(99, "enqueue", "first"));
  assert.equal(valid, false);
  assert.match(
    explanation?.join() ?? "",
    /"first" went in before 0, but never came out\.\n {2}> op 0, process 99/,
  );
});
