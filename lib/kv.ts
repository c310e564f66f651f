/**
 * Clients of Maelstrom's key-value services.
 *
 * @module
 */
import { ErrorCode, isCode } from "./errors.ts";
import { stringify } from "./json.ts";
import { type Body, message, type OutgoingRequest } from "./messages.ts";
import { Retry } from "./retry.ts";
import { type RpcClient, type RpcOptions } from "./rpc.ts";
import { boolean, json, optional, type Shape, string } from "./shapes.ts";

/**
 * How a key-value service is asked.
 *
 * @example
 * ```ts
 * import { type KVOptions, type Node } from "@gossip-glomers/maelstrom";
 *
 * const untilAnswered: KVOptions = { retry: true };
 *
 * export const save = (node: Node, state: unknown): Promise<void> =>
 *   node.linKv.write(`state/${node.id}`, state, untilAnswered);
 * ```
 */
export interface KVOptions extends RpcOptions {
  /**
   * Ask until one try is answered, instead of once. The next try goes out when
   * this service's answers usually have come, and does not end those before;
   * `timeout` is then for each of them, 10,000 ms by default. A dead service is
   * asked some 30 times in the first 10 s, and then once a second.
   *
   * A compare-and-set whose answer was lost meets its own effect when it is
   * tried again: then `preconditionFailed` may mean that it succeeded.
   *
   * @default false
   */
  readonly retry?: boolean;
}

/**
 * How a compare-and-set is asked for.
 *
 * @example
 * ```ts
 * import { type CasOptions, type Node } from "@gossip-glomers/maelstrom";
 *
 * const first: CasOptions = { create: true, retry: true };
 *
 * export const lead = (node: Node): Promise<void> =>
 *   node.linKv.cas("leader", null, node.incarnation, first);
 * ```
 */
export interface CasOptions extends KVOptions {
  /** Also if the key does not exist. `lww-kv` knows no such option. */
  readonly create?: boolean;
}

const any: Shape<unknown> = {
  expected: "any",
  test: (v): v is unknown => v !== undefined,
};
const read = message("read", { key: string }, { value: any });
const write = message("write", { key: string, value: any }, {});
const cas = message("cas", {
  key: string,
  from: any,
  to: any,
  create_if_not_exists: optional(boolean),
}, {});

/**
 * Client of one of Maelstrom's key-value services.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { KV } from "@gossip-glomers/maelstrom";
 * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
 *
 * const cluster = new TestCluster((node) =>
 *   node.onInit(async () => {
 *     const kv = new KV(node, "lin-kv"); // that is node.linKv
 *     await kv.write("x", 1);
 *     assert.equal(await kv.read("x"), 1);
 *   })
 * );
 * await cluster.ready();
 * ```
 */
export class KV {
  readonly #retry: Retry;

  /**
   * A client of a service, for a node.
   *
   * @param service its name, such as `lin-kv`
   */
  constructor(
    private readonly client: RpcClient,
    readonly service: string,
  ) {
    this.#retry = new Retry(client);
  }

  /** When answers usually have come, in ms: learned from what was retried. */
  get usualDelay(): number {
    return this.#retry.usual;
  }

