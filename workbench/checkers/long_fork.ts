/**
 * Jepsen's `long-fork`: keys are written once each, and read in groups. No two
 * reads of a group each see a write that the other one misses. Snapshot
 * isolation forbids it, parallel snapshot isolation does not.
 *
 * https://github.com/jepsen-io/jepsen/blob/main/jepsen/src/jepsen/tests/long_fork.clj
 *
 * @module
 */
import { Anomalies, nothingRead, uncheckable, verdictOf } from "./anomalies.ts";
import { type CheckResult } from "./result.ts";
import { type ElementKey, keyOf } from "./set_elements.ts";
import { tell } from "./words.ts";
import { sameJson, stringifyJson } from "../json.ts";
import { type History, NEMESIS, type Op } from "../load/history.ts";

export interface LongForkOptions {
  /**
   * How many keys each read asks for.
   *
   * @default {as many as the first read}
   */
  readonly groupSize?: number;
}

type Mop = readonly [f: string, key: unknown, value: unknown];

/** What a read of a group saw, and nobody had seen before. */
interface GroupRead {
  readonly op: Op;
  /** By key; of those that were there only. */
  readonly seen: ReadonlyMap<ElementKey, Mop>;
}

/** How many reads of a group are compared, each with each. */
const COMPARED = 64;

/**
 * Looks at operations whose value is a list of reads `["r", key, value]`, or one
 * write `["w", key, value]`, whatever they are called. Nothing else is judged.
 * Where the history is none of this kind, as a key has several values or a
 * group another size, the result is unknown.
 *
 * Time: m log m for m values that were read.
 */
export function checkLongFork(
  history: History,
  options: LongForkOptions = {},
): CheckResult {
  const writers = new Map<ElementKey, Op>();
  const groups = new Map<string, Map<string, GroupRead>>();
  const notes: string[] = [];
  let size = options.groupSize;
  let [readCount, earlyReadCount, lateReadCount] = [0, 0, 0];
  /** Of each key, the one value that it has, and who read it. */
  const values = new Map<
    ElementKey,
    { readonly value: unknown; readonly op: Op }
  >();
  const anomalies = new Anomalies();
  for (const op of history) {
    const mops = mopsOf(op);
    if (op.type === "invoke" && mops?.length === 1 && mops[0][0] === "w") {
      const [[, key]] = mops;
      const earlier = writers.get(keyOf(key));
      if (earlier !== undefined) {
        return uncheckable(
          new Error(
            `key ${stringifyJson(key)} is written by ${tell(earlier)} and by ` +
              `${tell(op)}, but each may be written once only`,
          ),
        );
      }
      writers.set(keyOf(key), op);
    }
    if (op.type !== "ok" || !mops?.every(([f]) => f === "r")) continue;
    readCount++;
    const keys = new Set(mops.map(([, key]) => keyOf(key)));
    if (size === undefined) {
      size = keys.size;
      notes.push(
        `long-fork: groups are taken to be of ${size} keys, as ${tell(op)} ` +
          "read as many.",
      );
    }
    if (keys.size !== size) {
      return uncheckable(
        new Error(
          `${tell(op)} read ${keys.size} keys, but a group has ${size}`,
        ),
      );
    }
    const seen = new Map<ElementKey, Mop>();
    for (const mop of mops) {
      const [, key, value] = mop;
      if (value === null || value === undefined) continue;
      const name = keyOf(key);
      seen.set(name, mop);
      const known = values.getOrInsert(name, { value, op });
      if (sameJson(known.value, value)) continue;
      return uncheckable(
        new Error(
          `key ${stringifyJson(key)} is ${stringifyJson(known.value)} in ` +
            `${tell(known.op)}, and ${stringifyJson(value)} in ${tell(op)}, ` +
            "but each may be written once only",
        ),
      );
    }
    if (seen.size === 0) earlyReadCount++;
    if (seen.size === size) lateReadCount++;
    groups.getOrInsertComputed(nameOf(keys), () => new Map())
      .getOrInsert(nameOf(seen.keys()), { op, seen });
  }
  if (readCount === 0) return nothingRead("long-fork: nothing was read");
  const forks: number[][] = [];
  for (const reads of groups.values()) {
    for (const [a, b] of forksIn([...reads.values()])) {
      forks.push([a.op.index, b.op.index]);
      addFork(a, b, anomalies);
    }
  }
  return {
    ...verdictOf(anomalies),
    details: {
      readsCount: readCount,
      earlyReadCount,
      lateReadCount,
      ...(forks.length > 0 && { forks: forks.slice(0, COMPARED) }),
    },
    notes,
  };
}

function mopsOf({ value, process }: Op): readonly Mop[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  if (process === NEMESIS) return undefined;
  return value.every(isMop) ? value : undefined;
}

const isMop = (it: unknown): it is Mop =>
  Array.isArray(it) && it.length >= 2 && (it[0] === "r" || it[0] === "w");

/**
 * Pairs of reads of a group of which neither sees all that the other one does.
 * By how much they see, each must see all that the one before it did: that
 * finds some pair if there is any. Of a few different ones all are compared.
 */
function* forksIn(
  reads: readonly GroupRead[],
): Generator<readonly [GroupRead, GroupRead]> {
  const distinct = reads.toSorted((a, b) => a.seen.size - b.seen.size);
  for (const [i, read] of distinct.entries()) {
    const first = distinct.length <= COMPARED ? 0 : Math.max(0, i - 1);
    for (let j = first; j < i; j++) {
      if (lacks(read, distinct[j]) !== undefined) yield [distinct[j], read];
    }
  }
}

/** The same for the same keys in another order. */
const nameOf = (keys: Iterable<ElementKey>) => [...keys].sort().join();

/** Something that one read lacks and another one sees. */
function lacks(read: GroupRead, other: GroupRead): Mop | undefined {
  return other.seen.entries().find(([key]) => !read.seen.has(key))?.[1];
}

function addFork(a: GroupRead, b: GroupRead, anomalies: Anomalies): void {
  anomalies.add("long-fork", () => {
    const [keyOfA, keyOfB] = [lacks(b, a), lacks(a, b)].map((mop) =>
      stringifyJson(mop?.[1])
    );
    return {
      ops: [a.op.index, b.op.index],
      key: lacks(b, a)?.[1],
      explanation: `long-fork: ${tell(a.op)} sees the write of key ${keyOfA} ` +
        `and not yet that of ${keyOfB}, ${tell(b.op)} that of ${keyOfB} and ` +
        `not yet that of ${keyOfA}, so each would be before the other`,
    };
  });
}
