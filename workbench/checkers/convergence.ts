import { type CheckResult, type History, type Op, who } from "../history.ts";
import { stringifyJson } from "../json.ts";

/** How many keys are shown. */
const SHOWN = 3;

/**
 * Whether the last transactions, which begin after the faults have ended and
 * the nodes had time to exchange what they know, all read the same.
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
      anomalyTypes: ["too-few-final-reads"],
      explanation: [
        "Convergence: fewer than two clients were answered in the end.",
      ],
    };
  }
  if (divergent.size === 0) return { valid: true };
  const more = divergent.size - SHOWN;
  return {
    valid: false,
    asMaelstrom,
    anomalyTypes: ["divergence"],
    divergentKeyCount: divergent.size,
    explanation: [
      [
        `divergence (${divergent.size}): nodes that could talk to each other ` +
        "did not agree in the end.",
        ...[...divergent.values()].slice(0, SHOWN),
        ...(more > 0 ? [`... and ${more} more keys`] : []),
      ].join("\n"),
    ],
  };
}
