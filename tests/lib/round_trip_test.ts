import assert from "node:assert/strict";
import { RoundTrip } from "../../lib/maelstrom.ts";

Deno.test("round trip: before any answer the initial wait holds", () => {
  assert.equal(new RoundTrip().timeout, 1000);
  assert.equal(new RoundTrip({ initial: 1115 }).timeout, 1115);
});

Deno.test("round trip: estimates are those of RFC 6298, section 2", () => {
  const trip = new RoundTrip({ min: 0 });
  trip.answered(100); // smoothed 100, deviation 50
  assert.deepEqual([trip.smoothed, trip.timeout], [100, 300]);
  trip.answered(180); // deviation 3/4 * 50 + 1/4 * 80, smoothed 100 + 80 / 8
  assert.deepEqual([trip.smoothed, trip.timeout], [110, 110 + 4 * 57.5]);
});

Deno.test("round trip: steady answers leave the granularity, and the minimum", () => {
  const trip = new RoundTrip({ granularity: 115 });
  const quick = new RoundTrip();
  for (let i = 0; i < 100; i++) {
    trip.answered(200);
    quick.answered(2);
  }
  assert.equal(Math.round(trip.timeout), 315);
  assert.equal(quick.timeout, 200);
});

Deno.test("round trip: each loss in a row doubles the wait, up to the longest", () => {
  const trip = new RoundTrip({ max: 2000 });
  trip.answered(100);
  const waits = [1, 2, 3, 4].map(() => {
    trip.expired();
    return trip.timeout;
  });
  assert.deepEqual(waits, [600, 1200, 2000, 2000]);
  assert.equal(trip.hasExpired, true);
  trip.answered(100);
  assert.equal(trip.hasExpired, false);
  assert(trip.timeout < 300);
});

Deno.test("round trip: an answer to what was asked twice measures nothing, and ends the backoff (Karn)", () => {
  const trip = new RoundTrip();
  trip.answered(100);
  trip.expired();
  trip.answered();
  assert.deepEqual([trip.smoothed, trip.timeout], [100, 300]);
});

Deno.test("round trip: a clock that jumped spoils no estimate", () => {
  const trip = new RoundTrip({ max: 2000 });
  trip.answered(-5000);
  assert.equal(trip.smoothed, 0);
  trip.answered(1e12);
  assert.equal(trip.smoothed, 250);
  for (let i = 0; i < 2000; i++) trip.expired();
  assert.equal(trip.timeout, 2000);
});
