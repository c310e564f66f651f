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
import { checkRegisters } from "./register_reads.ts";
import { NOBODY, RegisterVersions } from "./register_versions.ts";
import { registersOf } from "./registers.ts";
import {
  addTimeOrders,
  prohibitedBy,
  type TxnOptions,
  verdict,
} from "./result.ts";
import { NIL, type Transactions, transactions } from "./transactions.ts";
import { asks, findInvisible, invisible } from "./visibility.ts";
import { inferredAnomalies } from "./weak_models.ts";

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

/** Checks a history of `["r", key, value]` and `["w", key, value]`. */
export function checkRwRegister(
  history: History,
  options: TxnOptions,
): CheckResult {
  try {
    const versions = new RegisterVersions(transactions(history, "w"));
    return new RwRegister(versions).check(options);
  } catch (error) {
    if (error instanceof UncheckableError) return uncheckable(error);
    throw error;
  }
}

class RwRegister {
  readonly #anomalies = new Anomalies();
  /** What committed transactions read of others, and their final writes. */
  readonly #reads = new Accesses();
  readonly #writes = new Accesses();
  /** Versions that transactions read before they wrote the same key. */
  readonly #replaced = new Accesses();
  /** What they wrote in the end, in the same order. */
  readonly #replacing = new IntList();
  /** Overwritten versions that others read and replaced: no end of Elle's ww. */
  readonly #dirtyWrites = new EdgeList();
  private readonly txns: Transactions;

  constructor(private readonly versions: RegisterVersions) {
    this.txns = versions.txns;
  }

  check(options: TxnOptions): CheckResult {
    const { txns, versions } = this;
    const prohibited = prohibitedBy(options);
    checkRegisters(
      versions,
      this.#anomalies,
      asks(prohibited, "missed-own-write", "internal"),
    );
    this.#indexAccesses();
    findLostUpdates(txns, this.#anomalies, (key) => versions.isInitial(key));
    const edges = this.#dependencies();
    findInvisible(txns, versions, prohibited, this.#anomalies);
    addTimeOrders(txns, edges, prohibited, versions.happened);
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
    return versions.zeros.size > 0
      ? { ...result, notes: this.#notes() }
      : result;
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
      this.versions.happened,
      (v) => this.versions.seenWriter(v),
      this.versions.hasNulls,
    );
    const { undecided, ...decision } = decideModels(
      this.txns,
      registers,
      options,
      this.#anomalies,
      () => this.versions.replaced(),
    );
    if (!registers.isAmbiguous) return { undecided, ...decision };
    const key = this.txns.keys[this.versions.hasNulls.indexOf(1)];
    const why = `null was written to key ${stringifyJson(key)}: to read it ` +
      `there may show that, or that nothing was written`;
    const doubtful = decision.holding.map((model) => `${model} (${why})`);
    return { ...decision, undecided: [...undecided, ...doubtful] };
  }

  #notes(): string[] {
    const { keyOf, keys, values } = this.txns;
    const [first] = this.versions.zeros;
    return [
      `Nobody ever wrote ${stringifyJson(values[first])} to key ` +
      `${
        stringifyJson(keys[keyOf[first]])
      }, and it was read: it is taken for ` +
      `the initial state of a key, as null is${
        this.versions.zeros.size > 1
          ? `; so it is at ${this.versions.zeros.size} keys`
          : ""
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

  #indexAccesses(): void {
    const { count, start, isWrite, key, version, status, keys } = this.txns;
    const { happened, writer, overwriter } = this.versions;
    const seen = new Int32Array(keys.length);
    const seenBy = new Int32Array(keys.length).fill(NOBODY);
    const final = new Int32Array(keys.length);
    const finalBy = new Int32Array(keys.length).fill(NOBODY);
    for (let t = 0; t < count; t++) {
      if (happened[t] === 0) continue;
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
          if (this.versions.isInitial(k)) this.#reads.push(t, k, v);
          continue;
        }
        if (writer[v] === t || overwriter[v] === t) continue;
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
      const writer = this.versions.writer[v];
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
      this.versions.before.getOrInsertComputed(this.#replacing.at(i), () => [])
        .push(before);
      const writer = this.versions.writer[before];
      if (writer !== NOBODY && writer !== t) {
        edges.push(writer, t, Rel.ww);
        follows[this.#replacing.at(i)] = 1;
      }
      const overwriter = this.versions.overwriter[before];
      if (overwriter !== NOBODY && this.versions.happened[overwriter] === 1) {
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
        const writers = [...circle].map((v) => ops[this.versions.writer[v]]);
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
      value: this.versions.value(from),
      ...(rel === "wr" ? {} : { "value'": this.versions.value(to) }),
      words,
    });
    const text = (v: number) => stringifyJson(this.versions.value(v));
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
