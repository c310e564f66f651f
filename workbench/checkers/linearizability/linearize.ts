/**
 * Whether operations on one object took effect one at a time, each at some
 * moment between its invocation and its completion (Herlihy and Wing,
 * "Linearizability", TOPLAS 1990).
 *
 * @module
 */
import { searchByInvocation } from "./by_invocation.ts";
import { type Interval, type Model } from "./model.ts";
import { type Limits, type Linearization, search } from "./search.ts";
import { ModelTransitions } from "./transitions.ts";

/** The first search gets so many configurations, and one for each operation, */
export const FIRST = 10_000;
/** but never more than so many. */
const MOST_FIRST = 200_000;

/** A search for the longest order gets so many. */
const DEEP = 5 * FIRST;

/**
 * When a search is given up that nobody told otherwise: after about a minute, or
 * with about a gigabyte.
 */
export const DEFAULT_LIMITS: Limits = {
  configurations: 20_000_000,
  bytes: 900_000_000,
};

/**
 * Searches for an order of operations on one object in which the model allows
 * each, and which keeps to real time: what ended before another began comes
 * before it. An operation whose end is undefined may also not have happened.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { linearize } from "./linearize.ts";
 *
 * type Operation = { write: number } | { read: number };
 * const register = {
 *   name: "register",
 *   init: 0,
 *   step: (state: number, it: Operation) =>
 *     "write" in it ? it.write : it.read === state ? state : undefined,
 * };
 * const { linearizable, order } = linearize(register, [
 *   { operation: { write: 1 }, begin: 0, end: 3 },
 *   { operation: { read: 0 }, begin: 1, end: 2 },
 *   { operation: { read: 1 }, begin: 4, end: 5 },
 * ]);
 * assert.equal(linearizable, true);
 * assert.deepEqual(order, [1, 0, 2]);
 * ```
 */
export function linearize<State, Operation>(
  model: Model<State, Operation>,
  intervals: readonly Interval<Operation>[],
  limits: Limits = DEFAULT_LIMITS,
): Linearization {
  const [transitions, operations] = numbered(model, intervals);
  // In the order of invocations first, and if that takes too long, cleverly.
  const first = searchByInvocation(
    transitions,
    operations,
    Math.min(
      FIRST + intervals.length,
      MOST_FIRST,
      limits.configurations,
    ),
  );
  if (first.linearizable !== "unknown") return first;
  const found = search(transitions, operations, limits);
  if (found.linearizable === true) return found;
  // What leaves out most, knows least of how far one gets.
  const configurations = Math.min(DEEP, limits.configurations);
  const deep = search(
    transitions,
    operations,
    { ...limits, configurations },
    false,
  );
  const { order, stuck } = deep.order.length < first.order.length
    ? first
    : deep;
  return { ...found, order, stuck };
}

/** The transitions of a model, and the operations by their numbers there. */
export function numbered<State, Operation>(
  model: Model<State, Operation>,
  intervals: readonly Interval<Operation>[],
): [ModelTransitions<State, Operation>, Interval<number>[]] {
  const transitions = new ModelTransitions(model, intervals.length);
  const operations = intervals.map(({ operation, begin, end }) => ({
    operation: transitions.operationId(operation),
    begin,
    end,
  }));
  return [transitions, operations];
}
