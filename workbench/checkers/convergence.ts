import { type History, NEMESIS, type Op, who } from "../load/history.ts";
import { type CheckResult } from "./result.ts";
import { stringifyJson } from "../json.ts";
import { named } from "./txn/result.ts";

/** How many keys are shown. */
const SHOWN = 3;

/**
 * Whether the last transactions, which begin after the faults have ended and
 * the nodes had time to exchange what they know, all read the same, and
 * something where something was written. Where nodes were killed the latter is
 * not asked: whether a write survives that is another promise.
 *
 * Consistency models say what may be seen together, not that anybody sees
 * anything soon: a node that keeps its writes to itself satisfies most of them.
 */
export function checkConvergence(history: History): CheckResult {
  const seen = new Map<string, { readonly op: Op; readonly value: string }>();
  const divergent = new Map<string, string>();
  let reads = 0;
  for (const op of history) {
    if (op.type !== "ok" || op.final !== true) continue;
    reads++;
    for (const [, key, value] of op.value as [string, unknown, unknown][]) {
      const name = stringifyJson(key);
      // A list that nobody appended to may be empty or not be there.
      const isEmpty = Array.isArray(value) && value.length === 0;
      const text = stringifyJson(isEmpty ? null : value);
      const first = seen.get(name);
      if (first === undefined) seen.set(name, { op, value: text });
      else if (first.value !== text && !divergent.has(name)) {
        divergent.set(
          name,
          `Key ${name} was ${first.value} at op ${first.op.index} of ` +
            `${who(first.op)} and ${text} at op ${op.index} of ` +
            `${who(op)}, long after the last write and the last fault.`,
        );
      }
    }
  }
  const asMaelstrom = {
    valid: true,
    ignores: ["whether nodes agree in the end"],
  };
  if (reads < 2) {
    return {
      valid: "unknown",
      asMaelstrom,
      ...named([{ type: "too-few-final-reads", count: 1 }]),
      explanation: [
        "Convergence: fewer than two clients were answered in the end.",
      ],
    };
  }
  const forgotten = findForgotten(
    history,
    (key) => seen.get(key)?.value === "null" && !divergent.has(key),
  );
  if (divergent.size + forgotten.length === 0) return { valid: true };
  const anomalies = [
    ...tell(
      "divergence",
      "nodes that could talk to each other did not agree " +
        "in the end",
      [...divergent.values()],
    ),
    ...tell(
      "forgotten",
      "in the end all nodes read nothing where a write had " +
        "been acknowledged",
      forgotten,
    ),
  ];
  return {
    valid: false,
    asMaelstrom,
    ...named(anomalies, {
      divergentKeyCount: divergent.size,
      forgottenKeyCount: forgotten.length,
    }),
    explanation: anomalies.flatMap(({ explanation }) => explanation),
  };
}

/** A sentence for each such key with an acknowledged write. */
function findForgotten(
  history: History,
  isEmpty: (key: string) => boolean,
): string[] {
  const isKill = ({ process, f, value }: Op) =>
    process === NEMESIS && f === "kill" &&
    Array.isArray(value) && value.length > 0;
  if (history.some(isKill)) return [];
  const found = new Map<string, string>();
  for (const op of history) {
    const { type, f, value } = op;
    if (type !== "ok" || f !== "txn" || !Array.isArray(value)) continue;
    for (const [f, key, written] of value) {
      const name = stringifyJson(key);
      if (f === "r" || !isEmpty(name)) continue;
      found.set(
        name,
        `Key ${name} was empty, but ${stringifyJson(written)} had been ` +
          `written to it at op ${op.index} of ${who(op)}.`,
      );
    }
  }
  return [...found.values()];
}

function tell(type: string, what: string, keys: readonly string[]) {
  if (keys.length === 0) return [];
  const more = keys.length - SHOWN;
  const paragraph = [
    `${type} (${keys.length}): ${what}.`,
    ...keys.slice(0, SHOWN),
    ...(more > 0 ? [`... and ${more} more keys`] : []),
  ].join("\n");
  return [{ type, count: keys.length, explanation: [paragraph] }];
}
