/**
 * Small histories of transactions, right ones and broken ones: executions of a
 * store that shows each transaction, or each read, as much of what was written
 * as a model asks for, some of whose answers are then tampered with.
 *
 * @module
 */
import { Random } from "../../workbench/clock/random.ts";
import { type History, type Op } from "../../workbench/load/history.ts";

export type Write = "w" | "append";

type Mop = [f: string, key: string, value: unknown];

interface Txn {
  readonly mops: Mop[];
  readonly process: number;
  readonly status: Op["type"];
  /** Whether others may see it. */
  readonly isVisible: boolean;
}

/** What a transaction sees of those before it. */
const levels = ["read", "transaction", "causal", "prefix", "all"] as const;

/** A history of at most six transactions, the same for the same seed. */
export function randomTransactions(seed: string, write: Write): History {
  const random = new Random(seed);
  const txns = randomRequests(random, write);
  const level = random.pick(levels);
  const pasts: Set<number>[] = [];
  txns.forEach((_, t) => {
    const past = pastOf(random, level, txns, pasts, t);
    if (write === "append") addBelow(txns, past);
    pasts.push(past);
    execute(random, write, txns, t, () => {
      return level === "read" ? subset(random, t) : past;
    });
  });
  if (random.chance(0.6)) {
    const times = 1 + random.integer(2);
    for (let i = 0; i < times; i++) tamper(random, write, txns);
  }
  return timeline(random, txns);
}

function randomRequests(random: Random, write: Write): Txn[] {
  const count = 2 + random.integer(5);
  const keys = ["x", "y", "z", "u", "v"].slice(0, random.pick([1, 2, 3, 5]));
  const processes = 1 + random.integer(4);
  const readShare = random.pick([0.3, 0.5, 0.7]);
  const next = new Map<string, number>();
  return Array.from({ length: count }, (): Txn => {
    const mops = Array.from({ length: 1 + random.integer(4) }, (): Mop => {
      const key = random.pick(keys);
      if (random.chance(readShare)) return ["r", key, null];
      const value = (next.get(key) ?? 0) + 1;
      next.set(key, value);
      return [write, key, value];
    });
    const status = random.chance(0.85)
      ? "ok"
      : random.chance(0.5)
      ? "info"
      : "fail";
    const isVisible = status === "ok" ||
      random.chance(status === "info" ? 0.6 : 0.1);
    return { mops, process: random.integer(processes), status, isVisible };
  });
}

function subset(random: Random, t: number): Set<number> {
  const all = Array.from({ length: t }, (_, i) => i);
  const share = random.pick([0.5, 0.8, 0.9]);
  return new Set(all.filter(() => random.chance(share)));
}

function pastOf(
  random: Random,
  level: typeof levels[number],
  txns: readonly Txn[],
  pasts: readonly ReadonlySet<number>[],
  t: number,
): Set<number> {
  const first = (n: number) => new Set(Array.from({ length: n }, (_, i) => i));
  if (level === "all") return first(t);
  if (level === "prefix") return first(Math.max(0, t - random.integer(3)));
  const past = subset(random, t);
  if (level !== "causal") return past;
  for (let i = 0; i < t; i++) {
    if (txns[i].process === txns[t].process) past.add(i);
  }
  // A set that grows while it is gone through.
  for (const i of past) pasts[i].forEach((j) => past.add(j));
  return past;
}

/** A list shows all that was appended before the last that it shows. */
function addBelow(txns: readonly Txn[], past: Set<number>): void {
  const keys = ({ mops }: Txn) =>
    new Set(mops.flatMap(([f, key]) => f === "append" ? [key] : []));
  for (const i of past) {
    for (let j = 0; j < i; j++) {
      if (!keys(txns[j]).isDisjointFrom(keys(txns[i]))) past.add(j);
    }
  }
}

