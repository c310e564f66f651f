/**
 * Finds the messages of a stretch of time, among hundreds of thousands, and
 * counts them where there are too many to be drawn one by one.
 *
 * @module
 */
import { type Messages } from "../run/document.ts";
import { type Lanes } from "./lanes.ts";
import { Spans } from "./spans.ts";
import { type View } from "./view.ts";

/** Which messages are drawn. */
export interface InSight {
  /** Those that are lit, or a share of them. */
  readonly lit: readonly number[];
  /** Those that are not, or a share of them. */
  readonly dimmed: readonly number[];
  /** Whether they are more than can be drawn one by one. */
  readonly isCrowded: boolean;
}

export class MessageIndex {
  /** For each message the lane of sender and receiver; -1 if it has none. */
  readonly from: Int16Array;
  readonly to: Int16Array;
  readonly #spans: Spans;
  readonly #laneCount: number;

  constructor(readonly messages: Messages, lanes: Lanes) {
    const { count, names, from, to, sent, ended } = messages;
    const laneOf = Int16Array.from(names, (name) => lanes.byId.get(name) ?? -1);
    this.from = new Int16Array(count);
    this.to = new Int16Array(count);
    this.#laneCount = lanes.all.length;
    this.#spans = new Spans(sent, ended);
    for (let i = 0; i < count; i++) {
      this.from[i] = laneOf[from[i]];
      this.to[i] = laneOf[to[i]];
    }
  }

  /** Visits the messages that are under way in a stretch of time. */
  visit(view: View, see: (message: number) => void): void {
    this.#spans.visit(view, see);
  }

  /**
   * What is drawn of a stretch of time.
   *
   * @param light 1 for each that is lit; all are if it is absent
   * @param shown 1 for each that is drawn at all; all are if it is absent
   * @param most how many lines there may be; the same messages are left out
   * however the view moves
   */
  inSight(
    view: View,
    { light, shown, most }: {
      readonly light?: Uint8Array;
      readonly shown?: Uint8Array;
      readonly most: number;
    },
  ): InSight {
    const { from, to } = this;
    let [litCount, dimmedCount] = [0, 0];
    const isDrawn = (i: number) =>
      (shown === undefined || shown[i] === 1) && from[i] >= 0 && to[i] >= 0;
    this.visit(view, (i) => {
      if (!isDrawn(i)) return;
      if (light === undefined || light[i] === 1) litCount++;
      else dimmedCount++;
    });
    const isCrowded = litCount > most;
    // Under a crowd a few lines show the directions.
    const share = isCrowded ? most / 6 / litCount : 1;
    const dimmedShare = most / 6 / Math.max(1, dimmedCount);
    const lit: number[] = [];
    const dimmed: number[] = [];
    this.visit(view, (i) => {
      if (!isDrawn(i)) return;
      if (light === undefined || light[i] === 1) {
        if (isCrowded === false || lot(i) < share) lit.push(i);
      } else if (lot(i) < dimmedShare) dimmed.push(i);
    });
    return { lit, dimmed, isCrowded };
  }

  /**
   * How much each lane sends and receives in a stretch of time.
   *
   * @returns for each lane as many counts as there are columns, lane by lane
   */
  density(
    { start, end }: View,
    columns: number,
    shown?: Uint8Array,
  ): Uint32Array {
    const { sent, ended } = this.messages;
    const counts = new Uint32Array(this.#laneCount * columns);
    const perMs = columns / (end - start);
    this.visit({ start, end }, (i) => {
      if (shown !== undefined && shown[i] === 0) return;
      const out = Math.floor((sent[i] - start) * perMs);
      const back = Math.floor((ended[i] - start) * perMs);
      if (this.from[i] >= 0 && out >= 0 && out < columns) {
        counts[this.from[i] * columns + out]++;
      }
      if (this.to[i] >= 0 && back >= 0 && back < columns) {
        counts[this.to[i] * columns + back]++;
      }
    });
    return counts;
  }
}

/** A number below 1 that is a message's own (Knuth's hashing). */
const lot = (i: number) => (Math.imul(i, 2654435761) >>> 0) / 2 ** 32;
