/**
 * How quick, how costly and how available one run was.
 *
 * @module
 */
import { ErrorCode } from "../../lib/maelstrom.ts";
import { type Op, pairs } from "../load/history.ts";
import { type Simulation } from "../simulation.ts";

/** Times in ms. */
export interface RunFigures {
  /** The share of operations that ended ok: what `--availability` looks at. */
  readonly ok: number;
  /**
   * The share that was answered: ok, or with what the data does not allow. What
   * asks no node, as a crash of a client, does not count.
   */
  readonly answered: number;
  /** Messages between servers, services included, for each operation. */
  readonly messages: number;
  /** Of operations that ended ok; absent if none did. */
  readonly latency?: Times;
  /** Until all reads show a value, if the workload looks at that. */
  readonly stable?: Times;
}

export interface Times {
  readonly median: number;
  readonly p99: number;
  readonly max: number;
}

/** What a node says of its data. */
const answers: readonly unknown[] = [
  ErrorCode.keyDoesNotExist,
  ErrorCode.keyAlreadyExists,
  ErrorCode.preconditionFailed,
];

const isAnswer = (op: Op | undefined): boolean =>
  op?.type === "ok" ||
  Array.isArray(op?.error) && answers.includes(op.error[0]);

/** Of unknown fate, though nothing went wrong: nobody was asked. */
const asksNobody = (op: Op | undefined): boolean =>
  op?.type === "info" && op.error === undefined;

function timesOf(
  quantiles: Readonly<Record<string, number>> | undefined,
): Times | undefined {
  if (quantiles?.["0.5"] === undefined) return undefined;
  const { "0.5": median, "0.99": p99, "1": max } = quantiles;
  return { median, p99, max };
}

/** A run's figures. */
export function figuresOfRun(
  { history, net, latencies, workload }: Pick<
    Simulation,
    "history" | "net" | "latencies" | "workload"
  >,
): RunFigures {
  const ends = pairs(history).map(({ complete }) => complete);
  const asked = ends.filter((it) => !asksNobody(it));
  const share = (part: number, of: number) => of === 0 ? 1 : part / of;
  return {
    ok: share(ends.filter((it) => it?.type === "ok").length, ends.length),
    answered: share(asked.filter(isAnswer).length, asked.length),
    messages: net.servers.msgsPerOp ?? 0,
    latency: timesOf(latencies),
    stable: timesOf(workload.stableLatencies),
  };
}
