import assert from "node:assert/strict";
import {
  figuresAt,
  justAfter,
  momentsOf,
  speedFor,
  step,
} from "../../playground/run/playback.ts";
import { faultOf, operationOf, runOf } from "../viewer/scene/runs.ts";

const message = { from: "n0", to: "n1" };

const run = runOf({
  rows: [
    { ...message, sent: 10, ended: 110 },
    { ...message, sent: 20, fate: "under way" },
  ],
  operations: [
    operationOf({ start: 10, end: 40 }),
    operationOf({ start: 60, type: "open" }),
  ],
  faults: [faultOf({ start: 30, end: 90 })],
});

Deno.test("playback: all that happens is a moment, once", () => {
  assert.deepEqual([...momentsOf(run)], [10, 20, 30, 40, 60, 90, 110]);
  assert.deepEqual([...momentsOf(runOf({}))], []);
});

Deno.test("playback: what differs only by rounding is one moment, at which all of it has happened", () => {
  const rounded = runOf({
    rows: [{ ...message, sent: 10.0000004, ended: 20 }],
    operations: [operationOf({ start: 10, end: 20.0009 })],
  });
  assert.deepEqual([...momentsOf(rounded)], [10.0000004, 20.0009]);
});

Deno.test("playback: steps lead to the next moment and to the one before, and end at the run's ends", () => {
  const moments = momentsOf(run);
  const on = (time: number) => step(moments, time, 1);
  const back = (time: number) => step(moments, time, -1);
  assert.deepEqual([0, 10, 15, 110, 500].map(on), [10, 20, 20, 110, 500]);
  assert.deepEqual([500, 110, 15, 10, 0].map(back), [110, 90, 10, 0, 0]);
});

Deno.test("playback: at its speed a message takes about a second, and a run does not take for ever", () => {
  const taking = (ms: number, duration = 1000) =>
    speedFor(runOf({
      ...{ duration, rows: [{ ...message, sent: 0, ended: ms }] },
    }));
  assert.equal(taking(100), 0.1);
  assert.equal(taking(800), 1);
  assert.equal(taking(1, 100), 0.001);
  assert.equal(taking(1, 60_000), 0.2);
  // Nothing to be followed on its way.
  assert.equal(taking(0), 0.2);
});

Deno.test("playback: figures are of what has happened by then", () => {
  const { operations, done, msgsPerOp, max } = figuresAt(run, 50);
  assert.deepEqual([operations, done, msgsPerOp, max], [1, 1, 2, 30]);
  assert.equal(figuresAt(run, 70).operations, 2);
});

Deno.test("playback: what a hand does comes after all that one sees", () => {
  assert.equal(justAfter(0), 0.001);
  assert.equal(justAfter(2000), 2000.001);
  assert.equal(justAfter(1067.4091561), 1067.41);
});
