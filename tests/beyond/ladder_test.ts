/**
 * The claims of docs/ladder.md, on a small scale: `deno task ladder` writes the
 * page, with a thousand seeds each.
 */
import assert from "node:assert/strict";
import listAppend from "../../beyond/list_append.ts";
import { parseSimulatedRun } from "../../workbench/cli/options.ts";
import { simulate } from "../../workbench/run.ts";
import { answered, claims, runOf } from "../../workbench/search/ladder.ts";
import { kindsOf } from "../../workbench/results/test_result.ts";

const page = Deno.readTextFileSync(
  new URL("../../docs/ladder.md", import.meta.url),
);

for (const claim of claims) {
  const { rung, workload, keeps, breaks } = claim;
  Deno.test(`ladder: ${rung}, ${workload}: ${keeps} holds under all faults`, async () => {
    for (const seed of ["test/1", "test/2"]) {
      const run = runOf(claim, keeps, seed);
      const { valid, explanation } = await simulate(run, listAppend);
      assert.equal(valid, true, `seed ${seed}: ${explanation.join("\n")}`);
    }
  });

  if (breaks === undefined) continue;
  Deno.test(`ladder: ${rung}, ${workload}: the page's seed shows that it is not ${breaks}`, async () => {
    const title = `### ${rung} is not ${breaks}, ${workload}`;
    const [, section = ""] = page.split(`${title}\n`);
    const [, command = ""] = /\n```sh\n(.*)\n```/.exec(section) ?? [];
    const [, anomaly] = /```text\n(\S+) \(/.exec(section) ?? [];
    const words = command.split(" simulate ")[1]?.split(" ") ?? [];
    const run = parseSimulatedRun(words);
    assert.deepEqual(
      run,
      runOf(claim, breaks, run.seed),
      "stale: write it anew",
    );
    const result = await simulate(run, listAppend);
    assert.equal(result.valid, false);
    assert.ok(kindsOf(result).includes(anomaly), `${anomaly} is not there`);
  });
}

Deno.test("ladder: a node that is cut off from all answers where theory allows it", async () => {
  for (const claim of claims) {
    const share = await answered(claim, true);
    const isOfLists = claim.workload === "txn-list-append";
    const expected = claim.rung === "strict-serializable"
      ? 0
      : claim.rung === "causal" && isOfLists ||
          claim.keeps === "serializable" ||
          claim.rung === "snapshot-isolation"
      ? 0.5 // reads, from the node's own copy
      : 1;
    assert.equal(share, expected, `${claim.rung}, ${claim.workload}`);
  }
});
