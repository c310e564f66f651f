/**
 * When each node first had each value, as far as messages show it.
 *
 * A program may say a value in any way, and its numbers may mean anything. Two
 * things tell values from other numbers. Nobody passes on what has not reached
 * him. And where a node's reads do not show what it was told, until it is told
 * the same elsewhere in a message, the first place holds something else. (A node
 * may well keep to itself for a while what it was told.)
 *
 * @module
 */
import { countLeading } from "../../workbench/checkers/count_leading.ts";
import { ARRIVED, type Messages, type RunDocument } from "../run/document.ts";
import { isClient } from "../run/recording.ts";
import { micros } from "../run/pack.ts";
import { Places } from "./places.ts";

/** Bodies of more characters than this in all are not searched. */
const MAX_TEXT = 20_000_000;

/** More places that mislead are not looked for one after the other. */
const MAX_PASSES = 4;

/** What the operations show. */
export interface Shown {
  /** The row of each value. */
  readonly rows: ReadonlyMap<number, number>;
  /** When each was sent to a node first. */
  readonly begun: Float64Array;
  /** By node and row: when a read that showed it first began, and ended. */
  readonly seenFrom: ReadonlyMap<string, Float64Array>;
  readonly seenAt: ReadonlyMap<string, Float64Array>;
  /** When the reads of each node began, in order. */
  readonly reads: ReadonlyMap<string, readonly number[]>;
}

/** By node and row when a message with it came; `Infinity`: none did. */
export type Arrivals = ReadonlyMap<string, Float64Array>;

/** @returns undefined if there are no messages, or too long ones */
export function arrivalsOf(
  { messages }: Pick<RunDocument, "messages">,
  shown: Shown,
): Arrivals | undefined {
  if (messages === undefined) return undefined;
  let length = 0;
  messages.bodies.forEach((body, i) => {
    if (isSearched(messages, i)) length += body.length;
  });
  if (length > MAX_TEXT) return undefined;
  const said = saidBy(messages, shown.rows);
  const misleading = new Set<number>();
  for (let pass = 1;; pass++) {
    const { arrivals, confirmed, denied } = walk(
      messages,
      shown,
      said,
      misleading,
    );
    let hasMore = false;
    for (const [place, count] of denied) {
      if (count <= (confirmed.get(place) ?? 0)) continue;
      misleading.add(place);
      hasMore = true;
    }
    if (!hasMore || pass === MAX_PASSES) return arrivals;
  }
}

/** What a node answers to a client, the operations tell already. */
const isSearched = ({ names, to }: Messages, i: number) =>
  !isClient(names[to[i]]);

/** For each message the rows of what may be values, each before its place. */
function saidBy(
  messages: Messages,
  rows: ReadonlyMap<number, number>,
): Int32Array[] {
  const { types, type, bodies } = messages;
  const places = new Places();
  const none = new Int32Array();
  // What is sent to many is read once.
  const known = new Map<string, Int32Array>();
  return bodies.map((body, i) => {
    if (!isSearched(messages, i)) return none;
    return known.getOrInsertComputed(body, () => {
      const found: number[] = [];
      places.scan(types[type[i]], body, (value, place) => {
        const row = rows.get(value);
        if (row !== undefined) found.push(row, place);
      });
      return Int32Array.from(found);
    });
  });
}

/** A value in a message: its row, and the place where it stands. */
type Carried = readonly [row: number, place: number];

/** Goes through the messages in time. */
function walk(
  messages: Messages,
  shown: Shown,
  said: readonly Int32Array[],
  misleading: ReadonlySet<number>,
) {
  const { count, names, from, to, sent, ended } = messages;
  const { begun, seenFrom, seenAt, reads } = shown;
  const arrivals = new Map(names.map((name) => [
    name,
    new Float64Array(begun.length).fill(Infinity),
  ]));
  const confirmed = new Map<number, number>();
  const denied = new Map<number, number>();
  // Where only some messages are kept, those that brought it may be missing.
  const isWhole = messages.sampling === 1;

  const carriedBy = (i: number): Carried[] => {
    const sender = names[from[i]];
    const isAsked = isClient(sender);
    const own = arrivals.get(sender);
    const seen = seenAt.get(sender);
    const carried: Carried[] = [];
    const time = micros(sent[i]);
    for (let j = 0; j < said[i].length; j += 2) {
      const [row, place] = [said[i][j], said[i][j + 1]];
      if (misleading.has(place) || micros(begun[row]) > time) continue;
      const hasIt = isAsked || !isWhole ||
        micros(own?.[row] ?? Infinity) <= time ||
        micros(seen?.[row] ?? Infinity) <= time;
      if (hasIt) carried.push([row, place]);
    }
    return carried;
  };

  /** By node and row where it stood first, while no read has shown it. */
  const doubted = new Map<string, Map<number, number>>();
  const add = (counts: Map<number, number>, place: number) =>
    counts.set(place, (counts.get(place) ?? 0) + 1);

  const arrive = (i: number, carried: readonly Carried[]) => {
    const receiver = names[to[i]];
    const own = arrivals.get(receiver);
    const [seen, times] = [seenFrom.get(receiver), reads.get(receiver)];
    if (own === undefined) return;
    const doubts = doubted.getOrInsertComputed(receiver, () => new Map());
    for (const [row, place] of carried) {
      if (own[row] <= ended[i]) {
        const first = doubts.get(row);
        if (first === undefined || first === place) continue;
        doubts.delete(row);
        if (ended[i] <= (seen?.[row] ?? Infinity)) add(denied, first);
        continue;
      }
      own[row] = ended[i];
      const next = times && firstFrom(times, ended[i]);
      const shownFrom = seen?.[row] ?? Infinity;
      if (next === undefined || shownFrom < ended[i]) continue;
      if (next < shownFrom) doubts.set(row, place);
      else add(confirmed, place);
    }
  };

  const inOrder = Array.from({ length: count }, (_, i) => i)
    .filter((i) => messages.fate[i] === ARRIVED)
    .sort((a, b) => micros(ended[a]) - micros(ended[b]) || a - b);
  const underWay = new Map<number, Carried[]>();
  let next = 0;
  for (let i = 0; i < count; i++) {
    // What arrives in the same moment as this is sent may be what it says.
    const now = micros(sent[i]);
    while (next < inOrder.length && micros(ended[inOrder[next]]) <= now) {
      // But not what is sent later in that moment, and takes no time.
      const at = inOrder[next];
      if (at >= i) break;
      arrive(at, underWay.get(at) ?? []);
      underWay.delete(at);
      next++;
    }
    if (messages.fate[i] === ARRIVED && said[i].length > 0) {
      const carried = carriedBy(i);
      if (carried.length > 0) underWay.set(i, carried);
    }
  }
  for (; next < inOrder.length; next++) {
    arrive(inOrder[next], underWay.get(inOrder[next]) ?? []);
  }
  for (const [name, doubts] of doubted) {
    const seen = seenFrom.get(name);
    for (const [row, place] of doubts) {
      add((seen?.[row] ?? Infinity) < Infinity ? confirmed : denied, place);
    }
  }
  return { arrivals, confirmed, denied };
}

/** The first time from another one on. */
function firstFrom(times: readonly number[], time: number): number | undefined {
  return times[countLeading(times.length, (i) => times[i] < time)];
}
