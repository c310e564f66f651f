/**
 * Queues of elements that are each put in once: decided without a search.
 *
 * @module
 */
import { type Interval, type Shortcut } from "../model.ts";

/** What is put in or taken out, as JSON; null if nobody knows what was. */
export interface ElementOperation {
  readonly f: "put" | "take";
  readonly element: string | null;
}

type Ends = Interval<unknown> & { readonly id: number };

/**
 * A queue's history is linearizable unless an element is taken out that nobody
 * had begun to put in, or twice; or one goes in before another, but comes out
 * after it, or never (Henzinger, Sezgin and Vafeiadis, "Aspect-Oriented
 * Linearizability Proofs", CONCUR 2013; Bouajjani, Emmi, Enea and Hamza, "On
 * Reducing Linearizability to State Reachability", ICALP 2015).
 *
 * A put of unknown fate happened only if its element was taken out. Takes of
 * unknown fate need not have happened; if there are any, and something is wrong
 * without them, nothing is decided here. Nor is it where an element is put in
 * twice. Time: n log n.
 */
export function queueOrder(
  intervals: readonly Interval<ElementOperation>[],
): Shortcut | undefined {
  const puts = new Map<string | null, Ends>();
  const takes = new Map<string | null, Ends>();
  let hasUnknown = false;
  let wrong: Shortcut | undefined;
  const isWrong = (why: string, ...stuck: readonly (Ends | undefined)[]) =>
    wrong ??= {
      linearizable: false,
      why,
      stuck: stuck.flatMap((it) => it === undefined ? [] : [it.id]),
    };
  for (const [id, interval] of intervals.entries()) {
    const { operation: { f, element }, end } = interval;
    const ends = { ...interval, id };
    if (f === "put") {
      if (puts.has(element)) return undefined;
      puts.set(element, ends);
    } else if (end === undefined) hasUnknown = true;
    else if (element === null) return undefined;
    else if (takes.has(element)) {
      isWrong(`${element} came out twice`, takes.get(element), ends);
    } else takes.set(element, ends);
  }
  for (const [element, take] of takes) {
    const put = puts.get(element);
    if (put === undefined) isWrong(`nobody put ${element} in`, take);
    else if ((take.end ?? Infinity) < put.begin) {
      isWrong(`${element} came out before it went in`, put, take);
    }
  }
  // In the order of time: which of those that are in comes out last.
  const byEnd = [...puts].filter(([, { end }]) => end !== undefined)
    .sort(([, a], [, b]) => (a.end ?? 0) - (b.end ?? 0));
  const byBegin = [...puts].filter(([element]) => takes.has(element))
    .sort(([, a], [, b]) => a.begin - b.begin);
  let [next, out] = [0, -Infinity];
  let last: string | null = null;
  for (const [element, put] of byBegin) {
    for (; next < byEnd.length; next++) {
      const [earlier, { end = Infinity }] = byEnd[next];
      if (end >= put.begin) break;
      const { begin = Infinity } = takes.get(earlier) ?? {};
      if (begin > out) [out, last] = [begin, earlier];
    }
    const take = takes.get(element);
    if (out <= (take?.end ?? Infinity)) continue;
    const comes = takes.has(last) ? "came out after it" : "never came out";
    isWrong(
      `${last} went in before ${element}, but ${comes}`,
      ...[puts.get(last), put, take, takes.get(last)],
    );
  }
  if (wrong !== undefined) return hasUnknown ? undefined : wrong;
  return { linearizable: true, why: "", stuck: [] };
}
