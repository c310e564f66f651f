/**
 * What a transaction did not see though its models say that it must: the rest
 * of another one of which it saw a part (fractured reads: Bailis et al.,
 * Scalable Atomic Visibility with RAMP Transactions, SIGMOD 2014), in any order
 * or only after it had seen that part (Bailis et al., Highly Available
 * Transactions, VLDB 2014), and what its session had written or seen before
 * (Terry et al., Session Guarantees for Weakly Consistent Replicated Data, PDIS
 * 1994).
 *
 * Elle leaves these to cycles, which only stronger models rule out. A session is
 * a process: it talks to one node and ends when the fate of an operation is
 * unknown.
 *
 * @module
 */
import { type Op, who } from "../../load/history.ts";
import { stringifyJson } from "../../json.ts";
import { type Anomalies, type Instance, Status } from "../anomalies.ts";
import { brief, show } from "../words.ts";
import { NIL, type Transactions } from "./transactions.ts";

/** These anomalies, and what Maelstrom leaves out without them. */
export const invisible: Readonly<Record<string, string>> = {
  "fractured-read": "transactions of which only a part is seen",
  "observed-transaction-vanishes":
    "transactions that are seen only for a while",
  "causality-violation": "effects that are seen without their causes",
  "missing-your-writes": "what a session wrote itself",
  "non-monotonic-reads": "what a session saw before",
};

/**
 * Whether an anomaly is of interest. Where the other anomaly that always comes
 * with it is prohibited too, that tells the same.
 */
export function asks(
  prohibited: ReadonlySet<string>,
  type: string,
  other: string,
): boolean {
  return prohibited.has(type) && !prohibited.has(other);
}

/** What is known of versions. */
export interface Versions {
  /** Whether reads show all that was ever written, as those of lists do. */
  readonly isCumulative?: boolean;
  /** Who wrote a version that others may see, or a negative number. */
  writerOf(version: number): number;
  /** What others may see of a read: its version, or a list's elements. */
  shownBy(read: number): Iterable<number>;
  /** Whether a read certainly shows its key as it was before a version. */
  misses(read: number, version: number): boolean;
}

/** Where a version comes from: the transaction that wrote or read it. */
interface Source {
  readonly txn: number;
  readonly version: number;
}

/** By key, what a process wrote and saw last. */
interface Session {
  readonly wrote: Map<number, Source>;
  readonly saw: Map<number, Source>;
}

/**
 * Adds such anomalies.
 *
 * @param prohibited which ones are of interest, see {@linkcode asks}
 */
export function findInvisible(
  txns: Transactions,
  versions: Versions,
  prohibited: ReadonlySet<string>,
  anomalies: Anomalies,
): void {
  const asked = (type: string, other: string) => asks(prohibited, type, other);
  const ofSession = "G-single-item-process";
  const search = new Search(txns, versions, anomalies);
  search.run({
    fractured: asked("fractured-read", "G-single-item"),
    vanished: asked("observed-transaction-vanishes", "fractured-read"),
    wrote: asked("missing-your-writes", ofSession),
    saw: asked("non-monotonic-reads", ofSession),
  });
}

type Asked = "fractured" | "vanished" | "wrote" | "saw";

class Search {
  readonly #sessions = new Map<Op["process"], Session>();

  constructor(
    private readonly txns: Transactions,
    private readonly versions: Versions,
    private readonly anomalies: Anomalies,
  ) {}

