/**
 * What must come before what under causal consistency: see `weak.ts`.
 *
 * With sessions, what leads to a transaction is a vector clock: of each session
 * so many transactions. Where it reads `x` of `t1`, then of each session's
 * writers of `x` that lead to it, but not to `t1`, the last one comes before
 * `t1`. For n reads and writes and k sessions that is O(n·k) steps of a binary
 * search (Møldrup and Pavlogiannis, AWDIT, PLDI 2025). Since clients that crash
 * go on under new names, k may be large; but most of two clocks is the same, so
 * they share it.
 *
 * Without sessions there are as many clocks as transactions. What causal
 * consistency with sessions allows is allowed without them, too; else, a key at
 * a time, the writers that may matter are handed on along `wr`, until somebody
 * reads or writes that key.
 *
 * @module
 */
import { type Pairs } from "./pairs.ts";
import { INITIAL, type Registers } from "./registers.ts";

/** So many steps the decision without sessions may take. */
const BUDGET = 400_000_000;

/**
 * Adds what is inferred. There must be no cycle of `wr` and sessions; else
 * nothing is added, and the cycle is violation enough.
 *
 * @param before see `violations`; undefined without sessions
 * @returns whether it did not take too long
 */
export function inferCausal(
  registers: Registers,
  before: Int32Array | undefined,
  pairs: Pairs,
  budget = BUDGET,
): boolean {
  const order = topological(registers, before);
  if (order === undefined) return true;
  if (before === undefined) return inferByKey(registers, order, pairs, budget);
  inferBySession(registers, before, order, pairs);
  return true;
}

/**
 * The transactions in an order of `wr` and sessions, close to that in which they
 * began; undefined if there is none.
 */
function topological(
  { count, readStart, readFrom }: Registers,
  before: Int32Array | undefined,
): Int32Array | undefined {
  const order = new Int32Array(count);
  let ordered = 0;
  const next = readStart.slice(0, count);
  const [untouched, opened, done] = [0, 1, 2];
  const state = new Uint8Array(count);
  const open: number[] = [];
  for (let root = 0; root < count; root++) {
    if (state[root] === done) continue;
    open.push(root);
    while (open.length > 0) {
      const t = open[open.length - 1];
      let wanted = -1;
      if (state[t] === untouched) {
        state[t] = opened;
        if (before !== undefined) wanted = before[t];
      }
      while (wanted < 0 && next[t] < readStart[t + 1]) {
        wanted = readFrom[next[t]++];
      }
      if (wanted < 0) {
        state[t] = done;
        order[ordered++] = t;
        open.pop();
      } else if (state[wanted] === opened) return undefined;
      else if (state[wanted] === untouched) open.push(wanted);
    }
  }
  return order;
}

/** How many sessions share a piece of a clock. */
const PIECE = 32;

/**
 * Of each session so many transactions, in pieces that clocks share. What is
 * absent is zeros.
 */
type Clock = (Int32Array | undefined)[];

const at = (clock: Clock, session: number) =>
  clock[session >> 5]?.[session & PIECE - 1] ?? 0;

/** Adds to a clock what another one knows. */
function join(clock: Clock, other: Clock): void {
  for (let p = 0; p < other.length; p++) {
    const theirs = other[p];
    const mine = clock[p];
    if (theirs === mine || theirs === undefined) continue;
    if (mine === undefined) {
      clock[p] = theirs;
      continue;
    }
    let [less, more] = [false, false];
    for (let i = 0; i < PIECE; i++) {
      if (mine[i] < theirs[i]) less = true;
      else if (mine[i] > theirs[i]) more = true;
    }
    if (!less) continue;
    clock[p] = more
      ? mine.map((n, i) => n < theirs[i] ? theirs[i] : n)
      : theirs;
  }
}

/** Sessions whose every transaction comes before the next, and places in them. */
interface Chains {
  readonly of: Int32Array;
  /** From 1. */
  readonly place: Int32Array;
}

