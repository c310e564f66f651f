/**
 * Keys for clients that write to some more than to others, and to none for
 * ever.
 *
 * @module
 */
import { number, type Values } from "../../cli/flags.ts";
import { type Random } from "../../clock/random.ts";
import { type WorkloadOptions } from "../workload.ts";

/** Keys that are in use: popular ones, each replaced after enough writes. */
export class KeyPool {
  readonly #keys: { key: number; writes: number }[];
  #next: number;

  constructor(
    private readonly random: Random,
    count: number,
    private readonly maxWrites: number,
  ) {
    this.#keys = Array.from(
      { length: count },
      (_, key) => ({ key, writes: 0 }),
    );
    this.#next = count;
  }

  /** The latest keys, in use or not. */
  latest(count: number): number[] {
    const length = Math.min(count, this.#next);
    return Array.from({ length }, (_, i) => this.#next - length + i);
  }

  /** A key; each is twice as likely as the one before it. */
  pick(): number {
    return this.#keys[this.#draw()].key;
  }

  /** A key, and a value that was not written to it yet, from 1. */
  write(): { key: number; value: number } {
    for (;;) {
      const i = this.#draw();
      const entry = this.#keys[i];
      if (entry.writes < this.maxWrites) {
        return { key: entry.key, value: ++entry.writes };
      }
      // Only now: until then it is still read, and its last value seen.
      this.#keys[i] = { key: this.#next++, writes: 0 };
    }
  }

  #draw(): number {
    const count = this.#keys.length;
    // The keys before the last 50 are too unlikely to be worth a float's range.
    const likely = Math.min(count, 50);
    const x = 1 + this.random.float() * (2 ** likely - 1);
    return count - likely + Math.min(likely - 1, Math.floor(Math.log2(x)));
  }
}

export const keyFlags = {
  "key-count": number("count", {
    value: "N",
    help: "number of keys in use at a time",
    default: 10,
    anywhere: true,
  }),
  "max-writes-per-key": number("count", {
    value: "N",
    help: "number of writes after which another key replaces a key",
    default: 16,
    anywhere: true,
  }),
};

/** The keys of a run, as its flags want them. */
export function keyPool(
  { random, own }: WorkloadOptions<Values<typeof keyFlags>>,
): KeyPool {
  return new KeyPool(random, own.keyCount, own.maxWritesPerKey);
}
