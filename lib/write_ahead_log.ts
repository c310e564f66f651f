/**
 * A log in a service by which a node finds again what it had before it was
 * killed.
 *
 * @module
 */
import { groupCommit } from "./groups.ts";
import { type KV } from "./kv.ts";
import { type Node } from "./node.ts";
import { array, object, type Shape, string } from "./shapes.ts";
import { SlotLog } from "./slots.ts";

/**
 * Where a node's log is, and who is told of its values.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import {
 *   type Node,
 *   string,
 *   WriteAheadLog,
 *   type WriteAheadLogOptions,
 * } from "@gossip-glomers/maelstrom";
 * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
 *
 * const applied: string[] = [];
 * const options = (node: Node): WriteAheadLogOptions<string> => ({
 *   kv: node.linKv,
 *   name: "notes",
 *   value: string,
 *   apply: (values) => void applied.push(...values),
 * });
 *
 * const cluster = new TestCluster((node) => {
 *   const log = new WriteAheadLog(node, options(node));
 *   node.after(10, () => log.append("a"));
 * }, { nodes: 1 });
 * await cluster.ready();
 * await cluster.pass(1000);
 * assert.deepEqual(applied, ["a"]);
 * ```
 */
export interface WriteAheadLogOptions<T> {
  /** A linearizable store. */
  readonly kv: KV;
  /** Slot `i` of a node is the key `name/node/i`. */
  readonly name: string;
  /** The shape of a value. */
  readonly value: Shape<T>;
  /** Takes values that are in the log: all of them, in its order, once a life. */
  readonly apply: (values: readonly T[]) => void;
}

/**
 * Write-ahead logging (Mohan et al., "ARIES", 1992) where the disk is a
 * linearizable store: a value is applied only when it is in the node's own log.
 * So what anybody has seen outlives the node. A restarted node applies what is
 * in the log from its earlier lives.
 *
 * Values that come while others are being written go into the next slot
 * together. No slot is ever rewritten: a write that a dead node had still under
 * way fills a slot like any other, and is applied by whoever finds it there.
 *
 * @example
 * ```ts
 * import { json, type Node, run, WriteAheadLog } from "@gossip-glomers/maelstrom";
 *
 * function notes(node: Node): void {
 *   const messages: unknown[] = [];
 *   const log = new WriteAheadLog(node, {
 *     kv: node.linKv,
 *     name: "notes",
 *     value: json,
 *     apply: (values) => messages.push(...values),
 *   });
 *   node.serve("broadcast", {
 *     topology: () => ({ type: "topology_ok" }),
 *     read: async () => {
 *       await log.recovered;
 *       return { type: "read_ok", messages };
 *     },
 *     broadcast: async ({ message }) => {
 *       await log.append(message);
 *       return { type: "broadcast_ok" };
 *     },
 *   });
 * }
 *
 * if (import.meta.main) await run(notes);
 * ```
 */
export class WriteAheadLog<T> {
  readonly #append: (value: T) => Promise<void>;
  #recovered: Promise<void> = Promise.resolve();

  /** A node's log, which it reads as soon as it knows its name. */
  constructor(node: Node, { kv, name, value, apply }: WriteAheadLogOptions<T>) {
    const slot = object({ by: string, values: array(value) });
    const slots = () => new SlotLog(kv, `${name}/${node.id}`, slot);
    let next = 0;

    node.onInit(() => {
      this.#recovered = slots().readFrom(0).then((found) => {
        next = found.length;
        apply(found.flatMap(({ values }) => values));
      });
    });

    this.#append = groupCommit<T>(node, 0, async (group) => {
      const mine = { by: node.incarnation, values: [...group] };
      for (;;) {
        const { by, values } = await slots().claim(next++, mine);
        apply(values);
        if (by === mine.by) return;
      }
    });
  }

  /** Resolves when all that was in the log has been applied. */
  get recovered(): Promise<void> {
    return this.#recovered;
  }

  /**
   * Resolves when a value is in the log, and was applied.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { string, WriteAheadLog } from "@gossip-glomers/maelstrom";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const applied: string[] = [];
   * const cluster = new TestCluster((node) => {
   *   const log = new WriteAheadLog(node, {
   *     kv: node.linKv,
   *     name: "notes",
   *     value: string,
   *     apply: (values) => void applied.push(...values),
   *   });
   *   node.after(10, async () => {
   *     await log.append("a");
   *     assert.deepEqual(applied, ["a"]);
   *   });
   * }, { nodes: 1 });
   * await cluster.ready();
   * await cluster.pass(1000);
   * ```
   */
  async append(value: T): Promise<void> {
    await this.recovered;
    await this.#append(value);
  }
}