function chainsOf(count: number, before: Int32Array): Chains {
  const of = new Int32Array(count);
  const place = new Int32Array(count);
  // Of those after the same one all but one are of unknown fate: each of them
  // may have come late, and begins a chain of its own.
  const isFollowed = new Uint8Array(count);
  let chains = 0;
  for (let t = 0; t < count; t++) {
    const b = before[t];
    if (b >= 0 && isFollowed[b] === 0) {
      isFollowed[b] = 1;
      of[t] = of[b];
      place[t] = place[b] + 1;
    } else {
      of[t] = chains++;
      place[t] = 1;
    }
  }
  return { of, place };
}

function inferBySession(
  registers: Registers,
  before: Int32Array,
  order: Int32Array,
  pairs: Pairs,
): void {
  const { count, readStart, readKey, readFrom } = registers;
  const chains = chainsOf(count, before);
  const { of, place } = chains;
  const writers = writersByKey(registers, byChain(chains));
  const uses = new Int32Array(count);
  for (const t of before) if (t >= 0) uses[t]++;
  for (const t of readFrom) if (t >= 0) uses[t]++;
  /** What leads to a transaction, itself included, while somebody may ask. */
  const clocks: (Clock | undefined)[] = new Array(count);
  const none: Clock = [];

  const inferOne = (clock: Clock, r: number) => {
    const x = readKey[r];
    const t1 = readFrom[r];
    const known = t1 === INITIAL ? none : clocks[t1] ?? none;
    const begin = writers.start[x];
    const end = writers.start[x + 1];
    const isFew = end - begin <= 2 * PIECE;
    if (isFew) {
      let last = -1;
      for (let w = begin; w < end; w++) {
        const t2 = writers.txn[w];
        const isSeen = place[t2] <= at(clock, of[t2]);
        if (last >= 0 && of[last] !== of[t2]) {
          pairs.infer(last, t1, r);
          last = -1;
        }
        if (isSeen && place[t2] > at(known, of[t2])) last = t2;
      }
      if (last >= 0) pairs.infer(last, t1, r);
      return;
    }
    for (let p = 0; p < clock.length; p++) {
      const piece = clock[p];
      const knownPiece = known[p];
      if (piece === undefined || piece === knownPiece) continue;
      for (let i = 0; i < PIECE; i++) {
        const from = knownPiece?.[i] ?? 0;
        if (piece[i] <= from) continue;
        const t2 = lastWriter(begin, end, p * PIECE + i, piece[i]);
        if (t2 >= 0 && place[t2] > from) pairs.infer(t2, t1, r);
      }
    }
  };
  /** Of a chain's writers, sorted, the last one of at most that place. */
  const lastWriter = (
    begin: number,
    end: number,
    chain: number,
    most: number,
  ): number => {
    let low = begin;
    let high = end;
    while (low < high) {
      const middle = (low + high) >> 1;
      const t = writers.txn[middle];
      const isAfter = of[t] > chain || of[t] === chain && place[t] > most;
      if (isAfter) high = middle;
      else low = middle + 1;
    }
    const t = low > begin ? writers.txn[low - 1] : -1;
    return t >= 0 && of[t] === chain ? t : -1;
  };

  for (const t of order) {
    const b = before[t];
    const clock: Clock = b >= 0 ? clocks[b]?.slice() ?? [] : [];
    for (let r = readStart[t]; r < readStart[t + 1]; r++) {
      const from = readFrom[r];
      if (from !== INITIAL) join(clock, clocks[from] ?? none);
    }
    for (let r = readStart[t]; r < readStart[t + 1]; r++) inferOne(clock, r);
    const done = (other: number) => {
      if (--uses[other] === 0) clocks[other] = undefined;
    };
    if (b >= 0) done(b);
    for (let r = readStart[t]; r < readStart[t + 1]; r++) {
      if (readFrom[r] !== INITIAL) done(readFrom[r]);
    }
    if (uses[t] === 0) continue;
    const p = of[t] >> 5;
    while (clock.length < p) clock.push(undefined);
    const piece = clock[p]?.slice() ?? new Int32Array(PIECE);
    piece[of[t] & PIECE - 1] = place[t];
    clock[p] = piece;
    clocks[t] = clock;
  }
}

