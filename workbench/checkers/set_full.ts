import { Anomalies, verdictOf } from "./anomalies.ts";
import {
  type Anomaly,
  type CheckResult,
  combine,
  type Forms,
  quantiles,
  stricter,
} from "./result.ts";
import { type History, type Op, pairs, who } from "../load/history.ts";
import { type FaultPeriod, faultPeriods, meanwhile } from "./faults.ts";
import {
  addsOf,
  type ElementKey,
  findAborted,
  keyOf,
  readsOf,
} from "./set_elements.ts";
import { addForks, addReversals, findReversals } from "./set_order.ts";
import { seconds } from "./words.ts";
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
  /** Whether a final read missed it though it was known long before. */
  isMissing: boolean;
  /**
   * Jepsen's checker forgets all this when the element is added again. A set
   * does not: what knew it first of all, and the latest read that missed it
   * though it had begun after that.
   */
  everKnown?: Op;
  missedBy?: Op;
}

/** What reads show that Maelstrom does not look at. */
interface Findings {
  /** How often an element stands in one read at most, if more than once. */
  readonly duplicated: Map<ElementKey, number>;
  /** Values that nobody had sent, and the first read that showed each. */
  readonly phantoms: Map<
    ElementKey,
    { readonly value: unknown; readonly read: Op }
  >;
  /** Final reads, and what each of them misses. */
  readonly gaps: { readonly read: Op; readonly missing: readonly Element[] }[];
}

/** Who knew which element when, where a run has followed that. */
export interface Knowers {
  /** Why nothing can be forgiven, if that is so. */
  readonly doubt: string | undefined;
  /** Whether all who ever knew it were killed. */
  diedWithVictims(element: unknown): boolean;
  /** In words. */
  story(element: unknown): string;
}

export interface SetFullOptions {
  /** What the operation that adds is called. */
  readonly add: "broadcast" | "add";
  /** What died with killed nodes. */
  readonly knowledge?: Knowers;
  /**
   * Whether every read shows what is known when it begins, and all fit in one
   * order: see `set_order.ts`.
   *
   * @default {false}
   */
  readonly linearizable?: boolean;
}

/**
 * For each element whether it is stable, lost, or never read, as Jepsen's
 * `set-full`. Beyond that:
 *
 * - Jepsen's own comparison of multiplicities never finds an element that
 *   stands twice in one read; this one does.
 * - Every final read, not only the last one, has what was known before the
 *   recovery. Which node reads last is chance: whoever always passes Maelstrom
 *   has all elements on all nodes by then, so nobody is failed for more.
 * - Nobody reads what nobody sent, nor what failed for good.
 * - If the set is to be linearizable, it is decided whether it is; Jepsen's
 *   looks for stale elements only, and not within a ms.
 *
 * With `knowledge`, nothing is asked of elements that died with their knowers.
 *
 * Latencies are in ms, from when an element is known until the last read that
 * missed it.
 */
export function checkSetFull(
  history: History,
  { add, knowledge, linearizable = false }: SetFullOptions,
): CheckResult {
  const elements = new Map<ElementKey, Element>();
  const findings: Findings = {
    duplicated: new Map(),
    phantoms: new Map(),
    gaps: [],
  };
  const calls = pairs(history);
  const invocations = new Map(
    calls.map(({ invoke, complete }) => [complete, invoke]),
  );
  for (const op of history) {
    if (op.f === add) {
      const key = keyOf(op.value);
      const element = elements.get(key);
      if (op.type === "invoke") {
        elements.set(key, {
          value: op.value,
          shownAt: -1,
          isMissing: false,
          everKnown: element?.everKnown,
          missedBy: element?.missedBy,
        });
      } else if (op.type === "ok" && element) learn(element, op);
    } else if (op.f === "read" && op.type === "ok") {
      const invoke = invocations.get(op);
      const values = op.value ?? []; // null is what Go makes of a nil slice
      if (invoke && Array.isArray(values)) {
        observe(elements, findings, values, invoke, op);
      }
    }
  }
  const faults = faultPeriods(history);
  const all = [...elements.values()];
  const result = summarize(all, findings, faults, knowledge);
  const more = new Anomalies();
  const added = addsOf(calls, add);
  findAborted(history, added, more);
  if (linearizable) {
    const set = { added, reads: readsOf(calls) };
    findStale(all, more);
    addReversals(findReversals(set), "set", more);
    addForks(set, "set", more);
  }
  if (more.counts.size === 0) return result;
  return combine(result, verdictOf(more, ours));
}