  run(asked: Readonly<Record<Asked, boolean>>): void {
    if (!Object.values(asked).includes(true)) return;
    const { count, status, ops } = this.txns;
    for (let t = 0; t < count; t++) {
      if (status[t] !== Status.ok) continue;
      const reads = this.#externalReads(t);
      if (asked.fractured) {
        this.#findUnseen("fractured-read", t, [...reads.values()]);
      }
      if (asked.vanished) this.#findVanished(t);
      const session = this.#sessions.getOrInsertComputed(
        ops[t].process,
        () => ({ wrote: new Map(), saw: new Map() }),
      );
      for (const [key, read] of reads) {
        if (asked.wrote) {
          this.#compare(t, read, session.wrote.get(key), "wrote");
        }
        if (asked.saw) this.#compare(t, read, session.saw.get(key), "saw");
      }
      this.#remember(t, reads, session);
    }
  }

  /**
   * By key the first read of it, if that came before a write, or shows more
   * than what was written.
   */
  #externalReads(t: number): Map<number, number> {
    const { start, isWrite, key } = this.txns;
    const first = new Map<number, number>();
    for (let m = start[t]; m < start[t + 1]; m++) {
      if (this.versions.isCumulative && isWrite[m] === 1) continue;
      if (!first.has(key[m])) first.set(key[m], m);
    }
    if (!this.versions.isCumulative) {
      for (const [k, m] of first) if (isWrite[m] === 1) first.delete(k);
    }
    return first;
  }

  #remember(
    t: number,
    reads: ReadonlyMap<number, number>,
    { wrote, saw }: Session,
  ): void {
    const { start, isWrite, key, version } = this.txns;
    for (const [k, m] of reads) {
      if (version[m] !== NIL) saw.set(k, { txn: t, version: version[m] });
    }
    for (let m = start[t]; m < start[t + 1]; m++) {
      if (isWrite[m] === 0 || version[m] === NIL) continue;
      wrote.set(key[m], { txn: t, version: version[m] });
    }
  }

  #compare(
    t: number,
    read: number,
    source: Source | undefined,
    how: "wrote" | "saw",
  ): void {
    if (source === undefined) return;
    const { version, txn } = source;
    if (!this.versions.misses(read, version)) return;
    const type = how === "wrote"
      ? "missing-your-writes"
      : "non-monotonic-reads";
    this.anomalies.add(type, () => {
      const { ops } = this.txns;
      return this.#anomaly(
        type,
        t,
        txn,
        read,
        version,
        `but ${who(ops[t])} had ${how === "wrote" ? "written" : "read"} ${
          this.#value(version)
        } before, in op ${ops[txn].index} ` +
          `${show(ops[txn].value)}.`,
      );
    });
  }

  /** What is missed only after something of its transaction was seen. */
  #findVanished(t: number): void {
    const { start, isWrite, key } = this.txns;
    const own = new Set<number>();
    const reads: number[] = [];
    for (let m = start[t]; m < start[t + 1]; m++) {
      if (isWrite[m] === 1) own.add(key[m]);
      else if (this.versions.isCumulative || !own.has(key[m])) reads.push(m);
    }
    this.#findUnseen("observed-transaction-vanishes", t, reads, true);
  }

  /** A read that misses a part of a transaction of which another shows some. */
  #findUnseen(
    type: string,
    t: number,
    reads: readonly number[],
    isOnlyAfter = false,
  ): void {
    const { start, isWrite, key, version, status } = this.txns;
    for (const m of reads) {
      for (const shown of this.versions.shownBy(m)) {
        const writer = this.versions.writerOf(shown);
        if (writer < 0 || writer === t || status[writer] === Status.fail) {
          continue;
        }
        const last = new Map<number, number>();
        for (let w = start[writer]; w < start[writer + 1]; w++) {
          if (isWrite[w] === 1) last.set(key[w], version[w]);
        }
        for (const read of reads) {
          const written = last.get(key[read]) ?? NIL;
          if (isOnlyAfter && read < m || written === NIL) continue;
          const isSameKey = key[read] === key[m];
          if (isSameKey && !this.versions.isCumulative) continue;
          if (!this.versions.misses(read, written)) continue;
          this.#unseen(type, t, writer, shown, read, written);
          return;
        }
      }
    }
  }

  #unseen(
    type: string,
    t: number,
    writer: number,
    shown: number,
    read: number,
    written: number,
  ): void {
    this.anomalies.add(type, () => {
      const { ops, keyOf } = this.txns;
      return this.#anomaly(
        type,
        t,
        writer,
        read,
        written,
        `though it saw ${this.#value(shown)} of key ` +
          `${this.#key(keyOf[shown])}: both were written by op ` +
          `${ops[writer].index} ${show(ops[writer].value)}, which it must ` +
          `see as a whole or not at all.`,
      );
    });
  }

  #anomaly(
    type: string,
    t: number,
    other: number,
    read: number,
    missed: number,
    why: string,
  ): Instance {
    const { ops, key, keys, values, version } = this.txns;
    const op = ops[t];
    const explanation = `Op ${op.index} of ${who(op)} ` +
      `${show(op.value)} read ${
        version[read] === NIL ? "nothing" : this.#value(version[read])
      } of key ${this.#key(key[read])} and missed ${this.#value(missed)}, ` +
      why;
    return {
      op: brief(op),
      other: brief(ops[other]),
      explanation,
      evidence: {
        kind: "operations",
        anomaly: type,
        why: explanation,
        operations: [op.index, ops[other].index],
        key: keys[key[read]],
        values: [values[missed]],
      },
    };
  }

  #value(version: number): string {
    return stringifyJson(this.txns.values[version]);
  }

  #key(key: number): string {
    return stringifyJson(this.txns.keys[key]);
  }
}
