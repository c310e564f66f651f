/**
 * Shows how far many runs have come: a bar on a terminal, now and then a line
 * elsewhere.
 *
 * @module
 */
import { SingleBar } from "cli-progress";
import process from "node:process";

/** Time between two lines, in ms. */
const LINE_INTERVAL = 10_000;

export class Progress {
  readonly #start = performance.now();
  readonly #bar: SingleBar | undefined;
  #shownAt = this.#start;
  #count = 0;
  #failed = 0;

  constructor(private readonly total: number) {
    if (!process.stderr.isTTY) return;
    this.#bar = new SingleBar({
      format: "{bar} {value}/{total} seeds, {failed} failed, {rate}/s",
      clearOnComplete: true,
    });
    this.#bar.start(total, 0, { failed: 0, rate: "-" });
  }

  /** One more run has ended. */
  ended(failed: boolean): void {
    this.#count++;
    if (failed) this.#failed++;
    this.#bar?.update(this.#count, { failed: this.#failed, rate: this.#rate });
    const now = performance.now();
    if (this.#bar || now - this.#shownAt < LINE_INTERVAL) return;
    this.#shownAt = now;
    console.log(this.#text);
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
    if (this.#bar) process.stderr.write("\r\x1b[K");
    console.log(text);
  }

  stop(): void {
    this.#bar?.stop();
    console.log(this.#text);
  }
}
