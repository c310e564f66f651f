import { type CheckResult, type History, pairs, who } from "../history.ts";

/** More sums than these are not told apart: ranges are all that is kept. */
type Range = readonly [lower: number, upper: number];

/**
 * Each final read is the sum of all acknowledged adds and of some of those
 * whose fate is unknown.
 */
export function checkCounter(history: History): CheckResult {
  let definite = 0;
  const maybe: number[] = [];
  for (const { invoke, complete } of pairs(history)) {
    if (invoke.f !== "add") continue;
    const delta = Number(invoke.value);
    if (complete?.type === "ok") definite += delta;
    else if (complete?.type !== "fail") maybe.push(delta);
  }
  let acceptable: Range[] = [[definite, definite]];
  for (const delta of maybe) {
    acceptable = merge([
      ...acceptable,
      ...acceptable.map(([a, b]): Range => [a + delta, b + delta]),
    ]);
  }
  const reads = history.filter((op) =>
    op.f === "read" && op.type === "ok" && op.final === true
  );
  const errors = reads.filter(({ value }) =>
    !acceptable.some(([a, b]) => a <= Number(value) && Number(value) <= b)
  );
  const wanted = acceptable.map(([a, b]) => a === b ? `${a}` : `${a}..${b}`)
    .join(", ");
  return {
    valid: errors.length === 0,
    errors: errors.map(({ index, process, value }) => ({
      index,
      process,
      value,
    })),
    finalReads: reads.map(({ value }) => value),
    acceptable,
    explanation: errors.slice(0, 3).map((op) =>
      `counter: the final read at op ${op.index} of ${who(op)} is ` +
      `${op.value}, but the acknowledged adds sum up to ${definite}` +
      (maybe.length === 0
        ? ""
        : `, and with ${maybe.length} adds of unknown fate to ${wanted}`)
    ),
  };
}

/** Sorted ranges; those that touch become one. */
function merge(ranges: Range[]): Range[] {
  const result: [number, number][] = [];
  for (const [a, b] of ranges.sort((x, y) => x[0] - y[0])) {
    const last = result.at(-1);
    if (last && a <= last[1] + 1) last[1] = Math.max(last[1], b);
    else result.push([a, b]);
  }
  return result;
}
