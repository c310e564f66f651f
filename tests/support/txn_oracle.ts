/**
 * Whether a history of a few transactions on registers or lists is allowed by
 * a consistency model, straight from the model's definition: every choice of
 * which transactions of unknown fate happened, every order of versions, every
 * order of transactions is tried. Slow, and too simple to be wrong.
 *
 * Registers have unique writes and are `null` at first. A list that is missing
 * is `null` or `[]`. Whatever is read of a transaction of unknown fate shows
 * that it happened.
 *
 * @module
 */
import { type History } from "../../workbench/load/history.ts";
import { isSerializable } from "./serial_orders.ts";
import {
  addEdge,
  emptyGraph,
  type Execution,
  executions,
  isAcyclic,
  isPrefix,
  orders,
  type Read,
  someChoice,
  type Txn,
  type Version,
} from "./txn_executions.ts";

type Precedes = (a: Txn, b: Txn) => boolean;
/** The models, and how each is decided. */
const deciders = {
  /** Adya 1999, PL-1: an order of versions without G0. */
  "read-uncommitted": (h) => some(h, isReadUncommitted),
  /** Adya 1999, PL-2: an order of versions without G1. */
  "read-committed": (h) => some(h, isReadCommitted),
  /** Biswas and Enea, OOPSLA 2019: their read committed, without sessions. */
  "monotonic-atomic-view": (h) => some(h, isMonotonic),
  /** Biswas and Enea, without sessions. */
  "read-atomic": (h) => some(h, (e) => isArbitrated(e, "direct", never)),
  /** Biswas and Enea's causal consistency, without sessions. */
  "causal-cerone": (h) => some(h, (e) => isArbitrated(e, "causal", never)),
  "causal": (h) => some(h, (e) => isArbitrated(e, "causal", inSession)),
  /** Cerone and Gotsman, Analysing Snapshot Isolation, PODC 2016. */
  "snapshot-isolation": (h) => some(h, (e) => hasSnapshots(e, never)),
  "strong-session-snapshot-isolation": (h) =>
    some(h, (e) => hasSnapshots(e, inSession)),
  "strong-snapshot-isolation": (h) =>
    some(h, (e) => hasSnapshots(e, inRealTime)),
  "serializable": (h) => isSerializable(h, "any"),
  "strong-session-serializable": (h) => isSerializable(h, "session"),
  "strict-serializable": (h) => isSerializable(h, "realtime"),
} satisfies Readonly<Record<string, (history: History) => boolean>>;

export type OracleModel = keyof typeof deciders;

export const oracleModels = Object.keys(deciders) as readonly OracleModel[];

/** Whether a model allows a history. */
export function isAllowed(history: History, model: OracleModel): boolean {
  return deciders[model](history);
}

const never: Precedes = () => false;
const anyOrder = () => false;
const inRealTime: Precedes = (a, b) => a.end < b.begin;
const inSession: Precedes = (a, b) =>
  a.process === b.process && a.end < b.begin;

const some = (history: History, isRight: (e: Execution) => boolean) =>
  executions(history).some(isRight);

// ---- read uncommitted, read committed

/** Every write counts, in the order in which its transaction made them. */
function isReadUncommitted(e: Execution): boolean {
  const reads = e.txns.flatMap(({ mops }) => mops.flatMap((m) => m.read ?? []));
  const seen = reads.flatMap(({ shown }) => shown);
  const happened = (t: Txn) => e.txns.includes(t);
  const isMissing = e.all.some((t) =>
    t.status === "info" && !happened(t) &&
    t.mops.some(({ write }) => write && seen.includes(write))
  );
  if (isMissing) return false;
  if (e.isList) {
    const written = e.all.flatMap(({ mops }) => mops.map((m) => m.write));
    if (seen.some((version) => !written.includes(version))) return false;
    const isTwice = reads.some(({ shown }) =>
      new Set(shown).size < shown.length
    );
    if (isTwice || reads.some(({ key, shown }) => isReordered(e, key, shown))) {
      return false;
    }
  }
  return someChoice(e.keys, (key) => versionOrders(e, key), (chosen) => {
    const ww = emptyGraph(e.txns);
    for (const order of chosen.values()) {
      order.forEach((a, i) => {
        for (const b of order.slice(i + 1)) {
          const [from, to] = [e.writer(a), e.writer(b)];
          if (from && to) addEdge(ww, from, to);
        }
      });
    }
    return isAcyclic(ww);
  });
}

