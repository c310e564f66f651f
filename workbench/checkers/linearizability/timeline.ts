/**
 * The operations of a search in the order of time: a level for each end.
 *
 * @module
 */
import { has } from "./bits.ts";
import { type Draft } from "./configurations.ts";
import { type Interval } from "./model.ts";
import { type Transitions } from "./transitions.ts";

/** What runs at each level, over all levels: beyond, nothing is searched. */
const MOST_RUNNING = 50_000_000;

/** When operations begin and end, and where in the sets their bits are. */
export class Timeline {
  /** By interval. */
  readonly operations: Int32Array;
  readonly isRead: Uint8Array;
  readonly begins: Float64Array;
  /** Infinity for those of unknown fate. */
  readonly ends: Float64Array;
  /** Those that ended, in the order of their ends: a level each. */
  readonly ended: Int32Array;
  /**
   * Those of unknown fate that may matter, in the order of their begins: reads
   * do not.
   */
  readonly unended: Int32Array;
  /** By level: how many of those have begun. */
  readonly unendedBegun: Int32Array;
  /** By interval: its bit among those that run, or among those unended. */
  readonly bits: Int32Array;
  /** Where in `running` those begin that run at a level. */
  readonly runningFrom: Int32Array;
  /** Those that run, by level, in the order of their ends. */
  readonly running: Int32Array;
  /** How many run at the same time at most. */
  readonly width: number;
  /** Whether so many run at the same time that nothing can be searched. */
  readonly isTooWide: boolean;

  constructor(
    transitions: Transitions,
    intervals: readonly Interval<number>[],
  ) {
    this.operations = Int32Array.from(intervals, (it) => it.operation);
    this.isRead = Uint8Array.from(
      intervals,
      (it) => transitions.isRead(it.operation) ? 1 : 0,
    );
    this.begins = Float64Array.from(intervals, ({ begin }) => begin);
    this.ends = Float64Array.from(intervals, ({ end }) => end ?? Infinity);
    const { begins, ends } = this;
    const byBegin = Int32Array.from(intervals.keys())
      .sort((a, b) => begins[a] - begins[b]);
    const ending = byBegin.filter((id) => ends[id] < Infinity);
    this.ended = ending.toSorted((a, b) => ends[a] - ends[b]);
    this.unended = byBegin.filter((id) =>
      ends[id] === Infinity && this.isRead[id] === 0
    );
    this.bits = new Int32Array(intervals.length);
    this.unended.forEach((id, bit) => this.bits[id] = bit);

    const levels = this.ended.length;
    this.unendedBegun = new Int32Array(levels);
    this.runningFrom = new Int32Array(levels + 1);
    const running: number[] = [];
    const free: number[] = [];
    let now: number[] = [];
    let [width, begun, unendedBegun] = [0, 0, 0];
    this.ended.forEach((id, level) => {
      this.runningFrom[level] = running.length;
      if (running.length > MOST_RUNNING) return;
      const before = now.length;
      for (; begun < levels && begins[ending[begun]] <= ends[id]; begun++) {
        this.bits[ending[begun]] = free.pop() ?? width++;
        now.push(ending[begun]);
      }
      if (now.length > before) now.sort((a, b) => ends[a] - ends[b]);
      for (const other of now) running.push(other);
      free.push(this.bits[id]);
      now = now.slice(1);
      const { length } = this.unended;
      while (
        unendedBegun < length && begins[this.unended[unendedBegun]] <= ends[id]
      ) unendedBegun++;
      this.unendedBegun[level] = unendedBegun;
    });
    this.runningFrom[levels] = running.length;
    this.isTooWide = running.length > MOST_RUNNING;
    this.running = Int32Array.from(running);
    this.width = width;
  }

  get levels(): number {
    return this.ended.length;
  }

  isUnended(interval: number): boolean {
    return this.unended[this.bits[interval]] === interval;
  }

  /** Whether an operation is placed in a configuration. */
  isPlaced(interval: number, { level, placed, used }: Draft): boolean {
    const bit = this.bits[interval];
    if (this.ends[interval] === Infinity) return has(used, bit);
    const now = this.ends[this.ended[level]];
    if (this.ends[interval] < now) return true;
    return this.begins[interval] <= now && has(placed, bit);
  }
}
