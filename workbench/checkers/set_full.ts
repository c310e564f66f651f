import { stricter } from "../as_maelstrom.ts";
import { type CheckResult, type History, type Op, pairs } from "../history.ts";
import { stringifyJson } from "../json.ts";

interface Element {
  readonly value: unknown;
  /** The completed add, or the first read that showed it. */
  known?: Op;
  /** The latest invoked read that showed it, or that missed it. */
  lastPresent?: Op;
  lastAbsent?: Op;
  /** Index of the latest read that showed it. */
  shownAt: number;
}

/** What tells elements apart; numbers, which are most, are their own keys. */
type Key = number | string;

const keyOf = (value: unknown): Key =>
  typeof value === "number" ? value : stringifyJson(value);

/**
 * For each element whether it is stable, lost, or never read, as Jepsen's
 * `set-full`; Jepsen's own comparison of multiplicities never finds an element
 * that stands twice in one read, this one does.
 *
 * Latencies are in ms, from when an element is known until the last read that
 * missed it.
 */
export function checkSetFull(
  history: History,
  { add }: { readonly add: "broadcast" | "add" },
): CheckResult {
  const elements = new Map<Key, Element>();
  const duplicated = new Map<Key, number>();
  const invocations = new Map(
    pairs(history).map(({ invoke, complete }) => [complete, invoke]),
  );
  for (const op of history) {
    if (op.f === add) {
      const key = keyOf(op.value);
      if (op.type === "invoke") {
        elements.set(key, { value: op.value, shownAt: -1 });
      }
      const element = elements.get(key);
      if (op.type === "ok" && element) element.known ??= op;
    } else if (op.f === "read" && op.type === "ok") {
      const invoke = invocations.get(op);
      const values = op.value ?? []; // null is what Go makes of a nil slice
      if (invoke && Array.isArray(values)) {
        observe(elements, duplicated, values, invoke, op);
      }
    }
  }
  return summarize([...elements.values()], duplicated);
}

function observe(
  elements: ReadonlyMap<Key, Element>,
  duplicated: Map<Key, number>,
  values: readonly unknown[],
  invoke: Op,
  complete: Op,
): void {
  let distinct = 0;
  for (const value of values) {
    const element = elements.get(keyOf(value));
    if (element === undefined || element.shownAt === complete.index) continue;
    element.shownAt = complete.index;
    distinct++;
  }
  if (distinct < values.length) countDuplicates(values, duplicated);
  for (const element of elements.values()) {
    if (element.shownAt === complete.index) {
      element.known ??= complete;
      element.lastPresent = later(element.lastPresent, invoke);
    } else {
      element.lastAbsent = later(element.lastAbsent, invoke);
    }
  }
}

function countDuplicates(
  values: readonly unknown[],
  duplicated: Map<Key, number>,
): void {
  const counts = new Map<Key, number>();
  for (const value of values) {
    const key = keyOf(value);
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    if (count > Math.max(1, duplicated.get(key) ?? 0)) {
      duplicated.set(key, count);
    }
  }
}

const later = (a: Op | undefined, b: Op) => a && a.index >= b.index ? a : b;

const index = (op: Op | undefined) => op?.index ?? -1;

function summarize(
  elements: readonly Element[],
  duplicated: ReadonlyMap<Key, number>,
): CheckResult {
  const stable: { element: unknown; stableLatency: number }[] = [];
  const lost: Element[] = [];
  const neverRead: unknown[] = [];
  for (const element of elements) {
    const { value, known, lastPresent, lastAbsent } = element;
    if (lastPresent && index(lastAbsent) < index(lastPresent)) {
      stable.push({
        element: value,
        stableLatency: latency(known, lastAbsent),
      });
    } else if (
      known && lastAbsent && index(lastPresent) < index(lastAbsent) &&
      index(known) < index(lastAbsent)
    ) {
      lost.push(element);
    } else neverRead.push(value);
  }
  const stale = stable.filter(({ stableLatency }) => stableLatency > 0);
  const result = {
    valid: lost.length > 0
      ? false
      : stable.length === 0
      ? "unknown" as const
      : true,
    attemptCount: elements.length,
    stableCount: stable.length,
    lostCount: lost.length,
    lost: lost.map(({ value }) => value),
    neverReadCount: neverRead.length,
    neverRead,
    staleCount: stale.length,
    stale: stale.map(({ element }) => element),
    worstStale: stale.toSorted((a, b) => b.stableLatency - a.stableLatency)
      .slice(0, 8),
    duplicatedCount: duplicated.size,
    duplicated: Object.fromEntries(duplicated),
    ...distribution(
      "stableLatencies",
      stable.map(({ stableLatency }) => stableLatency),
    ),
    ...distribution(
      "lostLatencies",
      lost.map(({ known, lastPresent }) => latency(known, lastPresent)),
    ),
  };
  const explanation = lost.slice(0, 3).map((
    { value, known, lastPresent, lastAbsent },
  ) =>
    `set: ${
      stringifyJson(value)
    } is lost. It was known at op ${known?.index}, ${
      lastPresent
        ? `last seen by the read at op ${lastPresent.index}`
        : "never seen by any read"
    }, and the read that began at op ${lastAbsent?.index} (process ${lastAbsent?.process}) missed it`
  );
  return stricter(
    { ...result, explanation },
    [...duplicated].slice(0, 3).map(([value, count]) =>
      `set: ${value} stands ${count} times in one read`
    ),
    "elements that stand twice in one read",
  );
}

/** ms from when an element is known until just after the last read. */
function latency(known: Op | undefined, last: Op | undefined): number {
  if (known === undefined || last === undefined) return 0;
  return Math.floor(Math.max(0, last.time + 1 - known.time) / 1e6);
}

function distribution(
  name: string,
  values: number[],
): Record<string, Record<string, number>> {
  if (values.length === 0) return {};
  const sorted = values.toSorted((a, b) => a - b);
  const at = (q: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
  const points = [0, 0.5, 0.95, 0.99, 1];
  return { [name]: Object.fromEntries(points.map((q) => [q, at(q)])) };
}