/**
 * Whether a list shows an append without, or before, one that its transaction
 * made earlier: others wrote in between. What was aborted may be gone in part.
 */
function isReordered(
  e: Execution,
  key: string,
  shown: readonly Version[],
): boolean {
  return e.all.some((t) => {
    const own = e.writes(t, key);
    const expected = t.status === "fail"
      ? own.filter((it) => shown.includes(it))
      : own;
    return !isPrefix(shown.filter((it) => own.includes(it)), expected);
  });
}

/** Orders of all of a key's writes that are possible where G0 is not. */
function* versionOrders(e: Execution, key: string): Generator<Version[]> {
  const all = e.state(e.txns, key);
  const before = new Map<Version, Set<Version>>();
  const precede = (a: Version, b: Version) =>
    before.set(b, (before.get(b) ?? new Set()).add(a));
  const lists: (readonly Version[])[] = [];
  for (const t of e.txns) {
    const own = e.writes(t, key);
    own.forEach((a, i) => own.slice(i + 1).forEach((b) => precede(a, b)));
    const seen: Version[] = [];
    for (const { key: k, read, write } of t.mops) {
      if (k !== key) continue;
      if (read) {
        lists.push(read.shown.filter((it) => all.includes(it)));
        seen.push(...read.shown);
        continue;
      }
      // Who reads versions and then writes puts one in their place.
      if (e.isList || !write) continue;
      for (const replaced of seen) {
        if (replaced === write || !all.includes(replaced)) continue;
        if (e.writer(replaced) !== t) precede(replaced, write);
      }
    }
  }
  // Where lists contradict each other, one of the longest is right.
  const longest = lists.filter((a) =>
    !lists.some((b) => a.length < b.length && isPrefix(a, b))
  );
  const bases = e.isList && longest.length > 0 ? longest : [[]];
  // One that tears a transaction's writes apart makes a circle by itself.
  for (const writers of orders(e.writersOf(key), anyOrder)) {
    const order = e.state(writers, key);
    const isKept = order.every((b, i) =>
      !order.slice(i + 1).some((a) => before.get(b)?.has(a))
    );
    if (isKept && bases.some((base) => isPrefix(base, order))) yield order;
  }
}

/**
 * What each read shows of others; of no transaction if a read shows what never
 * was, was aborted, was overwritten by its own transaction, or is only to be
 * written.
 */
function committedReads(
  e: Execution,
): Map<Txn, readonly (Read & { readonly sources: readonly Txn[] })[]> {
  const result = new Map();
  for (const t of e.txns) {
    const written = new Set<Version>();
    const reads = [];
    for (const { read, write } of t.mops) {
      if (write) written.add(write);
      if (!read) continue;
      const writers = read.shown.map((version) => e.writer(version));
      const isRight = writers.every((writer, i) =>
        writer !== undefined &&
        (writer !== t || written.has(read.shown[i]))
      );
      const last = read.shown.at(-1);
      const isWhole = last === undefined || e.writer(last) === t ||
        e.isFinal(last, read.key);
      const isOnce = new Set(read.shown).size === read.shown.length;
      if (!isRight || !isWhole || !isOnce) return new Map();
      const sources = writers.filter((writer) => writer !== t);
      reads.push({ ...read, sources });
    }
    result.set(t, reads);
  }
  return result;
}

