/**
 * How values spread over the nodes, and what became of each: `broadcast` and
 * `g-set`.
 *
 * @module
 */
import { type Operation, type RunDocument } from "../run/document.ts";
import { micros } from "../run/pack.ts";
import { arrivalsOf, type Shown } from "./carriers.ts";
import { eventsOf } from "./events.ts";

/** A value on its way. */
export interface SpreadValue {
  readonly value: string | number;
  /** Position of the operation that sent it to a node first. */
  readonly operation: number;
  /** When that began. */
  readonly start: number;
  /** When it was accepted, or was first seen in a read. */
  readonly known?: number;
  /**
   * `refused`: and never seen. `unread`: no read could have shown it.
   * `missing`: a node's last read misses it, though others have it.
   */
  readonly fate:
    | "stable"
    | "stale"
    | "lost"
    | "missing"
    | "unread"
    | "refused";
  /** From when it was known until the last read that missed it, in whole ms. */
  readonly staleFor: number;
  /** The last read that missed it, if it was known by then. */
  readonly missedBy?: number;
  /** When each node first had it, in the order of nodes; NaN: not known. */
  readonly had: readonly number[];
  /** Nodes of which only a read tells, maybe much later, that they had it. */
  readonly onlyRead: ReadonlySet<number>;
  /** Nodes whose last read misses it, though it was known by then. */
  readonly lackedBy: readonly number[];
}

export interface Spread {
  /** In the order in which they were sent. */
  readonly values: readonly SpreadValue[];
  /** Whether messages could be searched for values. */
  readonly hasArrivals: boolean;
}

/** What the operations tell of a value. */
interface Draft {
  readonly value: string | number;
  readonly operation: number;
  readonly start: number;
  readonly node: number;
  /** When it was acknowledged. */
  accepted?: number;
  isRefused: boolean;
  known?: number;
  /** Whether nothing but a final read tells of it. */
  isKnownLate?: boolean;
  /** The latest reads that showed it, and that missed it. */
  lastPresent?: Operation;
  lastAbsent?: Operation;
  /** The last read that looked at it, to tell repetitions. */
  lookedAt?: Operation;
  isMissing: boolean;
  readonly seenFrom: Float64Array;
  readonly seenAt: Float64Array;
  /** By node whether its latest read since it was known misses it. */
  readonly lacked: Uint8Array;
}

export function spreadOfValues(run: RunDocument): Spread {
  const drafts = observe(run);
  const { nodes } = run;
  const arrivals = arrivalsOf(run, shown(run, drafts));
  const values = drafts.map((draft, row): SpreadValue => {
    const had: number[] = [];
    const onlyRead = new Set<number>();
    nodes.forEach((node, i) => {
      const accepted = i === draft.node ? draft.accepted ?? Infinity : Infinity;
      const told = Math.min(
        arrivals?.get(node)?.[row] ?? Infinity,
        accepted,
      );
      const seen = draft.seenAt[i];
      if (micros(seen) < micros(told)) onlyRead.add(i);
      const first = Math.min(told, seen);
      had.push(Number.isFinite(first) ? first : NaN);
    });
    const { value, operation, start, known, lastAbsent } = draft;
    const staleFor = known === undefined || lastAbsent === undefined
      ? 0
      : Math.floor(Math.max(0, lastAbsent.start - known));
    const fate = fateOf(draft, staleFor);
    const isMissed = known !== undefined && lastAbsent !== undefined &&
      lastAbsent.start > known;
    return {
      ...{ value, operation, start, known, fate, staleFor, had, onlyRead },
      missedBy: isMissed ? run.operations.indexOf(lastAbsent) : undefined,
      lackedBy: nodes.flatMap((_, i) => draft.lacked[i] === 1 ? [i] : []),
    };
  });
  return { values, hasArrivals: arrivals !== undefined };
}

/** As `set-full` judges: see workbench/checkers/set_full.ts. */
function fateOf(draft: Draft, staleFor: number): SpreadValue["fate"] {
  const { lastPresent, lastAbsent, known, isRefused, isMissing } = draft;
  const isPresent = lastPresent !== undefined &&
    (lastAbsent === undefined || lastAbsent.index < lastPresent.index);
  if (isPresent) {
    return isMissing ? "missing" : staleFor > 0 ? "stale" : "stable";
  }
  if (known !== undefined && lastAbsent && lastAbsent.start > known) {
    return "lost";
  }
  return isRefused ? "refused" : "unread";
}

