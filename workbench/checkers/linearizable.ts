/**
 * Whether operations on registers took effect one at a time, each at some
 * moment between its invocation and its completion (Herlihy and Wing,
 * "Linearizability", TOPLAS 1990).
 *
 * The search is Wing and Gong's ("Testing and Verifying Concurrent Objects",
 * JPDC 1993) with Lowe's memory of configurations ("Testing for
 * Linearizability", 2017): operations are tried in the order of their
 * invocations; what was tried once, the same set with the same state, is not
 * tried again.
 *
 * @module
 */
import { ErrorCode } from "../../lib/maelstrom.ts";
import { type CheckResult, type Evidence, stricter } from "./result.ts";
import { type History, type Op, pairs, who } from "../load/history.ts";
import { parseJson, stringifyJson } from "../json.ts";

/** A sequential object whose states are small integers. */
export interface Model<O> {
  readonly initial: number;
  /** The state after an operation, or undefined if it can't happen there. */
  step(state: number, operation: O): number | undefined;
}

/** An operation by its ends, as numbers that grow with time. */
export interface Interval<O> {
  readonly operation: O;
  readonly begin: number;
  /** Undefined if nobody knows whether it happened: it may at any time later. */
  readonly end: number | undefined;
}

/** What the search found. */
export interface Linearization {
  readonly linearizable: boolean;
  /**
   * The longest order found, as indices of the intervals; of all that have
   * ended if the history is linearizable.
   */
  readonly order: readonly number[];
  /** Who could have come next, had the state allowed it; empty if all is well. */
  readonly stuck: readonly number[];
  /** How many configurations were looked at. */
  readonly configurations: number;
}

/** One end of an operation in the list of those that are yet to be placed. */
interface Entry {
  /** Index of the interval. */
  readonly id: number;
  readonly isCall: boolean;
  /** Of a call: the end of the same operation. */
  match: Entry | undefined;
  prev: Entry | undefined;
  next: Entry | undefined;
}

/** Searches for an order of operations on one object. */
export function linearize<O>(
  model: Model<O>,
  intervals: readonly Interval<O>[],
): Linearization {
  const byBegin = [...intervals.keys()].sort((a, b) =>
    intervals[a].begin - intervals[b].begin
  );
  const ended = byBegin.filter((id) => intervals[id].end !== undefined);
  const unended = byBegin.filter((id) => intervals[id].end === undefined);
  const head = makeEntries(intervals, ended);
  /** By id: which of the ended, or of the others, it is. */
  const places = new Int32Array(intervals.length);
  for (const ids of [ended, unended]) {
    ids.forEach((id, place) => places[id] = place);
  }
  const placedEnded = new PlacedSet(ended.length);
  const placedUnended = new PlacedSet(unended.length);
  const known = new Set<string>();
  const stack: { entry: Entry; unended: number; state: number }[] = [];
  let state = model.initial;
  let order: number[] = [];
  let stuck: number[] = [];
  /** What is tried next: a call of the list, then those that never end. */
  let entry: Entry | undefined = head.next;
  let unendedNext = 0;

  const idOf = (step: typeof stack[0]) =>
    step.unended >= 0 ? unended[step.unended] : step.entry.id;

  /** Lets an operation happen, unless that was tried before. */
  function happens(id: number, set: PlacedSet): number | undefined {
    const next = model.step(state, intervals[id].operation);
    // What need not happen and changes nothing, helps nobody by happening.
    const isUseful = next !== state || set === placedEnded;
    if (next === undefined || !isUseful) return undefined;
    const place = places[id];
    set.add(place);
    const configuration = `${next}/${placedEnded.key()}/${placedUnended.key()}`;
    if (!known.has(configuration)) {
      known.add(configuration);
      return next;
    }
    set.delete(place);
    return undefined;
  }

  while (head.next !== undefined) {
    if (entry?.isCall) {
      const next = happens(entry.id, placedEnded);
      if (next === undefined) {
        entry = entry.next;
        continue;
      }
      stack.push({ entry, unended: -1, state });
      state = next;
      lift(entry);
      [entry, unendedNext] = [head.next, 0];
      continue;
    }
    // Someone ended here, and must have happened before: perhaps after one of
    // those that never end. These come last, for mostly they don't matter.
    if (entry === undefined) throw new Error("a call is in the list no more");
    const end = intervals[entry.id].end ?? Infinity;
    if (
      unendedNext < unended.length &&
      intervals[unended[unendedNext]].begin < end
    ) {
      const tried = unendedNext++;
      if (placedUnended.has(tried)) continue;
      const next = happens(unended[tried], placedUnended);
      if (next === undefined) continue;
      stack.push({ entry, unended: tried, state });
      state = next;
      [entry, unendedNext] = [head.next, 0];
      continue;
    }
    if (stack.length >= order.length) {
      order = stack.map(idOf);
      stuck = callsBefore(head, entry);
    }
    const last = stack.pop();
    if (last === undefined) {
      return { linearizable: false, order, stuck, configurations: known.size };
    }
    ({ entry, state } = last);
    if (last.unended >= 0) {
      placedUnended.delete(last.unended);
      unendedNext = last.unended + 1;
    } else {
      placedEnded.delete(places[entry.id]);
      unlift(entry);
      [entry, unendedNext] = [entry.next, 0];
    }
  }
  return {
    linearizable: true,
    order: stack.map(idOf),
    stuck: [],
    configurations: known.size,
  };
}

