import assert from "node:assert/strict";
import { checkCounter } from "../../../workbench/checkers/counter.ts";
import { history, op } from "../../support/history.ts";

Deno.test("counter: a sum that no subset of the adds makes is found", () => {
  const read = (value: number) =>
    op(1, "read", null, value, "ok", { final: true });
  const adds = [
    ...op(0, "add", 5),
    ...op(0, "add", 100, 100, "info"),
    ...op(1, "add", -30, -30, "info"),
    ...op(2, "add", 1000, 1000, "fail"),
  ];
  for (const sum of [5, 105, -25, 75]) {
    assert.equal(checkCounter(history(...adds, ...read(sum))).valid, true);
  }
  for (const sum of [0, 6, 104, 1005, 135]) {
    assert.equal(checkCounter(history(...adds, ...read(sum))).valid, false);
  }
  // Only final reads count.
  const early = history(...op(1, "read", null, 0), ...adds, ...read(5));
  assert.equal(checkCounter(early).valid, true);
});

Deno.test("counter: a read of what nobody had begun to add is found, which Maelstrom passes", () => {
  const early = (value: number) =>
    checkCounter(history(
      ...op(0, "add", 5, 5, "info"),
      ...op(0, "add", -2),
      ...op(0, "add", 100, 100, "fail"),
      ...op(1, "read", null, value),
      ...op(0, "add", 40),
      ...op(1, "read", null, 43, "ok", { final: true }),
    ));
  for (const value of [-2, 0, 3, 5]) {
    assert.deepEqual(
      [early(value).valid, early(value).asMaelstrom],
      [true, undefined],
    );
  }
  for (const value of [-3, 6, 43, 105]) {
    const { valid, asMaelstrom, anomalies = [], explanation } = early(value);
    assert.deepEqual([valid, asMaelstrom?.valid], [false, true]);
    assert.deepEqual(anomalies[0].operations, [7]);
    assert.match(
      `${explanation}`,
      /read that ended at op 7 of process 1 is -?\d+, .* makes -2 at least, and 5 at most/,
    );
  }
});

Deno.test("counter: unknown if nothing was read in the end, which Maelstrom calls valid", () => {
  const { valid, asMaelstrom, explanation } = checkCounter(history(
    ...op(0, "add", 5),
    ...op(1, "read", null, 5),
    ...op(1, "read", null, null, "fail", { final: true }),
  ));
  assert.deepEqual([valid, asMaelstrom?.valid], ["unknown", true]);
  assert.match(`${explanation}`, /no read that is marked as final/);
});

Deno.test("counter: sums beyond 2^53 are told apart", () => {
  const delta = 2 ** 53 - 1;
  const read = (value: unknown) =>
    checkCounter(history(
      ...op(0, "add", delta),
      ...op(0, "add", delta),
      ...op(0, "read", null, value, "ok", { final: true }),
    ));
  const sum = 2n * BigInt(delta);
  assert.equal(read(sum).valid, true);
  assert.equal(read(sum + 1n).valid, false);
  assert.equal(read("7").valid, false);
});
