/**
 * The Gossip Glomers challenges, https://fly.io/dist-sys/, and what lies beyond
 * them: every workload of Maelstrom's, under all faults that a script of ours
 * promises to bear.
 *
 * @module
 */

import { type MaelstromVerdict, type Validity } from "./checkers/result.ts";
import { type RunOptions } from "./run_options.ts";

/** What fly.io asks for beyond a valid verdict: each figure stays below. */
export interface Targets {
  /** Messages between servers for each operation. */
  readonly msgsPerOp: number;
  /** Stable latency in ms. */
  readonly median: number;
  readonly max: number;
}

/** What makes a run one of a challenge. */
export type Settings = Pick<
  RunOptions,
  | "workload"
  | "nodeIds"
  | "rate"
  | "latency"
  | "nemesis"
  | "pLoss"
  | "pDuplicate"
  | "own"
>;

/** What a run of a challenge came to: a line of the table. */
export interface Summary {
  readonly valid: Validity;
  /** Maelstrom's verdict, if it was asked for and is not the judge itself. */
  readonly asMaelstrom?: MaelstromVerdict;
  /** Operations that clients asked for. */
  readonly operations?: number;
  readonly msgsPerOp?: number;
  /**
   * In ms: stable latencies for broadcast, otherwise how long the operations
   * took that ended ok.
   */
  readonly median?: number;
  readonly max?: number;
  /** What is wrong, for a person. */
  readonly explanation: readonly string[];
  /** Where the results are. */
  readonly storePath?: string;
  /** The command that repeats the run. */
  readonly command?: string;
}

/** One variant of a challenge: a command of fly.io's, or of ours. */
export interface Challenge {
  readonly id: string;
  /** Other variants that are judged by the same command. */
  readonly also?: readonly string[];
  readonly title: string;
  /** The script that solves it, in the project's folder. */
  readonly script: string;
  /** Flags of `test`, as fly.io gives them, but the time limit. */
  readonly flags: string;
  /** fly.io's time limit in seconds, or ours, and one that is enough for a first look. */
  readonly timeLimit: { readonly full: number; readonly short: number };
  /** Seconds that a run takes beyond its time limit, about. */
  readonly extraTime: number;
  /** fly.io's bounds, by the variant that has them. */
  readonly targets?: Readonly<Record<string, Targets>>;
  /**
   * Whether its script is judged with `--check-convergence`, which fly.io does
   * not ask for: other programs are not.
   */
  readonly converges?: boolean;
  /** Takes the machine for itself, so that its latencies mean something. */
  readonly alone?: boolean;
  /** Runs only when it is named. */
  readonly onlyNamed?: boolean;
}

/** Faults begin and end so often, in seconds, in a shortened run. */
const SHORT_NEMESIS_INTERVAL = 2;

/** Starting and stopping; with final reads also the recovery before them. */
const [WITHOUT_FINAL_READS, WITH_FINAL_READS] = [1, 11];

