/**
 * lin_kv.ts, five nodes with disks: messages and latencies beside a plain Raft,
 * along its dial, as processes; reads that share a round; the time without
 * answers when the leader is killed.
 *
 * @module
 */
import linKv from "../beyond/lin_kv.ts";
import { type Program, workloads } from "../lib/maelstrom.ts";
import { median } from "../workbench/checkers/result.ts";
import { parseTestOptions } from "../workbench/cli/options.ts";
import { type FaultStep } from "../workbench/cluster/fault_script.ts";
import { involvesClient } from "../workbench/cluster/journal.ts";
import { type History, type Op, pairs } from "../workbench/load/history.ts";
import { type TestResult } from "../workbench/results/test_result.ts";
import { runTest, simulate, type Simulation } from "../workbench/run.ts";
import { TestCluster } from "../workbench/testing.ts";
import plainRaft from "./nodes/plain_raft.ts";
import { plotRaftFrontier, type RaftPoint } from "./raft_frontier.ts";
import { atMost, noTarget, type Row } from "./row.ts";

const area = "raft";
const NODES = 5;
const SEEDS = 3;
const SECONDS = 10;
/** When somebody leads for sure, in ms: only what is asked later is timed. */
const START = 2000;
const ELECTION_TIMEOUT = 1000;

interface Subject {
  readonly file: string;
  readonly program: Program;
}
const ours: Subject = { file: "../beyond/lin_kv.ts", program: linKv };
const plain: Subject = { file: "nodes/plain_raft.ts", program: plainRaft };

/** What is asked of the cluster, and what the network is like. */
interface Setting {
  readonly rate: number;
  readonly latency: number;
  readonly delivery?: "independent" | "maelstrom";
  /** Arguments of the nodes. */
  readonly args?: readonly string[];
}

function options(
  { file }: Subject,
  { rate, latency, delivery = "independent", args = [] }: Setting,
  ...flags: string[]
) {
  // So many that nobody waits for a client: each may wait for six hops.
  const clients = Math.ceil(rate * (6 * latency + 100) / 1000 / NODES) * NODES;
  const concurrency = `${Math.max(2 * NODES, clients)}`;
  return parseTestOptions([
    ...["-w", "lin-kv", "--bin", new URL(file, import.meta.url).pathname],
    ...["--disk", "--node-count", `${NODES}`, "--rate", `${rate}`],
    ...["--latency", `${latency}`, "--delivery", delivery],
    ...(flags.includes("--concurrency") ? [] : ["--concurrency", concurrency]),
    ...["--time-limit", `${SECONDS}`, ...flags, "--", ...args],
  ]);
}

function valid<R extends Pick<TestResult, "valid" | "explanation">>(
  result: R,
): R {
  if (result.valid !== true) throw new Error(result.explanation.join("\n"));
  return result;
}

// ------------------------------------------------------ messages and latencies

/** Of operations that ended ok, in ms. */
interface Latencies {
  readonly median: number;
  readonly p99: number;
  readonly max: number;
}

interface Measured {
  readonly msgsPerOp: number;
  /** Operations in a second that were answered. */
  readonly reached: number;
  readonly write: Latencies;
  readonly read: Latencies;
}

/** Operations that were answered, of those that began when somebody led. */
const answered = (history: History) =>
  pairs(history).flatMap(({ invoke, complete }) =>
    invoke.time < START * 1e6 || complete === undefined ||
      complete.type === "info"
      ? []
      : [{ ...complete, ms: (complete.time - invoke.time) / 1e6 }]
  );

function measured(
  { net }: Pick<TestResult, "net">,
  history: History,
): Measured {
  const all = answered(history);
  const latencies = (f: string): Latencies => {
    const took = all.filter((it) => it.f === f && it.type === "ok")
      .map(({ ms }) => ms).sort((a, b) => a - b);
    const at = (share: number) => took[Math.floor((took.length - 1) * share)];
    return { median: at(0.5), p99: at(0.99), max: at(1) };
  };
  return {
    msgsPerOp: net.servers.msgsPerOp ?? NaN,
    reached: all.length / (SECONDS - START / 1000),
    write: latencies("write"),
    read: latencies("read"),
  };
}

/** The medians over seeds. */
async function measure(
  subject: Subject,
  setting: Setting,
  seeds = SEEDS,
): Promise<Measured> {
  const all: Measured[] = [];
  for (let seed = 0; seed < seeds; seed++) {
    const run = valid(
      await simulate(
        options(subject, setting, "--seed", `bench ${seed}`),
        subject.program,
      ),
    );
    all.push(measured(run, run.history));
  }
  return mediansOf(all);
}

