/**
 * A counter that starts at 0 and whose reads are up to date: each is the sum of
 * all adds that had ended when it began, and of some of those that had begun
 * when it ended. That much Jepsen's `counter` asks for, which takes no negative
 * adds; with them, the least that a read may be has all of these that may have
 * happened.
 *
 * Whether reads and adds can stand in one order is asked besides. Where all
 * adds are of one size it is decided, by `countersOrder` below. Where they are
 * not, to explain a single read is a subset-sum problem already, so only bounds
 * are judged, and that reads don't go back, and a note says so.
 *
 * https://github.com/jepsen-io/jepsen/blob/main/jepsen/src/jepsen/checker.clj
 *
 * @module
 */
import { Anomalies, nothingRead, verdictOf } from "./anomalies.ts";
import { countLeading } from "./count_leading.ts";
import { type CheckResult } from "./result.ts";
import { compare, integerOf, isInteger } from "../integers.ts";
import { tell } from "./words.ts";
import { stringifyJson } from "../json.ts";
import { type History, type Op, pairs } from "../load/history.ts";

/** An add that may have happened. */
interface Add {
  readonly delta: bigint;
  readonly begin: number;
  /** Infinite if it is not known to have ended. */
  readonly end: number;
}

interface Read {
  readonly op: Op;
  readonly value: bigint;
  readonly begin: number;
  readonly end: number;
  /** What may be read then. */
  least: bigint;
  most: bigint;
}

/** Names of what is found, and what Jepsen's checker does not look at. */
const ours: Readonly<Record<string, string>> = {
  "non-monotonic": "whether reads follow one another in one order",
  "no-order": "whether reads follow one another in one order",
};

/**
 * Judges every read of a counter that is linearizable.
 *
 * Time: n log n for n operations.
 *
 * @example A read that began after an add had ended, and misses it
 *
 * ```ts
 * import { checkLinearizableCounter } from "./linearizable_counter.ts";
 *
 * const op = (index: number, type: "invoke" | "ok", f: string, value?: number) =>
 *   ({ index, time: index, process: 0, type, f, value });
 * const { valid } = checkLinearizableCounter([
 *   op(0, "invoke", "add", 5),
 *   op(1, "ok", "add", 5),
 *   op(2, "invoke", "read"),
 *   op(3, "ok", "read", 4),
 * ]);
 * console.assert(valid === false);
 * ```
 */
export function checkLinearizableCounter(history: History): CheckResult {
  const adds: Add[] = [];
  const reads: Read[] = [];
  const odd: Op[] = [];
  for (const { invoke, complete } of pairs(history)) {
    const isOk = complete?.type === "ok";
    const [begin, end] = [invoke.index, isOk ? complete.index : Infinity];
    if (invoke.f === "add" && complete?.type !== "fail") {
      if (!isInteger(invoke.value)) odd.push(invoke);
      else if (invoke.value !== 0) {
        adds.push({ delta: BigInt(invoke.value), begin, end });
      }
    } else if (invoke.f === "read" && isOk) {
      const { value } = complete;
      if (value === null || value === undefined) continue; // shows nothing
      if (!isInteger(value)) odd.push(complete);
      else {
        const sum = BigInt(value);
        const bounds = { least: 0n, most: 0n };
        reads.push({ op: complete, value: sum, begin, end, ...bounds });
      }
    }
  }
  if (odd.length > 0) return notIntegers(odd);
  if (reads.length === 0) return nothingRead("counter: nothing was read");
  bound(adds, reads);
  const anomalies = new Anomalies();
  for (const read of reads) {
    const { op, value, least, most } = read;
    if (least <= value && value <= most) continue;
    anomalies.add("out-of-bounds", () => ({
      op: op.index,
      key: "counter",
      value: integerOf(value),
      explanation: `counter: the read that ended at ${tell(op)} is ${value}, ` +
        `but what had been added before it began, and might have been before ` +
        `it ended, makes ${least} at least, and ${most} at most`,
    }));
  }
  const isInBounds = anomalies.counts.size === 0;
  if (isInBounds) findOrder(adds, reads, anomalies);
  return resultOf(adds, reads, anomalies);
}

/** What each read may be. */
function bound(adds: readonly Add[], reads: readonly Read[]): void {
  const begins = adds.toSorted((a, b) => a.begin - b.begin);
  const ends = adds.toSorted((a, b) => compare(a.end, b.end));
  // What had certainly been added, and of that what is above and below 0.
  const certain = { positive: 0n, negative: 0n };
  let done = 0;
  const byBegin = reads.toSorted((a, b) => a.begin - b.begin);
  for (const read of byBegin) {
    for (; done < ends.length && ends[done].end < read.begin; done++) {
      const { delta } = ends[done];
      certain[delta > 0n ? "positive" : "negative"] += delta;
    }
    read.least = certain.positive;
    read.most = certain.negative;
  }
  let [positive, negative] = [0n, 0n];
  let begun = 0;
  for (const read of reads.toSorted((a, b) => a.end - b.end)) {
    for (; begun < begins.length && begins[begun].begin < read.end; begun++) {
      const { delta } = begins[begun];
      if (delta > 0n) positive += delta;
      else negative += delta;
    }
    read.least += negative;
    read.most += positive;
  }
}

