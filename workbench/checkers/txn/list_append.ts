/**
 * Checks histories of transactions that read lists and append to them, as Elle
 * does (Kingsbury and Alvaro, Elle: Inferring isolation anomalies from
 * experimental observations, VLDB 2020).
 *
 * A list shows the order of the appends that made it. So the longest read of a
 * key gives the order of its versions; appends that it does not show come
 * after it.
 *
 * @module
 */

import { countLeading } from "../count_leading.ts";
import { type History } from "../../load/history.ts";
import { stringifyJson } from "../../json.ts";
import {
  Anomalies,
  type Instance,
  Status,
  uncheckable,
  UncheckableError,
} from "../anomalies.ts";
import { Rel, type RelName } from "../dependencies/cycles.ts";
import { EdgeList, groups, IntList } from "../dependencies/graph.ts";
import { addCycles, type Reason } from "../dependencies/told.ts";
import { type CheckResult } from "../result.ts";
import { brief, show } from "../words.ts";
import {
  addTimeOrders,
  prohibitedBy,
  type TxnOptions,
  verdict,
} from "./result.ts";
import { NIL, type Transactions, transactions } from "./transactions.ts";
import { asks, findInvisible, invisible, type Versions } from "./visibility.ts";

const NOBODY = -1;
/** The place of an element that the longest read does not show. */
const UNSEEN = -1;

/** Checks a history of `["r", key, list]` and `["append", key, element]`. */
export function checkListAppend(
  history: History,
  options: TxnOptions,
): CheckResult {
  try {
    return new ListAppend(transactions(history, "append")).check(options);
  } catch (error) {
    if (error instanceof UncheckableError) return uncheckable(error);
    throw error;
  }
}

class ListAppend implements Versions {
  readonly #anomalies = new Anomalies();
  /** Who appended an element, whatever became of it. */
  readonly #writer: Int32Array;
  /** 1 for elements that their transaction appended more to. */
  readonly #isIntermediate: Uint8Array;
  /** Of each key the read that shows the most elements, or NIL. */
  readonly #longest: Int32Array;
  /** An element's place in the longest read of its key. */
  readonly #place: Int32Array;
  /** Each key's elements in order, without repetitions. */
  readonly #orders: readonly number[][];
  /** 1 for transactions that happened, or may have. */
  readonly #isPossible: Uint8Array;

  constructor(private readonly txns: Transactions) {
    const { keys, values, status } = txns;
    this.#writer = new Int32Array(values.length).fill(NOBODY);
    this.#isIntermediate = new Uint8Array(values.length);
    this.#longest = new Int32Array(keys.length).fill(NIL);
    this.#place = new Int32Array(values.length).fill(UNSEEN);
    this.#orders = keys.map(() => []);
    this.#isPossible = status.map((s) => s === Status.fail ? 0 : 1);
  }

