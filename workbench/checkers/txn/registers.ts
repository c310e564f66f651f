/**
 * Which transaction read from which: all that the decision of a consistency
 * model looks at where writes are unique (Biswas and Enea, On the Complexity of
 * Checking Transactional Consistency, OOPSLA 2019).
 *
 * @module
 */
import { Status } from "../anomalies.ts";
import { IntList } from "../dependencies/graph.ts";
import { NIL, type Transactions } from "./transactions.ts";

/** The writer of what was there before all transactions. */
export const INITIAL = -1;

/**
 * The transactions that happened, by numbers of their own, in the order of
 * their invocation. One of unknown fate happened if somebody read from it; of
 * others it can't be told, and leaving them out breaks no model.
 */
export interface Registers {
  readonly count: number;
  /** Whether reads are left out that may be of a written null. */
  readonly isAmbiguous: boolean;
  readonly keyCount: number;
  /** The number of each in {@linkcode Transactions}. */
  readonly txnOf: Int32Array;
  /** The number here of each there, negative of those that are left out. */
  readonly numberOf: Int32Array;
  /** Which process ran it, as a number from 0. */
  readonly sessionOf: Int32Array;
  readonly sessionCount: number;
  /**
   * The last one of its session before each that is known to have ended before
   * it began, or -1: one of unknown fate may take effect at any later time.
   */
  readonly before: Int32Array;
  /**
   * What `t` read of others, in the order of its program, is in `readKey` and
   * `readFrom` at `readStart[t]` .. `readStart[t+1]`. Reads of unknown results,
   * and those of what it wrote itself, are left out.
   */
  readonly readStart: Int32Array;
  readonly readKey: Int32Array;
  /** Who wrote it, or {@linkcode INITIAL}. */
  readonly readFrom: Int32Array;
  /**
   * The keys that `t` wrote, each once, are in `writeKey` at `writeStart[t]` ..
   * `writeStart[t+1]`.
   */
  readonly writeStart: Int32Array;
  readonly writeKey: Int32Array;
}

/**
 * @param happened 1 for transactions that happened
 * @param writerOf who wrote a version that others may see, or a negative number
 * for what was there before all; undefined to leave reads of it out
 * @param hasNulls 1 for keys where reads of null are left out: it was written
 */
export function registersOf(
  txns: Transactions,
  happened: Uint8Array,
  writerOf: (version: number) => number | undefined,
  hasNulls?: Uint8Array,
): Registers {
  const { start, isWrite, key, version, status, ops, keys } = txns;
  const txnOf = Int32Array.from(txns.status.keys().filter((t) => happened[t]));
  const numberOf = new Int32Array(txns.count).fill(-1);
  txnOf.forEach((t, n) => numberOf[t] = n);
  const sessions = new Map<unknown, number>();
  const sessionOf = txnOf.map((t) =>
    sessions.getOrInsert(ops[t].process, sessions.size)
  );
  const last = new Int32Array(sessions.size).fill(-1);
  const before = sessionOf.map((session, n) => {
    const other = last[session];
    if (status[txnOf[n]] === Status.ok) last[session] = n;
    return other;
  });
  const readStart = new Int32Array(txnOf.length + 1);
  const writeStart = new Int32Array(txnOf.length + 1);
  const readKey = new IntList();
  const readFrom = new IntList();
  const writeKey = new IntList();
  const writtenBy = new Int32Array(keys.length).fill(INITIAL);
  let isAmbiguous = false;
  txnOf.forEach((t, n) => {
    for (let m = start[t]; m < start[t + 1]; m++) {
      const k = key[m];
      if (isWrite[m] === 1) {
        if (writtenBy[k] !== t) writeKey.push(k);
        writtenBy[k] = t;
        continue;
      }
      if (status[t] !== Status.ok) continue;
      if (version[m] === NIL && hasNulls?.[k] === 1) {
        isAmbiguous = writtenBy[k] !== t || isAmbiguous;
        continue;
      }
      const writer = version[m] === NIL ? INITIAL : writerOf(version[m]);
      if (writer === t || writer === undefined) continue;
      readKey.push(k);
      readFrom.push(writer < 0 ? INITIAL : numberOf[writer]);
    }
    readStart[n + 1] = readKey.length;
    writeStart[n + 1] = writeKey.length;
  });
  return {
    isAmbiguous,
    count: txnOf.length,
    keyCount: keys.length,
    txnOf,
    numberOf,
    sessionOf,
    sessionCount: sessions.size,
    before,
    readStart,
    readKey: readKey.view(),
    readFrom: readFrom.view(),
    writeStart,
    writeKey: writeKey.view(),
  };
}
