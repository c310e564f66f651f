/**
 * Randomness of a run. All of it comes from one seed, and each part of the
 * workbench draws from a stream of its own, so that one more draw in one part
 * does not change what the others see.
 *
 * @module
 */
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";

/** A stream of random numbers, determined by its name. */
export class Random {
  readonly #generator;

  /** @param name the run's seed, with the stream's path behind it */
  constructor(readonly name: string) {
    this.#generator = xoroshiro128plusFromState(hash128(name));
  }

  /** A stream of its own for a part of the run. */
  fork(label: string): Random {
    return new Random(`${this.name}/${label}`);
  }

  /** A number in [0, 1). */
  float(): number {
    return uniformFloat64(this.#generator);
  }

  /** An integer in [0, bound). */
  integer(bound: number): number {
    return uniformInt(this.#generator, 0, bound - 1);
  }

  chance(probability: number): boolean {
    return probability > 0 && this.float() < probability;
  }

  /** A number from the exponential distribution with this mean. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.float());
  }

  pick<T>(items: readonly T[]): T {
    return items[this.integer(items.length)];
  }

  shuffle<T>(items: readonly T[]): T[] {
    const result = [...items];
    for (let i = result.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [result[i], result[j]] = [result[j], result[i]];
    }
    return result;
  }
}

/** A fresh seed: short enough to be typed by hand. */
export function freshSeed(): string {
  return crypto.getRandomValues(new Uint32Array(1))[0].toString(36);
}

/** Four words from a name: FNV-1a from four offsets, with murmur's finish. */
function hash128(name: string): [number, number, number, number] {
  const word = (offset: number): number => {
    let hash = 0x811c9dc5 ^ offset;
    for (let i = 0; i < name.length; i++) {
      hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
    }
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return (hash ^ (hash >>> 16)) | 0;
  };
  return [word(0x9e3779b9), word(0x7f4a7c15), word(0x3c6ef372), word(1)];
}
