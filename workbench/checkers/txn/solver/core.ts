/**
 * Why there is no order of transactions, in as few of them as possible: none of
 * those that are left can be left out (a minimal core, by deletion, as Zeller
 * and Hildebrandt, Simplifying and Isolating Failure-Inducing Input, IEEE TSE
 * 2002), nor can any order of time.
 *
 * @module
 */
import { Rel } from "../../dependencies/cycles.ts";
import { EdgeList, IntList } from "../../dependencies/graph.ts";
import { INITIAL } from "../registers.ts";
import { decide } from "./decide.ts";
import { type Edge, type Level, type Problem } from "./problem.ts";

/** A part of a problem that has no solution. */
export interface Core {
  readonly problem: Problem;
  /** The number in the whole problem of each transaction. */
  readonly txns: readonly number[];
}

/** The work that a part of a core may take: it has few transactions. */
const BUDGET = 1_000_000;

/** @param cycles why a problem has no solution */
export function minimalCore(
  problem: Problem,
  level: Level,
  cycles: readonly (readonly Edge[])[],
): Core {
  const isImpossible = (core: Core) =>
    decide(core.problem, level, BUDGET).valid === false;
  const members = membersOf(problem, cycles);
  const whole = closed(restrict(problem, members).problem);
  const txns = shrink(
    members.map((_, i) => i),
    (part) => isImpossible(restrict(whole, part)),
  );
  const { known, ...small } = restrict(whole, txns).problem;
  const withKnown = (part: readonly number[]): Core => {
    const kept = new EdgeList();
    for (const e of part) {
      kept.push(known.from.at(e), known.to.at(e), known.mask.at(e));
    }
    return {
      problem: { ...small, known: kept },
      txns: txns.map((t) => members[t]),
    };
  };
  const edges = Array.from({ length: known.length }, (_, e) => e);
  return withKnown(shrink(edges, (part) => isImpossible(withKnown(part))));
}

/** The transactions of cycles, and those from whose writes these follow. */
function membersOf(
  { registers }: Problem,
  cycles: readonly (readonly Edge[])[],
): number[] {
  const { readStart, readKey, readFrom } = registers;
  const members = new Set<number>();
  for (const { from, to, rel, key, given = [] } of cycles.flat()) {
    for (const t of [from, to, ...given]) members.add(t);
    for (let i = readStart[from]; i < readStart[from + 1]; i++) {
      const isReplaced = rel === Rel.rw && readKey[i] === key;
      if (isReplaced && readFrom[i] !== INITIAL) members.add(readFrom[i]);
    }
  }
  return [...members].sort((a, b) => a - b);
}

/** Leaves out what can be left out while a predicate holds. */
function shrink(
  items: readonly number[],
  holds: (part: readonly number[]) => boolean,
): readonly number[] {
  let left = items;
  for (let size = left.length; size >= 1; size = Math.floor(size / 2)) {
    for (let i = 0; i < left.length;) {
      const part = left.toSpliced(i, size);
      if (holds(part)) left = part;
      else i += size;
    }
  }
  return left;
}

/** A problem of some transactions, in their order. */
function restrict(problem: Problem, members: readonly number[]): Core {
  const { registers, hint } = problem;
  const { count, keyCount, ...all } = registers;
  const numbers = new Int32Array(count).fill(INITIAL);
  members.forEach((t, n) => numbers[t] = n);
  const readStart = new Int32Array(members.length + 1);
  const writeStart = new Int32Array(members.length + 1);
  const readKey = new IntList();
  const readFrom = new IntList();
  const writeKey = new IntList();
  members.forEach((t, n) => {
    for (let i = all.readStart[t]; i < all.readStart[t + 1]; i++) {
      const from = all.readFrom[i];
      if (from >= 0 && numbers[from] < 0) continue;
      readKey.push(all.readKey[i]);
      readFrom.push(from < 0 ? INITIAL : numbers[from]);
    }
    for (let w = all.writeStart[t]; w < all.writeStart[t + 1]; w++) {
      writeKey.push(all.writeKey[w]);
    }
    readStart[n + 1] = readKey.length;
    writeStart[n + 1] = writeKey.length;
  });
  const known = new EdgeList();
  known.pushAll(problem.known, numbers);
  return {
    txns: members,
    problem: {
      registers: {
        count: members.length,
        keyCount,
        readStart,
        readKey: readKey.view(),
        readFrom: readFrom.view(),
        writeStart,
        writeKey: writeKey.view(),
      },
      known,
      hasTimes: problem.hasTimes,
      hint: hint.filter((t) => numbers[t] >= 0).map((t) => numbers[t]),
    },
  };
}

/** Adds what orders of time imply of each other. */
function closed(problem: Problem): Problem {
  const next = new Map<number, [to: number, label: number][]>();
  const closure = new EdgeList();
  problem.known.forEach((from, to, label) => {
    if (label === Rel.ww) closure.push(from, to, label);
    else next.getOrInsertComputed(from, () => []).push([to, label]);
  });
  for (const t of next.keys()) {
    // With real time, if that is needed to get there.
    const labels = new Map<number, number>([[t, 0]]);
    for (const from of labels.keys()) {
      for (const [to, label] of next.get(from) ?? []) {
        if (labels.has(to)) continue;
        labels.set(to, Math.max(label, labels.get(from) ?? 0));
        closure.push(t, to, labels.get(to) ?? label);
      }
    }
  }
  return { ...problem, known: closure };
}
