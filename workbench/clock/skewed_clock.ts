/**
 * The clock of one simulated machine. Real ones drift, by about a second in a
 * day, and jump when someone or NTP sets them; these do both, and far worse.
 *
 * @module
 */
import { type Random } from "./random.ts";

/** What a machine shows as its time. */
export interface Clock {
  /** What it shows at a true time, which must not go back. */
  at(time: number): number;
  /** How long `ms` of this clock truly take, from a true time on. */
  delay(ms: number, time: number): number;
}

/** A clock that somebody sets at known times, forwards or back. */
export class SetClock implements Clock {
  /**
   * @param jumps in the order of their times
   * @param clock the one that is set; undefined: one that shows the true time
   */
  constructor(
    private readonly jumps: readonly {
      readonly at: number;
      readonly by: number;
    }[],
    private readonly clock?: Clock,
  ) {}

  at(time: number): number {
    return this.jumps.reduce(
      (shown, { at, by }) => at <= time ? shown + by : shown,
      this.clock?.at(time) ?? time,
    );
  }

  delay(ms: number, time: number): number {
    return this.jumps.reduce(
      (delay, { at, by }) =>
        at > time && at < time + delay
          ? Math.max(at - time, delay - by)
          : delay,
      this.clock?.delay(ms, time) ?? ms,
    );
  }
}

/** A clock is off by up to this share of the time: one second in 100. */
const MAX_DRIFT = 0.01;
/** Mean time between jumps, in ms. */
const JUMP_INTERVAL = 5000;

/**
 * Shows times that drift from the true ones, and jump by up to `maxJump` ms,
 * forwards and backwards. Timers go by the clock: one that is set across a jump
 * ends early or late by as much.
 */
export class SkewedClock implements Clock {
  #rate = 1;
  /** What the clock shows at `#since`, a true time. */
  #shown: number;
  #since = 0;
  #nextJump: number;
  #jump = 0;

  /** @param maxJump in ms */
  constructor(
    private readonly random: Random,
    private readonly maxJump: number,
  ) {
    this.#shown = random.float() * maxJump;
    this.#nextJump = 0;
    this.#plan(0);
  }

  #plan(time: number): void {
    this.#since = time;
    this.#rate = 1 + (2 * this.random.float() - 1) * MAX_DRIFT;
    this.#nextJump = time + this.random.exponential(JUMP_INTERVAL);
    this.#jump = (2 * this.random.float() - 1) * this.maxJump;
  }

  /** What the clock shows at a true time, which must not go back. */
  at(time: number): number {
    while (time >= this.#nextJump) {
      const jumpAt = this.#nextJump;
      this.#shown += (jumpAt - this.#since) * this.#rate + this.#jump;
      this.#plan(jumpAt);
    }
    return this.#shown + (time - this.#since) * this.#rate;
  }

  /** How long `ms` of this clock truly take, from a true time on. */
  delay(ms: number, time: number): number {
    this.at(time);
    const delay = ms / this.#rate;
    const untilJump = this.#nextJump - time;
    // Only the next jump counts: there is rarely another before the end.
    return delay <= untilJump ? delay : Math.max(untilJump, delay - this.#jump);
  }
}
