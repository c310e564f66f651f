/**
 * The same run along one dial: what it costs in messages, and what in time.
 *
 * @module
 */
import { type Validity } from "../../workbench/checkers/result.ts";
import { type Measured } from "../../workbench/report/figures.ts";
import { numbered } from "../../workbench/cli/run_flags.ts";
import { type SimulatedRun } from "../../workbench/run_options.ts";
import { type Verdict } from "../../workbench/search/verdict.ts";

/** Something that can be turned. */
export interface Dial {
  readonly name: string;
  /** Values to begin with, between commas. */
  readonly values: string;
  turn(run: SimulatedRun, value: number): SimulatedRun;
}

/** Nodes `n0`, `n1`, ..., with as many clients for each as there were. */
export function withNodes(
  { nodeIds, concurrency }: SimulatedRun,
  count: number,
): Pick<SimulatedRun, "nodeIds" | "concurrency"> {
  const each = Math.max(1, Math.round(concurrency / nodeIds.length));
  return { nodeIds: numbered(count), concurrency: each * count };
}

/** An argument of the program's own. */
const argument = (flag: string, values: string): Dial => ({
  name: `the program's ${flag}`,
  values,
  turn(run, value) {
    const at = run.args.indexOf(flag);
    const others = at < 0
      ? run.args
      : [...run.args.slice(0, at), ...run.args.slice(at + 2)];
    return { ...run, args: [...others, flag, `${value}`] };
  },
});

export const dials: readonly Dial[] = [
  argument("--max-wait", "0, 115, 200, 300, 500, 800, 1300"),
  {
    name: "latency, ms",
    values: "0, 20, 50, 100, 200, 400",
    turn: (run, latency) => ({ ...run, latency }),
  },
  {
    name: "operations a second",
    values: "1, 5, 10, 50, 100, 200",
    turn: (run, rate) => ({ ...run, rate }),
  },
  {
    name: "nodes",
    values: "1, 3, 5, 9, 15, 25",
    turn: (run, count) => ({ ...run, ...withNodes(run, count) }),
  },
  {
    name: "lost, %",
    values: "0, 1, 5, 10, 20",
    turn: (run, percent) => ({ ...run, pLoss: percent / 100 }),
  },
];

/** What one value came to: of several seeds, the middle one. */
export interface Point {
  readonly value: number;
  /** Invalid if one of the seeds was. */
  readonly valid: Validity;
  readonly msgsPerOp: number;
  /** Until all nodes had it, or until the operation was done; in ms. */
  readonly median: number;
  readonly max: number;
}

/** Seeds of each value. */
const SEEDS = 3;

/** The numbers of a text. @throws {RangeError} it has others */
export function valuesIn(text: string): number[] {
  return text.split(",").map((it) => {
    const value = Number(it);
    if (it.trim() !== "" && value >= 0 && value < Infinity) return value;
    throw new RangeError(
      `A dial wants numbers such as 0, 50, 100, not "${it}".`,
    );
  });
}

/** @param measure does one run */
export async function* sweep(
  run: SimulatedRun,
  dial: Dial,
  values: string,
  measure: (run: SimulatedRun) => Promise<{
    readonly verdict: Verdict;
    readonly measured?: Measured;
  }>,
): AsyncGenerator<Point> {
  const all = valuesIn(values).map((value) => ({
    value,
    runs: Array.from({ length: SEEDS }, (_, i) => {
      const turned = dial.turn(run, value);
      return measure({ ...turned, seed: `${run.seed}/sweep/${i + 1}` });
    }),
  }));
  for (const { runs } of all) for (const it of runs) it.catch(() => {});
  for (const { value, runs } of all) {
    const outcomes = await Promise.all(runs);
    const of = (read: (measured: Measured) => number | undefined) =>
      middle(
        outcomes.flatMap(({ measured }) =>
          measured === undefined ? [] : read(measured) ?? []
        ),
      );
    const verdicts = outcomes.map(({ verdict: { valid } }) => valid);
    yield {
      value,
      valid: verdicts.includes(false)
        ? false
        : verdicts.every((it) => it === true) || "unknown",
      msgsPerOp: of(({ msgsPerOp }) => msgsPerOp),
      median: of(({ stable, latency }) => (stable ?? latency)?.median),
      max: of(({ stable, latency }) => (stable ?? latency)?.max),
    };
  }
}

const middle = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
