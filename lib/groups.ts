/**
 * Group commit: what comes one by one is committed together.
 *
 * @module
 */
import { ErrorCode, RpcError } from "./errors.ts";
import { type Node } from "./node.ts";

interface Waiting<T, R> {
  readonly value: T;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * When a commit does not wait for the one before.
 *
 * @example
 * ```ts
 * import {
 *   groupCommit,
 *   type GroupCommitOptions,
 *   type Node,
 * } from "@gossip-glomers/maelstrom";
 *
 * const pipelined: GroupCommitOptions = { patience: 100, window: 16 };
 *
 * export const store = (node: Node) =>
 *   groupCommit(node, 10, async (group: readonly string[], place) => {
 *     await node.linKv.write(`${node.id}/${place}`, group);
 *   }, pipelined);
 * ```
 */
export interface GroupCommitOptions {
  /**
   * What takes longer, in ms, does not hold up the next commit: several are
   * under way then (pipelining), and may end in any order.
   *
   * @default Infinity
   */
  readonly patience?: number;
  /** The most commits that may be under way. @default Infinity */
  readonly window?: number;
}

/** The most values that wait for their group. */
const MAX_WAITING = 100_000;

/**
 * Group commit (DeWitt et al., SIGMOD 1984): values that come while one group
 * is being committed share the next. Where a commit costs the same however much
 * is in it, as a write to a store does, throughput grows with the load, and
 * nobody waits for company: what comes while nothing is under way is committed
 * at once. Values keep their order, and a group that failed is not tried again.
 * One commit is under way at a time, unless `options` say otherwise: where an
 * answer is far away, others need not wait for it.
 *
 * Of more than 100,000 waiting values the next is refused with
 * {@linkcode ErrorCode.temporarilyUnavailable}.
 *
 * @example
 * ```ts
 * import { groupCommit, type Node, run } from "@gossip-glomers/maelstrom";
 *
 * function log(node: Node): void {
 *   let written = 0;
 *   const write = groupCommit(node, 10, async (group: readonly unknown[]) => {
 *     await node.linKv.write(`log/${written++}`, group);
 *   });
 *
 *   node.serve("broadcast", {
 *     topology: () => ({ type: "topology_ok" }),
 *     read: () => ({ type: "read_ok", messages: [] }),
 *     broadcast: async ({ message }) => {
 *       await write(message);
 *       return { type: "broadcast_ok" };
 *     },
 *   });
 * }
 *
 * if (import.meta.main) await run(log);
 * ```
 *
 * @param interval the least time between the beginnings of two commits, in ms
 * @param commit gets a group in the order in which its values came, at least
 * one, and may resolve to a result for each of them, in their order; besides,
 * the lowest number from 0 that no commit under way has
 * @returns a function that resolves to its value's own result once its group is
 * committed, and rejects with what `commit` threw for its group
 */
export function groupCommit<T>(
  node: Node,
  interval: number,
  commit: (group: readonly T[], place: number) => Promise<void>,
  options?: GroupCommitOptions,
): (value: T) => Promise<void>;
/** The same, where each value has a result of its own. */
export function groupCommit<T, R>(
  node: Node,
  interval: number,
  commit: (group: readonly T[], place: number) => Promise<readonly R[]>,
  options?: GroupCommitOptions,
): (value: T) => Promise<R>;
export function groupCommit<T, R>(
  node: Node,
  interval: number,
  commit: (group: readonly T[], place: number) => Promise<readonly R[] | void>,
  options: GroupCommitOptions = {},
): (value: T) => Promise<R | void> {
  const { patience = Infinity, window = Infinity } = options;
  let waiting: Waiting<T, R | void>[] = [];
  let isCommitting = false;
  const underWay = new Map<number, Promise<void>>();

  async function commitGroup(place: number): Promise<void> {
    const group = waiting;
    waiting = [];
    try {
      const results = await commit(group.map(({ value }) => value), place);
      if (results && results.length !== group.length) {
        const text = `${results.length} results for ${group.length} values`;
        throw new TypeError(`a group commit must give one each, not ${text}`);
      }
      group.forEach(({ resolve }, i) => resolve(results?.[i]));
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
    underWay.delete(place);
  }

  async function commitAll(): Promise<void> {
    isCommitting = true;
    while (waiting.length > 0) {
      const rest = node.sleep(interval);
      let place = 0;
      while (underWay.has(place)) place++;
      const end = commitGroup(place);
      underWay.set(place, end);
      if (patience === Infinity) await end;
      else await Promise.race([end, node.sleep(patience)]);
      while (underWay.size >= window) await Promise.race(underWay.values());
      await rest;
    }
    isCommitting = false;
  }

  return (value) =>
    new Promise((resolve, reject) => {
      if (waiting.length >= MAX_WAITING) {
        const text = `${MAX_WAITING} values wait to be committed already`;
        throw new RpcError(ErrorCode.temporarilyUnavailable, text);
      }
      waiting.push({ value, resolve, reject });
      if (!isCommitting) commitAll();
    });
}