/** The ends of these operations in the order of time, after a head. */
function makeEntries(
  intervals: readonly Interval<unknown>[],
  ids: readonly number[],
): Entry {
  const entry = (id: number, isCall: boolean): Entry => ({
    id,
    isCall,
    match: undefined,
    prev: undefined,
    next: undefined,
  });
  const ends = ids.flatMap((id) => {
    const { begin, end = Infinity } = intervals[id];
    const call = entry(id, true);
    call.match = entry(id, false);
    return [{ time: begin, entry: call }, { time: end, entry: call.match }];
  }).sort((a, b) => a.time - b.time);
  const head = entry(-1, true);
  let last = head;
  for (const { entry } of ends) {
    last.next = entry;
    entry.prev = last;
    last = entry;
  }
  return head;
}

/** Takes an operation out of the list. */
function lift(call: Entry): void {
  for (const entry of [call, call.match]) {
    if (entry?.prev) entry.prev.next = entry.next;
    if (entry?.next) entry.next.prev = entry.prev;
  }
}

/** Puts it back: the reverse, in reverse order. */
function unlift(call: Entry): void {
  for (const entry of [call.match, call]) {
    if (entry?.prev) entry.prev.next = entry;
    if (entry?.next) entry.next.prev = entry;
  }
}

function callsBefore(head: Entry, end: Entry | undefined): number[] {
  const ids: number[] = [];
  for (let e = head.next; e && e !== end; e = e.next) ids.push(e.id);
  return ids;
}

/**
 * A set of operations that, but for a few, are the first ones: only the part
 * that is not full makes up its key.
 */
class PlacedSet {
  readonly #words: Int32Array;
  /** All words before this one are full. */
  #low = 0;
  /** All words from this one on are empty. */
  #high = 0;

  constructor(size: number) {
    this.#words = new Int32Array((size >> 5) + 1);
  }

