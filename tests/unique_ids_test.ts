import assert from "node:assert/strict";
import uniqueIds from "../unique_ids.ts";
import { parseTestOptions } from "../workbench/cli/options.ts";
import { simulate } from "../workbench/run.ts";

Deno.test("unique_ids: unique under every fault", async () => {
  const flags =
    "-w unique-ids --bin - --seed test --node-count 3 --rate 1000 " +
    "--time-limit 20 --nemesis partition,kill,pause --nemesis-interval 3 " +
    "--p-loss 0.05 --p-duplicate 0.05 --latency 10 --latency-dist exponential";
  const result = await simulate(parseTestOptions(flags.split(" ")), uniqueIds);
  assert.equal(result.valid, true, result.explanation.join("\n"));
});
