/**
 * How far a run has come, as a line on the terminal that goes away at its end.
 *
 * @module
 */
import { type History, NEMESIS } from "../load/history.ts";
import { StatusLine } from "./status_line.ts";

/** Time between two looks, in ms. */
const INTERVAL = 250;
/** Over so long a time the rate is taken, in ms. */
const RATE_SPAN = 2000;

/** What begins and ends each fault, and what it is called meanwhile. */
const faultNames: Readonly<Record<string, string>> = {
  "start-partition": "partition",
  "stop-partition": "partition",
  kill: "kill",
  start: "kill",
  pause: "pause",
  resume: "pause",
};

/** Counts what a history that grows has got so far. */
export class RunProgress {
  #seen = 0;
  #operations = 0;
  #notOk = 0;
  readonly #faults = new Map<string, string>();
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
      const { process, type, f, value } = history[this.#seen];
      if (process === NEMESIS) this.#fault(f, value);
      else if (type === "invoke") this.#operations++;
      else if (type !== "ok") this.#notOk++;
    }
    this.#marks.push({ time, operations: this.#operations });
    while (this.#marks[1]?.time <= time - RATE_SPAN) this.#marks.shift();
    const seconds = Math.floor(time / 1000);
    const faults = [...this.#faults.values()].join(", ");
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

  #fault(f: string, value: unknown): void {
    const name = faultNames[f];
    if (name === undefined) return;
    if (f === "kill" || f === "pause") {
      const nodes = Array.isArray(value) ? value.join(" ") : "";
      this.#faults.set(name, `${name} ${nodes}`.trim());
    } else if (f === "start-partition") this.#faults.set(name, name);
    else this.#faults.delete(name);
  }
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
