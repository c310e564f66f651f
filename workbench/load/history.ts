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
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { type OpType } from "@gossip-glomers/maelstrom/checkers";
 *
 * const outcome = (status: number): OpType =>
 *   status < 300 ? "ok" : status < 500 ? "fail" : "info";
 * assert.equal(outcome(504), "info"); // a gateway's timeout
 * ```
 */
export type OpType = "invoke" | "ok" | "fail" | "info";

export const isOpType = (value: unknown): value is OpType =>
  value === "invoke" || value === "ok" || value === "fail" || value === "info";

/**
 * The process of operations that the fault injector performs, all `info`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { NEMESIS, type Op } from "@gossip-glomers/maelstrom/checkers";
 *
 * const faults = (history: readonly Op[]) =>
 *   history.filter(({ process }) => process === NEMESIS);
 * const kill = { index: 0, time: 0, process: NEMESIS, f: "kill" } as const;
 * assert.equal(faults([{ ...kill, type: "info" }]).length, 1);
 * ```
 */
export const NEMESIS = "nemesis";

/**
 * One event in a history.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { check, type Op } from "@gossip-glomers/maelstrom/checkers";
 *
 * const op = { index: 0, time: 0, process: 0, f: "generate" } as const;
 * const invoke: Op = { ...op, type: "invoke" };
 * const ok: Op = { ...op, index: 1, time: 2e6, type: "ok", value: "n0-1" };
 * assert.ok(check([invoke, ok], "unique-ids").valid);
 * ```
 */
export interface Op {
  /** Position in the history, from 0, without gaps. */
  readonly index: number;
  /** Nanoseconds since the run began. */
  readonly time: number;
  /** Whether it begins an operation, or how it ended. */
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

/**
 * All events, in the order in which they happened.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { check, type History } from "@gossip-glomers/maelstrom/checkers";
 *
 * const history: History = [
 *   { index: 0, time: 0, type: "invoke", process: 0, f: "generate" },
 *   { index: 1, time: 1e6, type: "ok", process: 0, f: "generate", value: 7 },
 * ];
 *
 * assert.equal(check(history, "unique-ids").valid, true);
 * ```
 */
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
