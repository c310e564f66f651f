/**
 * broadcast.ts on 3d's command: messages against latency, along its dial; and
 * in clusters of up to 1,600 nodes.
 *
 * @module
 */
import broadcast from "../broadcast.ts";
import { type Program } from "../lib/maelstrom.ts";
// Each value goes to all, once: no protocol has less latency.
import direct from "../tests/nodes/forgetful.ts";
import { median } from "../workbench/checkers/result.ts";
import { involvesClient, type Journal } from "../workbench/cluster/journal.ts";
import { parseTestOptions } from "../workbench/cli/options.ts";
import { type TestResult } from "../workbench/results/test_result.ts";
import { runTest, simulate } from "../workbench/run.ts";
import { plotFrontier, type Point } from "./frontier.ts";
import { published, quote } from "../workbench/published.ts";
import { atMost, noTarget, type Row } from "./row.ts";

const area = "broadcast";

/**
 * Runs of each setting. Their median counts: which share of the operations are
 * broadcasts is up to the seed, and messages go with it.
 */
const SEEDS = 11;

/** The settings that have targets of their own. */
const settings = [
  {
    name: "3d, default",
    args: [],
    msgsPerOp: 2.8,
    median: 180,
    max: 230,
    peer: quote(published.star),
  },
  {
    name: "3d, --max-wait 0, lowest latency",
    args: ["--max-wait", "0"],
    msgsPerOp: 12.3,
    median: 80,
    max: 110,
    peer: quote(published.direct),
  },
  {
    name: "3e, --max-wait 1300, frugal",
    args: ["--max-wait", "1300"],
    msgsPerOp: 0.5,
    median: 1000,
    max: 2000,
    peer: quote(published.batches),
  },
];

/** Values of --max-wait for the picture, in ms: all steps at its lower end. */
const dial = [
  ...[0, 115, 165, 180, 200, 300, 400, 500, 600, 800],
  ...[1000, 1200, 1300, 1400],
];

/** 3d's flags, but the number of nodes. */
function options(seed: string, flags: readonly string[]) {
  const bin = new URL("../broadcast.ts", import.meta.url).pathname;
  return parseTestOptions([
    ...["-w", "broadcast", "--bin", bin, "--seed", seed],
    ...["--rate", "100", "--latency", "100", "--time-limit", "20"],
    ...flags,
  ]);
}

const simulated = async (
  seed: string,
  args: readonly string[],
  program: Program,
) =>
  measure(
    await simulate(
      options(seed, ["--node-count", "25", "--", ...args]),
      program,
    ),
  );

/** @throws {Error} the run was not valid */
function measure(result: TestResult): Point {
  if (result.valid !== true) throw new Error(result.explanation.join("\n"));
  const latencies = new Map(
    Object.entries(result.workload.stableLatencies ?? {}),
  );
  return {
    msgsPerOp: Number(result.net.servers.msgsPerOp),
    median: Number(latencies.get("0.5")),
    max: Number(latencies.get("1")),
  };
}

const medians = (points: readonly Point[]): Point => ({
  msgsPerOp: median(points.map((it) => it.msgsPerOp)),
  median: median(points.map((it) => it.median)),
  max: median(points.map((it) => it.max)),
});

async function seeds(
  args: readonly string[],
  count: number,
  program: Program = broadcast,
): Promise<Point[]> {
  const points: Point[] = [];
  for (let seed = 0; seed < count; seed++) {
    points.push(await simulated(`bench ${seed}`, args, program));
  }
  return points;
}

type Setting = (typeof settings)[number];

function* setting(it: Setting, { msgsPerOp, median, max }: Point, how: string) {
  const row = { area, peer: it.peer };
  const name = `${it.name}, ${how}`;
  yield atMost(it.msgsPerOp, {
    ...row,
    figure: `${name}: messages`,
    value: msgsPerOp,
    unit: "msgs/op",
  });
  yield atMost(it.median, {
    ...row,
    figure: `${name}: median stable latency`,
    value: median,
    unit: "ms",
  });
  yield atMost(it.max, {
    ...row,
    figure: `${name}: maximal stable latency`,
    value: max,
    unit: "ms",
  });
}

export async function* rows(): AsyncGenerator<Row> {
  for (const it of settings) {
    const how = `${SEEDS} seeds`;
    yield* setting(it, medians(await seeds(it.args, SEEDS)), how);
  }
  yield* setting(
    settings[0],
    measure(await runTest(options("bench", ["--node-count", "25"]))),
    "real processes",
  );
  yield* limit();
  yield* durability();
  yield* frontier();
  yield* scale();
}