function isReadCommitted(e: Execution): boolean {
  const reads = committedReads(e);
  if (reads.size < e.txns.length) return false;
  const finals = (key: string) =>
    e.isList
      ? versionOrders(e, key)
      : orders(e.writersOf(key).map((t) => e.writes(t, key).at(-1)), anyOrder);
  return someChoice<readonly (Version | undefined)[]>(
    e.keys,
    finals,
    (chosen) => {
      const graph = emptyGraph(e.txns);
      for (const [key, order] of chosen) {
        order.forEach((a, i) => {
          for (const b of order.slice(i + 1)) {
            const [from, to] = [e.writer(a ?? ""), e.writer(b ?? "")];
            if (from && to) addEdge(graph, from, to);
          }
        });
        if (!e.isList) continue;
        for (const all of reads.values()) {
          for (const { key: k, shown } of all) {
            if (k === key && !shown.every((it, i) => it === order[i])) {
              return false;
            }
          }
        }
      }
      for (const [t, all] of reads) {
        for (const { sources } of all) {
          for (const source of sources) addEdge(graph, source, t);
        }
      }
      return isAcyclic(graph);
    },
  );
}

// ---- orders of transactions

/** What was seen in a transaction may not be missed by it later. */
function isMonotonic(e: Execution): boolean {
  const reads = committedReads(e);
  if (reads.size < e.txns.length) return false;
  const sees = (t: Txn, other: Txn) =>
    reads.get(t)?.some(({ sources }) => sources.includes(other)) ?? false;
  for (const order of orders(e.txns, (a, b) => sees(b, a))) {
    const place = (t: Txn) => order.indexOf(t);
    const isRight = e.txns.every((t) => {
      const seen = new Set<Txn>();
      return (reads.get(t) ?? []).every(({ key, shown, sources }) => {
        const isOwn = sources.length === 0 && shown.length > 0;
        const writer = sources.at(-1);
        const right = e.isList
          ? isPrefix(shown, e.state(order, key)) &&
            [...seen].every((other) =>
              e.writes(other, key).every((it) => shown.includes(it))
            )
          : isOwn ||
            [...seen].every((other) =>
              other === writer || e.writes(other, key).length === 0 ||
              (writer !== undefined && place(other) < place(writer))
            );
        sources.forEach((source) => seen.add(source));
        return right;
      });
    });
    if (isRight) return true;
  }
  return false;
}

/** By key what a transaction read that others had written. */
type Views = ReadonlyMap<string, readonly Version[]>;

/**
 * The views of each transaction; fewer than there are transactions if one of
 * them did not see its own reads and writes, or what no other one committed.
 */
function views(e: Execution): Map<Txn, Views> {
  const result = new Map<Txn, Views>();
  for (const t of e.txns) {
    const view = new Map<string, readonly Version[]>();
    const own = new Map<string, Version[]>();
    for (const { key, read, write } of t.mops) {
      const mine = own.get(key) ?? [];
      if (write) own.set(key, e.isList ? [...mine, write] : [write]);
      if (!read) continue;
      const { shown } = read;
      const base = view.get(key);
      if (!e.isList && mine.length > 0) {
        if (shown[0] !== mine[0]) return new Map();
      } else if (base !== undefined) {
        const expected = [...base, ...mine];
        if (!isPrefix(shown, expected) || shown.length < expected.length) {
          return new Map();
        }
      } else {
        const rest = shown.length - mine.length;
        if (rest < 0 || !isPrefix(mine, shown.slice(rest))) return new Map();
        view.set(key, shown.slice(0, rest));
      }
    }
    for (const [key, base] of view) {
      const isRight = base.every((version, i) => {
        const writer = e.writer(version);
        return writer !== undefined && writer !== t &&
          (i < base.length - 1 || e.isFinal(version, key));
      });
      if (!isRight) return new Map();
    }
    result.set(t, view);
  }
  return result;
}

