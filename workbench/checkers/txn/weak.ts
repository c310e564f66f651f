/**
 * Decides the consistency models that are decidable in polynomial time where
 * writes are unique, after Biswas and Enea (On the Complexity of Checking
 * Transactional Consistency, OOPSLA 2019). Each says that there is a commit
 * order, a total order that contains who read from whom, `wr`, and the order of
 * each session, `so`, where that is asked; and that each transaction reads of a
 * key the last write before it, in that order, of those that it must see:
 *
 * | level     | `t3`, which reads `x` of `t1`, must see                       |
 * | --------- | ------------------------------------------------------------- |
 * | monotonic | `t2`, if it read something of it before                       |
 * | atomic    | `t2`, if it reads something of it; its session's earlier ones |
 * | causal    | whatever leads to it by `wr` and `so`                         |
 *
 * If `t2` writes `x` too, then it comes before `t1` in the commit order. What
 * must be seen does not depend on that order. So all such pairs are inferred at
 * once, and a history satisfies the level if and only if they are acyclic
 * together with `wr` and `so`: any total order that contains them will do.
 *
 * Of a read of the initial state, every write that must be seen is a violation.
 *
 * The pairs that follow from others are left out, by which there are few enough
 * (Møldrup and Pavlogiannis, AWDIT: An Optimal Weak Database Isolation Tester,
 * PLDI 2025): time is O(n^1.5) for monotonic and atomic, where n counts all
 * reads and writes; for causal see `causal.ts`.
 *
 * @module
 */
import { countLeading } from "../count_leading.ts";
import { Graph } from "../dependencies/graph.ts";
import { shortCycles, Ways, type WayStep } from "../dependencies/ways.ts";
import { inferCausal } from "./causal.ts";
import { Pairs, stepOf, type WeakStep } from "./pairs.ts";
import { INITIAL, type Registers } from "./registers.ts";
import { transactionOf } from "./transactions.ts";

/** From weak to strong. */
export type Level = "monotonic" | "atomic" | "causal";

/** What came of the models that were asked for. */
export interface WeakDecision {
  /** They hold. */
  readonly holding: ReadonlySet<string>;
  /** To decide them would take too long. */
  readonly undecided: ReadonlySet<string>;
}

/** Each of them a cycle: each step ends where the next one begins. */
export type Violations = readonly (readonly WeakStep[])[];

/**
 * Looks for what makes a level impossible. In `registers`, no transaction reads
 * what was aborted, or overwritten by its own transaction; from `atomic` on,
 * each reads of a key of others only before it writes it, and from one writer.
 *
 * @param before the last transaction before each that certainly comes before it
 * by its session, or a negative number; undefined to leave sessions out
 * @returns none if the history satisfies the level; undefined if it was given
 * up to decide that
 */
export function violations(
  registers: Registers,
  level: Level,
  before?: Int32Array,
): Violations | undefined {
  const pairs = certainPairs(registers, before);
  if (level === "causal") {
    if (!inferCausal(registers, before, pairs)) return undefined;
  } else if (level === "atomic") inferAtomic(registers, before, pairs);
  else inferMonotonic(registers, pairs);
  const found = [
    ...missedOf(registers, before, pairs.missed),
    ...shortCycles(Graph.of(registers.count, pairs.edges), isSimpler)
      .map((steps) => steps.map(stepOf)),
  ];
  return found.sort((a, b) => a.length - b.length);
}

/**
 * Where a read follows the first one of `t2`, and is of a key that `t2` wrote,
 * but not of `t2`, then `t2` comes before its writer. Of reads of the same key
 * the next one will do: that one has been read then, too, and comes before the
 * writers of those that follow.
 */
function inferMonotonic(registers: Registers, pairs: Pairs): void {
  const { count, keyCount, readStart, readKey, readFrom } = registers;
  const writes = new Writes(registers);
  // By key the next read, and the next one of another writer, and for which
  // transaction that is.
  const next = new Int32Array(keyCount);
  const other = new Int32Array(keyCount);
  const of = new Int32Array(keyCount).fill(-1);
  const isFirst = new Marks(count);
  const keys: number[] = [];
  for (let t = 0; t < count; t++) {
    const begin = readStart[t];
    const end = readStart[t + 1];
    if (end - begin < 2) continue;
    isFirst.clear();
    keys.length = 0;
    const firsts: boolean[] = [];
    for (let r = begin; r < end; r++) {
      firsts.push(readFrom[r] !== INITIAL && isFirst.add(readFrom[r]));
    }
    for (let r = end - 1; r >= begin; r--) {
      const t2 = readFrom[r];
      if (firsts[r - begin]) {
        writes.each(t2, keys, (x) => {
          if (of[x] !== t) return;
          const read = readFrom[next[x]] === t2 ? other[x] : next[x];
          if (read >= 0) pairs.infer(t2, readFrom[read], read);
        });
      }
      const x = readKey[r];
      if (of[x] !== t) {
        of[x] = t;
        keys.push(x);
        next[x] = r;
        other[x] = -1;
      } else {
        if (readFrom[next[x]] !== t2) other[x] = next[x];
        next[x] = r;
      }
    }
  }
}

/**
 * Of the writes of a session the last one to each key will do: the others come
 * before that.
 */
