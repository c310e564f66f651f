/**
 * Checks histories of transactions that read and write registers, as Elle does
 * (Kingsbury and Alvaro, Elle: Inferring isolation anomalies from experimental
 * observations, VLDB 2020).
 *
 * A write that its transaction overwrites is a version too, as in lists: who
 * read it and then wrote comes between the two writes (Berenson et al., A
 * Critique of ANSI SQL Isolation Levels, SIGMOD 1995: P0, dirty writes).
 *
 * The order of a key's versions is known in part: the initial `null` comes
 * before all others, and where a transaction read a version and then wrote
 * another, the one came before the other. Unlike Elle, which looks at the first
 * read of a key only, this takes every read of what another transaction wrote.
 *
 * @module
 */

import { type History } from "../../load/history.ts";
import { stringifyJson } from "../../json.ts";
import {
  Anomalies,
  Status,
  uncheckable,
  UncheckableError,
} from "../anomalies.ts";
import { impliedBy } from "../dependencies/consistency_models.ts";
import { findCycles, Rel, type RelName } from "../dependencies/cycles.ts";
import {
  components,
  cyclicComponents,
  EdgeList,
  Graph,
  groups,
  IntList,
} from "../dependencies/graph.ts";
import { addCycles, type Reason } from "../dependencies/told.ts";
import { type CheckResult } from "../result.ts";
import { brief, show } from "../words.ts";
import { Accesses } from "./accesses.ts";
import { decideModels, type Decision } from "./decisions.ts";
import { findLostUpdates } from "./lost_updates.ts";
import { INITIAL, registersOf } from "./registers.ts";
import {
  addTimeOrders,
  prohibitedBy,
  type TxnOptions,
  verdict,
} from "./result.ts";
import { NIL, type Transactions, transactions } from "./transactions.ts";
import { type Replaced } from "./session_guarantees.ts";
import { asks, findInvisible, invisible, type Versions } from "./visibility.ts";
import { inferredAnomalies } from "./weak_models.ts";

const NOBODY = -1;

/** What Elle leaves out where writes are not read before they are replaced. */
const unordered = "orders of writes that follow from what else was seen";
const ofOrders = (types: readonly string[]) =>
  Object.fromEntries(types.map((type) => [type, unordered]));

/** Anomalies that Elle looks for in lists only, or not at all. */
const ours = {
  ...ofOrders(inferredAnomalies),
  ...invisible,
  "missed-own-write": "what a transaction wrote itself",
  "future-read": "registers that show a write before it was made",
  "garbage-read": "values that nobody wrote",
};

/** Some nodes show these where nothing is. */
const zeros: ReadonlySet<unknown> = new Set([0, "", false]);

/** Checks a history of `["r", key, value]` and `["w", key, value]`. */
export function checkRwRegister(
  history: History,
  options: TxnOptions,
): CheckResult {
  try {
    return new RwRegister(transactions(history, "w")).check(options);
  } catch (error) {
    if (error instanceof UncheckableError) return uncheckable(error);
    throw error;
  }
}

class RwRegister implements Versions {
  readonly #anomalies = new Anomalies();
  /** Who wrote a version, committed or perhaps, as its final write. */
  readonly #writer: Int32Array;
  /** Who wrote a version, committed or not, and then overwrote it. */
  readonly #overwriter: Int32Array;
  readonly #aborted: Int32Array;
  /** Another one that wrote a version, unless all who did so failed. */
  readonly #second: Int32Array;
  /** Who was the first to write a version, whatever came of it. */
  readonly #first: Int32Array;
  /** What committed transactions read of others, and their final writes. */
  readonly #reads = new Accesses();
  readonly #writes = new Accesses();
  /** Versions that transactions read before they wrote the same key. */
  readonly #replaced = new Accesses();
  /** What they wrote in the end, in the same order. */
  readonly #replacing = new IntList();
  /** By version those that it replaced, where that makes no circle. */
  readonly #before = new Map<number, number[]>();
  /** 1 for transactions that certainly happened. */
  readonly #happened: Uint8Array;
  /** 1 for keys to which null was written: to read it there tells nothing. */
  readonly #hasNulls: Uint8Array;
  /** Versions that nobody wrote and that stand for the initial state. */
  readonly #zeros = new Set<number>();
  /** Overwritten versions that others read and replaced: no end of Elle's ww. */
  readonly #dirtyWrites = new EdgeList();

