/**
 * The transactions of txn.ts: messages, latency, size of the cluster.
 *
 * @module
 */
import txn from "../txn.ts";
import { parseTestOptions } from "../workbench/cli/options.ts";
import { runTest, simulate } from "../workbench/run.ts";
import { published, quote } from "../workbench/published.ts";
import { atMost, noTarget, type Row } from "./row.ts";

const area = "txn";

function options(...flags: string[]) {
  const bin = new URL("../txn.ts", import.meta.url).pathname;
  return parseTestOptions([
    ...["-w", "txn-rw-register", "--bin", bin, "--seed", "bench"],
    ...["--consistency-models", "causal-cerone,strong-session-read-committed"],
    ...["--availability", "total", "--concurrency", "2n", "--rate", "1000"],
    ...flags,
  ]);
}

export async function* rows(): AsyncGenerator<Row> {
  const flags = ["--node-count", "2", "--nemesis", "partition"];
  const simulated = await simulate(
    options(...flags, "--time-limit", "20"),
    txn,
  );
  yield atMost(0.3, {
    area,
    figure: "6c, causal and read committed in sessions: messages",
    value: valid(simulated).net.servers.msgsPerOp ?? NaN,
    unit: "msgs/op",
    peer: `${quote(published.transactions)}, at read committed`,
  });
  const real = await runTest(options(...flags, "--time-limit", "8"));
  yield atMost(5, {
    area,
    figure: "6c as processes: p99 of a transaction",
    value: valid(real).latencies["0.99"],
    unit: "ms",
    peer: "own target",
  });
  for (const nodes of [3, 10, 25, 50]) {
    const result = valid(
      await simulate(
        options("--node-count", `${nodes}`, "--time-limit", "5"),
        txn,
      ),
    );
    yield noTarget({
      area,
      figure: `${nodes} nodes, 1000 op/s: messages per node`,
      value: result.net.servers.msgCount / (5 * nodes),
      unit: "msgs/s",
      peer: "log2 n neighbours, at most 50 batches per second",
    });
  }
}

function valid<R extends { valid: unknown; explanation: readonly string[] }>(
  result: R,
): R {
  if (result.valid !== true) throw new Error(result.explanation.join("\n"));
  return result;
}
