import assert from "node:assert/strict";
import counter from "../counter.ts";
import { parseTestOptions } from "../workbench/cli/options.ts";
import { simulate } from "../workbench/run.ts";

function run(seed: number, flags: string) {
  const args = ["--bin", "-", "--seed", `${seed}`, ...flags.split(" ")];
  return simulate(parseTestOptions(args), counter);
}

const FAULTS = "--nemesis partition,kill,pause --nemesis-interval 3 " +
  "--p-loss 0.05 --p-duplicate 0.05 --latency 20 --latency-dist exponential";

for (const workload of ["g-counter", "pn-counter"]) {
  Deno.test(`counter: ${workload} reads are exact after every fault`, async () => {
    for (let seed = 0; seed < 20; seed++) {
      const result = await run(
        seed,
        `-w ${workload} --node-count 3 --rate 100 --time-limit 20 ${FAULTS}`,
      );
      const text = `seed ${seed}: ${result.explanation.join("\n")}`;
      assert.equal(result.valid, true, text);
    }
  });
}

Deno.test("counter: at most one message between servers an operation", async () => {
  const result = await run(
    1,
    "-w g-counter --node-count 3 --rate 100 --time-limit 20 --nemesis partition",
  );
  assert.equal(result.valid, true, result.explanation.join("\n"));
  assert.ok(
    (result.net.servers.msgsPerOp ?? 0) <= 1,
    JSON.stringify(result.net),
  );
});