function inferAtomic(
  registers: Registers,
  before: Int32Array | undefined,
  pairs: Pairs,
): void {
  const { count, keyCount, readStart, readKey, readFrom } = registers;
  const writes = new Writes(registers);
  const readOf = new Int32Array(keyCount);
  const of = new Int32Array(keyCount).fill(-1);
  const done = new Marks(count);
  const keys: number[] = [];
  for (let t = 0; t < count; t++) {
    done.clear();
    keys.length = 0;
    for (let r = readStart[t]; r < readStart[t + 1]; r++) {
      const x = readKey[r];
      if (of[x] !== t) keys.push(x);
      of[x] = t;
      readOf[x] = r;
    }
    if (keys.length < 2) continue;
    for (let r = readStart[t]; r < readStart[t + 1]; r++) {
      const t2 = readFrom[r];
      if (t2 === INITIAL || !done.add(t2)) continue;
      writes.each(t2, keys, (x) => {
        if (of[x] !== t || readFrom[readOf[x]] === t2) return;
        pairs.infer(t2, readFrom[readOf[x]], readOf[x]);
      });
    }
  }
  if (before === undefined) return;
  for (const { t, read, t2 } of ownWrites(registers, before)) {
    if (readFrom[read] !== t2 && readFrom[read] !== t) {
      pairs.infer(t2, readFrom[read], read);
    }
  }
}

/** Each read of a key that its session wrote before, and its last writer. */
function* ownWrites(
  registers: Registers,
  before: Int32Array,
): Generator<{ t: number; read: number; t2: number }> {
  const { count, readStart, readKey, writeStart, writeKey } = registers;
  const { sessionOf, sessionCount } = registers;
  const isBefore = new Uint8Array(count);
  for (const t of before) if (t >= 0) isBefore[t] = 1;
  const last = Array.from(
    { length: sessionCount },
    () => new Map<number, number>(),
  );
  for (let t = 0; t < count; t++) {
    const written = last[sessionOf[t]];
    for (let r = readStart[t]; r < readStart[t + 1]; r++) {
      const t2 = written.get(readKey[r]);
      if (t2 !== undefined) yield { t, read: r, t2 };
    }
    if (isBefore[t] === 0) continue;
    for (let w = writeStart[t]; w < writeStart[t + 1]; w++) {
      written.set(writeKey[w], t);
    }
  }
}

/** A set of numbers that is emptied at once. */
class Marks {
  readonly #at: Int32Array;
  #now = 0;

  constructor(size: number) {
    this.#at = new Int32Array(size);
  }

  clear(): void {
    this.#now++;
  }

  /** @returns whether it was new */
  add(item: number): boolean {
    if (this.#at[item] === this.#now) return false;
    this.#at[item] = this.#now;
    return true;
  }
}

/** The keys that each transaction wrote. */
class Writes {
  readonly #sorted: Int32Array;

  constructor(private readonly registers: Registers) {
    const { count, writeStart, writeKey } = registers;
    this.#sorted = writeKey.slice();
    for (let t = 0; t < count; t++) {
      if (writeStart[t + 1] - writeStart[t] < 2) continue;
      this.#sorted.subarray(writeStart[t], writeStart[t + 1]).sort();
    }
  }

  /**
   * Calls back for the keys that `t` wrote and that may be among `keys`, in time
   * of the smaller of the two sets: that is where the bound comes from.
   */
  each(t: number, keys: readonly number[], found: (key: number) => void): void {
    const { writeStart } = this.registers;
    const begin = writeStart[t];
    const end = writeStart[t + 1];
    if (end - begin <= 4 * keys.length) {
      for (let w = begin; w < end; w++) found(this.#sorted[w]);
      return;
    }
    for (const key of keys) {
      const w = begin +
        countLeading(end - begin, (i) => this.#sorted[begin + i] < key);
      if (w < end && this.#sorted[w] === key) found(key);
    }
  }
}

/** The ways from transactions to others by `wr` and sessions. */
export function certainWays(
  registers: Registers,
  before: Int32Array | undefined,
): Ways {
  const { edges } = certainPairs(registers, before);
  return new Ways(Graph.of(registers.count, edges));
}

/** Sessions, and who read from whom. */
function certainPairs(
  { count, readStart, readFrom }: Registers,
  before: Int32Array | undefined,
): Pairs {
  const pairs = new Pairs();
  for (let t = 0; t < count; t++) {
    if (before && before[t] >= 0) pairs.add(before[t], t, "so");
    let last = INITIAL;
    for (let r = readStart[t]; r < readStart[t + 1]; r++) {
      if (readFrom[r] === INITIAL || readFrom[r] === last) continue;
      last = readFrom[r];
      pairs.add(last, t, "wr", r);
    }
  }
  return pairs;
}

/** Reads of the initial state that a write leads to. */
function* missedOf(
  registers: Registers,
  before: Int32Array | undefined,
  { write, read }: Pairs["missed"],
): Generator<WeakStep[]> {
  if (read.length === 0) return;
  const ways = certainWays(registers, before);
  for (let i = 0; i < read.length; i++) {
    const [from, r] = [write.at(i), read.at(i)];
    const reader = transactionOf(registers.readStart, r);
    const way = ways.shortest(from, reader);
    if (way) {
      yield [...way.map(stepOf), {
        from: reader,
        to: from,
        kind: "rw",
        read: r,
      }];
    }
  }
}

/** Shorter, or as short and less of it is inferred. */
function isSimpler(a: readonly WayStep[], b: readonly WayStep[]): boolean {
  if (a.length !== b.length) return a.length < b.length;
  const inferred = (steps: readonly WayStep[]) =>
    steps.filter((step) => stepOf(step).kind === "ww").length;
  return inferred(a) < inferred(b);
}
