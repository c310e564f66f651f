import { nothingRead } from "./anomalies.ts";
import { type Anomaly, type CheckResult, stricter } from "./result.ts";
import { tell } from "./words.ts";
import { type History, type Op, pairs, who } from "../load/history.ts";
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

export interface CounterOptions {
  /**
   * Whether final reads must be equal.
   *
   * @default {false}
   */
  readonly checkConvergence?: boolean;
}

/**
 * An eventually consistent counter, as Maelstrom's `pn-counter` and
 * `g-counter`: each final read is the sum of all acknowledged adds and of some
 * of those whose fate is unknown. Which of these, nodes must agree on only if
 * that is asked for: one may be on its way still.
 *
 * Reads before may be as old as they like. Beyond Maelstrom, they are no sum of
 * what nobody had begun to add.
 */
export function checkCounter(
  history: History,
  { checkConvergence = false }: CounterOptions = {},
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
    `counter: the final read at ${tell(op)} is ${stringifyJson(op.value)}, ` +
    `but the acknowledged adds sum up to ${definite}` +
    (maybe.length === 0
      ? ""
      : `, and with ${maybe.length} adds of unknown fate to ${wanted}`)
  );
  const result: CheckResult = {
    ...(reads.length === 0
      ? nothingRead(
        "counter: no read that is marked as final was answered",
      )
      : { valid: errors.length === 0, explanation }),
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
  };
  const wrong = new Set(errors);
  const bounded = stricter(
    result,
    findImpossible(history, wrong),
    "reads before the last ones",
  );
  const [first] = reads;
  const other = reads.find(({ value }) =>
    stringifyJson(value) !== stringifyJson(first.value)
  );
  if (!checkConvergence || other === undefined) return bounded;
  const divergence = `counter: nodes did not agree in the end. ` +
    `${who(first)} read ${stringifyJson(first.value)} at op ${first.index}, ` +
    `${who(other)} ${stringifyJson(other.value)} at op ${other.index}`;
  return stricter(
    bounded,
    {
      type: "divergence",
      count: 1,
      explanation: [divergence],
      operations: [first.index, other.index],
    },
    "whether nodes agree in the end",
  );
}

/**
 * Reads that are more than all that had been added, or begun to be, when they
 * ended, or less than all that was subtracted.
 */
function findImpossible(history: History, known: ReadonlySet<Op>): Anomaly {
  const failed = new Set(
    pairs(history).filter(({ complete }) => complete?.type === "fail")
      .map(({ invoke }) => invoke),
  );
  let [least, most] = [0n, 0n];
  const found: { readonly read: Op; readonly why: string }[] = [];
  for (const op of history) {
    const { f, type, value } = op;
    if (!isInteger(value)) continue;
    if (f === "add" && type === "invoke" && !failed.has(op)) {
      if (value < 0) least += BigInt(value);
      else most += BigInt(value);
    } else if (f === "read" && type === "ok" && !known.has(op)) {
      if (least <= value && value <= most) continue;
      found.push({
        read: op,
        why: `counter: the read that ended at ${tell(op)} is ${value}, but ` +
          `whatever had been begun to be added by then makes ${least} at ` +
          `least, and ${most} at most`,
      });
    }
  }
  return {
    type: "out-of-bounds",
    count: found.length,
    explanation: found.slice(0, 3).map(({ why }) => why),
    operations: found.map(({ read }) => read.index),
  };
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
