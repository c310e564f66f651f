/**
 * A history: what clients asked of a cluster and what they were told, in the
 * order in which it happened. It is all that a checker sees.
 *
 * @module
 */

/**
 * `invoke` begins an operation of a process. Then exactly one of these ends it:
 * `ok`, it happened; `fail`, it did not happen and never will; `info`, nobody
 * knows. A process whose operation ends in `info` invokes no other.
 */
export type OpType = "invoke" | "ok" | "fail" | "info";

/** The process of operations that the fault injector performs, all `info`. */
export const NEMESIS = "nemesis";

/** One event in a history. */
export interface Op {
  /** Position in the history, from 0, without gaps. */
  readonly index: number;
  /** Nanoseconds since the run began. */
  readonly time: number;
  readonly type: OpType;
  /** A single-threaded client, or the nemesis. */
  readonly process: number | typeof NEMESIS;
  /** What is done: `read`, `add`, `txn`, ... */
  readonly f: string;
  /** The operation's argument or result; its form depends on `f`. */
  readonly value?: unknown;
  /** The node that was asked, where the history knows it. */
  readonly node?: string;
  /** Why the operation failed, or why its fate is unknown. */
  readonly error?: unknown;
  /** One of the reads after the last fault has ended. */
  readonly final?: boolean;
  /** What else a workload needs to know of its operations. */
  readonly [extra: string]: unknown;
}

export type History = readonly Op[];

/** Whose operation it is, in words: `process 3 (node n0)`. */
export function who({ process, node }: Pick<Op, "process" | "node">): string {
  return `process ${process}${node === undefined ? "" : ` (node ${node})`}`;
}

/** An operation's two ends. `complete` is absent if the run ended before. */
export interface Pair {
  readonly invoke: Op;
  readonly complete?: Op;
}

/** Pairs each client invocation with its completion, in order of invocation. */
export function pairs(history: History): Pair[] {
  const result: { invoke: Op; complete?: Op }[] = [];
  const open = new Map<Op["process"], { invoke: Op; complete?: Op }>();
  for (const op of history) {
    if (op.process === NEMESIS) continue;
    if (op.type === "invoke") {
      const pair = { invoke: op };
      open.set(op.process, pair);
      result.push(pair);
    } else {
      const pair = open.get(op.process);
      if (pair === undefined) {
        throw new TypeError(`completion without invocation: op ${op.index}`);
      }
      pair.complete = op;
      open.delete(op.process);
    }
  }
  return result;
}