/** What Jepsen's checker does not look for, and what that leaves out. */
const ours: Readonly<Record<string, string>> = {
  aborted: "elements whose add had failed",
  "stale-within-ms": "what reads miss for less than a ms",
  "stale-added-again": "what reads miss before it is added again",
  "causal-reverse": "in which order elements came in",
  "long-fork": "in which order elements came in",
};

/** Elements that a read misses though they were known before it began. */
function findStale(elements: readonly Element[], anomalies: Anomalies): void {
  for (const element of elements) {
    const { value, known, lastAbsent, everKnown, missedBy } = element;
    if (!everKnown || !missedBy || isLost(element)) continue;
    const type = isStable(element) && latency(known, lastAbsent) > 0
      ? "stale"
      : known === everKnown
      ? "stale-within-ms"
      : "stale-added-again";
    anomalies.add(type, () => ({
      key: "set",
      element: value,
      ops: [everKnown, missedBy].map(({ index }) => index),
      explanation: `set: ${stringifyJson(value)} was known at ${
        tell(everKnown)
      }, and the read that began at ${tell(missedBy)} missed it`,
    }));
  }
}

/** Whether the last read that could tell shows it. */
const isStable = ({ lastPresent, lastAbsent }: Element) =>
  index(lastAbsent) < index(lastPresent);

/** Whether a read misses it that began after all that knew it. */
const isLost = ({ known, lastPresent, lastAbsent }: Element) =>
  known !== undefined &&
  Math.max(known.index, index(lastPresent)) < index(lastAbsent);

function learn(element: Element, op: Op): void {
  element.known ??= op;
  element.everKnown ??= op;
}

function observe(
  elements: ReadonlyMap<ElementKey, Element>,
  { duplicated, phantoms, gaps }: Findings,
  values: readonly unknown[],
  invoke: Op,
  complete: Op,
): void {
  let distinct = 0;
  for (const value of values) {
    const element = elements.get(keyOf(value));
    if (element === undefined) {
      phantoms.getOrInsert(keyOf(value), { value, read: complete });
    } else if (element.shownAt !== complete.index) {
      element.shownAt = complete.index;
      distinct++;
    }
  }
  if (distinct < values.length) countDuplicates(values, duplicated);
  const missing: Element[] = [];
  for (const element of elements.values()) {
    if (element.shownAt === complete.index) {
      learn(element, complete);
      element.lastPresent = later(element.lastPresent, invoke);
      continue;
    }
    element.lastAbsent = later(element.lastAbsent, invoke);
    if (element.everKnown && element.everKnown.index < invoke.index) {
      element.missedBy = later(element.missedBy, invoke);
    }
    const wasKnown = element.known !== undefined && !element.known.final;
    if (invoke.final && wasKnown) missing.push(element);
  }
  for (const element of missing) element.isMissing = true;
  if (missing.length > 0) gaps.push({ read: complete, missing });
}