function observe(run: RunDocument): Draft[] {
  const { nodes } = run;
  const drafts = new Map<string | number, Draft>();
  const empty = () => new Float64Array(nodes.length).fill(Infinity);
  for (const { operation, at, isEnd } of eventsOf(run)) {
    const { f, value, type, start, end = start, node = "" } = operation;
    if (f === "broadcast" || f === "add") {
      if (typeof value !== "number" && typeof value !== "string") continue;
      const draft = drafts.getOrInsertComputed(value, () => ({
        ...{ value, operation: at, start, node: nodes.indexOf(node) },
        ...{ isRefused: false, isMissing: false },
        ...{ seenFrom: empty(), seenAt: empty() },
        lacked: new Uint8Array(nodes.length),
      }));
      if (!isEnd) continue;
      if (type === "fail") draft.isRefused = true;
      if (type !== "ok") continue;
      draft.accepted ??= end;
      draft.known ??= end;
    } else if (f === "read" && isEnd && type === "ok") {
      const values: unknown = operation.result ?? [];
      if (Array.isArray(values)) look(drafts, values, operation, nodes);
    }
  }
  return [...drafts.values()];
}

function look(
  drafts: ReadonlyMap<unknown, Draft>,
  values: readonly unknown[],
  read: Operation,
  nodes: readonly string[],
): void {
  const { start, end = start, node = "", final } = read;
  const at = nodes.indexOf(node);
  const later = (a: Operation | undefined) =>
    a && a.index >= read.index ? a : read;
  for (const value of values) {
    const draft = drafts.get(value);
    if (draft === undefined || draft.lookedAt === read) continue;
    draft.lookedAt = read;
    if (draft.known === undefined) {
      [draft.known, draft.isKnownLate] = [end, final === true];
    }
    draft.lastPresent = later(draft.lastPresent);
    if (at < 0) continue;
    draft.seenFrom[at] = Math.min(draft.seenFrom[at], start);
    draft.seenAt[at] = Math.min(draft.seenAt[at], end);
    draft.lacked[at] = 0;
  }
  for (const draft of drafts.values()) {
    if (draft.lookedAt === read) continue;
    draft.lastAbsent = later(draft.lastAbsent);
    if (draft.known === undefined) continue;
    if (final === true && !draft.isKnownLate) draft.isMissing = true;
    if (draft.known <= start && at >= 0) draft.lacked[at] = 1;
  }
}

/** The same, by row, as the search through messages needs it. */
function shown(
  { operations, nodes }: RunDocument,
  drafts: readonly Draft[],
): Shown {
  const byNode = (of: (draft: Draft) => Float64Array) =>
    new Map(nodes.map((node, i) => [
      node,
      Float64Array.from(drafts, (draft) => of(draft)[i]),
    ]));
  const reads = new Map<string, number[]>();
  for (const { f, type, node = "", start } of operations) {
    if (f === "read" && type === "ok") reads.getOrInsert(node, []).push(start);
  }
  return {
    rows: new Map(
      drafts.flatMap(({ value }, row) =>
        typeof value === "number" ? [[value, row] as const] : []
      ),
    ),
    begun: Float64Array.from(drafts, ({ start }) => start),
    seenFrom: byNode(({ seenFrom }) => seenFrom),
    seenAt: byNode(({ seenAt }) => seenAt),
    reads,
  };
}

/** The last time at which a node got it, since it was sent; NaN: nobody did. */
export function slowest({ had, start }: SpreadValue): number {
  const known = had.filter((time) => !Number.isNaN(time));
  return known.length === 0 ? NaN : Math.max(...known) - start;
}

/** How bad each fate is. */
const ranks: Readonly<Record<SpreadValue["fate"], number>> = {
  ...{ lost: 0, missing: 1, stale: 2, stable: 2, unread: 3, refused: 4 },
};

/** Lost ones first, then missing ones, then those that took longest. */
export function mostTelling(values: readonly SpreadValue[]): SpreadValue[] {
  return values.toSorted((a, b) =>
    ranks[a.fate] - ranks[b.fate] || b.staleFor - a.staleFor ||
    (slowest(b) || 0) - (slowest(a) || 0)
  );
}
