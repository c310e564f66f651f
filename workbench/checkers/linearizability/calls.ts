/**
 * A history's operations as a model sees them, each at its object.
 *
 * @module
 */
import { canonicalJson, stringifyJson } from "../../json.ts";
import {
  type History,
  NEMESIS,
  type Op,
  type Pair,
  pairs,
} from "../../load/history.ts";
import { type Call, type HistoryModel } from "./model.ts";
import { type Part, type Placeable } from "./parts.ts";

/**
 * The operations by the object that they concern, in the order of their first
 * invocations; without those that tell nothing.
 *
 * @param isKeyed whether values are `[key, value]`, each key an object of its own
 * @throws {TypeError} a value is no key and value
 */
export function partsOf<State, Operation>(
  history: History,
  model: HistoryModel<State, Operation>,
  isKeyed: boolean,
): Part<Operation>[] {
  const parts = new Map<string | undefined, Placeable<Operation>[]>();
  for (const pair of pairs(history)) {
    const operation = model.operation(callOf(pair, isKeyed));
    if (operation === undefined) continue;
    const { invoke, complete } = pair;
    const hasEnded = complete !== undefined && complete.type !== "info";
    parts.getOrInsertComputed(
      keyOf(model, invoke, operation, isKeyed),
      () => [],
    ).push({ operation, invoke, complete: hasEnded ? complete : undefined });
  }
  return [...parts].map(([key, calls]) => ({ key, calls }));
}

function callOf({ invoke, complete }: Pair, isKeyed: boolean): Call {
  const value = (op: Op) => valueOf(op, isKeyed);
  const { f, process } = invoke;
  return {
    f,
    input: value(invoke),
    output: complete?.type === "ok" ? value(complete) ?? null : undefined,
    type: complete === undefined || complete.type === "invoke"
      ? "info"
      : complete.type,
    error: complete?.error,
    process,
  };
}

/**
 * Whether values seem to be `[key, value]`: all are pairs, and of what was asked
 * some value is open, or a pair itself as that of a compare-and-set.
 */
export function looksKeyed(
  events: Iterable<Pick<Op, "process" | "type" | "f" | "value">>,
): boolean {
  let isOpen = false;
  for (const { process, type, f, value } of events) {
    if (process === NEMESIS) continue;
    if (!Array.isArray(value) || value.length !== 2) return false;
    const [, argument] = value;
    if (type !== "invoke") continue;
    isOpen ||= argument === null || f === "cas" && Array.isArray(argument);
  }
  return isOpen;
}

/** The value, without the key if there is one. */
export function valueOf({ value }: Op, isKeyed: boolean): unknown {
  if (!isKeyed) return value;
  return Array.isArray(value) ? value[1] : undefined;
}

function keyOf<State, Operation>(
  model: HistoryModel<State, Operation>,
  { value }: Op,
  operation: Operation,
  isKeyed: boolean,
): string | undefined {
  const part = model.partition?.(operation);
  const within = part === undefined ? undefined : canonicalJson(part);
  if (!isKeyed) return within;
  if (!Array.isArray(value) || value.length !== 2) {
    throw new TypeError(`no key and value: ${stringifyJson(value)}`);
  }
  const key = canonicalJson(value[0]);
  return within === undefined ? key : `[${key},${within}]`;
}
