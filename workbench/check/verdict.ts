/**
 * A history judged: what it comes to, for a person and for the results.
 *
 * @module
 */
import {
  asMaelstrom,
  type CheckResult,
  combine,
  type MaelstromVerdict,
  type Quantiles,
  type Validity,
} from "../checkers/result.ts";
import { checkAvailability } from "../checkers/availability.ts";
import { latenciesOf } from "../checkers/latencies.ts";
import { checkStats } from "../checkers/stats.ts";
import { type History, NEMESIS } from "../load/history.ts";
import { type RunOptions } from "../run_options.ts";
import { type TestResult } from "../results/test_result.ts";

/** What a history comes to. */
export interface Verdict {
  readonly valid: Validity;
  readonly asMaelstrom: MaelstromVerdict;
  readonly checked: CheckResult;
  /** Of operations that ended ok, in ms, by quantile: 0, 0.5, 0.95, 0.99, 1. */
  readonly latencies: Quantiles;
  /** How many operations clients began. */
  readonly operations: number;
  readonly explanation: readonly string[];
  readonly notes: readonly string[];
}

/**
 * @param notes what was assumed to read it
 * @param isTimed whether its times mean anything
 */
export function verdictOn(
  history: History,
  checked: CheckResult,
  notes: readonly string[],
  isTimed: boolean,
): Verdict {
  return {
    valid: checked.valid,
    asMaelstrom: asMaelstrom([checked]),
    checked,
    latencies: isTimed ? latenciesOf(history) : {},
    operations: operationsIn(history),
    explanation: checked.explanation ?? [],
    notes: [...notes, ...checked.notes ?? []],
  };
}

const operationsIn = (history: History): number =>
  history.reduce(
    (n, { type, process }) =>
      n + Number(type === "invoke" && process !== NEMESIS),
    0,
  );

/**
 * A run of the workbench's, judged again: what only the run itself could see
 * stays as it was found then.
 *
 * @param neverOk kinds of operation that never succeed, and need not
 */
export function judgedAgain(
  { options, result }: { options: RunOptions; result: TestResult },
  history: History,
  workload: CheckResult,
  neverOk?: readonly string[],
): TestResult {
  const stats = checkStats(history, { neverOk });
  const availability = checkAvailability(history, options.availability);
  const all = combine(workload, availability, stats);
  const before = combine(result.workload, result.availability, result.stats);
  const wasOnlyChecked = result.valid === before.valid;
  return {
    ...result,
    valid: wasOnlyChecked ? all.valid : result.valid,
    ...(result.asMaelstrom && wasOnlyChecked && {
      asMaelstrom: asMaelstrom([all]),
    }),
    stats,
    availability,
    workload,
    latencies: latenciesOf(history),
    operations: operationsIn(history),
    explanation: replaced(
      result.explanation,
      before.explanation ?? [],
      all.explanation ?? [],
    ),
  };
}

/** A list with another part in place of one, if it has that part. */
function replaced(
  list: readonly string[],
  part: readonly string[],
  other: readonly string[],
): readonly string[] {
  const at = list.findIndex((_, i) =>
    part.every((text, j) => list[i + j] === text)
  );
  return at < 0 ? list : list.toSpliced(at, part.length, ...other);
}
