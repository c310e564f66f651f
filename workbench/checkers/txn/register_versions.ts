/**
 * The versions of registers: who wrote them, and what is known of their order.
 *
 * @module
 */
import { Status } from "../anomalies.ts";
import { INITIAL } from "./registers.ts";
import { type Replaced } from "./session_guarantees.ts";
import { NIL, type Transactions } from "./transactions.ts";
import { type Versions } from "./visibility.ts";

export const NOBODY = -1;

export class RegisterVersions implements Versions {
  /** Who wrote a version, committed or perhaps, as its final write. */
  readonly writer: Int32Array;
  /** Who wrote a version, committed or not, and then overwrote it. */
  readonly overwriter: Int32Array;
  readonly aborted: Int32Array;
  /** Another one that wrote a version, unless all who did so failed. */
  readonly second: Int32Array;
  /** Who was the first to write a version, whatever came of it. */
  readonly first: Int32Array;
  /** By version those that it replaced, where that makes no circle. */
  readonly before = new Map<number, number[]>();
  /** 1 for transactions that certainly happened; `checkRegisters` tells. */
  readonly happened: Uint8Array;
  /** 1 for keys to which null was written: to read it there tells nothing. */
  readonly hasNulls: Uint8Array;
  /** Versions that were read, nobody wrote, and are the initial state. */
  readonly zeros = new Set<number>();

  constructor(readonly txns: Transactions) {
    const versions = txns.values.length;
    this.writer = new Int32Array(versions).fill(NOBODY);
    this.overwriter = new Int32Array(versions).fill(NOBODY);
    this.aborted = new Int32Array(versions).fill(NOBODY);
    this.second = new Int32Array(versions).fill(NOBODY);
    this.first = new Int32Array(versions).fill(NOBODY);
    this.happened = new Uint8Array(txns.count);
    this.hasNulls = new Uint8Array(txns.keys.length);
    this.#indexWrites();
  }

  writerOf(version: number): number {
    return this.writer[version];
  }

  shownBy(read: number): number[] {
    const version = this.txns.version[read];
    return version === NIL ? [] : [version];
  }

  misses(read: number, version: number): boolean {
    const shown = this.txns.version[read];
    if (shown === NIL) return this.isInitial(this.txns.key[read]);
    return shown !== version && this.#isBefore(shown, version);
  }

  /** Whether null at a key is what was there before all writes. */
  isInitial(key: number): boolean {
    return this.hasNulls[key] === 0;
  }

  /** Whether a version came from another one by reads and writes after them. */
  #isBefore(early: number, late: number): boolean {
    const seen = new Set([late]);
    for (const version of seen) {
      for (const before of this.before.get(version) ?? []) {
        if (before === early) return true;
        seen.add(before);
      }
    }
    return false;
  }

  value(version: number): unknown {
    return version === NIL ? null : this.txns.values[version];
  }

  /** Who wrote a version, if that is known and it was committed. */
  seenWriter(version: number): number | undefined {
    if (this.writer[version] !== NOBODY) return this.writer[version];
    return this.zeros.has(version) ? INITIAL : undefined;
  }

  /** What was replaced by what, as far as that is certain. */
  *replaced(): Generator<Replaced> {
    for (const [version, all] of this.before) {
      const after = this.writer[version];
      for (const replaced of all) {
        const before = this.writer[replaced];
        if (before === NOBODY) continue;
        yield { key: this.txns.keyOf[version], before, after };
      }
    }
  }

  #indexWrites(): void {
    const { count, start, isWrite, key, version, status, keys } = this.txns;
    // The last write to each key by the transaction at hand.
    const last = new Int32Array(keys.length).fill(-1);
    const lastBy = new Int32Array(keys.length).fill(NOBODY);
    for (let t = 0; t < count; t++) {
      for (let m = start[t]; m < start[t + 1]; m++) {
        if (isWrite[m] === 0) continue;
        const k = key[m];
        if (lastBy[k] === t && version[last[k]] !== version[m]) {
          if (version[last[k]] !== NIL) this.overwriter[version[last[k]]] = t;
        }
        lastBy[k] = t;
        last[k] = m;
        if (version[m] === NIL) continue;
        this.#noteWriter(version[m], t);
        if (status[t] === Status.fail) this.aborted[version[m]] = t;
      }
      if (status[t] === Status.fail) continue;
      for (let m = start[t]; m < start[t + 1]; m++) {
        if (isWrite[m] === 0 || last[key[m]] !== m) continue;
        const v = version[m];
        if (v === NIL) {
          this.hasNulls[key[m]] = 1;
          continue;
        }
        this.writer[v] = t;
      }
    }
  }

  /** Whether one of them failed or not: a read can't tell them apart. */
  #noteWriter(v: number, t: number): void {
    const { status } = this.txns;
    const first = this.first[v];
    if (first === NOBODY) this.first[v] = t;
    else if (first !== t) {
      const areAborted = status[first] === Status.fail &&
        status[t] === Status.fail;
      if (!areAborted) this.second[v] = t;
    }
  }
}