export const challenges: readonly Challenge[] = [
  {
    id: "1",
    title: "Echo",
    script: "echo.ts",
    flags: "-w echo --node-count 1",
    timeLimit: { full: 10, short: 3 },
    extraTime: WITHOUT_FINAL_READS,
  },
  {
    id: "2",
    title: "Unique ID generation",
    script: "unique_ids.ts",
    flags: "-w unique-ids --rate 1000 --node-count 3 --availability total " +
      "--nemesis partition",
    timeLimit: { full: 30, short: 8 },
    extraTime: WITHOUT_FINAL_READS,
  },
  {
    id: "3a",
    title: "Single-node broadcast",
    script: "broadcast.ts",
    flags: "-w broadcast --node-count 1 --rate 10",
    timeLimit: { full: 20, short: 5 },
    extraTime: WITH_FINAL_READS,
  },
  {
    id: "3b",
    title: "Multi-node broadcast",
    script: "broadcast.ts",
    flags: "-w broadcast --node-count 5 --rate 10",
    timeLimit: { full: 20, short: 5 },
    extraTime: WITH_FINAL_READS,
  },
  {
    id: "3c",
    title: "Fault-tolerant broadcast",
    script: "broadcast.ts",
    flags: "-w broadcast --node-count 5 --rate 10 --nemesis partition",
    timeLimit: { full: 20, short: 8 },
    extraTime: WITH_FINAL_READS,
  },
  {
    id: "3d",
    also: ["3e"],
    title: "Efficient broadcast",
    script: "broadcast.ts",
    flags: "-w broadcast --node-count 25 --rate 100 --latency 100",
    timeLimit: { full: 20, short: 10 },
    extraTime: WITH_FINAL_READS + 1,
    targets: {
      "3d": { msgsPerOp: 30, median: 400, max: 600 }, // fly.io/dist-sys/3d
      "3e": { msgsPerOp: 20, median: 1000, max: 2000 }, // fly.io/dist-sys/3e
    },
    alone: true,
  },
  {
    id: "4",
    title: "Grow-only counter",
    script: "counter.ts",
    flags: "-w g-counter --node-count 3 --rate 100 --nemesis partition",
    timeLimit: { full: 20, short: 8 },
    extraTime: WITH_FINAL_READS,
  },
  {
    id: "4pn",
    title: "Up-and-down counter",
    script: "counter.ts",
    flags: "-w pn-counter --node-count 3 --rate 100 --nemesis partition",
    timeLimit: { full: 20, short: 8 },
    extraTime: WITH_FINAL_READS,
    onlyNamed: true,
  },
  {
    id: "5a",
    title: "Single-node log",
    script: "kafka.ts",
    flags: "-w kafka --node-count 1 --concurrency 2n --rate 1000",
    timeLimit: { full: 20, short: 5 },
    extraTime: WITH_FINAL_READS,
    converges: true,
  },
  {
    id: "5b",
    title: "Multi-node log",
    script: "kafka.ts",
    flags: "-w kafka --node-count 2 --concurrency 2n --rate 1000",
    timeLimit: { full: 20, short: 5 },
    extraTime: WITH_FINAL_READS,
    converges: true,
  },
  {
    id: "5c",
    title: "Efficient log",
    script: "kafka.ts",
    flags: "-w kafka --node-count 2 --concurrency 2n --rate 1000",
    timeLimit: { full: 20, short: 5 },
    extraTime: WITH_FINAL_READS,
    converges: true,
  },
  {
    id: "6a",
    title: "Single-node transactions",
    script: "txn.ts",
    flags: "-w txn-rw-register --node-count 1 --rate 1000 --concurrency 2n " +
      "--consistency-models read-uncommitted --availability total",
    timeLimit: { full: 20, short: 5 },
    extraTime: WITHOUT_FINAL_READS,
  },
  {
    id: "6b",
    title: "Read uncommitted",
    script: "txn.ts",
    flags: "-w txn-rw-register --node-count 2 --rate 1000 --concurrency 2n " +
      "--consistency-models read-uncommitted --availability total " +
      "--nemesis partition",
    timeLimit: { full: 20, short: 8 },
    extraTime: WITHOUT_FINAL_READS,
  },
  {
    id: "6c",
    title: "Read committed",
    script: "txn.ts",
    flags: "-w txn-rw-register --node-count 2 --rate 1000 --concurrency 2n " +
      "--consistency-models read-committed --availability total " +
      "--nemesis partition",
    timeLimit: { full: 20, short: 8 },
    extraTime: WITHOUT_FINAL_READS,
  },
];

const mostFaults = "--nemesis partition,one-way,kill,pause";

/** All with an id that is the workload's. */
export const beyond: readonly Challenge[] = [
  {
    title: "Echo",
    script: "echo.ts",
    // As in Maelstrom, every request must be answered.
    flags: "-w echo --node-count 5 --rate 100 --nemesis partition,one-way " +
      "--availability total",
    extraTime: WITHOUT_FINAL_READS,
  },
  {
    title: "Unique ID generation",
    script: "unique_ids.ts",
    flags: `-w unique-ids --node-count 5 --rate 500 ${mostFaults}`,
    extraTime: WITHOUT_FINAL_READS,
  },
  {
    title: "Broadcast",
    script: "broadcast.ts",
    flags: "-w broadcast --node-count 5 --rate 100 --forgive-victims " +
      mostFaults,
  },
  {
    title: "Grow-only set",
    script: "beyond/g_set.ts",
    flags: `-w g-set --node-count 5 --rate 100 --forgive-victims ${mostFaults}`,
  },
  {
    title: "Grow-only counter",
    script: "counter.ts",
    flags: `-w g-counter --node-count 5 --rate 100 ${mostFaults}`,
    converges: true,
  },
  {
    title: "Up-and-down counter",
    script: "counter.ts",
    flags: `-w pn-counter --node-count 5 --rate 100 ${mostFaults}`,
    converges: true,
  },
  {
    title: "Log",
    script: "kafka.ts",
    flags: "-w kafka --node-count 5 --concurrency 2n --rate 300 " + mostFaults,
    converges: true,
  },
  {
    title: "Linearizable store",
    script: "beyond/lin_kv.ts",
    flags: "-w lin-kv --node-count 5 --concurrency 2n --rate 100 --disk " +
      mostFaults,
    extraTime: WITHOUT_FINAL_READS,
  },
  {
    title: "Transactions on lists",
    script: "beyond/list_append.ts",
    flags: "-w txn-list-append --node-count 3 --concurrency 2n --rate 300 " +
      mostFaults,
    extraTime: WITHOUT_FINAL_READS,
  },
  {
    title: "Transactions on registers",
    script: "txn.ts",
    flags: "-w txn-rw-register --node-count 3 --concurrency 2n --rate 300 " +
      "--consistency-models causal-cerone,strong-session-read-committed " +
      mostFaults,
    converges: true,
  },
].map((it) => ({
  extraTime: WITH_FINAL_READS,
  ...it,
  id: /^-w (\S+)/.exec(it.flags)?.[1] ?? "",
  timeLimit: { full: 20, short: 8 },
}));

