import assert from "node:assert/strict";
import { ageScale, duration, ticks } from "../../../viewer/pictures/scale.ts";

Deno.test("scale: ticks are round numbers within the ends", () => {
  assert.deepEqual(ticks(0, 10, 5), [0, 2, 4, 6, 8, 10]);
  assert.deepEqual(ticks(-0.13, 0.31, 5), [-0.1, 0, 0.1, 0.2, 0.3]);
  assert.deepEqual(ticks(3, 3, 4), []);
});

Deno.test("scale: durations are read with their unit", () => {
  assert.deepEqual([0, 0.42, 12.4, 1234, 12_340].map(duration), [
    ...["0 ms", "0.4 ms", "12 ms", "1.23 s", "12.3 s"],
  ]);
});

Deno.test("scale: ages go from the left end to the right one", () => {
  const { at, ticks } = ageScale(2000);
  assert.deepEqual([at(-1), at(0), at(2000), at(9999)], [0, 0, 1, 1]);
  assert.deepEqual(ticks, [0, 1, 10, 100, 1000]);
});
