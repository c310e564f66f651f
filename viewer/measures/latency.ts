/**
 * How long operations took, and how often they ended, over time.
 *
 * @module
 */
import { type Operation } from "../run/document.ts";
import { quantiles } from "../../workbench/checkers/result.ts";
import { bucketAt, type Buckets, ratesOf } from "./buckets.ts";

/** How operations can end; those that did not have no latency. */
export const outcomes = ["ok", "info", "fail"] as const;
export type Outcome = typeof outcomes[number];

/** Operations of one kind that ended in one way. */
export interface Group {
  readonly f: string;
  readonly type: Outcome;
  /** Positions in the run's operations, in the order of their beginnings. */
  readonly operations: readonly number[];
}

/** Kinds in the order in which they first come; ok before the others. */
export function groupsOf(operations: readonly Operation[]): Group[] {
  const groups = new Map<string, Map<Outcome, number[]>>();
  operations.forEach(({ f, type, end }, i) => {
    if (type === "open" || end === undefined) return;
    groups.getOrInsertComputed(f, () => new Map<Outcome, number[]>())
      .getOrInsert(type, []).push(i);
  });
  return [...groups].flatMap(([f, byOutcome]) =>
    outcomes.flatMap((type) => {
      const positions = byOutcome.get(type);
      if (positions === undefined) return [];
      const sorted = positions.toSorted((a, b) =>
        operations[a].start - operations[b].start
      );
      return [{ f, type, operations: sorted }];
    })
  );
}

/** In ms; NaN if it has not ended. */
export const latencyOf = ({ start, end }: Operation): number =>
  end === undefined ? NaN : Math.max(0, end - start);

export const shownQuantiles = [0.5, 0.95, 0.99, 1] as const;

/**
 * Quantiles of the latencies of operations that begin in each bucket.
 *
 * @returns for each of {@linkcode shownQuantiles} a column, in ms; null where
 *   nothing began
 */
export function quantilesOverTime(
  operations: readonly Operation[],
  buckets: Buckets,
): (number | null)[][] {
  const latencies = Array.from(
    { length: buckets.count },
    (): number[] => [],
  );
  for (const operation of operations) {
    if (operation.end === undefined) continue;
    latencies[bucketAt(buckets, operation.start)].push(latencyOf(operation));
  }
  const found = latencies.map((values) => quantiles(values));
  return shownQuantiles.map((q) => found.map((it) => it?.[q] ?? null));
}

/** How many of a group ended in each bucket, a second. */
export const ratesOfGroup = (
  all: readonly Operation[],
  { operations }: Group,
  buckets: Buckets,
): number[] =>
  ratesOf(buckets, operations.map((at) => all[at].end ?? all[at].start));