/** The same seeds without any protocol. */
async function* limit(): AsyncGenerator<Row> {
  const { msgsPerOp, median } = medians(await seeds([], SEEDS, direct));
  const peer = "the limit, without fault tolerance";
  yield noTarget({
    area,
    figure: "3d, each value sent to all and no more: messages",
    value: msgsPerOp,
    unit: "msgs/op",
    peer,
  });
  yield noTarget({
    area,
    figure: "3d, each value sent to all and no more: median stable latency",
    value: median,
    unit: "ms",
    peer,
  });
}

/** What it costs to store values before they are acknowledged. */
async function* durability(): AsyncGenerator<Row> {
  const { msgsPerOp, max } = medians(await seeds(["--durable"], SEEDS));
  const peer = "default's";
  yield noTarget({
    area,
    figure: "3d, --durable: messages",
    value: msgsPerOp,
    unit: "msgs/op",
    peer,
  });
  yield noTarget({
    area,
    figure: "3d, --durable: maximal stable latency",
    value: max,
    unit: "ms",
    peer,
  });
}

/** Sweeps the dial, and draws docs/results/broadcast_frontier.svg. */
async function* frontier(): AsyncGenerator<Row> {
  const swept: (Point & { readonly label: string })[] = [];
  for (const maxWait of dial) {
    const points = await seeds(["--max-wait", `${maxWait}`], 3);
    swept.push({ ...medians(points), label: `${maxWait}` });
  }
  const folder = new URL("../docs/results/", import.meta.url);
  await Deno.mkdir(folder, { recursive: true });
  const path = new URL("broadcast_frontier.svg", folder);
  await Deno.writeTextFile(path, plotFrontier(swept));
  for (const { label, msgsPerOp, max } of swept) {
    yield noTarget({
      area,
      figure: `frontier, --max-wait ${label}: messages at ${max.toFixed()} ms`,
      value: msgsPerOp,
      unit: "msgs/op",
      peer: "drawn in docs/results/broadcast_frontier.svg",
    });
  }
}

/** Larger clusters, at the same rate of operations and the same latency. */
async function* scale(): AsyncGenerator<Row> {
  const seconds = 10;
  let smallest: Load | undefined;
  for (const nodes of [25, 100, 400, 1600]) {
    const flags = [
      ...["--node-count", `${nodes}`, "--time-limit", `${seconds}`],
      ...["--delivery", "independent"], // true latencies
    ];
    const result = await simulate(options("bench", flags), broadcast, {
      keepJournal: true,
    });
    const { msgsPerOp, max } = measure(result);
    const { rate, degree } = load(result.journal, seconds);
    smallest ??= { rate, degree };
    let depth = 0;
    for (let size = 1; size < nodes; size += 24 ** depth) depth++;
    const row = { area, peer: "own target: less than linear growth" };
    yield noTarget({
      ...row,
      figure: `${nodes} nodes: messages per broadcast, for each other node`,
      value: 2 * msgsPerOp / (nodes - 1),
      unit: "",
      peer: "1 without batches",
    });
    yield atMost(Math.round(2 * smallest.rate), {
      ...row,
      figure: `${nodes} nodes: busiest node, sent and received`,
      value: rate,
      unit: "msgs/s",
      peer: "twice that of 25 nodes",
    });
    yield atMost(100, {
      ...row,
      figure: `${nodes} nodes: most others that one talks to`,
      value: degree,
      unit: "nodes",
      peer: "2 x 24 and what anti-entropy picks at random",
    });
    yield atMost(2 * 100 * depth + 115, {
      ...row,
      figure: `${nodes} nodes: maximal stable latency`,
      value: max,
      unit: "ms",
      peer: `${depth} hops up, ${depth} down, and an interval`,
    });
  }
}

interface Load {
  /** Of the busiest node, in messages per second, sent and received. */
  readonly rate: number;
  /** The most nodes that one of them sent to or heard from. */
  readonly degree: number;
}

function load(journal: Journal, seconds: number): Load {
  const counts = new Map<string, number>();
  const peers = new Map<string, Set<string>>();
  const count = (node: string, peer: string) => {
    counts.set(node, (counts.get(node) ?? 0) + 1);
    const known = peers.get(node) ?? new Set();
    peers.set(node, known.add(peer));
  };
  for (const { time, type, packet } of journal.events) {
    if (time > seconds * 1000 || involvesClient(packet)) continue;
    const { src, dest } = packet;
    if (type === "send") count(src, dest);
    else count(dest, src);
  }
  return {
    rate: Math.max(...counts.values()) / seconds,
    degree: Math.max(...[...peers.values()].map((it) => it.size)),
  };
}
