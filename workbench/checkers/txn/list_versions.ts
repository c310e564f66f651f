/**
 * The versions of lists, and what they are known to come after.
 *
 * A list shows the order of the appends that made it. So the longest read of a
 * key gives the order of its versions; appends that it does not show come
 * after it.
 *
 * @module
 */
import { stringifyJson } from "../../json.ts";
import { Status, UncheckableError } from "../anomalies.ts";
import { NIL, type Transactions } from "./transactions.ts";
import { type Versions } from "./visibility.ts";

export const NOBODY = -1;
/** The place of an element that the longest read does not show. */
export const UNSEEN = -1;

export class ListVersions implements Versions {
  readonly isCumulative = true;
  /** Who appended an element, whatever became of it. */
  readonly writer: Int32Array;
  /** What its transaction appended to the key before, or NIL. */
  readonly ownBefore: Int32Array;
  /** 1 for elements that their transaction appended more to. */
  readonly isIntermediate: Uint8Array;
  /** Of each key the read that shows the most elements, or NIL. */
  readonly longest: Int32Array;
  /** An element's place in the longest read of its key. */
  readonly place: Int32Array;
  /** Each key's elements in order, without repetitions. */
  readonly orders: readonly number[][];
  /** 1 for transactions that happened, or may have. */
  readonly isPossible: Uint8Array;

  /** @throws {UncheckableError} if an element is appended twice */
  constructor(readonly txns: Transactions) {
    const { keys, values, status } = txns;
    this.writer = new Int32Array(values.length).fill(NOBODY);
    this.ownBefore = new Int32Array(values.length).fill(NIL);
    this.isIntermediate = new Uint8Array(values.length);
    this.longest = new Int32Array(keys.length).fill(NIL);
    this.place = new Int32Array(values.length).fill(UNSEEN);
    this.orders = keys.map(() => []);
    this.isPossible = status.map((s) => s === Status.fail ? 0 : 1);
    this.#indexAppends();
    this.#orderVersions();
  }

  #indexAppends(): void {
    const { count, start, isWrite, key, version, keys } = this.txns;
    const last = new Int32Array(keys.length);
    const lastBy = new Int32Array(keys.length).fill(NOBODY);
    for (let t = 0; t < count; t++) {
      for (let m = start[t]; m < start[t + 1]; m++) {
        if (isWrite[m] === 0) continue;
        const k = key[m];
        const v = version[m];
        if (this.writer[v] !== NOBODY) throw this.#appendedTwice(v, t);
        this.writer[v] = t;
        if (lastBy[k] === t) {
          this.isIntermediate[last[k]] = 1;
          this.ownBefore[v] = last[k];
        }
        lastBy[k] = t;
        last[k] = v;
      }
    }
  }

  #appendedTwice(v: number, t: number): UncheckableError {
    const { keys, keyOf, ops, values } = this.txns;
    return new UncheckableError(
      `ops ${ops[this.writer[v]].index} and ${ops[t].index} both append ` +
        `${stringifyJson(values[v])} to key ${stringifyJson(keys[keyOf[v]])}` +
        `; appends to a key must be unique`,
    );
  }

  #orderVersions(): void {
    const { count, start, isWrite, key, version, list, keys, status } =
      this.txns;
    const length = (m: number) => m === NIL ? 0 : list[m + 1] - list[m];
    /** The only append to a key; NIL if none, or several. */
    const only = new Int32Array(keys.length).fill(NIL);
    const appends = new Int32Array(keys.length);
    for (let t = 0; t < count; t++) {
      for (let m = start[t]; m < start[t + 1]; m++) {
        const k = key[m];
        if (isWrite[m] === 1 && status[t] !== Status.fail) {
          only[k] = appends[k]++ === 0 ? version[m] : NIL;
        } else if (
          isWrite[m] === 0 && length(m) > length(this.longest[k])
        ) this.longest[k] = m;
      }
    }
    for (let k = 0; k < keys.length; k++) {
      const order = this.orders[k];
      const m = this.longest[k];
      // An only append needs no read to be the first.
      const shown = m === NIL
        ? (only[k] === NIL ? [] : [only[k]])
        : this.read(m);
      for (const v of shown) {
        if (this.place[v] !== UNSEEN) continue;
        this.place[v] = order.push(v) - 1;
      }
    }
  }

  /** The elements that a read shows. */
  read(m: number): Int32Array {
    const { list, elements } = this.txns;
    return elements.subarray(list[m], list[m + 1]);
  }

  writerOf(version: number): number {
    return this.writer[version];
  }

  shownBy(read: number): Int32Array {
    return this.read(read);
  }

  misses(read: number, version: number): boolean {
    const { list } = this.txns;
    const place = this.place[version];
    // Reads are beginnings of the longest; if not, that is told by itself.
    return place === UNSEEN || place >= list[read + 1] - list[read];
  }

  /** Who appended an element, if that happened or may have. */
  possibleWriter(v: number): number {
    const writer = this.writer[v];
    return writer !== NOBODY && this.isPossible[writer] === 1 ? writer : NOBODY;
  }

  /** Takes another order of a key's elements to be right. */
  reorder(k: number, order: readonly number[]): void {
    for (const v of this.orders[k]) this.place[v] = UNSEEN;
    this.orders[k].splice(0, Infinity, ...order);
    order.forEach((v, i) => this.place[v] = i);
  }

  /** What comes right before an append, or NIL for the empty list. */
  previous(v: number): number {
    const order = this.orders[this.txns.keyOf[v]];
    const place = this.place[v];
    if (place === 0 || order.length === 0) return NIL;
    return order[place === UNSEEN ? order.length - 1 : place - 1];
  }

  /** The last append before one that happened, or may have; or NIL. */
  previousPossible(v: number): number {
    let before = this.previous(v);
    while (before !== NIL && this.possibleWriter(before) === NOBODY) {
      before = this.previous(before);
    }
    return before;
  }
}

/** Whether the elements from `a` on begin with the `length` ones from `b` on. */
export function startsWith(
  elements: Int32Array,
  a: number,
  b: number,
  length: number,
): boolean {
  for (let i = 0; i < length; i++) {
    if (elements[a + i] !== elements[b + i]) return false;
  }
  return true;
}
