/**
 * What an object does when it is used by one client at a time: all that a
 * check of linearizability needs to know of it.
 *
 * @module
 */

/**
 * An operation as a client saw it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { type Call, type Model } from "@gossip-glomers/maelstrom/checkers";
 *
 * // Whoever tosses a coin is told how it fell.
 * const step = (_: string, { output }: Call) => `${output ?? "unknown"}`;
 * const coin: Model<string> = { name: "coin", init: "heads", step };
 * const toss = { f: "toss", input: null, output: "tails", process: 0 };
 * assert.equal(coin.step("heads", { ...toss, type: "ok" }), "tails");
 * ```
 */
export interface Call {
  /** What was done: `read`, `write`, ... */
  readonly f: string;
  /** What was asked. */
  readonly input: unknown;
  /** What was answered; undefined if nobody knows. */
  readonly output: unknown;
  /** `ok`: it happened; `fail`: it did not; `info`: nobody knows. */
  readonly type: "ok" | "fail" | "info";
  /** Why it failed, or why its fate is unknown. */
  readonly error?: unknown;
  /** Whose operation it is. */
  readonly process: number | string;
}

/**
 * A sequential object: a state, and what operations make of it. `step` must be
 * pure, and neither states nor operations may be changed once made.
 *
 * Only `name`, `init` and `step` are needed. The operations of a history are
 * {@linkcode Call}s, if nothing else is said ({@linkcode HistoryModel}): what
 * failed is left out; what has an unknown fate has an `output` of undefined, and
 * may happen at any time after its invocation, or never.
 *
 * @example A register
 * ```ts
 * import assert from "node:assert/strict";
 * import { check, type Model } from "@gossip-glomers/maelstrom/checkers";
 *
 * const register: Model<unknown> = {
 *   name: "register",
 *   init: null,
 *   step(state, { f, input, output }) {
 *     if (f === "write") return input;
 *     return output === undefined || output === state ? state : undefined;
 *   },
 * };
 * const write = { process: 0, f: "write", value: 1 };
 * const read = { process: 1, f: "read", value: 2 };
 * const history = [write, write, read, read].map((op, i) => (
 *   { ...op, index: i, time: i, type: i % 2 === 0 ? "invoke" : "ok" } as const
 * ));
 * assert.equal(check(history, register).valid, false);
 * ```
 */
export interface Model<State, Operation = Call> {
  /** For messages. */
  readonly name: string;
  /** The state before the first operation. */
  readonly init: State;
  /** The state after an operation, or undefined if it can't happen there. */
  step(state: State, operation: Operation): State | undefined;
  /**
   * The part of the object that an operation concerns, if each part has a
   * state of its own that begins with `init`: parts are checked one by one
   * (Horn and Kroening, "Faster Linearizability Checking via
   * P-Compositionality", FORTE 2015).
   */
  partition?(operation: Operation): unknown;
  /**
   * The same for equal states, another for others.
   *
   * @default the state's JSON, or the state itself if it's a string or number
   */
  key?(state: State): string | number;
  /**
   * Whether an operation never changes any state in which it can happen. Such
   * operations are placed as soon as they fit, which saves much search.
   *
   * @default no operation
   */
  isRead?(operation: Operation): boolean;
  /**
   * A state that stands for all that nobody will tell apart any more, because
   * whatever could is over: for a register, a value that nobody reads later.
   * `init` and what `step` gives are other states, unless they come from this
   * one. With {@linkcode result} and {@linkcode mayLeadTo} it lets the search
   * look ahead; without it, neither is used.
   *
   * What can happen in this state, and is no read, can happen in all.
   */
  readonly lost?: State;
  /**
   * The state after an operation, where it is the same whatever the state was
   * before; undefined if it depends.
   *
   * @default undefined
   */
  result?(operation: Operation): State | undefined;
  /**
   * False if an operation can't happen in a state, nor in any that comes of it
   * without an operation that has a {@linkcode result}. An operation that can
   * happen in the {@linkcode lost} state must be able to happen in all of those
   * if this is true.
   *
   * @default always true
   */
  mayLeadTo?(state: State, operation: Operation): boolean;
  /**
   * The only state in which an operation can happen, if there is but one: then
   * {@linkcode mayLeadTo} must be true of it alone.
   *
   * @default undefined
   */
  onlyIn?(operation: Operation): State | undefined;
  /**
   * An operation in words, as what happened: `wrote 5`.
   *
   * @default its JSON
   */
  describe?(operation: Operation): string;
  /**
   * A state in words, as what is: `the value is 5`.
   *
   * @default `the state is`, and its JSON
   */
  describeState?(state: State): string;
}

/**
 * A model that says what the operations of a history are to it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { check, type HistoryModel } from "@gossip-glomers/maelstrom/checkers";
 *
 * // A counter; only reads that were answered tell of it.
 * const counter: HistoryModel<number, { add?: number; saw?: unknown }> = {
 *   name: "counter",
 *   init: 0,
 *   operation: ({ f, input, output, type }) =>
 *     f === "read"
 *       ? { saw: output }
 *       : type === "fail"
 *       ? undefined
 *       : { add: Number(input) },
 *   step: (sum, { add, saw }) =>
 *     add !== undefined
 *       ? sum + add
 *       : saw === undefined || saw === sum
 *       ? sum
 *       : undefined,
 * };
 * const add = { process: 0, f: "add", value: 5 };
 * const read = { process: 0, f: "read", value: 4 };
 * const history = [add, add, read, read].map((op, i) => (
 *   { ...op, index: i, time: i, type: i % 2 === 0 ? "invoke" : "ok" } as const
 * ));
 * assert.equal(check(history, counter).valid, false);
 * ```
 */
export interface HistoryModel<State, Operation>
  extends Model<State, Operation> {
  /**
   * What a call asks of the model, or undefined if it tells nothing: then it is
   * left out. It decides what calls of unknown fate may have done, and whether
   * failed ones say anything. What differs here is another operation to the
   * search, so it should keep no more than `step` looks at.
   *
   * @throws {TypeError} the model knows no such operation
   */
  operation(call: Call): Operation | undefined;
  /**
   * Decides special cases without a search.
   *
   * @internal
   * @returns undefined for others
   */
  shortcut?(intervals: readonly Interval<Operation>[]): Shortcut | undefined;
}

/** What is known of a history without a search. */
export interface Shortcut {
  readonly linearizable: boolean;
  /** What is wrong, in words: `1 came out twice`. */
  readonly why: string;
  /** Who shows it, as indices of the intervals. */
  readonly stuck: readonly number[];
}

/** An operation by its ends, as numbers that grow with time. */
export interface Interval<Operation> {
  readonly operation: Operation;
  readonly begin: number;
  /** Undefined if nobody knows whether it happened: it may at any time later. */
  readonly end: number | undefined;
}
