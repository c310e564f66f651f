/**
 * The search of Wing and Gong ("Testing and Verifying Concurrent Objects", JPDC
 * 1993) with Lowe's memory of configurations ("Testing for Linearizability",
 * 2017): operations are tried in the order of their invocations; what was tried
 * once, the same set with the same state, is not tried again.
 *
 * It leaves nothing out, so the longest order that it finds is the longest that
 * there is, and tells most of what is wrong. It is the first to try, for most
 * histories need but a few configurations.
 *
 * @module
 */
import { add, has, remove } from "./bits.ts";
import { type Interval } from "./model.ts";
import { type Linearization } from "./search.ts";
import { IMPOSSIBLE, INITIAL, type Transitions } from "./transitions.ts";

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

/**
 * Searches for an order of operations on one object.
 *
 * @param limit after so many configurations it gives up
 */
export function searchByInvocation(
  transitions: Transitions,
  intervals: readonly Interval<number>[],
  limit: number,
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
  let state: number = INITIAL;
  const order: number[] = [];
  let stuck: number[] = [];
  /** So much of the order is still the stack's. */
  let shared = 0;
  /** What is tried next: a call of the list, then those that never end. */
  let entry: Entry | undefined = head.next;
  let unendedNext = 0;

  const idOf = (step: typeof stack[0]) =>
    step.unended >= 0 ? unended[step.unended] : step.entry.id;

  /** Lets an operation happen, unless that was tried before. */
  function happens(id: number, set: PlacedSet): number | undefined {
    const next = transitions.step(state, intervals[id].operation);
    // What need not happen and changes nothing, helps nobody by happening.
    const isUseful = next !== state || set === placedEnded;
    if (next === IMPOSSIBLE || !isUseful) return undefined;
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
    if (known.size > limit) {
      return { linearizable: "unknown", order, stuck, configurations: limit };
    }
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
      intervals[unended[unendedNext]].begin <= end
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
      order.length = shared;
      while (order.length < stack.length) {
        order.push(idOf(stack[order.length]));
      }
      shared = stack.length;
      stuck = callsBefore(head, entry);
    }
    const last = stack.pop();
    shared = Math.min(shared, stack.length);
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
  }).sort((a, b) =>
    a.time - b.time || Number(b.entry.isCall) - Number(a.entry.isCall)
  );
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
    add(this.#words, id);
    const word = id >> 5;
    if (word >= this.#high) this.#high = word + 1;
    while (this.#words[this.#low] === -1) this.#low++;
  }

  delete(id: number): void {
    remove(this.#words, id);
    const word = id >> 5;
    if (word < this.#low) this.#low = word;
    while (this.#high > 0 && this.#words[this.#high - 1] === 0) this.#high--;
  }

  has(id: number): boolean {
    return has(this.#words, id);
  }

  /** Equal for equal sets only. */
  key(): string {
    let key = `${this.#low}`;
    for (let i = this.#low; i < this.#high; i++) key += `,${this.#words[i]}`;
    return key;
  }
}