  constructor(private readonly txns: Transactions) {
    const versions = txns.values.length;
    this.#writer = new Int32Array(versions).fill(NOBODY);
    this.#overwriter = new Int32Array(versions).fill(NOBODY);
    this.#aborted = new Int32Array(versions).fill(NOBODY);
    this.#second = new Int32Array(versions).fill(NOBODY);
    this.#first = new Int32Array(versions).fill(NOBODY);
    this.#happened = new Uint8Array(txns.count);
    this.#hasNulls = new Uint8Array(txns.keys.length);
  }

  check(options: TxnOptions): CheckResult {
    const { txns } = this;
    const prohibited = prohibitedBy(options);
    this.#indexWrites();
    this.#checkReads();
    // Where a transaction's reads must agree, too, that tells the same.
    if (asks(prohibited, "missed-own-write", "internal")) {
      this.#findMissedOwnWrites();
    }
    this.#indexAccesses();
    findLostUpdates(txns, this.#anomalies, (key) => this.#isInitial(key));
    const edges = this.#dependencies();
    findInvisible(txns, this, prohibited, this.#anomalies);
    addTimeOrders(txns, edges, prohibited, this.#happened);
    const dirty = this.#dirtyWriteCycles(edges, prohibited);
    const doubts = addCycles(
      txns,
      edges,
      this.#anomalies,
      (before, after, rel) => this.#reason(before, after, rel),
      asks(prohibited, "causality-violation", "G-single-item"),
    );
    const { undecided, isCausal, inferred } = this.#decide(options, prohibited);
    const isIncomplete = doubts.isIncomplete &&
      !(isCausal && !prohibited.has("G-single-item"));
    const result = verdict(
      this.#anomalies,
      options,
      { ...doubts, isIncomplete, undecided },
      { ...ours, ...dirty, ...ofOrders(inferred) },
    );
    return this.#zeros.size > 0 ? { ...result, notes: this.#notes() } : result;
  }

  /**
   * Decides what is left open: the cycles above are made of what is certain of
   * single keys, and a model may be impossible for what follows from all of them
   * together.
   */
  #decide(options: TxnOptions, prohibited: ReadonlySet<string>): Decision {
    if (this.#anomalies.hasAny(prohibited)) {
      return { holding: [], undecided: [], isCausal: false, inferred: [] };
    }
    const registers = registersOf(
      this.txns,
      this.#happened,
      (v) => this.#seenWriter(v),
      this.#hasNulls,
    );
    const { undecided, ...decision } = decideModels(
      this.txns,
      registers,
      options,
      this.#anomalies,
      () => this.#replacedVersions(),
    );
    if (!registers.isAmbiguous) return { undecided, ...decision };
    const key = this.txns.keys[this.#hasNulls.indexOf(1)];
    const why = `null was written to key ${stringifyJson(key)}: to read it ` +
      `there may show that, or that nothing was written`;
    const doubtful = decision.holding.map((model) => `${model} (${why})`);
    return { ...decision, undecided: [...undecided, ...doubtful] };
  }

  *#replacedVersions(): Generator<Replaced> {
    for (const [version, all] of this.#before) {
      const after = this.#writer[version];
      for (const replaced of all) {
        const before = this.#writer[replaced];
        if (before === NOBODY) continue;
        yield { key: this.txns.keyOf[version], before, after };
      }
    }
  }

  /** Who wrote a version, if that is known and it was committed. */
  #seenWriter(version: number): number | undefined {
    if (this.#writer[version] !== NOBODY) return this.#writer[version];
    return this.#zeros.has(version) ? INITIAL : undefined;
  }

  #notes(): string[] {
    const { keyOf, keys, values } = this.txns;
    const [first] = this.#zeros;
    return [
      `Nobody ever wrote ${stringifyJson(values[first])} to key ` +
      `${
        stringifyJson(keys[keyOf[first]])
      }, and it was read: it is taken for ` +
      `the initial state of a key, as null is${
        this.#zeros.size > 1 ? `; so it is at ${this.#zeros.size} keys` : ""
      }.`,
    ];
  }

  /**
   * Adds the edges from writes that their transaction overwrote. Only where
   * such a version may be read do they make a difference.
   *
   * @returns the cycles that Elle, which leaves them out, does not find
   */
  #dirtyWriteCycles(
    edges: EdgeList,
    prohibited: ReadonlySet<string>,
  ): Readonly<Record<string, string>> {
    if (this.#dirtyWrites.length === 0 || prohibited.has("G1b")) return {};
    const { cycles } = findCycles(Graph.of(this.txns.count, edges));
    const known = impliedBy(cycles.map(({ type }) => type));
    edges.pushAll(this.#dirtyWrites);
    const types = ["G0", "G0-process", "G0-realtime"];
    return Object.fromEntries(
      types.filter((type) => !known.has(type))
        .map((type) => [type, "cycles of writes that were then overwritten"]),
    );
  }

  writerOf(version: number): number {
    return this.#writer[version];
  }

  shownBy(read: number): number[] {
    const version = this.txns.version[read];
    return version === NIL ? [] : [version];
  }

  misses(read: number, version: number): boolean {
    const shown = this.txns.version[read];
    if (shown === NIL) return this.#isInitial(this.txns.key[read]);
    return shown !== version && this.#isBefore(shown, version);
  }

  /** Whether null at a key is what was there before all writes. */
  #isInitial(key: number): boolean {
    return this.#hasNulls[key] === 0;
  }

  /** Whether a version came from another one by reads and writes after them. */
  #isBefore(early: number, late: number): boolean {
    const seen = new Set([late]);
    for (const version of seen) {
      for (const before of this.#before.get(version) ?? []) {
        if (before === early) return true;
        seen.add(before);
      }
    }
    return false;
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
          if (version[last[k]] !== NIL) this.#overwriter[version[last[k]]] = t;
        }
        lastBy[k] = t;
        last[k] = m;
        if (version[m] === NIL) continue;
        this.#noteWriter(version[m], t);
        if (status[t] === Status.fail) this.#aborted[version[m]] = t;
      }
      if (status[t] === Status.fail) continue;
      for (let m = start[t]; m < start[t + 1]; m++) {
        if (isWrite[m] === 0 || last[key[m]] !== m) continue;
        const v = version[m];
        if (v === NIL) {
          this.#hasNulls[key[m]] = 1;
          continue;
        }
        this.#writer[v] = t;
      }
    }
  }

  /** Whether one of them failed or not: a read can't tell them apart. */
  #noteWriter(v: number, t: number): void {
    const { status } = this.txns;
    const first = this.#first[v];
    if (first === NOBODY) this.#first[v] = t;
    else if (first !== t) {
      const areAborted = status[first] === Status.fail &&
        status[t] === Status.fail;
      if (!areAborted) this.#second[v] = t;
    }
  }

  /** What is wrong with single reads; and which transactions happened. */
  #checkReads(): void {
    const { count, start, isWrite, key, version, status, keys } = this.txns;
    const state = new Int32Array(keys.length);
    const knownBy = new Int32Array(keys.length).fill(NOBODY);
    for (let t = 0; t < count; t++) {
      if (status[t] !== Status.ok) continue;
      this.#happened[t] = 1;
      let isInternal = false;
      for (let m = start[t]; m < start[t + 1]; m++) {
        const k = key[m];
        const v = version[m];
        if (isWrite[m] === 0) {
          if (knownBy[k] === t && state[k] !== v && !isInternal) {
            isInternal = true;
            this.#internal(t, m, state[k]);
          }
          if (v !== NIL) this.#checkRead(t, m);
        }
        state[k] = v;
        knownBy[k] = t;
      }
    }
  }

  /** Reads of what others wrote to a key that their transaction had written. */
  #findMissedOwnWrites(): void {
    const { count, start, isWrite, key, version, status } = this.txns;
    const own = new Map<number, number>();
    for (let t = 0; t < count; t++) {
      if (status[t] !== Status.ok) continue;
      own.clear();
      for (let m = start[t]; m < start[t + 1]; m++) {
        const wrote = own.get(key[m]);
        if (isWrite[m] === 1) own.set(key[m], version[m]);
        else if (wrote !== undefined && wrote !== version[m]) {
          this.#internal(t, m, wrote, "missed-own-write");
        }
      }
    }
  }

  #checkRead(t: number, m: number): void {
    const { version, status } = this.txns;
    const v = version[m];
    const writer = this.#writer[v];
    const overwriter = this.#overwriter[v];
    const aborted = this.#aborted[v];
    if (this.#second[v] !== NOBODY && !this.#hasWritten(t, m)) {
      this.#duplicateWrite(v);
    }
    if (writer !== NOBODY) this.#happened[writer] = 1;
    const isOwn = writer === t || overwriter === t;
    if (isOwn && !this.#hasWritten(t, m)) {
      this.#bad("future-read", t, m, t, "which it was to write later");
    }
    if (writer === NOBODY && overwriter === NOBODY && aborted === NOBODY) {
      if (zeros.has(this.txns.values[v])) this.#zeros.add(v);
      else this.#bad("garbage-read", t, m, NOBODY, "which nobody wrote");
    }
    if (aborted !== NOBODY) {
      this.#bad("G1a", t, m, aborted, "which failed");
    }
    if (overwriter !== NOBODY && overwriter !== t && overwriter !== writer) {
      if (status[overwriter] === Status.info) this.#happened[overwriter] = 1;
      this.#bad("G1b", t, m, overwriter, "which then overwrote it");
    }
  }

  /** Whether a transaction had written what it read. */
  #hasWritten(t: number, m: number): boolean {
    const { start, isWrite, version } = this.txns;
    for (let i = start[t]; i < m; i++) {
      if (isWrite[i] === 1 && version[i] === version[m]) return true;
    }
    return false;
  }

  #bad(type: string, t: number, m: number, writer: number, why: string): void {
    this.#anomalies.add(type, () => {
      const { ops, keys, key, values, version } = this.txns;
      const op = ops[t];
      const value = values[version[m]];
      const by = writer === NOBODY || writer === t
        ? ""
        : ` from op ${ops[writer].index} ${show(ops[writer].value)},`;
      return {
        op: brief(op),
        key: keys[key[m]],
        value,
        ...(writer === NOBODY ? {} : { writer: brief(ops[writer]) }),
        explanation: `Op ${op.index} ${show(op.value)} read ` +
          `${stringifyJson(value)} of key ${stringifyJson(keys[key[m]])}` +
          `${by === "" ? "," : by} ${why}.`,
      };
    });
  }

  #internal(t: number, m: number, state: number, type = "internal"): void {
    this.#anomalies.add(type, () => {
      const { ops, keys, key, version } = this.txns;
      const value = this.#value(version[m]);
      const expected = this.#value(state);
      return {
        op: brief(ops[t]),
        key: keys[key[m]],
        value,
        expected,
        explanation: `Op ${ops[t].index} ${show(ops[t].value)} ` +
          `read ${stringifyJson(value)} of key ` +
          `${stringifyJson(keys[key[m]])}, which it had just read or ` +
          `written as ${stringifyJson(expected)}.`,
      };
    });
  }

  #value(version: number): unknown {
    return version === NIL ? null : this.txns.values[version];
  }

  #indexAccesses(): void {
    const { count, start, isWrite, key, version, status, keys } = this.txns;
    const seen = new Int32Array(keys.length);
    const seenBy = new Int32Array(keys.length).fill(NOBODY);
    const final = new Int32Array(keys.length);
    const finalBy = new Int32Array(keys.length).fill(NOBODY);
    for (let t = 0; t < count; t++) {
      if (this.#happened[t] === 0) continue;
      for (let m = start[t + 1] - 1; m >= start[t]; m--) {
        if (isWrite[m] === 0 || finalBy[key[m]] === t) continue;
        finalBy[key[m]] = t;
        final[key[m]] = m;
        if (version[m] !== NIL) this.#writes.push(t, key[m], version[m]);
      }
      if (status[t] !== Status.ok) continue;
      for (let m = start[t]; m < start[t + 1]; m++) {
        const k = key[m];
        const v = version[m];
        if (isWrite[m] === 1 || (seenBy[k] === t && seen[k] === v)) continue;
        seenBy[k] = t;
        seen[k] = v;
        if (v === NIL) {
          if (this.#isInitial(k)) this.#reads.push(t, k, v);
          continue;
        }
        if (this.#writer[v] === t || this.#overwriter[v] === t) continue;
        this.#reads.push(t, k, v);
        if (finalBy[k] !== t || m > final[k]) continue;
        const after = version[final[k]];
        if (after === NIL || after === v) continue;
        this.#replaced.push(t, k, v);
        this.#replacing.push(after);
      }
    }
  }

  #dependencies(): EdgeList {
    const { keys, values } = this.txns;
    const edges = new EdgeList();
    const readers = groups(values.length, this.#reads.version, this.#reads.txn);
    const nilKeys = new IntList();
    const nilTxns = new IntList();
    for (let i = 0; i < this.#reads.length; i++) {
      const v = this.#reads.version.at(i);
      const t = this.#reads.txn.at(i);
      if (v === NIL) {
        nilKeys.push(this.#reads.key.at(i));
        nilTxns.push(t);
        continue;
      }
      const writer = this.#writer[v];
      if (writer === NOBODY || writer === t) continue;
      edges.push(writer, t, Rel.wr);
    }

    const nilReaders = groups(keys.length, nilKeys, nilTxns);
    const isCyclic = this.#findCyclicVersions();
    /** 1 for versions that are known to follow another one's writer. */
    const follows = new Uint8Array(values.length);
    for (let i = 0; i < this.#replaced.length; i++) {
      if (isCyclic[this.#replaced.key.at(i)] === 1) continue;
      const t = this.#replaced.txn.at(i);
      const before = this.#replaced.version.at(i);
      this.#before.getOrInsertComputed(this.#replacing.at(i), () => [])
        .push(before);
      const writer = this.#writer[before];
      if (writer !== NOBODY && writer !== t) {
        edges.push(writer, t, Rel.ww);
        follows[this.#replacing.at(i)] = 1;
      }
      const overwriter = this.#overwriter[before];
      if (overwriter !== NOBODY && this.#happened[overwriter] === 1) {
        this.#dirtyWrites.push(overwriter, t, Rel.ww);
      }
      for (let r = readers.start[before]; r < readers.start[before + 1]; r++) {
        if (readers.to[r] !== t) edges.push(readers.to[r], t, Rel.rw);
      }
    }
    // All versions follow the initial state; those that follow another write,
    // through that.
    for (let i = 0; i < this.#writes.length; i++) {
      if (follows[this.#writes.version.at(i)] === 1) continue;
      const t = this.#writes.txn.at(i);
      const k = this.#writes.key.at(i);
      for (let r = nilReaders.start[k]; r < nilReaders.start[k + 1]; r++) {
        if (nilReaders.to[r] !== t) edges.push(nilReaders.to[r], t, Rel.rw);
      }
    }
    return edges;
  }

  /** The keys whose versions are in a circle. */
  #findCyclicVersions(): Uint8Array {
    const { keys, keyOf, ops, values } = this.txns;
    const order = new EdgeList();
    for (let i = 0; i < this.#replaced.length; i++) {
      order.push(this.#replaced.version.at(i), this.#replacing.at(i), 1);
    }
    const isCyclic = new Uint8Array(keys.length);
    const graph = Graph.of(values.length, order);
    for (const circle of cyclicComponents(components(graph, 1))) {
      const k = keyOf[circle[0]];
      isCyclic[k] = 1;
      this.#anomalies.add("cyclic-versions", () => {
        const writers = [...circle].map((v) => ops[this.#writer[v]]);
        return {
          key: keys[k],
          values: [...circle].map((v) => values[v]),
          txns: writers.map(brief),
          explanation:
            `Each of these read a value of key ${
              stringifyJson(keys[k])
            } that another one of them wrote, and replaced it: ` +
            writers.map((op) => `op ${op.index} ${show(op.value)}`)
              .join(", ") +
            ".",
        };
      });
    }
    return isCyclic;
  }

  #duplicateWrite(v: number): never {
    const { keys, keyOf, ops, values } = this.txns;
    throw new UncheckableError(
      `ops ${ops[this.#first[v]].index} and ${ops[this.#second[v]].index} ` +
        `both wrote ${stringifyJson(values[v])} to key ` +
        `${stringifyJson(keys[keyOf[v]])}; writes must be unique`,
    );
  }

  #allWrites(t: number): [key: number, version: number][] {
    const { start, isWrite, key, version } = this.txns;
    const result: [number, number][] = [];
    for (let m = start[t]; m < start[t + 1]; m++) {
      const isOne = isWrite[m] === 1 && version[m] !== NIL;
      if (isOne) result.push([key[m], version[m]]);
    }
    return result;
  }

  /** Why one transaction comes before another. */
  #reason(before: number, after: number, rel: RelName): Reason {
    const { keys } = this.txns;
    const found = (
      k: number,
      from: number,
      to: number,
      words: Reason["words"],
    ) => ({
      key: keys[k],
      value: this.#value(from),
      ...(rel === "wr" ? {} : { "value'": this.#value(to) }),
      words,
    });
    const text = (v: number) => stringifyJson(this.#value(v));
    const name = (k: number) => stringifyJson(keys[k]);
    if (rel === "wr") {
      for (const [k, v] of this.#writes.of(before)) {
        for (const [k2, v2] of this.#reads.of(after)) {
          if (k !== k2 || v !== v2) continue;
          return found(
            k,
            v,
            v2,
            (a, b) =>
              `${b} read ${text(v)} of key ${name(k)}, which ${a} wrote`,
          );
        }
      }
    }
    const replaced = this.#replaced.of(after);
    const from = rel === "ww"
      ? this.#allWrites(before)
      : this.#reads.of(before);
    for (const [k, v] of from) {
      for (const [k2, v2] of this.#writes.of(after)) {
        if (k !== k2) continue;
        const did = rel === "ww" ? "wrote" : "read";
        if (v === NIL) {
          return found(
            k,
            v,
            v2,
            (a, b) =>
              `${a} read the initial null of key ${name(k)}, and ${b} wrote ` +
              `${text(v2)}`,
          );
        }
        if (!replaced.some(([k2, v2]) => k2 === k && v2 === v)) continue;
        return found(
          k,
          v,
          v2,
          (a, b) =>
            `${a} ${did} ${text(v)} of key ${name(k)}, and ${b}, which read ` +
            `that, replaced it by ${text(v2)}`,
        );
      }
    }
    return { words: (a, b) => `${a} comes before ${b}` };
  }
}
