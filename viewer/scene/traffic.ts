/**
 * Who sent and received what, in order, lane by lane; sorted when first asked.
 *
 * @module
 */
import { countLeading } from "../../workbench/checkers/count_leading.ts";
import { ARRIVED } from "../run/document.ts";
import { type Events } from "./causality.ts";

export class Traffic {
  static readonly #known = new WeakMap<Events, Traffic>();

  /** Of the same events always the same. */
  static of(events: Events): Traffic {
    return Traffic.#known.getOrInsertComputed(
      events,
      () => new Traffic(events),
    );
  }

  readonly #events: Events;
  readonly #sent: Int32Array[];
  readonly #received: Int32Array[];
  readonly #isSorted: Uint8Array;

  private constructor(events: Events) {
    const { from, to, messages: { fate }, deaths } = events;
    this.#events = events;
    this.#sent = split(from, deaths.length);
    this.#received = split(
      to.map((lane, i) => fate[i] === ARRIVED ? lane : -1),
      deaths.length,
    );
    this.#isSorted = new Uint8Array(deaths.length);
  }

  /** What a lane sent, in order. */
  sentBy(lane: number): Int32Array {
    return this.#sent[lane];
  }

  /** What arrived at a lane, in the order of arrival. */
  receivedBy(lane: number): Int32Array {
    const own = this.#received[lane];
    if (this.#isSorted[lane] === 0) {
      const { ended } = this.#events.messages;
      own.sort((a, b) => ended[a] - ended[b] || a - b);
      this.#isSorted[lane] = 1;
    }
    return own;
  }

  /**
   * What the sender of a message had received in the same life, latest first.
   *
   * @param most how many are wanted
   */
  receivedBefore(message: number, most: number): number[] {
    const { from, deaths, messages: { sent, ended } } = this.#events;
    const lane = from[message];
    if (lane < 0) return [];
    const time = sent[message];
    const birth = deaths[lane].findLast((death) => death <= time) ?? -Infinity;
    const all = this.receivedBy(lane);
    const found: number[] = [];
    const arrived = countLeading(all.length, (i) => ended[all[i]] <= time);
    for (let i = arrived - 1; i >= 0; i--) {
      if (found.length === most || ended[all[i]] < birth) break;
      // At the same time, what was sent later can't have been there before.
      if (all[i] < message) found.push(all[i]);
    }
    return found;
  }

  /** What a lane sent from some time on, as positions in {@linkcode sentBy}. */
  firstSent(lane: number, time: number): number {
    const { sent } = this.#events.messages;
    const all = this.#sent[lane];
    return countLeading(all.length, (i) => sent[all[i]] < time);
  }
}

/** For each lane the positions at which it stands. */
function split(lanes: Int16Array, count: number): Int32Array[] {
  const sizes = new Uint32Array(count);
  for (const lane of lanes) if (lane >= 0) sizes[lane]++;
  const all = Array.from(sizes, (size) => new Int32Array(size));
  const filled = new Uint32Array(count);
  lanes.forEach((lane, i) => {
    if (lane >= 0) all[lane][filled[lane]++] = i;
  });
  return all;
}