/** How the challenge is called in a table: all variants that it stands for. */
export function label(challenge: Challenge): string {
  return variants(challenge).join(" ");
}

/** All variants that a challenge's command stands for. */
const variants = ({ id, also = [] }: Challenge) => [id, ...also];

/**
 * The challenges of these names, in order, each once; without names, all but
 * those that run only when named. Variants of one command are one run, and only
 * those that are named are judged.
 *
 * @throws {RangeError} there is none of that name
 */
export function select(
  names: readonly string[],
  from: readonly Challenge[] = challenges,
): Challenge[] {
  if (names.length === 0) return from.filter((it) => !it.onlyNamed);
  const known = new Set(from.flatMap(variants));
  const unknown = names.find((name) => !known.has(name));
  if (unknown !== undefined) {
    const kind = from === beyond ? "workload" : "challenge";
    throw new RangeError(
      `there is no ${kind} ${unknown}; there are ${[...known].join(", ")}`,
    );
  }
  return from.flatMap((it) => {
    const [id, ...also] = variants(it).filter((name) => names.includes(name));
    return id === undefined ? [] : [{ ...it, id, also }];
  });
}

/** fly.io's bounds for a variant, if it has some. */
export function targetsOf(variant: string): Targets | undefined {
  return challenges.find(({ targets }) => targets?.[variant])
    ?.targets?.[variant];
}

/**
 * The variants whose command a run has followed, but for how long it took;
 * Maelstrom's defaults stand for what the command does not say.
 */
export function challengesOf(run: Settings): string[] {
  const { own, pLoss, pDuplicate } = run;
  if (pLoss > 0 || pDuplicate > 0) return [];
  return challenges.filter(({ flags }) => {
    const asked = (name: string, otherwise = "") =>
      new RegExp(`(?:^| )${name} (\\S+)`).exec(flags)?.[1] ?? otherwise;
    const models = asked("--consistency-models");
    return asked("-w") === run.workload &&
      asked("--node-count") === `${run.nodeIds.length}` &&
      asked("--rate", "5") === `${run.rate}` &&
      asked("--latency", "0") === `${run.latency}` &&
      asked("--nemesis") === run.nemesis.join() &&
      (models === "" || models === `${own.consistencyModels}`);
  }).flatMap(variants);
}

export type Pace = "full" | "short" | number;

/** Seconds of load. */
export function timeLimit({ timeLimit }: Challenge, pace: Pace): number {
  return typeof pace === "number" ? pace : timeLimit[pace];
}

/** The arguments of a challenge's run, but for the node. */
export function runArguments(challenge: Challenge, pace: Pace): string[] {
  const flags = challenge.flags.split(" ");
  const interval = pace !== "full" && flags.includes("--nemesis")
    ? ["--nemesis-interval", `${SHORT_NEMESIS_INTERVAL}`]
    : [];
  return [
    ...flags,
    ...interval,
    "--time-limit",
    `${timeLimit(challenge, pace)}`,
  ];
}

/** The arguments of Maelstrom's, or the workbench's, `test` command. */
export const testArguments = (
  challenge: Challenge,
  pace: Pace,
  bin: string,
  nodeArguments: readonly string[] = [],
): string[] => [
  ...runArguments(challenge, pace),
  "--bin",
  bin,
  ...(nodeArguments.length > 0 ? ["--", ...nodeArguments] : []),
];

/** How a run stands to what fly.io asks of one variant. */
export interface Comparison {
  readonly variant: string;
  /** Each bound that was not kept, in words; none: the variant is solved. */
  readonly missed: readonly string[];
  /** The bounds, in words. */
  readonly asked: string;
}

const units = {
  msgsPerOp: "messages per operation",
  median: "ms median stable latency",
  max: "ms maximal stable latency",
} as const;

const figures = ["msgsPerOp", "median", "max"] as const;

/** Holds a run against fly.io's bounds for each of a challenge's variants. */
export function compare(
  challenge: Challenge,
  run: Pick<Summary, keyof Targets>,
): Comparison[] {
  return variants(challenge).flatMap((variant) => {
    const targets = challenge.targets?.[variant];
    if (targets === undefined) return [];
    const missed = figures
      .filter((name) => !((run[name] ?? NaN) < targets[name]))
      .map((name) =>
        `${run[name]?.toFixed(1) ?? "no"} ${units[name]}; fly.io asks for ` +
        `less than ${targets[name]}`
      );
    const { msgsPerOp, median, max } = targets;
    const asked = `below ${msgsPerOp} msgs/op, ${median} ms median, ${max} max`;
    return [{ variant, missed, asked }];
  });
}