function mediansOf(all: readonly Measured[]): Measured {
  const of = (figure: (it: Measured) => number) => median(all.map(figure));
  const latenciesOf = (f: "write" | "read"): Latencies => ({
    median: of((it) => it[f].median),
    p99: of((it) => it[f].p99),
    max: of((it) => it[f].max),
  });
  return {
    msgsPerOp: of((it) => it.msgsPerOp),
    reached: of((it) => it.reached),
    write: latenciesOf("write"),
    read: latenciesOf("read"),
  };
}

const ms = (value: number) => value.toFixed(value < 10 ? 1 : 0);
const rest = ({ p99, max }: Latencies) => `p99 ${ms(p99)}, max ${ms(max)}`;
const all = ({ median, p99, max }: Latencies) =>
  `median ${ms(median)}, p99 ${ms(p99)}, max ${ms(max)}`;

function* compared(
  name: string,
  mine: Measured,
  peer: Measured,
  limits: { readonly msgsPerOp?: number; readonly write?: number },
): Generator<Row> {
  const row = (limit: number | undefined, it: Omit<Row, "target" | "pass">) =>
    limit === undefined ? noTarget(it) : atMost(limit, it);
  yield row(limits.msgsPerOp, {
    area,
    figure: `${name}: messages`,
    value: mine.msgsPerOp,
    unit: "msgs/op",
    peer: `plain ${peer.msgsPerOp.toFixed(2)}`,
  });
  for (const f of ["write", "read"] as const) {
    yield row(f === "write" ? limits.write : undefined, {
      area,
      figure: `${name}: a ${f}, median`,
      value: mine[f].median,
      unit: "ms",
      peer: `${rest(mine[f])}; plain ${all(peer[f])}`,
    });
  }
}

async function* grid(): AsyncGenerator<Row> {
  for (const rate of [100, 1000]) {
    for (const latency of [0, 10, 100]) {
      const deliveries = latency === 0
        ? ["independent"] as const
        : ["independent", "maelstrom"] as const;
      for (const delivery of deliveries) {
        const setting = { rate, latency, delivery };
        const mine = await measure(ours, setting);
        const how = latency === 0 ? "" : `, ${delivery}`;
        const name = `${rate.toLocaleString("en")} op/s, ${latency} ms${how}`;
        yield* compared(name, mine, await measure(plain, setting), {
          msgsPerOp: rate === 100 ? 6 : 1.5,
          // Maelstrom lets a request wait for what is under way to its node.
          write: rate === 100 && delivery === "independent"
            ? 4 * latency + 5
            : undefined,
        });
        if (mine.reached < 0.95 * rate) {
          throw new Error(`${name}: only ${mine.reached} op/s were answered`);
        }
      }
    }
  }
}

// -------------------------------------------------------------------- the dial

/** Values of --batch-interval, in ms. */
const dial = [0, 1, 2, 5, 10, 20, 30, 50, 70, 100, 150, 200];

const pointOf = (label: string, { msgsPerOp, write }: Measured): RaftPoint => ({
  ...{ label, msgsPerOp, write: write.median },
});

/** Sweeps the dial, and draws docs/results/raft_frontier.svg. */
async function* frontier(): AsyncGenerator<Row> {
  const drawn: Parameters<typeof plotRaftFrontier>[0][number][] = [];
  const latency = 10;
  for (const rate of [100, 1000]) {
    const swept: RaftPoint[] = [];
    for (const interval of dial) {
      const args = ["--batch-interval", `${interval}`];
      const it = await measure(ours, { rate, latency, args });
      swept.push(pointOf(`${interval}`, it));
      const row = {
        area,
        figure: `${rate.toLocaleString("en")} op/s, ${latency} ms, ` +
          `--batch-interval ${interval}: messages`,
        value: it.msgsPerOp,
        unit: "msgs/op",
        peer: `a write's median ${ms(it.write.median)} ms; ` +
          "docs/results/raft_frontier.svg",
      };
      yield rate === 100 && interval === 50 ? atMost(3, row) : noTarget(row);
    }
    const peer = pointOf("plain", await measure(plain, { rate, latency }));
    drawn.push({ rate, latency, swept, plain: peer });
  }
  const folder = new URL("../docs/results/", import.meta.url);
  await Deno.mkdir(folder, { recursive: true });
  const path = new URL("raft_frontier.svg", folder);
  await Deno.writeTextFile(path, plotRaftFrontier(drawn));
}

// ----------------------------------------------------------- reads share rounds