  check(options: TxnOptions): CheckResult {
    this.#indexAppends();
    this.#checkEachTransaction();
    this.#orderVersions();
    this.#findIncompatibleOrders();
    this.#findDirtyUpdates();
    this.#findLostUpdates();
    findInvisible(this.txns, this, prohibitedBy(options), this.#anomalies);
    const edges = this.#dependencies();
    addTimeOrders(this.txns, edges, options, this.#isPossible);
    const doubts = addCycles(
      this.txns,
      edges,
      this.#anomalies,
      (before, after, rel) => this.#reason(before, after, rel),
      asks(prohibitedBy(options), "causality-violation", "G-single-item"),
    );
    return verdict(this.#anomalies, options, doubts, invisible);
  }

  writerOf(version: number): number {
    return this.#writer[version];
  }

  shownBy(read: number): Int32Array {
    const { list, elements } = this.txns;
    return elements.subarray(list[read], list[read + 1]);
  }

  misses(read: number, version: number): boolean {
    return !this.shownBy(read).includes(version);
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
        if (this.#writer[v] !== NOBODY) throw this.#appendedTwice(v, t);
        this.#writer[v] = t;
        if (lastBy[k] === t) this.#isIntermediate[last[k]] = 1;
        lastBy[k] = t;
        last[k] = v;
      }
    }
  }

  #appendedTwice(v: number, t: number): UncheckableError {
    const { keys, keyOf, ops, values } = this.txns;
    return new UncheckableError(
      `ops ${ops[this.#writer[v]].index} and ${ops[t].index} both append ` +
        `${stringifyJson(values[v])} to key ${stringifyJson(keys[keyOf[v]])}` +
        `; appends to a key must be unique`,
    );
  }

  // ---- what single transactions show

  #checkEachTransaction(): void {
    const { count, start, isWrite, version, status, values } = this.txns;
    const seenIn = new Int32Array(values.length).fill(-1);
    for (let t = 0; t < count; t++) {
      if (status[t] !== Status.ok) continue;
      this.#checkInternal(t);
      for (let m = start[t]; m < start[t + 1]; m++) {
        if (isWrite[m] === 0) this.#checkRead(t, m, seenIn);
        else this.#checkFutureReads(t, m, version[m]);
      }
    }
  }

