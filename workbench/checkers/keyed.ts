/**
 * Histories of several objects in one: values are `[key, value]`, as
 * `jepsen.independent` makes them.
 *
 * @module
 */
import { canonicalJson, sameJson } from "../json.ts";
import { type History, type Op, pairs } from "../load/history.ts";

/** What happened to one of several objects. */
export interface Keyed {
  /** Undefined if there is but one, and values have no key. */
  readonly key: unknown;
  /** Operations have the indices that they have in the history of all. */
  readonly history: History;
}

/**
 * A history by the keys of its values, in order of their first operations.
 * Values have keys if all of them are pairs, also those that ask for nothing:
 * then they are `[key, null]`.
 */
export function byKey(history: History): Keyed[] {
  const calls = pairs(history);
  const isKeyed = calls.length > 0 && calls.every(({ invoke, complete }) => {
    const asked = invoke.value;
    const told = complete?.type === "ok" ? complete.value : asked;
    return isPair(asked) && isPair(told) && sameJson(asked[0], told[0]);
  });
  if (!isKeyed) return [{ key: undefined, history }];
  const result = new Map<string, { key: unknown; history: Op[] }>();
  const keys = new Map<Op["process"], unknown>();
  for (const op of history) {
    if (op.type === "invoke" && isPair(op.value)) {
      keys.set(op.process, op.value[0]);
    }
    if (!keys.has(op.process)) continue; // the nemesis
    const key = keys.get(op.process);
    const value = isPair(op.value) ? op.value[1] : undefined;
    result.getOrInsertComputed(
      canonicalJson(key),
      () => ({ key, history: [] }),
    ).history.push({ ...op, value });
  }
  return [...result.values()];
}

function isPair(value: unknown): value is readonly [unknown, unknown] {
  return Array.isArray(value) && value.length === 2;
}