/** Messages between servers that so many reads cost, asked of one node at once. */
async function costOfReads(program: Program, count: number): Promise<number> {
  const cluster = new TestCluster(program, {
    ...{ nodes: NODES, args: ["--data-dir", "data"], latency: 1 },
    seed: "bench",
  });
  await cluster.ready();
  const { read, write } = workloads["lin-kv"];
  await cluster.call("n0", write({ key: 1, value: 1 }));
  // Signs of life come every 200 ms, none in the next few.
  await cluster.pass(ELECTION_TIMEOUT);
  const { length } = cluster.journal.events;
  const reads = Array.from({ length: count }, () => read({ key: 1 }));
  await Promise.all(reads.map((it) => cluster.call("n0", it)));
  return cluster.journal.events.slice(length).filter(({ type, packet }) =>
    type === "send" && !involvesClient(packet)
  ).length;
}

async function* reads(): AsyncGenerator<Row> {
  for (const count of [1, 10, 1000]) {
    const peer = await costOfReads(plainRaft, count);
    const rounds = count === 1 ? 1 : 2;
    yield atMost(6 * rounds, {
      area,
      figure: `${count.toLocaleString("en")} reads of one node at a moment`,
      value: await costOfReads(linKv, count),
      unit: "messages",
      peer: (rounds === 1
        ? "to the leader, to two others, and back"
        : "the first goes at once, the others share the next round") +
        `; plain ${peer.toLocaleString("en")}`,
    });
  }
}

// ----------------------------------------------------------- the leader's death

const KILLED_AT = 5000;
const KILLS = 30;

/** Who sent the last entries, or signs of life, before the kill. */
function leaderOf({ journal }: Simulation): string {
  const last = journal.events.findLast(({ type, time, packet }) =>
    type === "send" && time < KILLED_AT && packet.body.type === "append"
  );
  if (last === undefined) throw new Error("nobody leads");
  return last.packet.src;
}

/**
 * From the kill of the leader to the end of the first operation that another
 * node does for a client who asks after it, in election timeouts.
 */
async function silence(subject: Subject, seed: string): Promise<number> {
  // So many that some are left to ask while the others wait for an answer.
  const flags = ["--concurrency", "60n", "--seed", seed];
  const given = options(subject, { rate: 100, latency: 10 }, ...flags);
  const settings = { keepJournal: true };
  // The same happens up to the kill.
  const first = await simulate(given, subject.program, settings);
  const node = leaderOf(first);
  const steps: FaultStep[] = [{ at: KILLED_AT, do: "kill", node }];
  const scriptOfFaults = { file: "kill", steps };
  const run = valid(
    await simulate({ ...given, scriptOfFaults }, subject.program, settings),
  );
  if (leaderOf(run) !== node) throw new Error(`${node} did not lead any more`);
  const ends = pairs(run.history).filter(({ invoke, complete }) =>
    invoke.time > KILLED_AT * 1e6 && invoke.node !== node &&
    complete?.type === "ok"
  ).map(({ complete }) => complete?.time ?? NaN);
  return (Math.min(...ends) / 1e6 - KILLED_AT) / ELECTION_TIMEOUT;
}

async function silences(subject: Subject): Promise<number[]> {
  const all: number[] = [];
  for (let seed = 0; seed < KILLS; seed++) {
    all.push(await silence(subject, `bench ${seed}`));
  }
  return all;
}

async function* kills(): AsyncGenerator<Row> {
  const mine = await silences(ours);
  const peer = await silences(plain);
  const max = (all: readonly number[]) => Math.max(...all).toFixed(2);
  yield atMost(2, {
    area,
    figure: `without answers after the leader's kill, median of ${KILLS} seeds`,
    value: median(mine),
    unit: "election timeouts",
    peer: `max ${max(mine)}; ` +
      `plain median ${median(peer).toFixed(2)}, max ${max(peer)}`,
  });
}

// ------------------------------------------------------------------- processes

async function asProcesses(subject: Subject): Promise<Measured> {
  const setting = { rate: 1000, latency: 0 };
  const clients = ["--concurrency", "40n", "--seed", "bench"];
  const result = valid(await runTest(options(subject, setting, ...clients)));
  const text = await Deno.readTextFile(`${result.storePath}/history.jsonl`);
  const history: Op[] = text.trim().split("\n").map((it) => JSON.parse(it));
  return measured(result, history);
}

async function* processes(): AsyncGenerator<Row> {
  const mine = await asProcesses(ours);
  const peer = await asProcesses(plain);
  const name = "real processes, 1,000 op/s asked";
  yield noTarget({
    area,
    figure: `${name}: reached`,
    value: mine.reached,
    unit: "op/s",
    peer: `plain ${peer.reached.toFixed()}; two cores for nodes and clients`,
  });
  // What comes in one turn of a process shares a round in the plain one too.
  yield* compared(name, mine, peer, {});
}

export async function* rows(): AsyncGenerator<Row> {
  yield* grid();
  yield* reads();
  yield* kills();
  yield* frontier();
  yield* processes();
}
