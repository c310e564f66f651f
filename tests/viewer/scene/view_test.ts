import assert from "node:assert/strict";
import { lowerBound } from "../../../viewer/scene/spans.ts";
import {
  around,
  pan,
  seconds,
  ticks,
  whole,
  zoom,
} from "../../../viewer/scene/view.ts";

Deno.test("view: what one points at stays where it is, and nobody leaves the run", () => {
  const view = { start: 100, end: 200 };
  assert.deepEqual(zoom(view, 0.5, 125, 1000), { start: 112.5, end: 162.5 });
  assert.deepEqual(zoom(view, 1e9, 125, 1000), whole(1000));
  const end = whole(1000).end;
  assert.deepEqual(pan(view, 1e9, 1000), { start: end - 100, end });
  const { start, end: last } = zoom(view, 1e-9, 150, 1000);
  assert.ok(last - start > 0.01);
});

Deno.test("view: a run of no length can be looked at", () => {
  const { start, end } = whole(0);
  assert.ok(end > start);
  assert.ok(ticks({ start, end }, 800).times.length > 0);
});

Deno.test("view: a moment is shown with what is around it", () => {
  const { start, end } = around([500, 500], 10_000);
  assert.deepEqual([start, end], [300, 700]);
});

Deno.test("view: times are round, and have as many digits as they need", () => {
  const { times, step } = ticks({ start: 1234, end: 1280 }, 900);
  assert.equal(step, 5);
  assert.deepEqual(times.slice(0, 2), [1235, 1240]);
  assert.deepEqual(times.slice(0, 2).map((it) => seconds(it, step)), [
    "1.235 s",
    "1.240 s",
  ]);
  assert.equal(seconds(20_000, 5000), "20 s");
});

Deno.test("index: the first that is not below, and the first above", () => {
  const values = Float64Array.from([1, 2, 2, 2, 5]);
  assert.deepEqual([0, 2, 3, 6].map((it) => lowerBound(values, it)), [
    ...[0, 1, 4, 5],
  ]);
  assert.equal(lowerBound(values, 2, true), 4);
});
