import assert from "node:assert/strict";
import { countFaults } from "../../../workbench/checkers/faults.ts";
import { NEMESIS, type Op } from "../../../workbench/load/history.ts";

let index = 0;
const fault = (f: string, fault?: number): Op => ({
  ...{ index: index++, time: index * 1e9, type: "info" },
  ...{ process: NEMESIS, f, value: null, fault },
});

Deno.test("faults: a run tells how many there were of each kind, one's own by their name", () => {
  assert.deepEqual(countFaults([]), []);
  assert.deepEqual(
    countFaults([
      fault("start-partition", 0),
      fault("kill", 1),
      fault("stop-partition", 0),
      fault("slow-disk", 2),
      fault("heal-disk", 2),
      fault("start", 1),
      fault("start-partition", 3),
      fault("stop-partition", 3),
      fault("pause", 4),
      fault("resume", 4),
      fault("pause", 5),
    ]),
    ["2 partitions", "1 kill", "1 x slow-disk", "2 pauses"],
  );
});

Deno.test("faults: the ends that come at the end of the load count as none", () => {
  const ends = ["start", "resume", "stop-partition", "heal-disk"];
  assert.deepEqual(countFaults(ends.map((f) => fault(f))), []);
});
