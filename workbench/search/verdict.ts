/**
 * A seed that is to be run, and what came of it, in short: plain data that
 * travels between processes, and between a page and its workers.
 *
 * @module
 */
import { type MaelstromVerdict, type Validity } from "../checkers/result.ts";
import { kindsOf, type TestResult } from "../results/test_result.ts";
import { type SimulatedRun } from "../run_options.ts";
import { type Simulation } from "../simulation.ts";
import { type RunFigures } from "./run_figures.ts";

/** One run. */
export interface SeedJob {
  readonly run: SimulatedRun;
  /**
   * What is wanted beyond the verdict: a readable trace of the messages, or a
   * hash of the journal.
   */
  readonly want?: "trace" | "hash";
  /** Whether it is wanted, too, how quick and costly the run was. */
  readonly wantsFigures?: true;
  /** A folder for the whole result, if that is wanted. */
  readonly storePath?: string;
}

/** What a run came to, in short. */
export interface Verdict {
  readonly valid: Validity;
  /** Set if it was asked for. */
  readonly asMaelstrom?: MaelstromVerdict;
  /** What kinds of anomaly there are: two failures alike share one. */
  readonly kinds: readonly string[];
  readonly explanation: readonly string[];
  /** Operations that clients invoked, those at the end included. */
  readonly operations: number;
  /** Messages sent, those of clients included. */
  readonly messages: number;
  /** Operations that clients invoked before the final ones. */
  readonly mainOperations: number;
  /** Faults begun. */
  readonly faults: number;
  /** What faults did not do that were asked for, and why: sentences. */
  readonly inVain?: readonly string[];
  readonly result?: TestResult;
  readonly trace?: string;
  /** SHA-256 of the journal. */
  readonly hash?: string;
  readonly figures?: RunFigures;
}

/** The program can't be run at all, whatever the seed. */
export interface Unusable {
  readonly unusable: string;
}

/** A run's verdict. */
export function verdictOf(run: Simulation): Verdict {
  const { valid, asMaelstrom, explanation, operations, net } = run;
  return {
    ...{ valid, asMaelstrom, kinds: kindsOf(run), explanation, operations },
    messages: net.all.msgCount,
    mainOperations: run.mainOperations,
    faults: run.faults,
    ...run.inVain.length > 0 && { inVain: run.inVain },
  };
}

/** The verdict on a run that has no result. */
export const brokenOff = (why: string): Verdict => ({
  valid: false,
  kinds: ["error"],
  explanation: [`The run broke off: ${why}`],
  ...{ operations: 0, messages: 0, mainOperations: 0, faults: 0 },
});

/** Enough to tell two runs apart, and short enough for a command line. */
export const shortHash = (
  { hash }: Pick<Verdict, "hash">,
): string | undefined => hash?.slice(0, 16);
