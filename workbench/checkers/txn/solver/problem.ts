/**
 * What is to be put in an order: transactions that read and wrote versions of
 * keys, and what is known of their order beforehand.
 *
 * A transaction begins at one moment and commits at one. If it is serializable,
 * these are the same; else (snapshot isolation) it reads at the first and writes
 * at the second. With `a -> b` for "the moment a before the moment b", a history
 * is possible if and only if the writers of each key can be so ordered that
 * these make no cycle:
 *
 * - the begin of a transaction -> its commit;
 * - what is known: a's commit -> b's begin, if a comes before b;
 * - wr: a's commit -> b's begin, if b read what a wrote;
 * - ww: a's commit -> b's begin, if b replaced (soon or late) what a wrote;
 * - rw: a's begin -> b's commit, if b replaced what a read.
 *
 * Then a topological order is the witness. With snapshots that is Adya's G-SI
 * (Weak Consistency, MIT 1999) in the form of Cerone and Gotsman (Analysing
 * Snapshot Isolation, PODC 2016): no cycle without two adjacent rw edges, since
 * nothing leads from a commit to the begin of the same transaction.
 *
 * @module
 */
import { EdgeList, Graph } from "../../dependencies/graph.ts";
import { INITIAL, type Registers } from "../registers.ts";

/** Whether transactions begin and commit at one moment. */
export type Level = "serializable" | "snapshot-isolation";

/** What is to be decided. */
export interface Problem {
  readonly registers: Pick<
    Registers,
    | "count"
    | "keyCount"
    | "readStart"
    | "readKey"
    | "readFrom"
    | "writeStart"
    | "writeKey"
  >;
  /**
   * Orders of transactions that must be kept, with one label of `Rel` each:
   * process order, real time; or `ww`, where the order of two writers of a key
   * is known.
   */
  readonly known: EdgeList;
  /**
   * In what order to try them, the likeliest first: as they were completed. Each
   * once. Only speed depends on it.
   */
  readonly hint: Int32Array;
  /** Whether the hint comes from times; else a better one is looked for. */
  readonly hasTimes: boolean;
}

/** A problem with all that its solution looks up. */
export class Situation {
  readonly count: number;
  /** How many moments there are to be ordered. */
  readonly moments: number;
  readonly isSnapshot: boolean;
  /**
   * Versions are numbered as the registers' writes; after them come the
   * initial ones, by key.
   */
  readonly versionCount: number;
  /** Who wrote a version, or {@linkcode INITIAL}. */
  readonly writerOf: Int32Array;
  /** What was read, parallel to the registers' `readKey`. */
  readonly readVersion: Int32Array;
  /** Which transactions read a version. */
  readonly readers: Graph;
  /** Which must come before a transaction; the label says why. */
  readonly before: Graph;

  constructor(readonly problem: Problem, readonly level: Level) {
    const { count, keyCount, readStart, readKey, readFrom } = problem.registers;
    const { writeStart, writeKey } = problem.registers;
    this.count = count;
    this.isSnapshot = level === "snapshot-isolation";
    this.moments = this.isSnapshot ? 2 * count : count;
    const writes = writeKey.length;
    this.versionCount = writes + keyCount;
    this.writerOf = new Int32Array(this.versionCount).fill(INITIAL);
    const reader = new Int32Array(readKey.length);
    for (let t = 0; t < count; t++) {
      this.writerOf.fill(t, writeStart[t], writeStart[t + 1]);
      reader.fill(t, readStart[t], readStart[t + 1]);
    }
    this.readVersion = readKey.map((k) => writes + k);
    const readsOf = new EdgeList();
    readFrom.forEach((from, i) => {
      if (from >= 0) readsOf.push(from, i, 1);
    });
    const readOf = Graph.of(count, readsOf);
    const place = new Int32Array(keyCount);
    for (let t = 0; t < count; t++) {
      for (let w = writeStart[t]; w < writeStart[t + 1]; w++) {
        place[writeKey[w]] = w;
      }
      for (let e = readOf.start[t]; e < readOf.start[t + 1]; e++) {
        this.readVersion[readOf.to[e]] = place[readKey[readOf.to[e]]];
      }
    }
    const reads = new EdgeList();
    this.readVersion.forEach((v, i) => reads.push(v, reader[i], 1));
    this.readers = Graph.of(this.versionCount, reads);
    const before = new EdgeList();
    problem.known.forEach((from, to, label) => before.push(to, from, label));
    this.before = Graph.of(count, before);
  }

  /** When a transaction reads. */
  begin(t: number): number {
    return this.isSnapshot ? 2 * t : t;
  }

  /** When it writes. */
  commit(t: number): number {
    return this.isSnapshot ? 2 * t + 1 : t;
  }

  /** Whose moment it is. */
  txnOf(moment: number): number {
    return this.isSnapshot ? moment >> 1 : moment;
  }

  initialOf(key: number): number {
    return this.problem.registers.writeKey.length + key;
  }

  keyOf(version: number): number {
    const { writeKey } = this.problem.registers;
    return version < writeKey.length
      ? writeKey[version]
      : version - writeKey.length;
  }

  /** Whether a transaction read a version. */
  hasRead(t: number, version: number): boolean {
    const { readStart } = this.problem.registers;
    for (let i = readStart[t]; i < readStart[t + 1]; i++) {
      if (this.readVersion[i] === version) return true;
    }
    return false;
  }
}

/** Why one transaction comes before another, perhaps only in a certain case. */
export interface Edge {
  readonly from: number;
  readonly to: number;
  /** One label of `Rel`. */
  readonly rel: number;
  /** The key that they share; -1 for orders of time, and by assumption. */
  readonly key: number;
  /**
   * It holds only if the first of these two, which wrote the same key, comes
   * before the second one.
   */
  readonly given?: Pair;
}

/** Two writers of a key, the first before the second. */
export type Pair = readonly [before: number, after: number];

/**
 * Whether moments in this order make a possible run: a replay, which knows
 * nothing of how the order was found.
 */
export function isWitness(
  { problem, isSnapshot, ...it }: Situation,
  order: Int32Array,
): boolean {
  const { count, keyCount, ...registers } = problem.registers;
  const { readStart, readKey, readFrom, writeStart, writeKey } = registers;
  const { before } = it;
  const current = new Int32Array(keyCount).fill(INITIAL);
  /** How often a key was committed; and at each begin, by write. */
  const commits = new Int32Array(keyCount);
  const seen = new Int32Array(writeKey.length);
  const state = new Uint8Array(count);
  const begin = (t: number): boolean => {
    for (let e = before.start[t]; e < before.start[t + 1]; e++) {
      if (state[before.to[e]] !== 2) return false;
    }
    for (let i = readStart[t]; i < readStart[t + 1]; i++) {
      if (current[readKey[i]] !== readFrom[i]) return false;
    }
    for (let w = writeStart[t]; w < writeStart[t + 1]; w++) {
      seen[w] = commits[writeKey[w]];
    }
    return ++state[t] === 1;
  };
  const commit = (t: number): boolean => {
    for (let w = writeStart[t]; w < writeStart[t + 1]; w++) {
      if (commits[writeKey[w]]++ !== seen[w]) return false;
      current[writeKey[w]] = t;
    }
    return ++state[t] === 2;
  };
  return order.every((moment) =>
    isSnapshot
      ? moment % 2 === 0 ? begin(moment >> 1) : commit(moment >> 1)
      : begin(moment) && commit(moment)
  ) && state.every((it) => it === 2);
}