/**
 * Whether what was read is a part of the list that an order of its writers
 * makes. There is but one list: own appends are part of it too, where they are.
 */
function isListOf(
  e: Execution,
  t: Txn,
  key: string,
  writers: readonly Txn[],
): boolean {
  if (!e.isList) return true;
  const list = e.state(writers, key);
  return t.mops.every(({ read }) =>
    read?.key !== key || isPrefix(read.shown, list)
  );
}

/** Whether the order of a list's writers makes this part of it. */
function isState(
  e: Execution,
  key: string,
  base: readonly Version[],
  writers: readonly Txn[],
): boolean {
  if (!e.isList) return true;
  const last = e.writer(base.at(-1) ?? "");
  const front = last ? writers.slice(0, writers.indexOf(last) + 1) : [];
  const state = e.state(front, key);
  return isPrefix(base, state) && base.length === state.length;
}

/**
 * Whether an order of all transactions arbitrates: of the writers of a key that
 * a transaction must see, it reads the last one.
 */
function isArbitrated(
  e: Execution,
  seen: "direct" | "causal",
  session: Precedes,
): boolean {
  const all = views(e);
  if (all.size < e.txns.length) return false;
  const sees = emptyGraph(e.txns);
  for (const t of e.txns) {
    for (const base of all.get(t)?.values() ?? []) {
      for (const version of base) sees.get(t)?.add(e.writer(version) ?? t);
    }
    for (const other of e.txns) if (session(other, t)) sees.get(t)?.add(other);
  }
  if (seen === "causal") {
    // A set that grows while it is gone through.
    for (const past of sees.values()) {
      for (const t of past) sees.get(t)?.forEach((other) => past.add(other));
    }
  }
  for (const order of orders(e.txns, (a, b) => sees.get(b)?.has(a) ?? false)) {
    const place = (t: Txn | undefined) => t ? order.indexOf(t) : -1;
    const isRight = e.txns.every((t) =>
      [...all.get(t) ?? []].every(([key, base]) => {
        const read = place(e.writer(base.at(-1) ?? ""));
        return isState(e, key, base, order) && isListOf(e, t, key, order) &&
          e.writersOf(key).every((other) =>
            other === t || !sees.get(t)?.has(other) || place(other) <= read
          );
      })
    );
    if (isRight) return true;
  }
  return false;
}

/** ((SO or WR or WW) ; RW?) is acyclic for some order of each key's writers. */
function hasSnapshots(e: Execution, before: Precedes): boolean {
  const all = views(e);
  if (all.size < e.txns.length) return false;
  return someChoice(
    e.keys,
    (key) => orders(e.writersOf(key), anyOrder),
    (chosen) => {
      const dependencies = emptyGraph(e.txns);
      const antidependencies = emptyGraph(e.txns);
      for (const a of e.txns) {
        for (const b of e.txns) if (before(a, b)) addEdge(dependencies, a, b);
      }
      for (const order of chosen.values()) {
        order.forEach((a, i) => {
          for (const b of order.slice(i + 1)) addEdge(dependencies, a, b);
        });
      }
      for (const [t, view] of all) {
        for (const [key, base] of view) {
          const order = chosen.get(key) ?? [];
          if (!isState(e, key, base, order)) return false;
          if (!isListOf(e, t, key, order)) return false;
          const writer = e.writer(base.at(-1) ?? "");
          if (writer) addEdge(dependencies, writer, t);
          const later = writer ? order.indexOf(writer) + 1 : 0;
          for (const next of order.slice(later)) {
            addEdge(antidependencies, t, next);
          }
        }
      }
      const composed = emptyGraph(e.txns);
      for (const [a, all] of dependencies) {
        for (const b of all) {
          composed.get(a)?.add(b);
          for (const c of antidependencies.get(b) ?? []) {
            composed.get(a)?.add(c);
          }
        }
      }
      return isAcyclic(composed);
    },
  );
}
