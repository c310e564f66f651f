/**
 * Requests, and who sends them.
 *
 * @module
 */
import { type Body, type OutgoingRequest } from "./messages.ts";
import { type Timer } from "./runtime.ts";

/**
 * How a request is sent.
 *
 * @example
 * ```ts
 * import { type Node, type RpcOptions } from "@gossip-glomers/maelstrom";
 *
 * const patient: RpcOptions = { timeout: 5000 };
 *
 * export const timestamp = (node: Node) => node.timestamp(patient);
 * ```
 */
export interface RpcOptions {
  /**
   * How long to wait for the reply, in ms.
   *
   * @default 1000; up to 4000 while this destination's replies take longer
   */
  readonly timeout?: number;
  /** Ends the wait: the promise rejects with its reason. */
  readonly signal?: AbortSignal;
}

/**
 * How a request is sent again and again.
 *
 * @example
 * ```ts
 * import {
 *   message,
 *   type Node,
 *   type RetryOptions,
 * } from "@gossip-glomers/maelstrom";
 *
 * const hourly: RetryOptions = { minDelay: 1000, maxDelay: 3_600_000 };
 * const alive = message("alive", {}, {});
 *
 * export const report = (node: Node) => node.retry("n0", alive(), hourly);
 * ```
 */
export interface RetryOptions extends RpcOptions {
  /** The first pause between attempts, in ms; it doubles. @default 100 */
  readonly minDelay?: number;
  /** The longest pause between attempts, in ms. @default 2000 */
  readonly maxDelay?: number;
}

/**
 * What can send requests and wait: a {@linkcode Node}, for the clients of
 * services that it has.
 *
 * @example
 * ```ts
 * import { message, type RpcClient } from "@gossip-glomers/maelstrom";
 *
 * const ping = message("ping", {}, {});
 *
 * export async function roundTrip(client: RpcClient): Promise<number> {
 *   const start = client.now();
 *   await client.rpc("n1", ping());
 *   return client.now() - start;
 * }
 * ```
 */
export interface RpcClient {
  /** Sends a request and waits for its reply. */
  rpc<R extends Body>(
    dest: string,
    request: OutgoingRequest<R>,
    options?: RpcOptions,
  ): Promise<R>;
  /** A clock, in ms. It may jump: use it for durations, not order. */
  now(): number;
  /** A random number in [0, 1). */
  random(): number;
  /** Resolves in about `ms` ms. */
  sleep(ms: number): Promise<void>;
  /** Runs a task once, in about `ms` ms. */
  after(ms: number, task: () => void): Timer;
}