function countDuplicates(
  values: readonly unknown[],
  duplicated: Map<ElementKey, number>,
): void {
  const counts = new Map<ElementKey, number>();
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

/** How many findings of a kind are told. */
const SHOWN = 3;

function summarize(
  elements: readonly Element[],
  { duplicated, phantoms, gaps }: Findings,
  faults: readonly FaultPeriod[],
  knowledge: Knowers | undefined,
): CheckResult {
  const forgiven = new Set(
    elements.filter(({ value, known }) =>
      known !== undefined && knowledge?.diedWithVictims(value)
    ),
  );
  const stable: { element: unknown; stableLatency: number }[] = [];
  const lost: Element[] = [];
  const missing: unknown[] = [];
  const neverRead: unknown[] = [];
  for (const element of elements) {
    if (forgiven.has(element)) continue;
    const { value, known, lastAbsent } = element;
    if (isStable(element)) {
      stable.push({
        element: value,
        stableLatency: latency(known, lastAbsent),
      });
      if (element.isMissing) missing.push(value);
    } else if (isLost(element)) lost.push(element);
    else neverRead.push(value);
  }
  const stale = stable.filter(({ stableLatency }) => stableLatency > 0);
  const explanation = lost.slice(0, SHOWN).map((element) =>
    tellLost(element, faults) +
    (knowledge ? ` Who knew it: ${knowledge.story(element.value)}` : "")
  );
  const { doubt } = knowledge ?? {};
  const doubts = lost.length > 0 && doubt !== undefined
    ? [`set: ${doubt}.`]
    : [];
  const result: CheckResult = {
    valid: lost.length > 0
      ? false
      : stable.length + forgiven.size === 0
      ? "unknown"
      : true,
    ...(lost.length > 0 && {
      anomalies: [{
        type: "lost",
        count: lost.length,
        explanation,
        operations: lost.flatMap(({ known, lastAbsent }) =>
          [known, lastAbsent].flatMap((op) => op?.index ?? [])
        ),
      }],
    }),
    // Maelstrom knows no mercy.
    ...(forgiven.size > 0 && { asMaelstrom: { valid: false, ignores: [] } }),
    details: {
      attemptCount: elements.length,
      stableCount: stable.length,
      lostCount: lost.length,
      lost: lost.map(({ value }) => value),
      ...(knowledge && {
        forgivenCount: forgiven.size,
        forgiven: [...forgiven].map(({ value }) => value),
      }),
      neverReadCount: neverRead.length,
      neverRead,
      staleCount: stale.length,
      stale: stale.map(({ element }) => element),
      worstStale: stale.toSorted((a, b) => b.stableLatency - a.stableLatency)
        .slice(0, 8),
      missingCount: missing.length,
      missing,
      duplicatedCount: duplicated.size,
      duplicated: Object.fromEntries(duplicated),
      phantomCount: phantoms.size,
      phantoms: phantoms.values().map(({ value }) => value).toArray(),
    },
    forms,
    stableLatencies: quantiles(
      stable.map(({ stableLatency }) => stableLatency),
    ),
    lostLatencies: quantiles(
      lost.map(({ known, lastPresent }) => latency(known, lastPresent)),
    ),
    ...(forgiven.size > 0 && {
      figures: { forgiven: `${forgiven.size}, known to killed nodes only` },
    }),
    explanation: [...explanation, ...doubts],
  };
  const findings: [anomaly: Anomaly, ignores: string][] = [
    [
      {
        type: "missing",
        count: missing.length,
        explanation: tellGaps(gaps, forgiven.union(new Set(lost))),
        operations: gaps.map(({ read }) => read.index),
      },
      "what a node's last read misses, if a later one of another node has it",
    ],
    [
      {
        type: "duplicated",
        count: duplicated.size,
        explanation: [...duplicated].slice(0, SHOWN).map(([value, count]) =>
          `set: ${value} stands ${count} times in one read`
        ),
      },
      "elements that stand twice in one read",
    ],
    [
      {
        type: "phantom",
        count: phantoms.size,
        explanation: [...phantoms].slice(0, SHOWN).map(([value, { read }]) =>
          `set: the read that ended at ${tell(read)} shows ` +
          `${value}, which nobody had sent`
        ),
        operations: [...phantoms.values()].map(({ read }) => read.index),
      },
      "elements that nobody sent",
    ],
  ];
  return findings.reduce(
    (result: CheckResult, [anomaly, ignores]) =>
      stricter(result, anomaly, ignores),
    result,
  );
}

const forms: Forms = {
  lost: "values",
  neverRead: "values",
  stale: "values",
  missing: "values",
  forgiven: "values",
  phantoms: "values",
  worstStale: "list",
  element: "value",
  duplicated: "by-value",
};

/** What happened to a lost element, with the faults around it. */
function tellLost(
  { value, known, lastPresent, lastAbsent }: Element,
  faults: readonly FaultPeriod[],
): string {
  const story = `set: ${stringifyJson(value)} is lost. It was known at ${
    tell(known)
  }, ${
    lastPresent
      ? `last seen by the read that began at ${tell(lastPresent)}`
      : "never seen by any read"
  }, and the read that began at ${tell(lastAbsent)} missed it.`;
  const ops = [known, lastPresent, lastAbsent].filter((op) => op !== undefined);
  return [story, meanwhile(faults, ops)].join(" ").trimEnd();
}

/** Such as `op 17, 1.250 s, process 3 (node n0)`. */
const tell = (op: Op | undefined) =>
  op ? `op ${op.index}, ${seconds(op)}, ${who(op)}` : "?";

/** Which final reads miss something that is not lost altogether. */
function tellGaps(
  gaps: Findings["gaps"],
  lost: ReadonlySet<Element>,
): string[] {
  return gaps.flatMap(({ read, missing }) => {
    const present = missing.filter((element) => !lost.has(element));
    if (present.length === 0) return [];
    const [{ value, known }] = present;
    return [
      `set: the final read that ended at ${tell(read)} misses ` +
      `${present.length} of the elements that were known before the ` +
      `recovery, such as ${stringifyJson(value)}, known at ${tell(known)}; ` +
      `a later read has it`,
    ];
  }).slice(0, SHOWN);
}

/** ms from when an element is known until just after the last read. */
function latency(known: Op | undefined, last: Op | undefined): number {
  if (known === undefined || last === undefined) return 0;
  return Math.floor(Math.max(0, last.time + 1 - known.time) / 1e6);
}
