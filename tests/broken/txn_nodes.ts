/**
 * Nodes that run transactions on registers or lists, wrong in one way each,
 * and one that is right. The wrong ones are clients of a database that the
 * whole cluster shares; what is wrong is how they use it.
 *
 * @module
 */

import {
  array,
  ErrorCode,
  json,
  message,
  type Node,
  type Program,
  RpcError,
  string,
  tuple,
} from "../../lib/maelstrom.ts";

type Mop = [f: string, key: unknown, value: unknown];
type State = ReadonlyMap<unknown, unknown>;

const transaction = message(
  "txn",
  { txn: array(tuple<Mop>(string, json, json)) },
  { txn: array(tuple<Mop>(string, json, json)) },
);

function serve(
  node: Node,
  execute: (txn: readonly Mop[]) => Promise<Mop[]>,
): void {
  node.on(transaction, async ({ txn }) => ({
    type: "txn_ok",
    txn: await execute(txn),
  }));
}

/** Does one micro-operation, and returns it as it is to be answered. */
function perform(state: Map<unknown, unknown>, [f, key, value]: Mop): Mop {
  const old = state.get(key) ?? null;
  if (f === "r") return [f, key, old];
  const list = Array.isArray(old) ? old : [];
  state.set(key, f === "w" ? value : [...list, value]);
  return [f, key, value];
}

function performAll(state: Map<unknown, unknown>, txn: readonly Mop[]): Mop[] {
  return txn.map((mop) => perform(state, mop));
}

const written = (txn: readonly Mop[]) =>
  new Set(txn.filter(([f]) => f !== "r").map(([, key]) => key));

const pause = (node: Node) => node.sleep(10 * node.random());

/** Runs tasks one after the other. */
class Lock {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => {});
    return result;
  }
}

/** All state in one key of lin-kv, replaced as a whole: right. */
export function oneRegister(): Program {
  return (node) =>
    serve(node, async (txn) => {
      let result: Mop[] = [];
      await node.linKv.update("database", (entries) => {
        const state = new Map(Array.isArray(entries) ? entries : []);
        result = performAll(state, txn);
        return [...state];
      }, []);
      return result;
    });
}

/** Each micro-operation is done at once, in the open, with pauses between. */
export function torn(): Program {
  const state = new Map<unknown, unknown>();
  return (node) =>
    serve(node, async (txn) => {
      const result: Mop[] = [];
      for (const mop of txn) {
        result.push(perform(state, mop));
        await pause(node);
      }
      return result;
    });
}

/** Transactions run one by one, but each key's final value shows at once. */
export function fractured(): Program {
  const state = new Map<unknown, unknown>();
  const lock = new Lock();
  return (node) =>
    serve(node, (txn) => {
      const keys = written(txn);
      if (keys.size === 0) return Promise.resolve(performAll(state, txn));
      return lock.run(async () => {
        const after = new Map(state);
        const result = performAll(after, txn);
        for (const key of keys) {
          state.set(key, after.get(key));
          await pause(node);
        }
        return result;
      });
    });
}

/** Everybody sees a transaction at once, but some are undone afterwards. */
export function dirtyReads(): Program {
  const state = new Map<unknown, unknown>();
  return (node) =>
    serve(node, async (txn) => {
      const before = new Map(state);
      const result = performAll(state, txn);
      await pause(node);
      if (node.random() > 0.1) return result;
      for (const [f, key, value] of txn) {
        const now = state.get(key);
        if (f === "append" && Array.isArray(now)) {
          state.set(key, now.filter((element) => element !== value));
        } else if (f === "w" && now === value) state.set(key, before.get(key));
      }
      throw new RpcError(ErrorCode.txnConflict, "changed my mind");
    });
}

/** Reads a snapshot and later replaces whatever is there by then. */
export function lostUpdates(): Program {
  const state = new Map<unknown, unknown>();
  return (node) =>
    serve(node, async (txn) => {
      const mine = new Map(state);
      const result = performAll(mine, txn);
      await pause(node);
      for (const key of written(txn)) state.set(key, mine.get(key));
      return result;
    });
}

/** Snapshot isolation: of two that write a key, the first to commit wins. */
export function writeSkew(): Program {
  const state = new Map<unknown, unknown>();
  return (node) =>
    serve(node, async (txn) => {
      const snapshot = new Map(state);
      const mine = new Map(state);
      const result = performAll(mine, txn);
      await pause(node);
      const keys = written(txn);
      if ([...keys].some((key) => state.get(key) !== snapshot.get(key))) {
        throw new RpcError(ErrorCode.txnConflict, "another one was first");
      }
      for (const key of keys) state.set(key, mine.get(key));
      return result;
    });
}

/** Transactions do not see their own writes. */
export function forgetful(): Program {
  const state = new Map<unknown, unknown>();
  return (node) =>
    serve(node, (txn) => {
      const before: State = new Map(state);
      performAll(state, txn);
      return Promise.resolve(
        txn.map(([f, key, value]): Mop => [
          f,
          key,
          f === "r" ? before.get(key) ?? null : value,
        ]),
      );
    });
}

/**
 * Transactions that write are right, those that only read see an older state.
 *
 * @param isMonotonic whether a node goes back to a state before one it showed
 */
function stale(isMonotonic: boolean): Program {
  const states: State[] = [new Map()];
  return (node) => {
    let seen = 0;
    serve(node, (txn) => {
      const last = states.length - 1;
      if (written(txn).size > 0) {
        const state = new Map(states[last]);
        const result = performAll(state, txn);
        seen = states.push(state) - 1;
        return Promise.resolve(result);
      }
      const age = Math.floor(10 * node.random());
      const place = Math.max(isMonotonic ? seen : 0, last - age);
      seen = Math.max(seen, place);
      return Promise.resolve(performAll(new Map(states[place]), txn));
    });
  };
}

/** Nodes show an older state than others, but never go back. */
export const laggingReplicas = (): Program => stale(true);

/** Nodes show now a newer, now an older state. */
export const jumpingReplicas = (): Program => stale(false);

/** Of two copies, each shows the writes of the other only a while later. */
export function longForks(): Program {
  const copies = new Map<string, Map<unknown, unknown>>();
  return (node) => {
    const mine = new Map<unknown, unknown>();
    node.onInit(() => void copies.set(node.id, mine));
    serve(node, (txn) => {
      // Each node writes keys of its own, so that writes never conflict.
      const place = node.ids.indexOf(node.id);
      const isMine = ([, key]: Mop) => Number(key) % node.ids.length === place;
      if (!txn.every((mop) => mop[0] === "r" || isMine(mop))) {
        throw new RpcError(ErrorCode.txnConflict, "not my key");
      }
      const result = performAll(mine, txn);
      const writes = txn.filter(([f]) => f !== "r");
      for (const [id, copy] of copies) {
        if (id !== node.id) node.after(50, () => void performAll(copy, writes));
      }
      return Promise.resolve(result);
    });
  };
}

/** An append is done twice when the node thinks that the first was lost. */
export function eagerRetries(): Program {
  const state = new Map<unknown, unknown>();
  return (node) =>
    serve(node, (txn) => {
      const result = performAll(state, txn);
      const writes = txn.filter(([f]) => f !== "r");
      if (node.random() < 0.05) performAll(state, writes);
      return Promise.resolve(result);
    });
}

/** Answers reads of lists with something else. */
export function scalars(): Program {
  return (node) =>
    serve(node, (txn) =>
      Promise.resolve(
        txn.map(([f, key, value]): Mop => [f, key, f === "r" ? 0 : value]),
      ));
}
