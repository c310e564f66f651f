/**
 * Clients of Maelstrom's key-value services.
 *
 * @module
 */
import { ErrorCode, isCode } from "./errors.ts";
import { type Node, type RpcOptions } from "./node.ts";

/** Client of one of Maelstrom's key-value services. */
export class KV {
  constructor(private readonly node: Node, readonly service: string) {}

  /** @throws {RpcError} keyDoesNotExist, timeout */
  async read(key: string, options?: RpcOptions): Promise<unknown> {
    const body = { type: "read", key };
    return (await this.node.rpc(this.service, body, options)).value;
  }

  /** Like {@linkcode read}, for a key that may not exist. */
  async readOr<T>(
    key: string,
    byDefault: T,
    options?: RpcOptions,
  ): Promise<unknown | T> {
    try {
      return await this.read(key, options);
    } catch (error) {
      if (isCode(error, ErrorCode.keyDoesNotExist)) return byDefault;
      throw error;
    }
  }

  /** @throws {RpcError} timeout */
  async write(
    key: string,
    value: unknown,
    options?: RpcOptions,
  ): Promise<void> {
    await this.node.rpc(this.service, { type: "write", key, value }, options);
  }

  /**
   * Sets the key to `to` if it is `from`; with `create`, also if it does not
   * exist (`lww-kv` does not know that option).
   *
   * @throws {RpcError} preconditionFailed, keyDoesNotExist, timeout
   */
  async cas(
    key: string,
    from: unknown,
    to: unknown,
    options: RpcOptions & { readonly create?: boolean } = {},
  ): Promise<void> {
    const { create } = options;
    const body = { type: "cas", key, from, to, create_if_not_exists: create };
    await this.node.rpc(this.service, body, options);
  }

  /**
   * Replaces the value by a function of it, again and again until no other
   * writer came between. After a timeout the change may have happened or not.
   *
   * @throws {RpcError} timeout
   */
  async update<T>(
    key: string,
    change: (value: unknown | T) => unknown,
    byDefault: T,
    options?: RpcOptions,
  ): Promise<unknown> {
    for (let delay = 1;; delay = Math.min(2 * delay, 1000)) {
      const from = await this.readOr(key, byDefault, options);
      const to = change(from);
      try {
        await this.cas(key, from, to, { ...options, create: true });
        return to;
      } catch (error) {
        if (!isCode(error, ErrorCode.preconditionFailed)) throw error;
      }
      await this.node.sleep(delay * this.node.random());
    }
  }
}
