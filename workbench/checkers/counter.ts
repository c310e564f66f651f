import { type CheckResult, stricter } from "./result.ts";
import { type History, pairs, who } from "../load/history.ts";
import { compare, integerOf, isInteger } from "../integers.ts";
import { stringifyJson } from "../json.ts";

/** Sums in a row; which of them there are is not kept any closer. */
export type Range = readonly [lower: bigint, upper: bigint];

/** What the sum may be: all that is certain, and any of what may have happened. */
export function acceptableSums(
  definite: bigint,
  maybe: readonly bigint[],
): Range[] {
  let acceptable: Range[] = [[definite, definite]];
  for (const delta of maybe) {
    acceptable = merge([
      ...acceptable,
      ...acceptable.map(([a, b]): Range => [a + delta, b + delta]),
    ]);
  }
  return acceptable;
}

/**
 * Each final read is the sum of all acknowledged adds and of some of those
 * whose fate is unknown. Which of these, nodes must agree on only if that is
 * asked for: one may be on its way still.
 */
export function checkCounter(
  history: History,
  { checkConvergence = false }: { readonly checkConvergence?: boolean } = {},
): CheckResult {
  let definite = 0n;
  const maybe: bigint[] = [];
  for (const { invoke, complete } of pairs(history)) {
    if (invoke.f !== "add") continue;
    if (!isInteger(invoke.value)) continue; // the workload adds nothing else
    const delta = BigInt(invoke.value);
    if (complete?.type === "ok") definite += delta;
    else if (complete?.type !== "fail") maybe.push(delta);
  }
  const acceptable = acceptableSums(definite, maybe);
  const reads = history.filter((op) =>
    op.f === "read" && op.type === "ok" && op.final === true
  );
  const errors = reads.filter(({ value }) =>
    !isInteger(value) || !acceptable.some(([a, b]) => a <= value && value <= b)
  );
  const wanted = acceptable.map(([a, b]) => a === b ? `${a}` : `${a}..${b}`)
    .join(", ");
  const explanation = errors.slice(0, 3).map((op) =>
    `counter: the final read at op ${op.index} of ${who(op)} is ` +
    `${
      stringifyJson(op.value)
    }, but the acknowledged adds sum up to ${definite}` +
    (maybe.length === 0
      ? ""
      : `, and with ${maybe.length} adds of unknown fate to ${wanted}`)
  );
  const result: CheckResult = {
    valid: errors.length === 0,
    ...(errors.length > 0 && {
      anomalies: [{
        type: "wrong",
        count: errors.length,
        explanation,
        operations: errors.map(({ index }) => index),
      }],
    }),
    details: {
      errors: errors.map(({ index, process, value }) => ({
        index,
        process,
        value,
      })),
      finalReads: reads.map(({ value }) => value),
      acceptable: acceptable.map((range) => range.map(integerOf)),
    },
    forms: { errors: "list", finalReads: "list", acceptable: "list" },
    explanation,
  };
  const [first] = reads;
  const other = reads.find(({ value }) =>
    stringifyJson(value) !== stringifyJson(first.value)
  );
  if (!checkConvergence || other === undefined) return result;
  const divergence = `counter: nodes did not agree in the end. ` +
    `${who(first)} read ${stringifyJson(first.value)} at op ${first.index}, ` +
    `${who(other)} ${stringifyJson(other.value)} at op ${other.index}`;
  return stricter(
    result,
    {
      type: "divergence",
      count: 1,
      explanation: [divergence],
      operations: [first.index, other.index],
    },
    "whether nodes agree in the end",
  );
}

/** Sorted ranges; those that touch become one. */
function merge(ranges: Range[]): Range[] {
  const result: [bigint, bigint][] = [];
  for (const [a, b] of ranges.sort((x, y) => compare(x[0], y[0]))) {
    const last = result.at(-1);
    if (last && a <= last[1] + 1n) last[1] = b > last[1] ? b : last[1];
    else result.push([a, b]);
  }
  return result;
}
