/**
 * How far a run has come, as a line on the terminal that goes away at its end.
 *
 * @module
 */
import {
  type FaultPeriod,
  faultPeriods,
  victimsOf,
} from "../checkers/faults.ts";
import { type History, NEMESIS, type Op } from "../load/history.ts";
import { StatusLine } from "./status_line.ts";

/** Time between two looks, in ms. */
const INTERVAL = 250;
/** Over so long a time the rate is taken, in ms. */
const RATE_SPAN = 2000;

/** Counts what a history that grows has got so far. */
export class RunProgress {
  #seen = 0;
  #operations = 0;
  #notOk = 0;
  /** What the nemesis did. */
  readonly #faults: Op[] = [];
  /** When there were how many operations. */
  #marks: { readonly time: number; readonly operations: number }[] = [];

  /** @param timeLimit seconds of load */
  constructor(private readonly timeLimit: number) {}

  /**
   * The line.
   *
   * @param time ms since the load began
   */
  line(history: History | undefined, time: number): string {
    if (history === undefined) return "starting the nodes";
    for (; this.#seen < history.length; this.#seen++) {
      const op = history[this.#seen];
      const { process, type } = op;
      if (process === NEMESIS) this.#faults.push(op);
      else if (type === "invoke") this.#operations++;
      else if (type !== "ok") this.#notOk++;
    }
    this.#marks.push({ time, operations: this.#operations });
    while (this.#marks[1]?.time <= time - RATE_SPAN) this.#marks.shift();
    const seconds = Math.floor(time / 1000);
    const faults = faultPeriods(this.#faults)
      .filter(({ end }) => end === undefined).map(called).join(", ");
    return [
      seconds < this.timeLimit
        ? `${seconds} of ${this.timeLimit} s`
        : `${seconds} s, the load is over`,
      `${this.#operations} operations (${this.#rate(time)}/s)`,
      `${this.#notOk} not ok`,
      ...(faults === "" ? [] : [faults]),
    ].join("  ");
  }

  #rate(time: number): string {
    const [first] = this.#marks;
    const span = time - first.time;
    const count = this.#operations - first.operations;
    return span <= 0 ? "0" : (1000 * count / span).toFixed();
  }
}

/** A fault in a few words; who is cut from whom would be too many. */
function called(period: FaultPeriod): string {
  return period.f === "start-partition"
    ? "partition"
    : period.f === "start-one-way"
    ? "one-way"
    : [period.f, ...victimsOf(period)].join(" ");
}

/**
 * Shows the line on stderr, if that is a terminal.
 *
 * @returns ends that
 */
export function showProgress(
  timeLimit: number,
  history: () => History | undefined,
): () => void {
  const line = new StatusLine();
  if (!line.isVisible) return () => {};
  const progress = new RunProgress(timeLimit);
  let began: number | undefined;
  const timer = setInterval(() => {
    if (history() !== undefined) began ??= performance.now();
    const time = began === undefined ? 0 : performance.now() - began;
    line.draw(progress.line(history(), time));
  }, INTERVAL);
  return () => {
    clearInterval(timer);
    line.erase();
  };
}
