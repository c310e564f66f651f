import { type History, type Op } from "../load/history.ts";
import { type CheckResult } from "./result.ts";
import { nothingRead } from "./anomalies.ts";
import { tell } from "./words.ts";
import { canonicalJson } from "../json.ts";

/** No id was given out twice. If none was given out at all, it is unknown. */
export function checkUniqueIds(history: History): CheckResult {
  let attempted = 0;
  let acknowledged = 0;
  const first = new Map<string, Op>();
  const duplicated = new Map<string, Op[]>();
  for (const op of history) {
    if (op.f !== "generate") continue;
    if (op.type === "invoke") attempted++;
    if (op.type !== "ok") continue;
    acknowledged++;
    const id = canonicalJson(op.value);
    const earlier = first.get(id);
    if (earlier === undefined) first.set(id, op);
    else duplicated.set(id, [...duplicated.get(id) ?? [earlier], op]);
  }
  const explanation = [...duplicated].slice(0, 3).map(([id, ops]) =>
    `unique-ids: the id ${id} was given out ${ops.length} times, by ` +
    ops.map(tell).join(" and ")
  );
  return {
    ...(acknowledged === 0
      ? nothingRead("unique-ids: no id was given out")
      : { valid: duplicated.size === 0, explanation }),
    ...(duplicated.size > 0 && {
      anomalies: [{
        type: "duplicated",
        count: duplicated.size,
        explanation,
        operations: [...duplicated.values()].flat().map(({ index }) => index),
      }],
    }),
    details: {
      attemptedCount: attempted,
      acknowledgedCount: acknowledged,
      duplicatedCount: duplicated.size,
      duplicated: Object.fromEntries(
        [...duplicated].slice(0, 48).map(([id, ops]) => [id, ops.length]),
      ),
    },
    forms: { duplicated: "by-value" },
  };
}
