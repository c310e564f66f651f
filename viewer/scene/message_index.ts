/**
 * Finds the messages of a stretch of time, among hundreds of thousands, and
 * counts them where there are too many to be drawn one by one.
 *
 * @module
 */
import { type Messages } from "../run/document.ts";
import { type Lanes } from "./lanes.ts";

/** Counts of the finest level; each further level has half as many. */
const FINEST = 1 << 15;

export class MessageIndex {
  /** For each message the lane of sender and receiver; -1 if it has none. */
  readonly from: Int16Array;
  readonly to: Int16Array;
  /** The latest end of all messages so far: grows. */
  readonly #latest: Float64Array;
  /** From fine to coarse: what each lane sends and receives, by lane. */
  readonly #levels: Uint32Array[][] = [];
  readonly #duration: number;

  constructor(
    readonly messages: Messages,
    lanes: Lanes,
    duration: number,
  ) {
    const { count, names, sent, ended } = messages;
    const laneOf = names.map((name) => lanes.byId.get(name) ?? -1);
    this.from = Int16Array.from(messages.from, (name) => laneOf[name]);
    this.to = Int16Array.from(messages.to, (name) => laneOf[name]);
    this.#latest = new Float64Array(count);
    this.#duration = Math.max(duration, 1e-9);
    let latest = -Infinity;
    for (let i = 0; i < count; i++) {
      const end = Number.isNaN(ended[i]) ? sent[i] : ended[i];
      latest = Math.max(latest, end);
      this.#latest[i] = latest;
    }
    this.#count(lanes.all.length);
  }

  #count(laneCount: number): void {
    const { count, sent, ended } = this.messages;
    const finest = Array.from(
      { length: laneCount },
      () => new Uint32Array(FINEST),
    );
    const bucket = (time: number) =>
      Math.min(FINEST - 1, Math.floor(time / this.#duration * FINEST));
    for (let i = 0; i < count; i++) {
      if (this.from[i] >= 0) finest[this.from[i]][bucket(sent[i])]++;
      if (this.to[i] >= 0 && !Number.isNaN(ended[i])) {
        finest[this.to[i]][bucket(ended[i])]++;
      }
    }
    this.#levels.push(finest);
    for (let size = FINEST / 2; size >= 64; size /= 2) {
      const below = this.#levels[this.#levels.length - 1];
      this.#levels.push(
        below.map((fine) =>
          Uint32Array.from(
            { length: size },
            (_, i) => fine[2 * i] + fine[2 * i + 1],
          )
        ),
      );
    }
  }

  /**
   * The messages that may be under way in a stretch of time: all that are, and
   * maybe some that have arrived before.
   *
   * @returns positions, the last one excluded
   */
  within(start: number, end: number): { first: number; last: number } {
    return {
      first: lowerBound(this.#latest, start),
      last: lowerBound(this.messages.sent, end, true),
    };
  }

  /**
   * How much a lane sends and receives in a stretch of time.
   *
   * @param columns how many values are wanted, at least
   * @returns counts, and which stretch each of them spans, in ms
   */
  density(
    lane: number,
    start: number,
    end: number,
    columns: number,
  ): { counts: Uint32Array; first: number; span: number } {
    const share = Math.max(1e-12, (end - start) / this.#duration);
    const wanted = columns / share;
    let level = 0;
    while (
      level + 1 < this.#levels.length &&
      this.#levels[level + 1][0].length >= wanted
    ) level++;
    const all = this.#levels[level][lane];
    const span = this.#duration / all.length;
    const first = Math.max(0, Math.floor(start / span));
    const last = Math.min(all.length, Math.ceil(end / span));
    return { counts: all.subarray(first, Math.max(first, last)), first, span };
  }
}

/** The first position whose value is not below; or, with `above`, above. */
export function lowerBound(
  values: Float64Array,
  value: number,
  above = false,
): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle] < value || (above && values[middle] === value)) {
      low = middle + 1;
    } else high = middle;
  }
  return low;
}
