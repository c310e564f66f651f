/**
 * Shows how far many runs have come: a line that changes on a terminal, now and
 * then a new one elsewhere.
 *
 * @module
 */
import { StatusLine } from "./status_line.ts";

/** Time between two lines that stay, in ms. */
const LINE_INTERVAL = 10_000;
/** Time between two drawings of the line that changes, in ms. */
const DRAW_INTERVAL = 100;
/** Length of the bar. */
const WIDTH = 24;

export class Progress {
  readonly #start = performance.now();
  #shownAt = this.#start;
  #count = 0;
  #failed = 0;

  constructor(
    private readonly total: number,
    private readonly line: StatusLine = new StatusLine(),
  ) {
    this.#draw();
  }

  /** One more run has ended. */
  ended(failed: boolean): void {
    this.#count++;
    if (failed) this.#failed++;
    const now = performance.now();
    const interval = this.line.isVisible ? DRAW_INTERVAL : LINE_INTERVAL;
    if (now - this.#shownAt < interval) return;
    this.#shownAt = now;
    if (this.line.isVisible) this.#draw();
    else console.log(this.#text);
  }

  #draw(): void {
    const done = Math.floor(WIDTH * this.#count / this.total);
    const bar = "━".repeat(done) + "─".repeat(WIDTH - done);
    this.line.draw(`${bar} ${this.#text}`);
  }

  get #rate(): string {
    const seconds = (performance.now() - this.#start) / 1000;
    const rate = this.#count / seconds;
    return rate < 10 ? rate.toFixed(1) : rate.toFixed();
  }

  get #text(): string {
    return `${this.#count}/${this.total} seeds, ${this.#failed} failed, ` +
      `${this.#rate}/s`;
  }

  /** Says something that stays. */
  say(text: string): void {
    this.line.erase();
    console.log(text);
    this.#draw();
  }

  /** Ends it with a line that stays. */
  stop(): void {
    this.line.erase();
    console.log(this.#text);
  }

  /** Takes the line away, if that is not done. */
  [Symbol.dispose](): void {
    this.line.erase();
  }
}
