/**
 * When each node first had each value, as far as messages show it.
 *
 * A program may say a value in any way, and its numbers may mean anything. Two
 * things tell values from other numbers. Nobody passes on what has not reached
 * him; and where a node is told numbers that its next read does not show, that
 * place of such messages holds something else.
 *
 * @module
 */
import { fates, type Messages, type RunDocument } from "../run/document.ts";
import { isClient } from "../run/recording.ts";
import { Places } from "./places.ts";

const ARRIVED = fates.indexOf("arrived");

/** Bodies of more characters than this in all are not searched. */
const MAX_TEXT = 40_000_000;

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
  for (const body of messages.bodies) length += body.length;
  if (length > MAX_TEXT) return undefined;
  const places = new Places();
  const misleading = new Set<number>();
  for (let pass = 1;; pass++) {
    const { arrivals, confirmed, denied } = walk(
      messages,
      shown,
      places,
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

/** A value in a message: its row, and the place where it stands. */
type Carried = readonly [row: number, place: number];

/** Goes through the messages in time. */
function walk(
  messages: Messages,
  shown: Shown,
  places: Places,
  misleading: ReadonlySet<number>,
) {
  const { count, names, from, to, types, type, sent, ended, bodies } = messages;
  const { rows, begun, seenFrom, seenAt, reads } = shown;
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
    places.scan(types[type[i]], bodies[i], (value, place) => {
      const row = rows.get(value);
      if (row === undefined || misleading.has(place)) return;
      const time = sent[i];
      const mayHaveIt = isAsked || !isWhole ||
        (own?.[row] ?? Infinity) <= time ||
        (seen?.[row] ?? Infinity) <= time;
      // Times of histories were rounded in another way than those of journals.
      if (mayHaveIt && begun[row] <= time + 0.01) carried.push([row, place]);
    });
    return carried;
  };

  const arrive = (i: number, carried: readonly Carried[]) => {
    const receiver = names[to[i]];
    const own = arrivals.get(receiver);
    const [seen, times] = [seenFrom.get(receiver), reads.get(receiver)];
    for (const [row, place] of carried) {
      if (own === undefined || own[row] <= ended[i]) continue;
      own[row] = ended[i];
      const next = times && firstFrom(times, ended[i]);
      const from = seen?.[row] ?? Infinity;
      if (next === undefined || from < ended[i]) continue;
      const told = next < from ? denied : confirmed;
      told.set(place, (told.get(place) ?? 0) + 1);
    }
  };

  const inOrder = Array.from({ length: count }, (_, i) => i)
    .filter((i) => messages.fate[i] === ARRIVED)
    .sort((a, b) => ended[a] - ended[b]);
  const underWay = new Map<number, Carried[]>();
  let next = 0;
  for (let i = 0; i < count; i++) {
    // What arrives in the same moment as this is sent may be what it says.
    while (next < inOrder.length && ended[inOrder[next]] <= sent[i]) {
      // A message without latency is under way for no time at all.
      const at = inOrder[next];
      if (at >= i) break;
      arrive(at, underWay.get(at) ?? []);
      underWay.delete(at);
      next++;
    }
    // What a node answers to a client, the operations tell already.
    if (messages.fate[i] === ARRIVED && !isClient(names[to[i]])) {
      const carried = carriedBy(i);
      if (carried.length > 0) underWay.set(i, carried);
    }
  }
  for (; next < inOrder.length; next++) {
    arrive(inOrder[next], underWay.get(inOrder[next]) ?? []);
  }
  return { arrivals, confirmed, denied };
}

/** The first time from another one on. */
function firstFrom(times: readonly number[], time: number): number | undefined {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle] < time) low = middle + 1;
    else high = middle;
  }
  return times[low];
}
