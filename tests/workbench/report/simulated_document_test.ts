/** A simulated run is the same document with and without a folder between. */
import assert from "node:assert/strict";
import kafka from "../../../kafka.ts";
import { type Program } from "../../../lib/maelstrom.ts";
import txn from "../../../txn.ts";
import { parseTestOptions } from "../../../workbench/cli/options.ts";
import { DROPPED_BY_HAND } from "../../../viewer/run/document.ts";
import { type FaultStep } from "../../../workbench/cluster/fault_script.ts";
import { SimulatedDocument } from "../../../workbench/report/simulated_document.ts";
import { readStoredRun } from "../../../workbench/report/stored_run.ts";
import { replay } from "../../../workbench/run.ts";
import forgetful from "../../nodes/forgetful.ts";

const faults = "--time-limit 5 --rate 20 --seed same --p-loss 0.1 " +
  "--p-duplicate 0.1 --latency 50 --nemesis partition,kill,pause " +
  "--nemesis-interval 1";

const steps: readonly FaultStep[] = [
  { at: 1000, do: "kill", node: "n1" },
  { at: 1500, do: "skew", node: "n1", by: 300 },
  { at: 0, do: "drop", message: 50 },
];

const runs: readonly (readonly [Program, string])[] = [
  [forgetful, `-w broadcast ${faults}`],
  [kafka, `-w kafka --node-count 2 ${faults}`],
  [txn, `-w txn-rw-register --node-count 2 ${faults}`],
];

for (const [program, flags] of runs) {
  Deno.test(`simulated document: ${flags.split(" ")[1]} is as its folder says`, async () => {
    const folder = Deno.makeTempDirSync();
    try {
      const options = {
        ...parseTestOptions(["--bin", "-", ...flags.split(" ")]),
        scriptOfFaults: { file: "faults.jsonl", steps },
      };
      const document = new SimulatedDocument();
      const { onMessage } = document;
      const simulation = await replay(
        options,
        program,
        folder,
        () => {},
        onMessage,
      );
      const made = document.finish(options, simulation, "again");
      const { date: _, files: __, ...stored } = await readStoredRun(folder, {
        command: "again",
      });
      const asJson = (it: object) => JSON.parse(JSON.stringify(it));
      assert.deepEqual(asJson(made), asJson(stored));
      assert.ok(made.faults.some(({ byHand, f }) => byHand && f === "drop"));
      assert.ok(made.messages?.fate.includes(DROPPED_BY_HAND));
      assert.deepEqual(
        made.settings.filter(({ name }) => name === "script-of-faults"),
        [{ name: "script-of-faults", value: "faults.jsonl (3 steps)" }],
      );
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  });
}
