import assert from "node:assert/strict";
import { notesOf } from "../../../workbench/results/test_result.ts";
import { simulated } from "../../viewer/simulated.ts";
import kafka from "../../../kafka.ts";

Deno.test("results: what checkers note of a run without its end is not told", async () => {
  const { result } = await simulated(
    kafka,
    "-w kafka --rate 20 --time-limit 2",
  );
  const noted = {
    ...result,
    workload: { ...result.workload, notes: ["unseen\nand more"] },
    notes: ["a node was slow"],
  };
  assert.deepEqual(notesOf(noted), ["unseen", "a node was slow"]);
  assert.deepEqual(
    notesOf({ ...noted, isUnfinished: true }),
    ["a node was slow"],
  );
});