/** The transactions, chain by chain, each in its order. */
function byChain({ of }: Chains): Int32Array {
  const chains = of.reduce((most, chain) => Math.max(most, chain + 1), 0);
  const next = new Int32Array(chains + 1);
  for (const chain of of) next[chain + 1]++;
  for (let c = 0; c < chains; c++) next[c + 1] += next[c];
  const sorted = new Int32Array(of.length);
  of.forEach((chain, t) => sorted[next[chain]++] = t);
  return sorted;
}

/** By key who wrote it, in a given order. */
function writersByKey(
  { keyCount, writeStart, writeKey }: Registers,
  order: Int32Array,
): { start: Int32Array; txn: Int32Array } {
  const start = new Int32Array(keyCount + 1);
  for (const key of writeKey) start[key + 1]++;
  for (let key = 0; key < keyCount; key++) start[key + 1] += start[key];
  const next = start.slice(0, keyCount);
  const txn = new Int32Array(writeKey.length);
  for (const t of order) {
    for (let w = writeStart[t]; w < writeStart[t + 1]; w++) {
      txn[next[writeKey[w]]++] = t;
    }
  }
  return { start, txn };
}

const nobody: readonly number[] = [];

/**
 * For each key along `wr`: who wrote it and leads to a transaction without that
 * anybody on the way read or wrote the key. Who does so reads `t1`, say; then
 * the others come before `t1`, and only `t1`, or its own write, is handed on.
 *
 * For let `t2` lead to `t3`, which reads `x` of `t1`. On the way from `t2`, each
 * who reads or writes `x` hands on one that comes after `t2`, or is `t2`; so
 * does the last of them, and that one is `t1`, or is inferred to come before.
 */
function inferByKey(
  registers: Registers,
  order: Int32Array,
  pairs: Pairs,
  budget: number,
): boolean {
  const { count, keyCount, readStart, readKey, readFrom } = registers;
  const position = new Int32Array(count);
  order.forEach((t, i) => position[t] = i);
  // The last place in that order where a key is read.
  const last = new Int32Array(keyCount).fill(-1);
  const isInitialRead = new Uint8Array(keyCount);
  for (const t of order) {
    for (let r = readStart[t]; r < readStart[t + 1]; r++) {
      last[readKey[r]] = position[t];
      if (readFrom[r] === INITIAL) isInitialRead[readKey[r]] = 1;
    }
  }
  const handsOn: (readonly number[] | undefined)[] = new Array(count);
  const writes = new Int32Array(count).fill(-1);
  const writers = writersByKey(registers, order);
  let steps = 0;
  for (let x = 0; x < keyCount; x++) {
    const begin = writers.start[x];
    const end = writers.start[x + 1];
    if (end - begin + isInitialRead[x] < 2) continue;
    for (let w = begin; w < end; w++) writes[writers.txn[w]] = x;
    const first = position[writers.txn[begin]];
    for (let i = first; i <= last[x]; i++) {
      const t = order[i];
      let past = nobody;
      let own = -1;
      for (let r = readStart[t]; r < readStart[t + 1]; r++) {
        if (readKey[r] === x) own = r;
        const from = readFrom[r];
        if (from !== INITIAL) past = union(past, handsOn[from] ?? nobody);
      }
      steps += 1 + readStart[t + 1] - readStart[t] + past.length;
      if (steps > budget) return false;
      if (own >= 0) {
        const t1 = readFrom[own];
        for (const t2 of past) if (t2 !== t1) pairs.infer(t2, t1, own);
        past = t1 === INITIAL ? nobody : [t1];
      }
      handsOn[t] = writes[t] === x ? [t] : past;
    }
    for (let i = first; i <= last[x]; i++) handsOn[order[i]] = undefined;
  }
  return true;
}

/** Of two lists in ascending order. */
function union(a: readonly number[], b: readonly number[]): readonly number[] {
  if (a === b || b.length === 0) return a;
  if (a.length === 0) return b;
  const result: number[] = [];
  let i = 0;
  let j = 0;
  let isA = true;
  let isB = true;
  while (i < a.length || j < b.length) {
    if (j === b.length || a[i] < b[j]) {
      result.push(a[i++]);
      isB = false;
    } else if (i === a.length || b[j] < a[i]) {
      result.push(b[j++]);
      isA = false;
    } else {
      result.push(a[i++]);
      j++;
    }
  }
  return isA ? a : isB ? b : result;
}
