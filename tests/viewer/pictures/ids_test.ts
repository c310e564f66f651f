import assert from "node:assert/strict";
import { type Node } from "../../../lib/maelstrom.ts";
import uniqueIds from "../../../unique_ids.ts";
import { idsOf } from "../../../viewer/pictures/ids.ts";
import { simulated } from "../simulated.ts";

const load = "-w unique-ids --node-count 3 --rate 500 --time-limit 4 --seed 1";

Deno.test("ids: those of a right node are told apart, and counted", async () => {
  const { run, result } = await simulated(uniqueIds, load);
  const ids = idsOf(run);
  assert.deepEqual(ids.duplicates, []);
  assert.equal(ids.times.length, result.workload.details?.acknowledgedCount);
  assert.equal(ids.asked, result.workload.details?.attemptedCount);
  assert(ids.rate > 400 && ids.rate < 600, `${ids.rate}`);
  assert.deepEqual(ids.examples.map(({ node }) => node).toSorted(), run.nodes);
});

/** Nodes that count by themselves give out the same numbers. */
function counting(node: Node): void {
  let count = 0;
  node.serve("unique-ids", {
    generate: () => ({ type: "generate_ok", id: count++ }),
  });
}

Deno.test("ids: each that was given out twice is found, with who gave it", async () => {
  const { run, result } = await simulated(counting, load);
  const { duplicates } = idsOf(run);
  assert.equal(duplicates.length, result.workload.details?.duplicatedCount);
  const [{ id, operations, nodes }] = duplicates;
  assert.equal(nodes.length, operations.length);
  for (const at of operations) assert.equal(`${run.operations[at].result}`, id);
});

Deno.test("ids: a run without answers has none, at no rate", async () => {
  const { run } = await simulated(uniqueIds, load);
  const { times, rate } = idsOf({ ...run, operations: [] });
  assert.deepEqual([times.length, rate], [0, 0]);
});
