/**
 * The properties of Raft's Figure 3, looked at after every event of runs under
 * all faults, and not only through what clients see.
 */
import assert from "node:assert/strict";
import linKv from "../../beyond/lin_kv.ts";
import { watchedRun } from "../support/raft_watch.ts";

const faults =
  "--time-limit 10 --rate 50 --nemesis partition,kill,pause --nemesis-interval 2 " +
  "--latency 10 --latency-dist exponential --p-loss 0.05 --p-duplicate 0.05 " +
  "--clock-skew 500";

for (
  const [name, flags] of [
    ["one node", "--node-count 1"],
    ["three nodes", "--node-count 3"],
    ["five nodes", "--node-count 5"],
    ["seven nodes", "--node-count 7"],
    [
      "snapshots after every few entries",
      "--node-count 3 -- --snapshot-every 5",
    ],
    ["hasty elections", "--node-count 5 -- --election-timeout 60"],
    ["disks that rot", "--node-count 5 --p-corrupt 0.3"],
    [
      "members that come and go, and small snapshots",
      "--node-count 5 --p-loss 0 --time-limit 15 " +
      "--nemesis partition,kill,membership --nemesis-interval 0.4 " +
      "-- --election-timeout 100 --snapshot-every 5",
    ],
  ]
) {
  Deno.test(`raft: its properties hold after every event: ${name}`, async () => {
    for (let seed = 1; seed <= 6; seed++) {
      const { watch, alarm, simulation } = await watchedRun(
        linKv,
        `${name}/${seed}`,
        `${faults} ${flags}`,
      );
      const { valid, explanation, notes } = simulation;
      const text = [...explanation, ...notes].join("\n");
      assert.equal(alarm, undefined, `seed ${seed}`);
      assert.equal(valid, true, `seed ${seed}: ${text}`);
      assert.ok(watch.checks > 300 && watch.committed > 10, `seed ${seed}`);
    }
  });
}
