/**
 * What a run came to.
 *
 * @module
 */
import { type NetStats } from "../cluster/journal.ts";
import {
  anomalyTypes,
  type CheckResult,
  type MaelstromVerdict,
  type Quantiles,
  type Validity,
} from "../checkers/result.ts";

/** What a run came to. */
export interface TestResult {
  readonly valid: Validity;
  /** Set if it was asked for. */
  readonly asMaelstrom?: MaelstromVerdict;
  readonly seed: string;
  /**
   * Set if it was interrupted, or never began: its checkers lack what would have
   * been read at its end, so what they say of it is not told.
   */
  readonly isUnfinished?: true;
  readonly stats: CheckResult;
  readonly availability: CheckResult;
  readonly net: Record<"all" | "clients" | "servers", NetStats>;
  readonly workload: CheckResult;
  /** Of operations that ended ok, in ms, by quantile: 0, 0.5, 0.95, 0.99, 1. */
  readonly latencies: Quantiles;
  /** Operations invoked by clients. */
  readonly operations: number;
  /** How many faults of each kind there were, in words. */
  readonly faultCounts: readonly string[];
  /** What is wrong, for a person. */
  readonly explanation: readonly string[];
  /** How many operations did not succeed and why, as lines for a person. */
  readonly failures: readonly string[];
  /** What is odd, but allowed. */
  readonly notes: readonly string[];
  readonly storePath: string;
}

/** What is odd in a run, but allowed: each a sentence. */
export function notesOf(
  { workload, notes, isUnfinished }: TestResult,
): string[] {
  const allowed = isUnfinished ? [] : workload.notes ?? [];
  return [...allowed.map((note) => note.split("\n")[0]), ...notes];
}

/** What kinds of anomaly a run has: two failures alike share one. */
export function kindsOf(
  { valid, workload, availability }: TestResult,
): string[] {
  if (valid === true) return [];
  const kinds = [workload, availability].flatMap(anomalyTypes);
  if (kinds.length > 0) return kinds;
  return [valid === "unknown" ? "unknown" : "error"];
}
