/**
 * kafka.ts: messages, latency and throughput, size of segments and of the
 * cluster.
 *
 * @module
 */
import kafka from "../kafka.ts";
import { involvesClient, type Journal } from "../workbench/cluster/journal.ts";
import { parseTestOptions } from "../workbench/cli/options.ts";
import { type TestResult } from "../workbench/results/test_result.ts";
import { runTest, simulate } from "../workbench/run.ts";
import { type Op, pairs } from "../workbench/load/history.ts";
import { published, quote } from "../workbench/published.ts";
import { atLeast, atMost, noTarget, type Row } from "./row.ts";

const area = "kafka";
const SEEDS = 11;

function options(seed: string, flags: string) {
  const bin = new URL("../kafka.ts", import.meta.url).pathname;
  return parseTestOptions([
    ...["-w", "kafka", "--bin", bin, "--seed", seed],
    ...flags.split(" "),
  ]);
}

const run = async (seed: string, flags: string) =>
  valid(await simulate(options(seed, flags), kafka, { keepJournal: true }));

export async function* rows(): AsyncGenerator<Row> {
  const msgsPerOp: number[] = [];
  const common = "--concurrency 2n --rate 1000";
  for (let seed = 0; seed < SEEDS; seed++) {
    const flags = `--node-count 2 ${common} --time-limit 20`;
    const { net } = await run(`bench ${seed}`, flags);
    msgsPerOp.push(net.servers.msgsPerOp ?? NaN);
  }
  yield atMost(1.5, {
    area,
    figure: `5c: messages, worst of ${SEEDS} seeds`,
    value: Math.max(...msgsPerOp),
    unit: "msgs/op",
    peer: quote(published.log),
  });
  yield* throughput();
  yield* segments();
  yield* scale();
}

/** Real processes, with enough clients to reach what is asked. */
async function* throughput(): AsyncGenerator<Row> {
  const seconds = 6;
  for (const [rate, clients] of [[1000, 4], [5000, 40], [20_000, 160]]) {
    const result = valid(
      await runTest(options(
        "bench",
        `--node-count 2 --concurrency ${clients} --rate ${rate} ` +
          `--time-limit ${seconds} --key-count 100 --max-writes-per-key 1000`,
      )),
    );
    const { done, sends } = await measure(result);
    const row = { area, peer: `${clients} clients, real processes` };
    const reached = done / seconds;
    const measured = {
      ...row,
      figure: `${rate} op/s asked: reached`,
      value: reached,
      unit: "op/s",
    };
    // The workbench and its clients share the two cores with the nodes.
    yield rate === 1000 ? atLeast(0.8 * rate, measured) : noTarget(measured);
    yield noTarget({
      ...row,
      figure: `${rate} op/s asked: median of a send`,
      value: sends[Math.floor(sends.length / 2)],
      unit: "ms",
    });
    yield noTarget({
      ...row,
      figure: `${rate} op/s asked: p99 of a send`,
      value: sends[Math.floor(sends.length * 0.99)],
      unit: "ms",
    });
  }
}

interface Measured {
  /** Operations that ended ok, before the final ones. */
  readonly done: number;
  /** How long sends took that ended ok, in ms, ascending. */
  readonly sends: readonly number[];
}

/** A run of processes, by the history that it left. */
async function measure({ storePath }: TestResult): Promise<Measured> {
  const text = await Deno.readTextFile(`${storePath}/history.jsonl`);
  const history: Op[] = text.trim().split("\n").map((it) => JSON.parse(it));
  const ended = pairs(history).filter(({ invoke, complete }) =>
    complete?.type === "ok" && !invoke.final && invoke.f !== "assign"
  );
  return {
    done: ended.length,
    sends: ended.filter(({ invoke }) => invoke.f === "send")
      .map(({ invoke, complete }) =>
        ((complete?.time ?? 0) - invoke.time) / 1e6
      ).sort((a, b) => a - b),
  };
}

/** What is written for a message does not grow with the log. */
async function* segments(): AsyncGenerator<Row> {
  const bytes: number[] = [];
  for (const seconds of [2, 20]) {
    const { journal, history } = await run(
      "bench",
      `--node-count 2 ${common20} --time-limit ${seconds}`,
    );
    let written = 0;
    for (const { type, packet } of journal.events) {
      const isWrite = type === "send" && packet.dest === "lin-kv" &&
        packet.body.type === "cas";
      if (isWrite) written += packet.text.length;
    }
    const sends = history.filter(({ f, type }) => f === "send" && type === "ok")
      .length;
    bytes.push(written / sends);
  }
  yield noTarget({
    area,
    figure: "written to lin-kv for a message, commits included",
    value: bytes[0],
    unit: "bytes",
    peer: "2 s of 5c's command",
  });
  yield atMost(1.2, {
    area,
    figure: "the same with a log ten times as long",
    value: bytes[1] / bytes[0],
    unit: "x",
    peer: "O(batch), not O(log)",
  });
}

const common20 = "--concurrency 2n --rate 1000 --max-writes-per-key 1000";

/** Larger clusters at the same rate. */
async function* scale(): AsyncGenerator<Row> {
  const seconds = 5;
  for (const nodes of [3, 10, 25, 50]) {
    const { journal, net } = await run(
      "bench",
      `--node-count ${nodes} --concurrency 2n --rate 1000 --latency 1 ` +
        `--time-limit ${seconds}`,
    );
    yield noTarget({
      area,
      figure: `${nodes} nodes: messages`,
      value: net.servers.msgsPerOp ?? NaN,
      unit: "msgs/op",
      peer: "1,000 op/s over all nodes",
    });
    yield noTarget({
      area,
      figure: `${nodes} nodes: busiest node, sent and received`,
      value: busiestNode(journal, seconds),
      unit: "msgs/s",
      peer: "1,000 op/s over all nodes",
    });
  }
}

/** Messages per second of the busiest node, services aside. */
function busiestNode(journal: Journal, seconds: number): number {
  const counts = new Map<string, number>();
  for (const { time, type, packet } of journal.events) {
    if (time > seconds * 1000 || involvesClient(packet)) continue;
    const node = type === "send" ? packet.src : packet.dest;
    if (node.startsWith("n")) counts.set(node, (counts.get(node) ?? 0) + 1);
  }
  return Math.max(...counts.values()) / seconds;
}

function valid<R extends { valid: unknown; explanation: readonly string[] }>(
  result: R,
): R {
  if (result.valid !== true) throw new Error(result.explanation.join("\n"));
  return result;
}