function execute(
  random: Random,
  write: Write,
  txns: readonly Txn[],
  t: number,
  pastOf: () => ReadonlySet<number>,
): void {
  const { mops } = txns[t];
  mops.forEach((mop, m) => {
    const [f, key] = mop;
    if (f !== "r") return;
    const past = pastOf();
    const visible = txns.filter((txn, i) => txn.isVisible && past.has(i));
    const own = mops.slice(0, m);
    if (write === "w") {
      const written = (mops: readonly Mop[]) =>
        mops.findLast(([f, k]) => f === write && k === key)?.[2];
      const last = visible.findLast((txn) => written(txn.mops) !== undefined);
      mop[2] = written(own) ?? written(last?.mops ?? []) ?? null;
      return;
    }
    // A list shows all that was appended before the last that it shows.
    const appended = (mops: readonly Mop[]) =>
      mops.flatMap(([f, k, v]) => f === write && k === key ? [v] : []);
    const last = visible.findLast((txn) => appended(txn.mops).length > 0);
    const shown = txns.slice(0, last ? txns.indexOf(last) + 1 : 0)
      .filter(({ isVisible }) => isVisible)
      .flatMap(({ mops }) => appended(mops));
    const list = [...shown, ...appended(own)];
    mop[2] = list.length === 0 && random.chance(0.5) ? null : list;
  });
}

/** Makes a read show something else that was written, or might have been. */
function tamper(random: Random, write: Write, txns: readonly Txn[]): void {
  const reads = txns.filter(({ status }) => status === "ok")
    .flatMap(({ mops }) => mops.filter(([f]) => f === "r"));
  if (reads.length === 0) return;
  const read = random.pick(reads);
  const written = txns.flatMap(({ mops }) =>
    mops.flatMap(([f, k, v]) => f === write && k === read[1] ? [v] : [])
  );
  if (write === "w") {
    read[2] = random.pick([null, ...written]);
    return;
  }
  const list = Array.isArray(read[2]) ? read[2] : [];
  const others = reads.flatMap(([, key, value]) =>
    key === read[1] && Array.isArray(value) ? [value] : []
  );
  const unseen = written.filter((element) => !list.includes(element));
  const i = random.integer(list.length + 1);
  read[2] = random.pick<() => unknown[]>([
    () => list.slice(0, i),
    () => list.toSpliced(i, 1),
    () => random.shuffle(list),
    () => [...list, ...unseen.slice(0, 1)],
    () => unseen.length > 0 ? list.toSpliced(i, 0, random.pick(unseen)) : list,
    () => others.length > 0 ? random.pick(others) : list,
  ])();
}

/** The transactions of a process one after the other, all else at random. */
function timeline(random: Random, txns: readonly Txn[]): History {
  const history: Op[] = [];
  const record = (
    { mops }: Txn,
    process: number,
    type: Op["type"],
  ) => {
    const index = history.length;
    const value = type === "ok"
      ? mops
      : mops.map(([f, k, v]) => [f, k, f === "r" ? null : v]);
    history.push({ index, time: index * 1e6, type, process, f: "txn", value });
  };
  // Some stores take their time, others answer one request after the other.
  const eagerness = random.pick([0.5, 0.9]);
  const waiting = [...txns];
  const running = new Map<number, Txn>();
  const names = new Map<number, number>();
  let nextName = 10;
  while (waiting.length + running.size > 0) {
    const first = waiting.find(({ process }) => !running.has(process));
    const processes = [...running.keys()];
    const ends = processes.length > 0 && random.chance(eagerness);
    if (first !== undefined && !ends) {
      waiting.splice(waiting.indexOf(first), 1);
      running.set(first.process, first);
      record(first, names.get(first.process) ?? first.process, "invoke");
      continue;
    }
    if (processes.length === 0) continue;
    const process = random.pick(processes);
    const txn = running.get(process);
    if (txn === undefined) continue;
    running.delete(process);
    record(txn, names.get(process) ?? process, txn.status);
    // A process whose operation ends in info invokes no other.
    if (txn.status === "info") names.set(process, nextName++);
  }
  return history;
}
