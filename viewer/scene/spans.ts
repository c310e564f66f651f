/**
 * Finds those of many stretches of time that touch another one.
 *
 * @module
 */
import { countLeading } from "../../workbench/checkers/count_leading.ts";
import { type View } from "./view.ts";

/** So many neighbours are passed over at once if all have ended before. */
const BLOCK = 256;

export class Spans {
  /** The latest end of each block. */
  readonly #latest: Float64Array;

  /**
   * @param starts ascending
   * @param ends NaN: at its start
   */
  constructor(
    private readonly starts: Float64Array,
    private readonly ends: Float64Array,
  ) {
    const count = starts.length;
    this.#latest = new Float64Array(Math.ceil(count / BLOCK)).fill(-Infinity);
    for (let i = 0; i < count; i++) {
      const end = Number.isNaN(ends[i]) ? starts[i] : ends[i];
      const block = Math.floor(i / BLOCK);
      if (end > this.#latest[block]) this.#latest[block] = end;
    }
  }

  /** Visits those that begin by the end of a stretch and end from its start on. */
  visit({ start, end }: View, see: (position: number) => void): void {
    const { starts, ends } = this;
    const last = lowerBound(starts, end, true);
    const first = lowerBound(starts, start);
    for (let block = 0; block * BLOCK < last; block++) {
      if (this.#latest[block] < start) continue;
      const stop = Math.min(last, (block + 1) * BLOCK);
      for (let i = block * BLOCK; i < stop; i++) {
        if (i >= first || ends[i] >= start) see(i);
      }
    }
  }
}

/** The first position whose value is not below; or, with `above`, above. */
export function lowerBound(
  values: Float64Array,
  value: number,
  above = false,
): number {
  return countLeading(
    values.length,
    (i) => values[i] < value || (above && values[i] === value),
  );
}
