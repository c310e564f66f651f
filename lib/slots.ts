/**
 * A log in a key-value store whose slots are each written once.
 *
 * @module
 */
import { ErrorCode, isCode } from "./errors.ts";
import { type KV } from "./kv.ts";
import { type Shape } from "./shapes.ts";

const retry = { retry: true };

/**
 * Slots 0, 1, 2, ... under one name in a linearizable store. Each is written
 * once, by a compare-and-set from nothing: whoever is first has it, all see the
 * same, and no value ever grows. All methods ask until the store answers.
 *
 * @example
 * ```ts
 * import { type Node, object, SlotLog, string } from "@gossip-glomers/maelstrom";
 *
 * const entry = object({ by: string, text: string });
 *
 * export async function append(node: Node, text: string): Promise<number> {
 *   const log = new SlotLog(node.linKv, "log", entry);
 *   const mine = { by: `${node.incarnation}/${node.random()}`, text };
 *   for (let i = (await log.readFrom(0)).length;; i++) {
 *     const taken = await log.claim(i, mine);
 *     if (taken.by === mine.by) return i;
 *   }
 * }
 * ```
 */
export class SlotLog<T, Other extends NonNullable<unknown> | null = never> {
  /**
   * A log in a store.
   *
   * @param name slot `i` is the key `name/i`
   * @param shape of what is in a slot
   * @param other stands for what is in a slot and is not of that shape; without
   * it that is a `TypeError`
   */
  constructor(
    private readonly kv: KV,
    private readonly name: string,
    private readonly shape: Shape<T>,
    private readonly other?: Other,
  ) {}

  #key(index: number): string {
    return `${this.name}/${index}`;
  }

  /**
   * What is in a slot; undefined if nothing is.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { SlotLog, string } from "@gossip-glomers/maelstrom";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const cluster = new TestCluster((node) =>
   *   node.onInit(async () => {
   *     const log = new SlotLog(node.linKv, "log", string);
   *     assert.equal(await log.read(0), undefined);
   *     await log.claim(0, "a");
   *     assert.equal(await log.read(0), "a");
   *   })
   * );
   * await cluster.ready();
   * ```
   */
  async read(index: number): Promise<T | Other | undefined> {
    const { kv, shape, other } = this;
    const key = this.#key(index);
    if (other === undefined) return kv.readOr(key, undefined, shape, retry);
    const value = await kv.readOr(key, undefined, undefined, retry);
    return value === undefined || shape.test(value) ? value : other;
  }

  /**
   * Writes a slot unless it is taken, perhaps by an earlier try of this claim
   * whose answer was lost.
   *
   * @param value must differ from all others by which its writer is to know it
   * @returns what is in the slot from now on
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { SlotLog, string } from "@gossip-glomers/maelstrom";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const cluster = new TestCluster((node) =>
   *   node.onInit(async () => {
   *     const log = new SlotLog(node.linKv, "log", string);
   *     assert.equal(await log.claim(0, "mine"), "mine");
   *     assert.equal(await log.claim(0, "yours"), "mine");
   *   })
   * );
   * await cluster.ready();
   * ```
   */
  async claim(index: number, value: T): Promise<T | Other> {
    for (;;) {
      try {
        const options = { ...retry, create: true };
        await this.kv.cas(this.#key(index), null, value, options);
        return value;
      } catch (error) {
        if (!isCode(error, ErrorCode.preconditionFailed)) throw error;
      }
      const taken = await this.read(index);
      if (taken !== undefined) return taken;
    }
  }

  /**
   * All from a slot on, up to the first that nothing is in. However many there
   * are, it takes three round trips: whether the first is there, which of the
   * 2nd, 3rd, 5th, 9th, ... are, and all before twice the last of them. More
   * than were expected take three more.
   *
   * @param expected a power of two: no more slots are asked for at once
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { SlotLog, string } from "@gossip-glomers/maelstrom";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const cluster = new TestCluster((node) =>
   *   node.onInit(async () => {
   *     const log = new SlotLog(node.linKv, "log", string);
   *     for (const [i, text] of ["a", "b", "c"].entries()) {
   *       await log.claim(i, text);
   *     }
   *     assert.deepEqual(await log.readFrom(1), ["b", "c"]);
   *   })
   * );
   * await cluster.ready();
   * ```
   */
  async readFrom(first: number, expected = 2 ** 20): Promise<(T | Other)[]> {
    const found = new Map<number, T | Other>();
    const read = (offsets: number[]) =>
      Promise.all(offsets.map(async (i) => {
        const value = found.get(i) ?? await this.read(first + i);
        if (value !== undefined) found.set(i, value);
      }));
    await read([0]);
    if (found.size === 0) return [];
    const powers = Array.from(
      { length: Math.log2(expected) },
      (_, i) => 2 ** i,
    );
    await read(powers);
    const end = Math.max(2 * Math.max(...found.keys()), 1);
    await read(Array.from({ length: end }, (_, i) => i));
    const values: (T | Other)[] = [];
    for (let i = 0; i < end; i++) {
      const value = found.get(i);
      if (value === undefined) return values;
      values.push(value);
    }
    if (end < expected) return values;
    return values.concat(await this.readFrom(first + end, expected));
  }
}
