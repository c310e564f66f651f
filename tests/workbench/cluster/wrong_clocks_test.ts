import assert from "node:assert/strict";
import { type Program } from "../../../lib/maelstrom.ts";
import { parseSimulatedRun } from "../../../workbench/cli/options.ts";
import { simulate } from "../../../workbench/run.ts";

/** Waits until its clock says so, as one would write it. */
const patient: Program = (node) =>
  node.serve("echo", {
    async echo({ echo }) {
      const end = node.now() + 20.1;
      while (node.now() < end) await node.sleep(end - node.now());
      return { type: "echo_ok", echo };
    },
  });

Deno.test("wrong clocks: the rest of a wait that rounding leaves takes time, too", async () => {
  for (let seed = 1; seed <= 30; seed++) {
    const run = parseSimulatedRun([
      ..."-w echo --program x --node-count 5 --rate 200 --clock-skew 5000"
        .split(" "),
      ...`--time-limit 20 --seed ${seed}`.split(" "),
    ]);
    const { operations } = await simulate(run, patient);
    assert.ok(operations > 1000);
  }
});
