import assert from "node:assert/strict";
import {
  bucketAt,
  bucketsOf,
  middlesOf,
  ratesOf,
} from "../../../viewer/measures/buckets.ts";

Deno.test("buckets: lengths are round, and there are about as many as wanted", () => {
  for (const duration of [1, 7, 59.9, 1000, 12_345, 60_000, 3.6e6]) {
    const { width, count } = bucketsOf(duration, 60);
    assert.match(width.toExponential(), /^[125]e/);
    assert.ok(count <= 60 && count >= 20, `${count} for ${duration} ms`);
  }
});

Deno.test("buckets: a run of no length has one", () => {
  assert.ok(bucketsOf(0).count >= 1);
  assert.deepEqual(ratesOf({ width: 1, count: 1, end: 1 }, []), [0]);
});

Deno.test("buckets: what is before and after belongs to the outer ones", () => {
  const buckets = { width: 10, count: 3, end: 35 };
  assert.deepEqual([-5, 0, 10, 29, 34, 99].map((it) => bucketAt(buckets, it)), [
    ...[0, 0, 1, 2, 2, 2],
  ]);
  assert.deepEqual(middlesOf(buckets), [5, 15, 27.5]);
});

Deno.test("buckets: a steady rate is steady to the end, though the last bucket is longer", () => {
  const buckets = bucketsOf(1090, 10);
  assert.deepEqual([buckets.width, buckets.count], [200, 5]);
  const times = Array.from({ length: 109 }, (_, i) => i * 10);
  assert.deepEqual(ratesOf(buckets, times), [100, 100, 100, 100, 100]);
});
