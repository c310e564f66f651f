import assert from "node:assert/strict";
import { checkStats } from "../../../workbench/checkers/stats.ts";
import { history, op } from "../../support/history.ts";

Deno.test("stats: unknown if some kind of operation never succeeded", () => {
  const events = history(
    ...op(0, "send", 1),
    ...op(0, "crash", null, null, "info"),
  );
  assert.equal(checkStats(events).valid, "unknown");
  assert.equal(checkStats(events, { neverOk: ["crash"] }).valid, true);
  assert.equal(checkStats(history()).valid, "unknown");
});
