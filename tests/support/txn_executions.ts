/**
 * All that may have happened in a history of transactions, and all orders of
 * it, for the oracle.
 *
 * @module
 */
import { type History, pairs } from "../../workbench/load/history.ts";

/** A written version: a key with a value, or with an element of its list. */
export type Version = string;

export interface Read {
  readonly key: string;
  /** A register's version, or a list's elements; nothing of a missing one. */
  readonly shown: readonly Version[];
}

export interface Mop {
  readonly key: string;
  readonly write?: Version;
  /** Absent if nobody knows what was read. */
  readonly read?: Read;
}

export interface Txn {
  readonly mops: readonly Mop[];
  readonly status: "ok" | "info" | "fail";
  readonly process: unknown;
  readonly begin: number;
  /** Infinite if nobody knows when, or whether, it ended. */
  readonly end: number;
}

export type Graph = ReadonlyMap<Txn, Set<Txn>>;

// ---- what happened

function parse(history: History): { txns: Txn[]; isList: boolean } {
  let isList = false;
  const txns = pairs(history).map(({ invoke, complete }): Txn => {
    const isOk = complete?.type === "ok";
    const { value } = isOk ? complete : invoke;
    if (!Array.isArray(value)) throw new TypeError("no transaction");
    return {
      mops: value.map(([f, name, value]): Mop => {
        const key = JSON.stringify(name);
        const version = (value: unknown) => `${key} ${JSON.stringify(value)}`;
        isList ||= f === "append";
        if (f !== "r") return { key, write: version(value) };
        if (!isOk) return { key };
        const shown = Array.isArray(value)
          ? value.map(version)
          : value === null
          ? []
          : [version(value)];
        return { key, read: { key, shown } };
      }),
      status: isOk ? "ok" : complete?.type === "fail" ? "fail" : "info",
      process: invoke.process,
      begin: invoke.index,
      end: isOk ? complete.index : Infinity,
    };
  });
  return { txns, isList };
}

/** A choice of what happened of transactions of unknown fate. */
export class Execution {
  readonly #writers = new Map<Version, Txn>();
  readonly keys: readonly string[];

  constructor(
    readonly txns: readonly Txn[],
    readonly all: readonly Txn[],
    readonly isList: boolean,
  ) {
    for (const t of txns) {
      for (const { write } of t.mops) if (write) this.#writers.set(write, t);
    }
    this.keys = [
      ...new Set(all.flatMap(({ mops }) => mops.map(({ key }) => key))),
    ];
  }

  writer(version: Version): Txn | undefined {
    return this.#writers.get(version);
  }

  /** Of a key by one transaction. */
  writes(t: Txn, key: string): Version[] {
    return t.mops.flatMap((m) => m.key === key && m.write ? [m.write] : []);
  }

  writersOf(key: string): Txn[] {
    return this.txns.filter((t) => this.writes(t, key).length > 0);
  }

  isFinal(version: Version, key: string): boolean {
    const writer = this.writer(version);
    return writer !== undefined &&
      this.writes(writer, key).at(-1) === version;
  }

  /** The list after these transactions' appends. */
  state(txns: readonly Txn[], key: string): Version[] {
    return txns.flatMap((t) => this.writes(t, key));
  }
}

/** What may have happened, by what happened of the unknown. */
export function executions(history: History): Execution[] {
  const { txns, isList } = parse(history);
  const unknown = txns.filter(({ status }) => status === "info");
  return Array.from({ length: 1 << unknown.length }, (_, mask) => {
    const happened = txns.filter((t) =>
      t.status === "ok" ||
      (t.status === "info" && (mask >> unknown.indexOf(t) & 1) === 1)
    );
    return new Execution(happened, txns, isList);
  });
}

// ---- orders

export function* orders<T>(
  items: readonly T[],
  isBefore: (a: T, b: T) => boolean,
): Generator<T[]> {
  if (items.length === 0) yield [];
  for (const first of items) {
    const rest = items.filter((it) => it !== first);
    if (rest.some((it) => isBefore(it, first))) continue;
    for (const order of orders(rest, isBefore)) yield [first, ...order];
  }
}

/** Whether some choice of one thing for each key is right. */
export function someChoice<T>(
  keys: readonly string[],
  choices: (key: string) => Iterable<T>,
  isRight: (chosen: ReadonlyMap<string, T>) => boolean,
  chosen: ReadonlyMap<string, T> = new Map(),
): boolean {
  if (keys.length === 0) return isRight(chosen);
  const [key, ...rest] = keys;
  for (const choice of choices(key)) {
    const next = new Map(chosen).set(key, choice);
    if (someChoice(rest, choices, isRight, next)) return true;
  }
  return false;
}

export function emptyGraph(txns: readonly Txn[]): Map<Txn, Set<Txn>> {
  return new Map(txns.map((t) => [t, new Set<Txn>()]));
}

export function addEdge(graph: Graph, from: Txn, to: Txn): void {
  if (from !== to) graph.get(from)?.add(to);
}

export function isAcyclic(graph: Graph): boolean {
  const left = new Set(graph.keys());
  for (;;) {
    const first = [...left].find((t) =>
      ![...left].some((other) => graph.get(other)?.has(t))
    );
    if (first === undefined) return left.size === 0;
    left.delete(first);
  }
}

export const isPrefix = (a: readonly Version[], b: readonly Version[]) =>
  a.length <= b.length && a.every((it, i) => it === b[i]);
