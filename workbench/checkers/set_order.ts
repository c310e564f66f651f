/**
 * In which order elements came into a set of which nothing is taken out, by
 * what reads show.
 *
 * A set is linearizable iff no read shows what can't be there yet, none misses
 * what had been added or shown before it began (`stale`), and the two below
 * find nothing. For then reads stand in one order, by what they show, and so do
 * adds, by the first read that shows them; and if one of these ended before
 * another one began that this order puts in front, it is one of the above:
 *
 * - a read before a read that shows less: the latter is stale;
 * - a read before an add that it shows: it can't be there yet;
 * - an add before a read that does not show it: that is stale;
 * - an add before an add that is shown without it: causal reverse.
 *
 * @module
 */
import { type Anomalies } from "./anomalies.ts";
import { countLeading } from "./count_leading.ts";
import {
  type Added,
  keyOf,
  type SetElements,
  type SetRead,
} from "./set_elements.ts";
import { tell } from "./words.ts";
import { stringifyJson } from "../json.ts";
import { type Op } from "../load/history.ts";

/** A read that misses what had been added before something that it shows. */
export interface Reversal {
  readonly read: SetRead;
  /** What it shows whose add began last. */
  readonly shown: Added;
  /** Some of what it misses, as values, and how much that is in all. */
  readonly missing: readonly Added[];
  readonly missingCount: number;
  /** How many elements had been added before `shown`. */
  readonly expectedCount: number;
}

/** How many of the elements that a read misses are named. */
const SHOWN = 32;

/**
 * Adds that ended before another one began which is shown without them, as
 * Jepsen's `causal-reverse` (CockroachDB's `comments`). Time: m + n log n.
 */
export function findReversals({ added, reads }: SetElements): Reversal[] {
  const ended = [...added.values()].flatMap((it) =>
    it.end ? [{ it, end: it.end.index }] : []
  ).sort((a, b) => a.end - b.end);
  return reads.flatMap((read) => {
    let last: (Added & { readonly begin: Op }) | undefined;
    for (const key of read.shown) {
      const it = added.get(key);
      if (!hasBegun(it)) continue;
      if (!last || it.begin.index > last.begin.index) last = it;
    }
    if (last === undefined) return [];
    const since = last.begin.index;
    const expectedCount = countLeading(
      ended.length,
      (i) => ended[i].end < since,
    );
    let present = 0;
    for (const key of read.shown) {
      const { end } = added.get(key) ?? {};
      if (end && end.index < since) present++;
    }
    if (present === expectedCount) return [];
    const missing: Added[] = [];
    for (let i = 0; i < expectedCount && missing.length < SHOWN; i++) {
      const { it } = ended[i];
      if (!read.shown.has(keyOf(it.value))) missing.push(it);
    }
    const missingCount = expectedCount - present;
    return [{ read, shown: last, missing, missingCount, expectedCount }];
  });
}

function hasBegun(
  it: Added | undefined,
): it is Added & { readonly begin: Op } {
  return it?.begin !== undefined;
}

/** Adds what {@linkcode findReversals} finds under its name. */
export function addReversals(
  found: readonly Reversal[],
  key: unknown,
  anomalies: Anomalies,
): void {
  for (const { read, shown, missing, missingCount } of found) {
    const [first] = missing;
    anomalies.add("causal-reverse", () => ({
      key,
      values: [first.value, shown.value],
      ops: [first.end, shown.begin, read.complete]
        .flatMap((op) => op?.index ?? []),
      explanation: `set: the read that ended at ${tell(read.complete)} shows ` +
        `${stringifyJson(shown.value)}, whose add began at op ` +
        `${shown.begin?.index}, but not ${stringifyJson(first.value)}, which ` +
        `had been added by op ${first.end?.index} before that` +
        (missingCount > 1 ? `, and misses ${missingCount - 1} more` : ""),
    }));
  }
}

/**
 * Pairs of reads each of which shows what the other one misses. None is found
 * iff all stand in one order. Time: m + n log n.
 */
export function addForks(
  { reads }: SetElements,
  key: unknown,
  anomalies: Anomalies,
): void {
  const bySize = reads.toSorted((a, b) => a.shown.size - b.shown.size);
  for (let i = 1; i < bySize.length; i++) {
    const [less, more] = [bySize[i - 1], bySize[i]];
    const odd = firstWithout(less, more);
    if (odd === undefined) continue;
    const other = firstWithout(more, less);
    anomalies.add("long-fork", () => ({
      key,
      values: [odd, other],
      ops: [less, more].map(({ complete }) => complete.index),
      explanation: `set: the read that ended at ${tell(less.complete)} shows ` +
        `${stringifyJson(odd)} without ${stringifyJson(other)}, and the one ` +
        `at ${tell(more.complete)} ${stringifyJson(other)} without ` +
        `${stringifyJson(odd)}`,
    }));
  }
}

/** What one read shows and another one does not. */
function firstWithout(one: SetRead, other: SetRead): unknown {
  return one.values.find((value) => !other.shown.has(keyOf(value)));
}
