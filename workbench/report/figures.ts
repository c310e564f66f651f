/**
 * The figures of a run, beside what fly.io asks for and what others reached.
 *
 * @module
 */
import { type Figure, type Standard } from "../../viewer/run/document.ts";
import { challengesOf, type Settings, targetsOf } from "../challenges.ts";
import { best } from "../published.ts";

/** What a run came to; times in ms. */
export interface Measured {
  /** Messages between servers for each operation. */
  readonly msgsPerOp?: number;
  readonly latency?: Span;
  /** Until a value was on all nodes, for good. */
  readonly stable?: Span;
}

interface Span {
  readonly median?: number;
  readonly max?: number;
}

/**
 * @param settings absent if they are not known: then there is nothing to hold
 * the figures against
 */
export function figuresOf(
  { msgsPerOp, latency, stable }: Measured,
  settings?: Settings,
): Figure[] {
  const variants = settings === undefined ? [] : challengesOf(settings);
  const standards = (name: "msgsPerOp" | "median" | "max"): Standard[] =>
    variants.flatMap((challenge) => {
      const asked = targetsOf(challenge)?.[name];
      const reached = best(challenge)?.[name];
      return asked === undefined && reached === undefined
        ? []
        : [{ challenge, asked, best: reached }];
    });
  const figure = (
    name: string,
    value: number | undefined,
    unit: string,
    beside: readonly Standard[] = [],
  ) => value === undefined ? [] : [{ name, value, unit, beside }];
  return [
    ...figure(
      "messages between servers",
      msgsPerOp,
      "msgs/op",
      standards("msgsPerOp"),
    ),
    ...figure("median latency", latency?.median, "ms"),
    ...figure("highest latency", latency?.max, "ms"),
    ...figure(
      "median until stable",
      stable?.median,
      "ms",
      standards("median"),
    ),
    ...figure("longest until stable", stable?.max, "ms", standards("max")),
  ];
}
