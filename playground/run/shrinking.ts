/**
 * The way from a failing run to a smaller one, in figures and words.
 *
 * @module
 */
import { type SimulatedRun } from "../../workbench/run_options.ts";
import { type Failure } from "../../workbench/search/shrinker.ts";

/** How far it is. */
export interface Shrinking {
  /** What is made smaller. */
  readonly from: SimulatedRun;
  /** From the first failure to the smallest so far; none before it is known. */
  readonly found: readonly Failure[];
  /** How many runs it took so far. */
  readonly runs: number;
  readonly isOver: boolean;
  /** Of the smallest one's journal, if that is over. */
  readonly hash?: string;
  /** Why there is nothing smaller. */
  readonly trouble?: string;
}

/** How large a run is. */
export interface Size {
  readonly nodes: number;
  /** Seconds. */
  readonly time: number;
  /** Before the final ones. */
  readonly operations: number;
  readonly faults: number;
  /** What a hand did. */
  readonly steps: number;
}

export function sizeOf({ run, verdict }: Failure): Size {
  const { nodeIds, timeLimit, keepOps, keepFaults, scriptOfFaults } = run;
  return {
    nodes: nodeIds.length,
    time: timeLimit,
    operations: keepOps?.length ?? verdict.mainOperations,
    faults: keepFaults?.length ?? verdict.faults,
    steps: scriptOfFaults?.steps.length ?? 0,
  };
}

const many = (n: number, what: string) => `${n} ${what}${n === 1 ? "" : "s"}`;

export function sizeInWords(failure: Failure): string {
  const { nodes, time, operations, faults, steps } = sizeOf(failure);
  return [
    ...[many(nodes, "node"), `${time} s`, many(operations, "operation")],
    many(faults, "fault"),
    ...(steps > 0 ? [`${many(steps, "step")} by hand`] : []),
  ].join(", ");
}

/** What a reduction took away, in words. */
export function changeOf(before: SimulatedRun, after: SimulatedRun): string {
  const gone = before.nemesis.filter((it) => !after.nemesis.includes(it));
  const differs = (key: keyof SimulatedRun) =>
    JSON.stringify(before[key]) !== JSON.stringify(after[key]);
  const told: readonly (readonly [boolean, string])[] = [
    [differs("pDuplicate"), "nothing arrives twice"],
    [differs("pLoss"), "nothing is lost at random"],
    [differs("clockSkew"), "clocks agree"],
    [differs("latencyDist"), "every message takes as long"],
    [gone.length > 0, `no ${gone.join(", ")}`],
    [differs("latency"), "messages take no time"],
    [differs("nodeIds"), "fewer nodes"],
    [
      differs("concurrency") && !differs("nodeIds"),
      many(after.concurrency, "client"),
    ],
    [differs("timeLimit"), "less time"],
    [differs("rate"), `${after.rate} operations a second`],
    [differs("keepOps"), "operations left out"],
    [differs("keepFaults"), "faults left out"],
    [differs("scriptOfFaults"), "steps by hand left out"],
  ];
  return told.flatMap(([isSo, words]) => isSo ? [words] : []).join("; ");
}
