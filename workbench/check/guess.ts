/**
 * Which model a history is of, where nobody says.
 *
 * @module
 */
import { looksKeyed } from "../checkers/linearizability/calls.ts";
import { type History, NEMESIS } from "../load/history.ts";

/** So many operations are looked at. */
const ENOUGH = 10_000;

/**
 * The model that a history's operations are of, if there is only one that has
 * such operations. Elements may be registers or lists, counters or sets: where
 * several models have the same functions, nothing is guessed.
 */
export function guessModel(history: History): string | undefined {
  const functions = new Set<string>();
  const micro = new Set<unknown>();
  /** Locks of many kinds say who holds them, or by which fence. */
  let hasHolders = false;
  /** What is read as a list may be a set. */
  let hasLists = false;
  const isKeyed = looksKeyed(history);
  for (const { process, type, f, value } of history.slice(0, ENOUGH)) {
    if (process === NEMESIS) continue;
    functions.add(f);
    hasHolders ||= f === "acquire" && typeof value === "object" &&
      value !== null;
    if (!Array.isArray(value)) continue;
    hasLists ||= f === "read" && type === "ok" &&
      Array.isArray(isKeyed ? value[1] : value);
    for (const mop of value) if (Array.isArray(mop)) micro.add(mop[0]);
  }
  const has = (...names: readonly string[]) =>
    functions.size > 0 && functions.isSubsetOf(new Set(names));
  if (micro.has("append") && !micro.has("w")) return "list-append";
  if (micro.has("w") && !micro.has("append")) return "rw-register";
  if (functions.has("cas") && has("read", "write", "cas")) {
    return "cas-register";
  }
  if (functions.has("write") && has("read", "write") && !hasLists) {
    return "register";
  }
  if (functions.has("put") && has("get", "put", "append")) return "kv";
  if (functions.has("acquire") && has("acquire", "release") && !hasHolders) {
    return "mutex";
  }
  if (functions.has("transfer") && has("read", "transfer")) return "bank";
  if (functions.has("drain")) return "total-queue";
  if (functions.has("read-init")) return "causal-register";
  if (functions.has("insert") && has("insert")) return "adya-g2";
  if (functions.has("generate") && has("generate")) return "unique-ids";
  if (functions.has("broadcast") && has("broadcast", "read", "topology")) {
    return "broadcast";
  }
  if (functions.has("send") || functions.has("poll")) return "kafka";
  return undefined;
}
