/**
 * What is added to a set of which nothing is taken out, and what reads show of
 * it.
 *
 * @module
 */
import { type Anomalies } from "./anomalies.ts";
import { tell } from "./words.ts";
import { canonicalJson, stringifyJson } from "../json.ts";
import { type History, type Op, pairs } from "../load/history.ts";

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
 * Elements and reads of a history. An answer that is no list is left out, as
 * one that is not known.
 *
 * @param add what an operation that adds is called
 */
export function setElements(history: History, add: string): SetElements {
  const added = new Map<ElementKey, Added>();
  const reads: SetRead[] = [];
  for (const { invoke, complete } of pairs(history)) {
    if (invoke.f === add) {
      const it = added.getOrInsertComputed(
        keyOf(invoke.value),
        (): Added => ({ value: invoke.value, first: invoke }),
      );
      if (complete?.type !== "fail") it.begin ??= invoke;
      if (complete?.type !== "ok") continue;
      if (!it.end || complete.index < it.end.index) it.end = complete;
    } else if (invoke.f === "read" && complete?.type === "ok") {
      const values = complete.value;
      if (!Array.isArray(values)) continue;
      const shown = new Set(values.map(keyOf));
      reads.push({ invoke, complete, shown, values });
    }
  }
  reads.sort((a, b) => a.complete.index - b.complete.index);
  return { added, reads };
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

/** Reads of elements all of whose adds had failed, or did later. */
export function findAborted(
  history: History,
  add: string,
  anomalies: Anomalies,
): void {
  const failed = new Map<ElementKey, Op>();
  const possible = new Set<ElementKey>();
  for (const { invoke, complete } of pairs(history)) {
    if (invoke.f !== add) continue;
    const key = keyOf(invoke.value);
    if (complete?.type === "fail") failed.getOrInsert(key, invoke);
    else possible.add(key);
  }
  for (const key of possible) failed.delete(key);
  if (failed.size === 0) return;
  for (const read of history) {
    const { f, type, value, index } = read;
    if (f !== "read" || type !== "ok" || !Array.isArray(value)) continue;
    for (const element of value) {
      const begin = failed.get(keyOf(element));
      if (!begin || begin.index > index) continue; // a phantom
      failed.delete(keyOf(element));
      anomalies.add("aborted", () => ({
        key: "set",
        element,
        ops: [begin.index, index],
        explanation: `set: the read that ended at ${tell(read)} shows ` +
          `${stringifyJson(element)}, whose add, op ${begin.index}, had failed`,
      }));
    }
  }
}
