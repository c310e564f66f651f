/**
 * A small transactional database in memory, as good or bad as one asks, and
 * clients that use it at random.
 *
 * @module
 */

import { type History, type Op } from "../../workbench/load/history.ts";
import { Random } from "../../workbench/clock/random.ts";

/** What the database promises; each keeps its promise and no stronger one. */
export type Isolation =
  /** Each transaction happens at one moment while it runs. */
  | "strict-serializable"
  /** As above, but transactions that only read may see an old state. */
  | "serializable"
  /** Reads from one old state; the first of two that write a key commits. */
  | "snapshot-isolation"
  /** Reads what is committed at that moment; writes wait for the commit. */
  | "read-committed"
  /** Reads and writes are done at once, in the open; nothing is undone. */
  | "none";

export interface DatabaseOptions {
  readonly isolation: Isolation;
  readonly seed: string;
  readonly write: "w" | "append";
  /** How many transactions. */
  readonly count: number;
  /** @default 5 */
  readonly processes?: number;
  /** How many keys are in use at a time. @default 5 */
  readonly keyCount?: number;
  /** @default 4 */
  readonly maxTxnLength?: number;
  /** @default 16 */
  readonly maxWritesPerKey?: number;
  /** The share of transactions that fail. @default 0 */
  readonly failing?: number;
  /** The share of transactions of unknown fate. @default 0 */
  readonly unknown?: number;
}

type Mop = [f: string, key: number, value: unknown];

interface Running {
  readonly mops: Mop[];
  /** The next micro-operation. */
  next: number;
  /** The commit whose state is read. */
  snapshot: number;
}

interface Version {
  readonly commit: number;
  readonly value: unknown;
}

/** How old a state may be that is read, in commits. */
const STALENESS = 8;

class Store {
  readonly #versions = new Map<number, Version[]>();
  commit = 0;

  /** The value as it was after a commit. */
  read(key: number, commit = this.commit): unknown {
    return this.#versions.get(key)?.findLast((v) => v.commit <= commit)
      ?.value ?? null;
  }

  lastCommit(key: number): number {
    return this.#versions.get(key)?.at(-1)?.commit ?? 0;
  }

  write(key: number, value: unknown): void {
    const all = this.#versions.get(key) ?? [];
    all.push({ commit: this.commit, value });
    this.#versions.set(key, all);
  }
}

/** A run of the database. */
export function runDatabase(options: DatabaseOptions): History {
  const {
    isolation,
    count,
    processes = 5,
    keyCount = 5,
    maxTxnLength = 4,
    maxWritesPerKey = 16,
    failing = 0,
    unknown = 0,
  } = options;
  const random = new Random(options.seed);
  const store = new Store();
  const history: Op[] = [];
  const record = (
    process: number,
    type: Op["type"],
    value: readonly Mop[],
  ) => {
    const index = history.length;
    history.push({ index, time: index * 1e6, type, process, f: "txn", value });
  };

  const keys = Array.from({ length: keyCount }, (_, key) => ({
    key,
    writes: 0,
  }));
  let nextKey = keyCount;
  const newTransaction = (): Mop[] =>
    Array.from({ length: 1 + random.integer(maxTxnLength) }, () => {
      const i = random.integer(keyCount);
      const { key } = keys[i];
      if (random.chance(0.5)) return ["r", key, null];
      const value = ++keys[i].writes;
      if (value === maxWritesPerKey) keys[i] = { key: nextKey++, writes: 0 };
      return [options.write, key, value];
    });

  const isAppend = options.write === "append";
  const apply = (state: unknown, value: unknown): unknown =>
    isAppend ? [...(Array.isArray(state) ? state : []), value] : value;

  /** Does a micro-operation; `mine` are the writes that wait. */
  const execute = (txn: Running, m: number, isOpen: boolean) => {
    const mop = txn.mops[m];
    const [f, key, value] = mop;
    if (f !== "r") {
      if (isOpen) store.write(key, apply(store.read(key), value));
      return;
    }
    let state = store.read(key, txn.snapshot);
    if (!isOpen) {
      for (const [f, k, v] of txn.mops.slice(0, m)) {
        if (f !== "r" && k === key) state = apply(state, v);
      }
    }
    mop[2] = state;
  };
  const commit = ({ mops }: Running) => {
    store.commit++;
    for (const [f, key, value] of mops) {
      if (f !== "r") store.write(key, apply(store.read(key), value));
    }
  };

  const running = new Map<number, Running>();
  const names = Array.from({ length: processes }, (_, i) => i);
  let nextName = processes;
  let begun = 0;
  const end = (i: number, txn: Running, canFail: boolean) => {
    const asked = txn.mops.map((
      [f, k, v],
    ): Mop => [f, k, f === "r" ? null : v]);
    const isAbort = canFail && random.chance(failing);
    const isLost = random.chance(unknown);
    const conflicts = isolation === "snapshot-isolation" &&
      txn.mops.some(([f, k]) =>
        f !== "r" && store.lastCommit(k) > txn.snapshot
      );
    if (isAbort || conflicts) record(names[i], "fail", asked);
    else {
      if (isolation !== "none" && !(isLost && random.chance(0.5))) commit(txn);
      record(names[i], isLost ? "info" : "ok", isLost ? asked : txn.mops);
      if (isLost) names[i] = nextName++;
    }
    running.delete(i);
  };

  while (begun < count || running.size > 0) {
    const i = random.integer(processes);
    const txn = running.get(i);
    if (txn === undefined) {
      if (begun++ >= count) continue;
      const mops = newTransaction();
      running.set(i, { mops, next: 0, snapshot: 0 });
      record(names[i], "invoke", mops.map((mop): Mop => [...mop]));
      continue;
    }
    const isWhole = isolation === "strict-serializable" ||
      isolation === "serializable";
    if (isWhole) {
      const isReader = txn.mops.every(([f]) => f === "r");
      txn.snapshot = isReader && isolation === "serializable"
        ? Math.max(0, store.commit - random.integer(STALENESS))
        : store.commit;
      txn.mops.forEach((_, m) => execute(txn, m, false));
      end(i, txn, true);
      continue;
    }
    if (isolation !== "snapshot-isolation" || txn.next === 0) {
      txn.snapshot = store.commit;
    }
    if (txn.next < txn.mops.length) {
      execute(txn, txn.next++, isolation === "none");
    } else end(i, txn, true);
  }
  return history;
}
