/**
 * @module
 */
import { type History, type Op, who } from "../../load/history.ts";
import { type CheckResult } from "../result.ts";
import { stringifyJson } from "../../json.ts";
import { named } from "./result.ts";

/** So many reads that find nothing are no chance. */
const ENOUGH = 50;

/**
 * Whether anybody ever saw anything. A database that answers every read with
 * `null` satisfies read committed to the letter: no write is seen that must not
 * be. But no store is so late that of many reads that followed an acknowledged
 * write of their session to the same key not one shows it, or any other write.
 */
export function checkNothingStored(history: History): CheckResult {
  const written = new Map<Op["process"], Set<unknown>>();
  let followed = 0;
  let example: string | undefined;
  for (const op of history) {
    const { type, f, process, value } = op;
    if (type !== "ok" || f !== "txn" || !Array.isArray(value)) continue;
    const before = written.getOrInsertComputed(process, () => new Set());
    const own = new Set<unknown>();
    for (const mop of value) {
      if (!Array.isArray(mop)) continue;
      const [f, key, read] = mop;
      if (f !== "r") {
        own.add(key);
        continue;
      }
      if (own.has(key)) continue; // its own write, stored or not
      const isNothing = (read ?? null) === null ||
        (Array.isArray(read) && read.length === 0);
      if (!isNothing) return { valid: true };
      if (!before.has(key)) continue;
      followed++;
      example ??= `op ${op.index} of ${who(op)} found nothing at key ` +
        stringifyJson(key);
    }
    for (const key of own) before.add(key);
  }
  if (followed < ENOUGH) return { valid: true };
  const explanation = [
    `nothing-stored: of ${followed} reads of keys that their own session had ` +
    `written before, not one found anything, nor did any other read. First ` +
    `${example}.`,
  ];
  return {
    valid: false,
    asMaelstrom: {
      valid: true,
      ignores: ["whether anything is stored at all"],
    },
    ...named([{ type: "nothing-stored", count: followed, explanation }]),
    explanation,
  };
}
