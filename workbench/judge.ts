/**
 * The verdict on a run, and its figures.
 *
 * @module
 */
import { asMaelstrom, combine, type Validity } from "./checkers/result.ts";
import { checkAvailability } from "./checkers/availability.ts";
import { countFaults } from "./checkers/faults.ts";
import { latenciesOf } from "./checkers/latencies.ts";
import { isTimeout, summarizeFailures } from "./checkers/failures.ts";
import { checkStats } from "./checkers/stats.ts";
import { Interrupted, type Outcome, type Stop } from "./conduct.ts";
import { pairs } from "./load/history.ts";
import { type RunOptions } from "./run_options.ts";
import { type TestResult } from "./results/test_result.ts";

/** The verdict on what happened. */
export function judge(
  options: RunOptions,
  outcome: Outcome,
  storePath: string,
): TestResult {
  const { history, journal, spec, knowledge, error } = outcome;
  const stats = checkStats(history, { neverOk: spec.neverOk });
  const availability = checkAvailability(history, options.availability);
  const workload = spec.check(history, knowledge);
  const operations = pairs(history);
  const results = [workload, availability, stats];
  const all = combine(...results);
  const errors = new Set(
    history.filter((op) => `${op.error}`.startsWith("MalformedReply"))
      .slice(0, 1).map((op) => `${op.error}`),
  );
  const verdict = (valid: Validity) =>
    error === undefined ? valid : error instanceof Interrupted && "unknown";
  const maelstroms = asMaelstrom([all]);
  const valid = verdict(all.valid);
  const { causes, late, notes } = oddities(outcome, valid);
  // A run without its end lacks what would have been read there, and of one
  // without a beginning there is nothing to say but why.
  const isUnfinished = error instanceof Interrupted ||
    error !== undefined && history.length === 0;
  return {
    valid,
    ...(options.asMaelstrom && {
      asMaelstrom: { ...maelstroms, valid: verdict(maelstroms.valid) },
    }),
    seed: options.seed,
    ...isUnfinished && { isUnfinished },
    stats,
    availability,
    net: journal.stats(operations.length),
    workload,
    latencies: latenciesOf(history),
    operations: operations.length,
    faultCounts: countFaults(history),
    explanation: [
      ...(error === undefined ? [] : [error.message]),
      ...errors,
      ...causes,
      ...isUnfinished ? [] : all.explanation ?? [],
      ...late,
    ],
    failures: summarizeFailures(history, spec.neverOk),
    notes: [...outcome.inVain, ...told(outcome.stops), ...notes],
    storePath,
  };
}

/** More kinds of stops than this are a number. */
const MAX_STOPS = 10;

const more = (times: number) =>
  times === 1 ? "once more" : `${times} more times`;

/** A disk that is damaged stops its node whenever this is started again. */
function told(stops: readonly Stop[]): readonly string[] {
  const kinds = Map.groupBy(stops, ({ why }) => why).values().toArray();
  const texts = kinds.map(([{ at, why }, ...again]) => {
    const when = `at ${(at / 1000).toFixed(3)} s`;
    const often = again.length === 0 ? "" : `, and ${more(again.length)}`;
    return `A node has stopped, ${when}${often}. ${why}.`;
  });
  const left = kinds.slice(MAX_STOPS).flat().length;
  return left === 0
    ? texts
    : [...texts.slice(0, MAX_STOPS), `So it was ${more(left)}.`];
}

/**
 * What is odd about nodes' output: where requests were not answered, it is the
 * likely cause, else only a note, since Maelstrom allows it.
 */
function oddities(
  { history, strays, unheard, error }: Outcome,
  valid: Validity,
): Record<"causes" | "late" | "notes", readonly string[]> {
  const explains = valid !== true &&
    (error !== undefined || history.some(isTimeout));
  const wrong = strays.describe(["unaddressed", "misshapen", "unasked"]);
  const twice = strays.describe(["twice"]);
  if (!explains) return { causes: [], late: [], notes: [...wrong, ...twice] };
  return {
    // With an error, what the nodes printed is part of it.
    causes: [...error === undefined ? unheard : [], ...wrong],
    late: strays.describe(["late"]),
    notes: twice,
  };
}