/** Reads within bounds that fit in no order all the same. */
function findOrder(
  adds: readonly Add[],
  reads: readonly Read[],
  anomalies: Anomalies,
): void {
  const sign = signOf(adds);
  if (sign === undefined) return;
  findReturns(reads, sign, anomalies);
  const unit = unitOf(adds);
  if (unit === undefined || anomalies.counts.size > 0) return;
  const odd = reads.filter(({ value }) => value % unit !== 0n);
  for (const { op, value } of odd) {
    anomalies.add("no-order", () => ({
      op: op.index,
      key: "counter",
      value: integerOf(value),
      explanation: `counter: the read that ended at ${tell(op)} is ${value}, ` +
        `but whatever was added was ${unit}`,
    }));
  }
  if (odd.length > 0) return;
  const misfit = countersOrder(
    adds,
    reads.map((read) => ({ ...read, count: Number(read.value / unit) })),
  );
  if (misfit === undefined) return;
  const around = [misfit.before, misfit.after].flatMap((it) => it?.op ?? []);
  anomalies.add("no-order", () => ({
    ops: around.map(({ index }) => index),
    key: "counter",
    values: around.map(({ value }) => value),
    explanation: `counter: no order of all reads and adds is possible. ` +
      misfit.tell(unit),
  }));
}

/** Whether all adds go up, or all down; undefined if some do either. */
function signOf(adds: readonly Add[]): 1n | -1n | undefined {
  if (adds.every(({ delta }) => delta > 0n)) return 1n;
  return adds.every(({ delta }) => delta < 0n) ? -1n : undefined;
}

/** What each add is; undefined if they differ. */
function unitOf(adds: readonly Add[]): bigint | undefined {
  const unit = adds.at(0)?.delta ?? 1n;
  return adds.every(({ delta }) => delta === unit) ? unit : undefined;
}

/** Reads that are behind one that had ended before they began. */
function findReturns(
  reads: readonly Read[],
  sign: bigint,
  anomalies: Anomalies,
): void {
  const byEnd = reads.toSorted((a, b) => a.end - b.end);
  let ended = 0;
  let furthest: Read | undefined;
  for (const read of reads.toSorted((a, b) => a.begin - b.begin)) {
    for (; ended < byEnd.length && byEnd[ended].end < read.begin; ended++) {
      const it = byEnd[ended];
      if (!furthest || it.value * sign > furthest.value * sign) furthest = it;
    }
    if (!furthest || read.value * sign >= furthest.value * sign) continue;
    const earlier = furthest;
    anomalies.add("non-monotonic", () => ({
      ops: [earlier.op.index, read.op.index],
      key: "counter",
      values: [earlier, read].map(({ value }) => integerOf(value)),
      explanation: `counter: the read that ended at ${tell(read.op)} is ` +
        `${read.value}, but before it began, ${tell(earlier.op)} had read ` +
        `${earlier.value}, and nothing was added that would lead back`,
    }));
  }
}

/** Between which reads there are too many adds. */
interface Misfit {
  readonly before?: Read;
  readonly after?: Read;
  tell(unit: bigint): string;
}

type Counted = Read & { readonly count: number };

/**
 * Decides whether reads and adds of one size can stand in an order that real
 * time allows, given that each read is within its bounds, and none behind one
 * that ended before it began.
 *
 * Let step v be the moment at which the counter becomes v. It comes after the
 * begin of every read of less, and before the end of every read of v or more;
 * both bounds grow with v. An add can be step v if it overlaps that window, so
 * the steps that it can be are neighbours: the graph of adds and steps is
 * convex. An order exists iff some matching gives each acknowledged add a step,
 * and each step up to the last one that was read an add: two steps whose adds'
 * times contradict their order can swap adds, as the windows' bounds grow.
 *
 * Steps never lack adds alone. Fill them one by one, each with the add that has
 * the least time left; if step v gets none, at least v adds had begun by then,
 * as reads are within bounds, so one of them ended without a step. What remains
 * is a greedy matching of the acknowledged adds (F. Glover, Maximum matching in
 * a convex bipartite graph, 1967): whoever has the earliest last step takes the
 * first free one.
 */