  #checkRead(t: number, m: number, seenIn: Int32Array): void {
    const { list, elements, status, version, ops, values } = this.txns;
    let repeated = NIL;
    for (let i = list[m]; i < list[m + 1]; i++) {
      const v = elements[i];
      if (seenIn[v] === m) repeated = v;
      seenIn[v] = m;
      const writer = this.#writer[v];
      if (writer === NOBODY) {
        this.#bad("garbage-read", t, m, v, () => "which nobody ever appended");
      } else if (status[writer] === Status.fail) {
        this.#bad(
          "G1a",
          t,
          m,
          v,
          () =>
            `which op ${ops[writer].index} appended, that failed: ${
              show(ops[writer].value)
            }`,
          writer,
        );
      }
    }
    if (repeated !== NIL) {
      const count = this.#read(m).filter((v) => v === repeated).length;
      this.#anomalies.add("duplicate-elements", () =>
        this.#describe(
          t,
          m,
          `saw ${stringifyJson(values[repeated])} ${count} times`,
          { element: values[repeated], count },
        ));
    }
    const last = version[m];
    if (last === NIL || this.#isIntermediate[last] === 0) return;
    const writer = this.#writer[last];
    if (writer === t) return;
    this.#bad(
      "G1b",
      t,
      m,
      last,
      () =>
        `and not what op ${ops[writer].index} ${
          show(ops[writer].value)
        } appended after it`,
      writer,
    );
  }

  #checkFutureReads(t: number, write: number, v: number): void {
    const { start, isWrite, key } = this.txns;
    for (let m = start[t]; m < write; m++) {
      if (isWrite[m] === 1 || key[m] !== key[write]) continue;
      if (this.#read(m).includes(v)) {
        this.#bad(
          "future-read",
          t,
          m,
          v,
          () => "which it was to append only later",
          t,
        );
        return;
      }
    }
  }

  /** Reads must show what the same transaction read or appended before. */
  #checkInternal(t: number): void {
    const { start, isWrite, key, version, list, elements, values } = this.txns;
    for (let m = start[t]; m < start[t + 1]; m++) {
      if (isWrite[m] === 1) continue;
      // What was appended since the read before, and that read.
      const tail: number[] = [];
      let before = m - 1;
      for (; before >= start[t]; before--) {
        if (key[before] !== key[m]) continue;
        if (isWrite[before] === 0) break;
        tail.unshift(version[before]);
      }
      const isKnown = before >= start[t];
      if (!isKnown && tail.length === 0) continue;
      const length = list[m + 1] - list[m];
      const prefix = isKnown ? list[before + 1] - list[before] : 0;
      const isRight =
        (isKnown ? length === prefix + tail.length : length >= tail.length) &&
        tail.every((v, i) => elements[list[m + 1] - tail.length + i] === v) &&
        (!isKnown || startsWith(elements, list[m], list[before], prefix));
      if (isRight) continue;
      const expected = [
        ...(isKnown ? [...this.#read(before)].map((v) => values[v]) : ["..."]),
        ...tail.map((v) => values[v]),
      ];
      this.#anomalies.add("internal", () =>
        this.#describe(
          t,
          m,
          `had to see ${show(expected)} after its own reads and appends`,
          { expected },
        ));
      return;
    }
  }

  #read(m: number): Int32Array {
    const { list, elements } = this.txns;
    return elements.subarray(list[m], list[m + 1]);
  }

  #bad(
    type: string,
    t: number,
    m: number,
    v: number,
    why: () => string,
    writer = NOBODY,
  ): void {
    this.#anomalies.add(type, () => {
      const { ops, values } = this.txns;
      const element = stringifyJson(values[v]);
      return this.#describe(t, m, `saw ${element}, ${why()}`, {
        element: values[v],
        ...(writer === NOBODY ? {} : { writer: brief(ops[writer]) }),
      });
    });
  }

  #describe(
    t: number,
    m: number,
    what: string,
    detail: Readonly<Record<string, unknown>>,
  ): Instance {
    const { ops, keys, key, values } = this.txns;
    const value = [...this.#read(m)].map((v) => values[v]);
    return {
      op: brief(ops[t]),
      key: keys[key[m]],
      value,
      ...detail,
      explanation: `Op ${ops[t].index} ${show(ops[t].value)} read ${
        show(value)
      } of key ${stringifyJson(keys[key[m]])}: it ${what}.`,
    };
  }

  // ---- the order of versions

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
          isWrite[m] === 0 && length(m) > length(this.#longest[k])
        ) this.#longest[k] = m;
      }
    }
    for (let k = 0; k < keys.length; k++) {
      const order = this.#orders[k];
      const m = this.#longest[k];
      // An only append needs no read to be the first.
      const shown = m === NIL
        ? (only[k] === NIL ? [] : [only[k]])
        : this.#read(m);
      for (const v of shown) {
        if (this.#place[v] !== UNSEEN) continue;
        this.#place[v] = order.push(v) - 1;
      }
    }
  }

  /** Of each key, all reads must be beginnings of the longest. */
  #findIncompatibleOrders(): void {
    const { count, start, isWrite, key, keys, list, elements, values, ops } =
      this.txns;
    const isFound = new Uint8Array(keys.length);
    for (let t = 0; t < count; t++) {
      for (let m = start[t]; m < start[t + 1]; m++) {
        const k = key[m];
        const longest = this.#longest[k];
        if (isWrite[m] === 1 || longest === NIL || isFound[k] === 1) continue;
        const length = list[m + 1] - list[m];
        if (startsWith(elements, list[longest], list[m], length)) continue;
        isFound[k] = 1;
        this.#anomalies.add("incompatible-order", () => {
          const [a, b] = [m, longest].map((read) =>
            [...this.#read(read)].map((v) => values[v])
          );
          const other = this.#transactionOf(longest);
          // No list is longer than the longest: they part within this one.
          const place = [...this.#read(m)]
            .findIndex((v, i) => v !== elements[list[longest] + i]);
          return {
            key: keys[k],
            values: [a, b],
            ops: [brief(ops[t]), brief(ops[other])],
            explanation: `Op ${ops[t].index} read ${show(a)} of key ` +
              `${stringifyJson(keys[k])}, and op ${ops[other].index} read ` +
              `${show(b)}: element ${place + 1} is ${
                stringifyJson(a[place])
              } in the one and ${stringifyJson(b[place])} in the other.`,
          };
        });
      }
    }
  }

  #transactionOf(m: number): number {
    const { start, count } = this.txns;
    return countLeading(count, (i) => start[i + 1] <= m);
  }

  /** Aborted appends that a committed one follows in the order of versions. */
  #findDirtyUpdates(): void {
    const { keys, ops, status, values } = this.txns;
    this.#orders.forEach((order, k) => {
      let aborted = NOBODY;
      for (const v of order) {
        const writer = this.#writer[v];
        if (writer === NOBODY || status[writer] === Status.info) continue;
        if (status[writer] === Status.fail) {
          if (aborted === NOBODY) aborted = v;
          continue;
        }
        if (aborted !== NOBODY) {
          const by = this.#writer[aborted];
          const first = aborted;
          this.#anomalies.add("dirty-update", () => ({
            key: keys[k],
            values: order.slice(this.#place[first], this.#place[v] + 1)
              .map((v) => values[v]),
            txns: [brief(ops[by]), brief(ops[writer])],
            explanation:
              `Op ${ops[by].index} ${
                show(ops[by].value)
              } failed, and yet its append of ${
                stringifyJson(values[first])
              } ` +
              `to key ${stringifyJson(keys[k])} is part of the list to which ` +
              `op ${ops[writer].index} ${show(ops[writer].value)} appended ${
                stringifyJson(values[v])
              }.`,
          }));
        }
        aborted = NOBODY;
      }
    });
  }

  /** Transactions that read the same list and then appended to it. */
  #findLostUpdates(): void {
    const { count, start, isWrite, key, version, list, keys, status } =
      this.txns;
    const read = new Int32Array(keys.length);
    const readBy = new Int32Array(keys.length).fill(NOBODY);
    const doneBy = new Int32Array(keys.length).fill(NOBODY);
    /** Reads by their key, length and last element. */
    const byEnd = new Map<string, number[]>();
    for (let t = 0; t < count; t++) {
      if (status[t] !== Status.ok) continue;
      for (let m = start[t]; m < start[t + 1]; m++) {
        const k = key[m];
        if (doneBy[k] === t) continue;
        if (isWrite[m] === 1) {
          doneBy[k] = t;
          if (readBy[k] !== t) continue;
          const r = read[k];
          const name = `${k} ${list[r + 1] - list[r]} ${version[r]}`;
          const group = byEnd.get(name);
          if (group === undefined) byEnd.set(name, [r]);
          else group.push(r);
        } else if (readBy[k] !== t) {
          readBy[k] = t;
          read[k] = m;
        }
      }
    }
    for (const ends of byEnd.values()) {
      for (let rest = ends; rest.length > 1;) {
        const same = rest.filter((r) => this.#isSameRead(r, rest[0]));
        rest = rest.filter((r) => !this.#isSameRead(r, rest[0]));
        if (same.length > 1) this.#lostUpdate(same);
      }
    }
  }

  #isSameRead(a: number, b: number): boolean {
    const { list, elements } = this.txns;
    const length = list[a + 1] - list[a];
    return startsWith(elements, list[b], list[a], length);
  }

  #lostUpdate(reads: readonly number[]): void {
    this.#anomalies.add("lost-update", () => {
      const { keys, key, values, ops } = this.txns;
      const name = keys[key[reads[0]]];
      const value = [...this.#read(reads[0])].map((v) => values[v]);
      const shown = reads.slice(0, 8).map((r) => ops[this.#transactionOf(r)]);
      return {
        key: name,
        value,
        txns: shown.map(brief),
        explanation: `Ops ${
          shown.map((op) => `${op.index} ${show(op.value)}`)
            .join(" and ")
        } all read ${show(value)} of key ` +
          `${stringifyJson(name)} and then appended to it.`,
      };
    });
  }

  // ---- dependencies

  /** What comes right before an append, or NIL for the empty list. */
  #previous(v: number): number {
    const order = this.#orders[this.txns.keyOf[v]];
    const place = this.#place[v];
    if (place === 0 || order.length === 0) return NIL;
    return order[place === UNSEEN ? order.length - 1 : place - 1];
  }

  /** Who appended an element, if that happened or may have. */
  #possibleWriter(v: number): number {
    const writer = this.#writer[v];
    return writer !== NOBODY && this.#isPossible[writer] === 1
      ? writer
      : NOBODY;
  }

  #dependencies(): EdgeList {
    const { count, start, isWrite, key, version, keys, values, status } =
      this.txns;
    const edges = new EdgeList();
    // Readers by what they saw last; by the key, if they saw nothing.
    const saw = new IntList();
    const reader = new IntList();
    for (let t = 0; t < count; t++) {
      if (status[t] !== Status.ok) continue;
      for (let m = start[t]; m < start[t + 1]; m++) {
        if (isWrite[m] === 1) continue;
        const last = version[m];
        saw.push(last === NIL ? values.length + key[m] : last);
        reader.push(t);
        if (last === NIL) continue;
        const writer = this.#possibleWriter(last);
        if (writer !== NOBODY && writer !== t) edges.push(writer, t, Rel.wr);
      }
    }
    const readers = groups(values.length + keys.length, saw, reader);
    for (let t = 0; t < count; t++) {
      if (this.#isPossible[t] === 0) continue;
      for (let m = start[t]; m < start[t + 1]; m++) {
        if (isWrite[m] === 0) continue;
        const before = this.#previous(version[m]);
        const state = before === NIL ? values.length + key[m] : before;
        const writer = before === NIL ? NOBODY : this.#possibleWriter(before);
        if (writer !== NOBODY && writer !== t) edges.push(writer, t, Rel.ww);
        for (let r = readers.start[state]; r < readers.start[state + 1]; r++) {
          if (readers.to[r] !== t) edges.push(readers.to[r], t, Rel.rw);
        }
      }
    }
    return edges;
  }

  /** Why one transaction comes before another. */
  #reason(before: number, after: number, rel: RelName): Reason {
    const { start, isWrite, key, keys, version, values } = this.txns;
    const text = (v: number) => stringifyJson(values[v]);
    for (let m = start[after]; m < start[after + 1]; m++) {
      const v = version[m];
      const k = key[m];
      const name = stringifyJson(keys[k]);
      if (rel === "wr") {
        if (isWrite[m] === 1 || v === NIL) continue;
        if (this.#possibleWriter(v) !== before) continue;
        return {
          key: keys[k],
          value: values[v],
          words: (a, b) =>
            `${b} read ${a}'s append of ${text(v)} to key ${name}`,
        };
      }
      if (isWrite[m] === 0) continue;
      const previous = this.#previous(v);
      const detail = {
        key: keys[k],
        value: previous === NIL ? null : values[previous],
        "value'": values[v],
      };
      const since = this.#place[v] === UNSEEN
        ? `, which no read showed yet`
        : "";
      if (rel === "ww") {
        if (previous === NIL || this.#possibleWriter(previous) !== before) {
          continue;
        }
        return {
          ...detail,
          words: (a, b) =>
            `${b} appended ${text(v)} to key ${name}${since}, after ${a} ` +
            `appended ${text(previous)}`,
        };
      }
      for (let r = start[before]; r < start[before + 1]; r++) {
        if (isWrite[r] === 1 || key[r] !== k || version[r] !== previous) {
          continue;
        }
        return {
          ...detail,
          words: (a, b) =>
            previous === NIL
              ? `${a} read key ${name} empty, and ${b} appended ${text(v)}`
              : `${a} read key ${name} up to ${text(previous)}, without ` +
                `${text(v)}, which ${b} appended`,
        };
      }
    }
    return { words: (a, b) => `${a} comes before ${b}` };
  }
}

/** Whether the elements from `a` on begin with the `length` ones from `b` on. */
function startsWith(
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
