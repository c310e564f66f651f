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
