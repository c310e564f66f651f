import assert from "node:assert/strict";
import { checkAvailability } from "../../../workbench/checkers/availability.ts";
import { history, op } from "../../support/history.ts";

Deno.test("availability: total, a share, and none asked", () => {
  const all = history(...op(0, "f", 1), ...op(0, "f", 1, 1, "info"));
  assert.equal(checkAvailability(all, undefined).valid, true);
  assert.equal(checkAvailability(all, 0.5).valid, true);
  assert.equal(checkAvailability(all, 0.51).valid, false);
  assert.equal(checkAvailability(all, "total").valid, false);
});
