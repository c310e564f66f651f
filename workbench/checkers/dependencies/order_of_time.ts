/**
 * What came before what by the clock: in one process, or in real time.
 *
 * @module
 */

import { EdgeList, IntList } from "./graph.ts";
import { type Op } from "../../load/history.ts";
import { Status } from "../anomalies.ts";

/** When transactions, which are numbered, began and ended. */
interface Timeline {
  readonly count: number;
  /** One of {@linkcode Status} for each. */
  readonly status: Uint8Array;
  /** In order: `txn` was invoked, or `~txn` ended. */
  readonly events: Int32Array;
}

/**
 * Links each committed transaction to the next of the same process, also to
 * one of unknown fate: if it happened, it did so after the other.
 *
 * @param label the label of the new edges
 * @param isVertex 1 for transactions that happened, or may have
 */
export function addProcessOrder(
  { count, ops, status }:
    & Pick<Timeline, "count" | "status">
    & { readonly ops: readonly Pick<Op, "process">[] },
  edges: EdgeList,
  label: number,
  isVertex: Uint8Array,
): void {
  const last = new Map<unknown, number>();
  for (let t = 0; t < count; t++) {
    if (isVertex[t] === 0) continue;
    const before = last.get(ops[t].process);
    if (before !== undefined) edges.push(before, t, label);
    if (status[t] === Status.ok) last.set(ops[t].process, t);
  }
}

/**
 * Links each committed transaction to those that were invoked after its end,
 * save where that follows from other links: to the ones that were invoked
 * before the end of a transaction that is linked to already. That is as many
 * links a transaction as there are processes at work, at most.
 *
 * @param label the label of the new edges
 * @param isVertex 1 for transactions that happened, or may have
 */
export function addRealtimeOrder(
  { count, events, status }: Timeline,
  edges: EdgeList,
  label: number,
  isVertex: Uint8Array,
): void {
  // Ended transactions that later ones are to be linked to.
  let frontier: number[] = [];
  const first = new Int32Array(count);
  const last = new Int32Array(count);
  const isImplied = new Uint8Array(count);
  const sources = new IntList();
  for (const event of events) {
    const t = event < 0 ? ~event : event;
    if (isVertex[t] === 0) continue;
    if (event >= 0) {
      first[t] = sources.length;
      for (const before of frontier) {
        edges.push(before, t, label);
        sources.push(before);
      }
      last[t] = sources.length;
    } else if (status[t] === Status.ok) {
      for (let i = first[t]; i < last[t]; i++) isImplied[sources.at(i)] = 1;
      frontier = frontier.filter((before) => isImplied[before] === 0);
      frontier.push(t);
    }
  }
}
