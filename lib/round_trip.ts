/**
 * How long to wait for an answer before asking again.
 *
 * @module
 */

/**
 * Between which bounds to wait.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { RoundTrip, type RoundTripOptions } from "@gossip-glomers/maelstrom";
 *
 * const patient: RoundTripOptions = { initial: 3000, max: 10_000 };
 * assert.equal(new RoundTrip(patient).timeout, 3000);
 * ```
 */
export interface RoundTripOptions {
  /** The wait while nothing was measured, in ms. @default 1000 */
  readonly initial?: number;
  /** The shortest wait, in ms. @default 200 */
  readonly min?: number;
  /** The longest wait, backed off or not, in ms. @default 60_000 */
  readonly max?: number;
  /**
   * By how much the wait exceeds the smoothed round trip at least, in ms. RFC
   * 6298 means the clock's granularity; where the other side collects answers,
   * it is the time that an answer may rest there.
   *
   * @default 0
   */
  readonly granularity?: number;
}

/**
 * An estimate of the round trip to another node, and from it the time after
 * which an answer counts as lost: the smoothed round trip plus four times its
 * mean deviation, doubled with each loss in a row.
 *
 * Jacobson and Karels, "Congestion avoidance and control", 1988; RFC 6298.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { RoundTrip } from "@gossip-glomers/maelstrom";
 *
 * const trip = new RoundTrip();
 * assert.equal(trip.timeout, 1000);
 * trip.answered(100); // smoothed 100 ms, deviation 50 ms
 * assert.equal(trip.timeout, 300);
 * trip.expired();
 * assert.equal(trip.timeout, 600);
 * ```
 */
export class RoundTrip {
  readonly #initial: number;
  readonly #min: number;
  readonly #max: number;
  readonly #granularity: number;
  #smoothed: number | undefined;
  #deviation = 0;
  #expiries = 0;

  /** An estimate before any answer has come. */
  constructor(options: RoundTripOptions = {}) {
    const { initial = 1000, min = 200, max = 60_000, granularity = 0 } =
      options;
    this.#initial = initial;
    this.#min = min;
    this.#max = max;
    this.#granularity = granularity;
  }

  /** The smoothed round trip in ms; undefined until one was measured. */
  get smoothed(): number | undefined {
    return this.#smoothed;
  }

  /** How long to wait for an answer from now on, in ms. */
  get timeout(): number {
    const usual = this.#smoothed === undefined
      ? this.#initial
      : this.#smoothed + Math.max(this.#granularity, 4 * this.#deviation);
    const backedOff = Math.max(this.#min, usual) * 2 ** this.#expiries;
    return Math.min(this.#max, backedOff);
  }

  /** Whether the last wait was in vain. */
  get hasExpired(): boolean {
    return this.#expiries > 0;
  }

  /**
   * An answer has come.
   *
   * @param ms how long after the question; left out if that was sent more than
   * once, for nobody knows which of them the answer is to (Karn and Partridge,
   * 1987). What a clock that jumped gives, is taken for 0 or the longest wait.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { RoundTrip } from "@gossip-glomers/maelstrom";
   *
   * const trip = new RoundTrip();
   * trip.answered(80);
   * assert.equal(trip.smoothed, 80);
   * trip.answered(); // to which question?
   * assert.equal(trip.smoothed, 80);
   * ```
   */
  answered(ms?: number): void {
    this.#expiries = 0;
    if (ms === undefined) return;
    const sample = Math.max(0, Math.min(ms, this.#max));
    if (this.#smoothed === undefined) {
      this.#smoothed = sample;
      this.#deviation = sample / 2;
      return;
    }
    const error = sample - this.#smoothed;
    this.#deviation += (Math.abs(error) - this.#deviation) / 4;
    this.#smoothed += error / 8;
  }

  /**
   * No answer has come in time: the next wait is twice as long.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { RoundTrip } from "@gossip-glomers/maelstrom";
   *
   * const trip = new RoundTrip({ initial: 1000, max: 3000 });
   * trip.expired();
   * assert.equal(trip.timeout, 2000);
   * trip.expired();
   * assert.equal(trip.timeout, 3000);
   * ```
   */
  expired(): void {
    this.#expiries++;
  }
}