function countersOrder(
  adds: readonly Add[],
  reads: readonly Counted[],
): Misfit | undefined {
  const last = reads.reduce((most, { count }) => Math.max(most, count), 0);
  const total = last + adds.length;
  // Of reads of less than v, the last to begin; of v or more, the first to end.
  const after: (Counted | undefined)[] = Array(total + 2);
  const before: (Counted | undefined)[] = Array(total + 2);
  for (const read of reads) {
    const next = after[read.count + 1];
    if (!next || read.begin > next.begin) after[read.count + 1] = read;
    const same = before[read.count];
    if (!same || read.end < same.end) before[read.count] = read;
  }
  for (let v = 1; v <= total; v++) {
    const [it, less] = [after[v], after[v - 1]];
    if (less && (!it || less.begin > it.begin)) after[v] = less;
  }
  for (let v = total; v > 0; v--) {
    const [it, more] = [before[v], before[v + 1]];
    if (more && (!it || more.end < it.end)) before[v] = more;
  }
  const windows = adds.filter(({ end }) => end < Infinity)
    .map(({ begin, end }) => ({
      first: 1 + countLeading(
        total,
        (i) => (before[i + 1]?.end ?? Infinity) <= begin,
      ),
      last: countLeading(total, (i) => (after[i + 1]?.begin ?? -1) < end),
    }));
  const homeless = unmatched(windows, total);
  return homeless && crowded(homeless, windows, before, after);
}

interface Window {
  readonly first: number;
  readonly last: number;
}

/** A window without a step in a largest matching with the steps from 1 on. */
function unmatched(
  windows: readonly Window[],
  steps: number,
): Window | undefined {
  // The first free step from each on, found by path halving.
  const next = Int32Array.from({ length: steps + 2 }, (_, v) => v);
  const freeFrom = (v: number) => {
    while (next[v] !== v) v = next[v] = next[next[v]];
    return v;
  };
  return windows.toSorted((a, b) => a.last - b.last).find(({ first, last }) => {
    const step = freeFrom(Math.min(first, steps + 1));
    if (step > Math.min(last, steps)) return true;
    next[step] = step + 1;
    return false;
  });
}

/** Steps that more adds need than there are, around one that got none. */
function crowded(
  { first, last }: Window,
  windows: readonly Window[],
  before: readonly (Counted | undefined)[],
  after: readonly (Counted | undefined)[],
): Misfit {
  // The steps that the others took, and whoever took these could go to.
  const inside = windows.filter((it) => it.last <= last)
    .toSorted((a, b) => b.first - a.first);
  let from = first;
  for (const [i, it] of inside.entries()) {
    from = it.first;
    if (from <= first && i + 1 > last - from + 1) break;
  }
  const needed = inside.filter((it) => it.first >= from).length;
  const [begin, end] = [before[from - 1], after[last + 1]];
  return {
    before: begin,
    after: end,
    tell: (unit) =>
      `${tellReads(begin, end, unit)} But between them, ${needed} adds of ` +
      `${unit} began and ended.`,
  };
}

function tellReads(
  before: Counted | undefined,
  after: Counted | undefined,
  unit: bigint,
): string {
  const from = before
    ? `the read that ended at ${tell(before.op)} is ${before.value}`
    : "the counter begins at 0";
  const to = after
    ? `the read that ended at ${tell(after.op)} is ${after.value}`
    : `no read shows what it is in the end`;
  const steps = Number((after?.value ?? 0n) / unit) - (before?.count ?? 0);
  return `Of adds of ${unit}, ${from}, and ${to}: ` +
    `${Math.max(0, steps)} adds apart.`;
}

function resultOf(
  adds: readonly Add[],
  reads: readonly Read[],
  anomalies: Anomalies,
): CheckResult {
  const isMixed = unitOf(adds) === undefined;
  const triple = ({ least, value, most }: Read) =>
    [least, value, most].map(integerOf);
  return {
    ...verdictOf(anomalies, ours),
    details: {
      readCount: reads.length,
      errors: reads.filter(({ least, value, most }) =>
        value < least || value > most
      ).map(triple),
    },
    notes: isMixed
      ? [
        "counter: adds are of different sizes, so each read is held against " +
        "what may have been added by then, and whether all of them fit in one " +
        "order is not decided.",
      ]
      : [],
  };
}

function notIntegers(odd: readonly Op[]): CheckResult {
  const [first] = odd;
  const isRead = first.type === "ok";
  const explanation = [
    `counter: ${tell(first)} ${isRead ? "read" : "adds"} ` +
    `${stringifyJson(first.value ?? null)}, which is no integer` +
    (isRead ? "" : ", so what reads may be can't be told"),
  ];
  if (!isRead) return { valid: "unknown", explanation };
  const operations = odd.map(({ index }) => index);
  return {
    valid: false,
    anomalies: [{
      type: "out-of-bounds",
      count: odd.length,
      explanation,
      operations,
    }],
    explanation,
  };
}
