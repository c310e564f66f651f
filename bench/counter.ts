/**
 * counter.ts: messages, latency, size of the cluster.
 *
 * @module
 */
import counter from "../counter.ts";
import { involvesClient, type Journal } from "../workbench/cluster/journal.ts";
import { parseTestOptions } from "../workbench/cli/options.ts";
import { simulate } from "../workbench/run.ts";
import { atMost, noTarget, type Row } from "./row.ts";

const area = "counter";
const SEEDS = 21;

function run(seed: string, flags: string) {
  const options = parseTestOptions([
    ...["--bin", "-", "--seed", seed, "--rate", "100", "--time-limit", "20"],
    ...flags.split(" "),
  ]);
  return simulate(options, counter, { keepJournal: true });
}

export async function* rows(): AsyncGenerator<Row> {
  const partitioned = "--node-count 3 --nemesis partition";
  for (
    const [figure, flags] of [
      ["4", `-w g-counter ${partitioned}`],
      ["4, without partitions", "-w g-counter --node-count 3"],
      ["4, pn-counter", `-w pn-counter ${partitioned}`],
    ]
  ) {
    const msgsPerOp: number[] = [];
    const latencies: number[] = [];
    for (let seed = 0; seed < SEEDS; seed++) {
      const result = valid(await run(`bench ${seed}`, flags));
      msgsPerOp.push(result.net.servers.msgsPerOp ?? NaN);
      latencies.push(result.latencies["1"]);
    }
    const messages = {
      area,
      figure: `${figure}: messages, worst of ${SEEDS} seeds`,
      value: Math.max(...msgsPerOp),
      unit: "msgs/op",
    };
    // Half of pn-counter's operations are adds, and each must be written.
    yield flags.includes("pn-counter")
      ? noTarget({ ...messages, peer: "2 per write, 0.5 writes per operation" })
      : atMost(1, { ...messages, peer: "own target" });
    yield noTarget({
      area,
      figure: `${figure}: slowest operation of all`,
      value: Math.max(...latencies),
      unit: "ms",
      peer: "an add waits for its write, and that for the one before",
    });
  }
  let smallest: number | undefined;
  for (const nodes of [3, 10, 25, 50]) {
    const flags = `-w g-counter --node-count ${nodes} --latency 10`;
    const { journal, net } = valid(await run("bench", flags));
    const busiest = busiestNode(journal);
    smallest ??= busiest;
    yield atMost(Math.round(2 * smallest), {
      area,
      figure: `${nodes} nodes: busiest node, sent and received`,
      value: busiest,
      unit: "msgs/s",
      peer: "twice that of 3 nodes",
    });
    yield noTarget({
      area,
      figure: `${nodes} nodes: messages per node`,
      value: net.servers.msgCount / 20 / nodes,
      unit: "msgs/s",
      peer: "100 op/s over all nodes",
    });
  }
}

/** Messages per second of the busiest node, services aside. */
function busiestNode(journal: Journal): number {
  const counts = new Map<string, number>();
  for (const { time, type, packet } of journal.events) {
    if (time > 20_000 || involvesClient(packet)) continue;
    const node = type === "send" ? packet.src : packet.dest;
    if (node.startsWith("n")) counts.set(node, (counts.get(node) ?? 0) + 1);
  }
  return Math.max(...counts.values()) / 20;
}

function valid<R extends { valid: unknown; explanation: readonly string[] }>(
  result: R,
): R {
  if (result.valid !== true) throw new Error(result.explanation.join("\n"));
  return result;
}
