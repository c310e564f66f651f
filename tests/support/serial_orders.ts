/**
 * Whether transactions could have run as a model says, found out by trying all
 * orders: slow, and too simple to be wrong.
 *
 * @module
 */

import { type History, type Op, pairs } from "../../workbench/load/history.ts";

type Mop = readonly [f: string, key: unknown, value: unknown];

interface Txn {
  readonly mops: readonly Mop[];
  /** Whether its reads are known, and it certainly happened. */
  readonly isOk: boolean;
  readonly process: Op["process"];
  readonly begin: number;
  /** Infinite, if nobody knows when, or whether, it ended. */
  readonly end: number;
}

/** What is respected beside the data: nothing, sessions, real time. */
export type Order = "any" | "session" | "realtime";

function possible(history: History): Txn[] {
  return pairs(history)
    .filter(({ complete }) => complete?.type !== "fail")
    .map(({ invoke, complete }) => {
      const isOk = complete?.type === "ok";
      const shown = isOk ? complete : invoke;
      if (!Array.isArray(shown.value)) throw new TypeError("no transaction");
      return {
        mops: shown.value,
        isOk,
        process: invoke.process,
        begin: invoke.index,
        end: isOk ? complete.index : Infinity,
      };
    });
}

type State = ReadonlyMap<unknown, unknown>;

function isEqual(a: unknown, b: unknown): boolean {
  const text = (value: unknown) => JSON.stringify(value ?? null);
  const isEmpty = (value: unknown) => Array.isArray(value) && !value.length;
  return text(isEmpty(a) ? null : a) === text(isEmpty(b) ? null : b);
}

/** The state after a transaction; undefined if it can't have read this. */
function execute({ mops, isOk }: Txn, before: State): State | undefined {
  const state = new Map(before);
  for (const [f, key, value] of mops) {
    const old = state.get(key);
    if (f === "w") state.set(key, value);
    else if (f === "append") {
      state.set(key, [...(Array.isArray(old) ? old : []), value]);
    } else if (isOk && !isEqual(old, value)) return undefined;
  }
  return state;
}

/** Whether `a` must come before `b`. */
function precedes(a: Txn, b: Txn, order: Order): boolean {
  if (order === "any" || a.end >= b.begin) return false;
  return order === "realtime" || a.process === b.process;
}

/** Whether the transactions could have run one after the other. */
export function isSerializable(history: History, order: Order): boolean {
  const search = (left: readonly Txn[], state: State): boolean =>
    left.every(({ isOk }) => !isOk) ||
    left.some((txn) => {
      const others = left.filter((other) => other !== txn);
      if (others.some((other) => precedes(other, txn, order))) return false;
      const next = execute(txn, state);
      return next !== undefined && search(others, next);
    });
  return search(possible(history), new Map());
}

/**
 * Whether each transaction could have read from a snapshot, and committed at a
 * moment after which no other one that wrote the same keys had committed since.
 */
export function isSnapshotIsolated(history: History, order: Order): boolean {
  const writes = ({ mops }: Txn) =>
    new Set(mops.filter(([f]) => f !== "r").map(([, key]) => key));
  const search = (
    waiting: readonly Txn[],
    running: readonly { txn: Txn; conflicts: ReadonlySet<unknown> }[],
    state: State,
  ): boolean => {
    const unfinished = [...waiting, ...running.map(({ txn }) => txn)];
    if (unfinished.every(({ isOk }) => !isOk)) return true;
    const commit = running.some(({ txn, conflicts }, i) => {
      const mine = writes(txn);
      if (!mine.isDisjointFrom(conflicts)) return false;
      const next = execute({ ...txn, isOk: false }, state);
      const others = running.filter((_, j) => j !== i).map((other) => ({
        txn: other.txn,
        conflicts: other.conflicts.union(mine),
      }));
      return next !== undefined && search(waiting, others, next);
    });
    return commit || waiting.some((txn) => {
      if (unfinished.some((other) => precedes(other, txn, order))) return false;
      if (execute(txn, state) === undefined) return false;
      const others = waiting.filter((other) => other !== txn);
      return search(
        others,
        [...running, { txn, conflicts: new Set() }],
        state,
      );
    });
  };
  return search(possible(history), [], new Map());
}