  #ask<R extends Body>(
    request: OutgoingRequest<R>,
    options: KVOptions = {},
  ): Promise<R> {
    const { retry, ...others } = options;
    const once = (options: RpcOptions) =>
      this.client.rpc(this.service, request, options);
    return retry ? this.#retry.ask(once, others) : once(others);
  }

  /**
   * The value of a key; `unknown` unless it is read by a shape.
   *
   * @throws {RpcError} keyDoesNotExist, timeout
   * @throws {TypeError} the value is not of that shape
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { integer } from "@gossip-glomers/maelstrom";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const cluster = new TestCluster((node) =>
   *   node.onInit(async () => {
   *     await node.linKv.write("x", 1);
   *     const x: number = await node.linKv.read("x", integer);
   *     assert.equal(x, 1);
   *   })
   * );
   * await cluster.ready();
   * ```
   */
  read<T>(key: string, shape: Shape<T>, options?: KVOptions): Promise<T>;
  /** The value as it comes. @throws {RpcError} keyDoesNotExist, timeout */
  read(key: string, shape?: undefined, options?: KVOptions): Promise<unknown>;
  async read(
    key: string,
    shape?: Shape<unknown>,
    options?: KVOptions,
  ): Promise<unknown> {
    const { value } = await this.#ask(read({ key }), options);
    if (shape === undefined || shape.test(value)) return value;
    const text = json.test(value) ? stringify(value).slice(0, 200) : "no value";
    throw new TypeError(
      `${key} in ${this.service} is ${text}, expected ${shape.expected}: ` +
        "it is not this program's, or of another version of it",
    );
  }

  /**
   * Like {@linkcode read}, for a key that may not exist.
   *
   * @throws {RpcError} timeout
   * @throws {TypeError} the value is not of that shape
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { integer } from "@gossip-glomers/maelstrom";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const cluster = new TestCluster((node) =>
   *   node.onInit(async () => {
   *     assert.equal(await node.seqKv.readOr("sum", 0, integer), 0);
   *   })
   * );
   * await cluster.ready();
   * ```
   */
  readOr<T, D>(
    key: string,
    byDefault: D,
    shape: Shape<T>,
    options?: KVOptions,
  ): Promise<T | D>;
  /** The value as it comes, or the default. @throws {RpcError} timeout */
  readOr(
    key: string,
    byDefault: unknown,
    shape?: undefined,
    options?: KVOptions,
  ): Promise<unknown>;
  async readOr(
    key: string,
    byDefault: unknown,
    shape?: Shape<unknown>,
    options?: KVOptions,
  ): Promise<unknown> {
    try {
      return await (shape
        ? this.read(key, shape, options)
        : this.read(key, undefined, options));
    } catch (error) {
      if (isCode(error, ErrorCode.keyDoesNotExist)) return byDefault;
      throw error;
    }
  }

  /**
   * Sets the key to a value that JSON can hold, whatever it was.
   *
   * @throws {RpcError} timeout
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { array, integer } from "@gossip-glomers/maelstrom";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const cluster = new TestCluster((node) =>
   *   node.onInit(async () => {
   *     await node.lwwKv.write("seen", [1, 2]);
   *     const seen = await node.lwwKv.read("seen", array(integer));
   *     assert.deepEqual(seen, [1, 2]);
   *   })
   * );
   * await cluster.ready();
   * ```
   */
  async write(key: string, value: unknown, options?: KVOptions): Promise<void> {
    await this.#ask(write({ key, value }), options);
  }

  /**
   * Sets the key to `to` if it is `from`; with `create`, also if it does not
   * exist.
   *
   * @throws {RpcError} preconditionFailed, keyDoesNotExist, timeout
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { ErrorCode, isCode } from "@gossip-glomers/maelstrom";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const cluster = new TestCluster((node) =>
   *   node.onInit(async () => {
   *     await node.linKv.cas("leader", null, node.id, { create: true });
   *     await assert.rejects(
   *       node.linKv.cas("leader", "n1", "n2"),
   *       (error) => isCode(error, ErrorCode.preconditionFailed),
   *     );
   *   })
   * );
   * await cluster.ready();
   * ```
   */
  async cas(
    key: string,
    from: unknown,
    to: unknown,
    options: CasOptions = {},
  ): Promise<void> {
    const { create, ...others } = options;
    const request = cas({ key, from, to, create_if_not_exists: create });
    await this.#ask(request, others);
  }

  /**
   * Replaces the value by a function of it, again and again until no other
   * writer came between. After a timeout the change may have happened or not.
   *
   * @throws {RpcError} timeout
   * @throws {TypeError} the value is not of that shape
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { integer } from "@gossip-glomers/maelstrom";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const cluster = new TestCluster((node) =>
   *   node.onInit(async () => {
   *     const add = (delta: number) => (sum: number) => sum + delta;
   *     assert.equal(await node.seqKv.update("sum", add(2), 0, integer), 2);
   *     assert.equal(await node.seqKv.update("sum", add(3), 0, integer), 5);
   *   })
   * );
   * await cluster.ready();
   * ```
   */
  update<T>(
    key: string,
    change: (value: T) => T,
    byDefault: T,
    shape: Shape<T>,
    options?: RpcOptions,
  ): Promise<T>;
  /** The same, whatever form the value has. */
  update(
    key: string,
    change: (value: unknown) => unknown,
    byDefault: unknown,
    shape?: undefined,
    options?: RpcOptions,
  ): Promise<unknown>;
  async update(
    key: string,
    change: (value: unknown) => unknown,
    byDefault: unknown,
    shape?: Shape<unknown>,
    options: RpcOptions = {},
  ): Promise<unknown> {
    // What was tried again would meet its own effect, and be changed twice.
    const once = { ...options, retry: false };
    for (let delay = 1;; delay = Math.min(2 * delay, 1000)) {
      const from = await (shape
        ? this.readOr(key, byDefault, shape, once)
        : this.readOr(key, byDefault, undefined, once));
      const to = change(from);
      try {
        await this.cas(key, from, to, { ...once, create: true });
        return to;
      } catch (error) {
        if (!isCode(error, ErrorCode.preconditionFailed)) {
          throw error;
        }
      }
      await this.client.sleep(delay * this.client.random());
    }
  }
}
