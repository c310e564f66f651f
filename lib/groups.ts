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

/** The most values that wait for their group. */
const MAX_WAITING = 100_000;

/**
 * Group commit (DeWitt et al., SIGMOD 1984): values that come while one group
 * is being committed share the next. Where a commit costs the same however much
 * is in it, as a write to a store does, throughput grows with the load, and
 * nobody waits for company: what comes while nothing is under way is committed
 * at once. One commit is under way at a time, values keep their order, and a
 * group that failed is not tried again.
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
 * one, and may resolve to a result for each of them, in their order
 * @returns a function that resolves to its value's own result once its group is
 * committed, and rejects with what `commit` threw for its group
 */
export function groupCommit<T>(
  node: Node,
  interval: number,
  commit: (group: readonly T[]) => Promise<void>,
): (value: T) => Promise<void>;
/** The same, where each value has a result of its own. */
export function groupCommit<T, R>(
  node: Node,
  interval: number,
  commit: (group: readonly T[]) => Promise<readonly R[]>,
): (value: T) => Promise<R>;
export function groupCommit<T, R>(
  node: Node,
  interval: number,
  commit: (group: readonly T[]) => Promise<readonly R[] | void>,
): (value: T) => Promise<R | void> {
  let waiting: Waiting<T, R | void>[] = [];
  let isCommitting = false;

  async function commitAll(): Promise<void> {
    isCommitting = true;
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      const rest = node.sleep(interval);
      try {
        const results = await commit(group.map(({ value }) => value));
        if (results && results.length !== group.length) {
          const text = `${results.length} results for ${group.length} values`;
          throw new TypeError(`a group commit must give one each, not ${text}`);
        }
        group.forEach(({ resolve }, i) => resolve(results?.[i]));
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
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