  add(id: number): void {
    const word = id >> 5;
    this.#words[word] |= 1 << (id & 31);
    if (word >= this.#high) this.#high = word + 1;
    while (this.#words[this.#low] === -1) this.#low++;
  }

  delete(id: number): void {
    const word = id >> 5;
    this.#words[word] &= ~(1 << (id & 31));
    if (word < this.#low) this.#low = word;
    while (this.#high > 0 && this.#words[this.#high - 1] === 0) this.#high--;
  }

  has(id: number): boolean {
    return (this.#words[id >> 5] & 1 << (id & 31)) !== 0;
  }

  /** Equal for equal sets only. */
  key(): string {
    let key = `${this.#low}`;
    for (let i = this.#low; i < this.#high; i++) key += `,${this.#words[i]}`;
    return key;
  }
}

// ------------------------------------------------------------------- registers

/** An operation on a register; values by their numbers. */
export type RegisterOperation =
  | { readonly f: "read"; readonly value: number }
  | { readonly f: "write"; readonly value: number }
  | { readonly f: "cas"; readonly from: number; readonly to: number };

/** No value: a register that was not written yet. */
const NOTHING = 0;

/** A register with read, write and compare-and-set. */
export const casRegister: Model<RegisterOperation> = {
  initial: NOTHING,
  step(state, operation) {
    switch (operation.f) {
      case "read":
        return operation.value === state ? state : undefined;
      case "write":
        return operation.value;
      case "cas":
        return operation.from === state ? operation.to : undefined;
    }
  },
};

/** An operation that happened, or may have: then there is no completion. */
interface Call {
  readonly invoke: Op;
  readonly complete: Op | undefined;
}

/**
 * Each key is a linearizable register. The values of operations are
 * `[key, value]`, of `cas` `[key, [from, to]]`.
 *
 * A read of `null`, and one that fails because there is no such key, saw that
 * nothing was written yet: a store that forgets gives itself away so. To
 * Knossos, and so to Maelstrom, they tell nothing. A compare-and-set that fails
 * tells nothing here either: it may do so spuriously, as the one in hardware.
 */
export function checkLinearizableRegisters(history: History): CheckResult {
  const keys = new Map<string, { calls: Call[]; nothing: Call[] }>();
  for (const { invoke, complete } of pairs(history)) {
    const isKnown = complete?.type === "ok" || isMissingKey(complete);
    if (!isKnown && invoke.f === "read") continue; // it tells nothing
    if (!isKnown && complete?.type === "fail") continue; // it did not happen
    const key = stringifyJson(keyOf(invoke));
    const { calls, nothing } = keys.getOrInsertComputed(
      key,
      () => ({ calls: [], nothing: [] }),
    );
    const call = { invoke, complete: isKnown ? complete : undefined };
    (readNothing(call) ? nothing : calls).push(call);
  }
  const failures = new Map<string, string>();
  const forgotten = new Map<string, string>();
  const evidence: Evidence[] = [];
  for (const [key, { calls, nothing }] of keys) {
    const { order, failure } = checkKey(key, calls);
    if (failure !== undefined) failures.set(key, failure.explanation);
    const oblivion = findForgotten(key, calls, nothing);
    if (oblivion !== undefined) forgotten.set(key, oblivion.explanation);
    const stuck = failure?.stuck ?? oblivion?.stuck;
    if (stuck === undefined) continue;
    const most = evidence.length < PICTURED ? ORDER_PICTURED : ORDER_SHOWN;
    evidence.push(evidenceOf(key, order.slice(-most), order.length, stuck));
  }
  const bad = new Set([...failures.keys(), ...forgotten.keys()]);
  const explanation = [...failures.values()].slice(0, 3);
  return stricter(
    {
      valid: failures.size === 0,
      ...(failures.size > 0 && {
        anomalies: [{
          type: "nonlinearizable",
          count: failures.size,
          explanation,
        }],
      }),
      details: {
        keyCount: keys.size,
        failures: [...bad].map((key) => parseJson(key)),
      },
      ...(evidence.length > 0 && { evidence }),
      explanation,
    },
    {
      type: "forgotten",
      count: forgotten.size,
      explanation: [...forgotten.values()].slice(0, 3),
    },
    "reads that found nothing",
  );
}

/** Of so many keys a picture has the whole order, or its end if it is long; */
const PICTURED = 10;
const ORDER_PICTURED = 1000;
/** of others so many operations at its end. */
const ORDER_SHOWN = 30;

function evidenceOf(
  key: string,
  order: readonly Call[],
  placed: number,
  stuck: readonly Call[],
): Evidence {
  const indices = (calls: readonly Call[]) =>
    calls.map(({ invoke }) => invoke.index);
  return {
    kind: "linearization",
    key: parseJson(key),
    order: indices(order),
    omitted: placed - order.length,
    stuck: indices(stuck),
  };
}

/** What fits nowhere, in words. */
interface Failure {
  readonly explanation: string;
  readonly stuck: readonly Call[];
}

/**
 * A read that found nothing though it began after there was something. That is
 * all that such reads can spoil: where there is none, they fit in before
 * everything else.
 */
function findForgotten(
  key: string,
  calls: readonly Call[],
  nothing: readonly Call[],
): Failure | undefined {
  const left = ({ invoke, complete }: Call): unknown => {
    const value = valueOf(complete ?? invoke);
    return invoke.f === "cas" && Array.isArray(value) ? value[1] : value;
  };
  // Where nothing may be written, nothing may be read again.
  if (calls.some((call) => (left(call) ?? null) === null)) return undefined;
  const [first] = calls.flatMap(({ complete }) => complete ?? [])
    .sort((a, b) => a.index - b.index);
  const found = nothing.find(({ invoke }) => invoke.index > first?.index);
  if (found === undefined) return undefined;
  const { invoke, complete } = found;
  const explanation =
    `linearizability: key ${key} is forgotten. Op ${first.index} ` +
    `(process ${first.process}, ${first.f} ` +
    `${stringifyJson(valueOf(first))}) had ended before op ${invoke.index} ` +
    `(process ${invoke.process}) began, a read that ended at op ` +
    `${complete?.index} and found nothing`;
  return { explanation, stuck: [found] };
}

/** Whether a read was answered that there is no such key. */
function isMissingKey(complete: Op | undefined): boolean {
  const { type, f, error } = complete ?? {};
  return type === "fail" && f === "read" && Array.isArray(error) &&
    error[0] === ErrorCode.keyDoesNotExist;
}

function readNothing({ invoke, complete }: Call): boolean {
  return invoke.f === "read" &&
    (isMissingKey(complete) || (valueOf(complete ?? invoke) ?? null) === null);
}

function keyOf({ value }: Op): unknown {
  if (Array.isArray(value) && value.length === 2) return value[0];
  throw new TypeError(`no key and value: ${stringifyJson(value)}`);
}

function valueOf({ value }: Op): unknown {
  return Array.isArray(value) ? value[1] : undefined;
}

/** The longest order of a key's operations, and what is wrong, if anything. */
function checkKey(
  key: string,
  ops: readonly Call[],
): { readonly order: readonly Call[]; readonly failure?: Failure } {
  const values = new Map<string, number>([["null", NOTHING]]);
  const names = ["nothing"];
  const numberOf = (value: unknown): number => {
    const text = stringifyJson(value ?? null);
    let number = values.get(text);
    if (number === undefined) {
      number = names.push(text) - 1;
      values.set(text, number);
    }
    return number;
  };
  const operationOf = (invoke: Op, complete?: Op): RegisterOperation => {
    const value = valueOf(complete ?? invoke);
    switch (invoke.f) {
      case "read":
        return { f: "read", value: numberOf(value) };
      case "write":
        return { f: "write", value: numberOf(value) };
      case "cas": {
        const [from, to] = Array.isArray(value) ? value : [];
        return { f: "cas", from: numberOf(from), to: numberOf(to) };
      }
    }
    throw new TypeError(`no operation of a register: ${invoke.f}`);
  };
  const intervals = ops.map(({ invoke, complete }) => ({
    operation: operationOf(invoke, complete),
    begin: invoke.index,
    end: complete?.index,
  }));
  const { linearizable, order, stuck } = linearize(casRegister, intervals);
  const placed = order.map((id) => ops[id]);
  if (linearizable) return { order: placed };

  const state = order.reduce(
    (state, id) => casRegister.step(state, intervals[id].operation) ?? state,
    casRegister.initial,
  );
  const describe = (id: number): string => {
    const { invoke, complete } = ops[id];
    const seconds = (op: Op) => (op.time / 1e9).toFixed(3);
    const end = complete ? `${seconds(complete)} s` : "an unknown end";
    return `op ${invoke.index}, ${who(invoke)}, from ${
      seconds(invoke)
    } s to ${end}: ${say(intervals[id].operation)}`;
  };
  const say = (operation: RegisterOperation): string => {
    switch (operation.f) {
      case "read":
        return `read ${names[operation.value]}`;
      case "write":
        return `wrote ${names[operation.value]}`;
      case "cas":
        return `changed ${names[operation.from]} to ${names[operation.to]}`;
    }
  };
  const shown = order.slice(-SHOWN);
  const explanation = [
    `linearizability: no order of the operations on key ${key} explains what ` +
    `they returned.`,
    `The first ${order.length} of ${ops.length} can be put into an order` +
    (shown.length < order.length
      ? `, which ends with`
      : shown.length > 0
      ? `:`
      : "."),
    ...shown.map((id) => `    ${describe(id)}`),
    `Then the value is ${names[state]}, and none of those that must have ` +
    `happened by op ${firstEnd(ops, stuck)} can come next:`,
    ...stuck.map((id) => `  > ${describe(id)}`),
  ].join("\n");
  const failure = { explanation, stuck: stuck.map((id) => ops[id]) };
  return { order: placed, failure };
}

/** How much of an order is shown. */
const SHOWN = 6;

/** The completion that the search could not get past. */
function firstEnd(
  ops: readonly { complete: Op | undefined }[],
  stuck: readonly number[],
): number {
  return Math.min(...stuck.map((id) => ops[id].complete?.index ?? Infinity));
}
