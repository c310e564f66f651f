/**
 * What is added to a set of which nothing is taken out, and what reads show of
 * it.
 *
 * @module
 */
import { type Anomalies } from "./anomalies.ts";
import { tell } from "./words.ts";
import { canonicalJson, stringifyJson } from "../json.ts";
import { type History, type Op, type Pair, pairs } from "../load/history.ts";

/** What tells elements apart; numbers, which are most, are their own keys. */
export type ElementKey = number | string;

export const keyOf = (value: unknown): ElementKey =>
  typeof value === "number" ? value : canonicalJson(value);

/** All attempts to add an element. */
export interface Added {
  readonly value: unknown;
  /** The first attempt, and the first that may have added it, if any may. */
  readonly first: Op;
  begin?: Op;
  /** The first acknowledgement. */
  end?: Op;
}

/** A read that was answered. */
export interface SetRead {
  readonly invoke: Op;
  readonly complete: Op;
  /** Without what is shown twice. */
  readonly shown: ReadonlySet<ElementKey>;
  /** As it was answered. */
  readonly values: readonly unknown[];
}

export interface SetElements {
  readonly added: ReadonlyMap<ElementKey, Added>;
  /** In order of their ends. */
  readonly reads: readonly SetRead[];
}

/**
 * Elements and reads of a history.
 *
 * @param add what an operation that adds is called
 */
export function setElements(history: History, add: string): SetElements {
  const calls = pairs(history);
  return { added: addsOf(calls, add), reads: readsOf(calls) };
}

/** @param add what an operation that adds is called */
export function addsOf(
  calls: readonly Pair[],
  add: string,
): SetElements["added"] {
  const added = new Map<ElementKey, Added>();
  for (const { invoke, complete } of calls) {
    if (invoke.f !== add) continue;
    const it = added.getOrInsertComputed(
      keyOf(invoke.value),
      (): Added => ({ value: invoke.value, first: invoke }),
    );
    if (complete?.type !== "fail") it.begin ??= invoke;
    if (complete?.type !== "ok") continue;
    if (!it.end || complete.index < it.end.index) it.end = complete;
  }
  return added;
}

/** An answer that is no list is left out, as one that is not known. */
export function readsOf(calls: readonly Pair[]): SetElements["reads"] {
  const reads: SetRead[] = [];
  for (const { invoke, complete } of calls) {
    if (invoke.f !== "read" || complete?.type !== "ok") continue;
    const values = complete.value;
    if (!Array.isArray(values)) continue;
    const shown = new Set(values.map(keyOf));
    reads.push({ invoke, complete, shown, values });
  }
  return reads.sort((a, b) => a.complete.index - b.complete.index);
}

/** Why a read can't show an element; undefined if it can. */
export function whyImpossible(
  it: Added | undefined,
  read: Op,
): "unexpected" | "early" | "aborted" | undefined {
  if (it === undefined) return "unexpected";
  if (it.first.index > read.index) return "early";
  if (it.begin === undefined) return "aborted";
  return it.begin.index > read.index ? "aborted" : undefined;
}

/**
 * Reads of elements whose adds that had begun by then had all failed, or did
 * later. Each element is found once.
 */
export function findAborted(
  history: History,
  added: SetElements["added"],
  anomalies: Anomalies,
): void {
  const failed = new Map(
    added.entries().filter(([, { first, begin }]) => first !== begin),
  );
  if (failed.size === 0) return;
  for (const read of history) {
    const { f, type, value, index } = read;
    if (f !== "read" || type !== "ok" || !Array.isArray(value)) continue;
    for (const element of value) {
      const it = failed.get(keyOf(element));
      if (!it || whyImpossible(it, read) !== "aborted") continue;
      failed.delete(keyOf(element));
      anomalies.add("aborted", () => ({
        key: "set",
        element,
        ops: [it.first.index, index],
        explanation: `set: the read that ended at ${tell(read)} shows ` +
          `${stringifyJson(element)}, whose add, op ${it.first.index}, had ` +
          "failed",
      }));
    }
  }
}
