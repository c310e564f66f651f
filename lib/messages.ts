/**
 * Messages as they travel, and the types of message that a program has.
 *
 * @module
 */
import {
  type Fields,
  literal,
  object,
  type ObjectOf,
  type Shape,
} from "./shapes.ts";

/**
 * What a message says: its `type`, and what else that type carries.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { type Body } from "@gossip-glomers/maelstrom";
 *
 * const body: Body = { type: "echo", msg_id: 1, echo: "hello" };
 * assert.equal(body.echo, "hello");
 * ```
 */
export interface Body {
  /** What kind of message it is. */
  readonly type: string;
  /** On requests: the sender's number for this message. */
  readonly msg_id?: number;
  /** On replies: the `msg_id` of the request. */
  readonly in_reply_to?: number;
  /** What this type carries. */
  readonly [field: string]: unknown;
}

/**
 * A message as it travels, one line of JSON each.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { type Message, parseMessage } from "@gossip-glomers/maelstrom";
 *
 * const line = '{"src":"c1","dest":"n0","body":{"type":"read","msg_id":1}}';
 * const { src, dest, body }: Message = parseMessage(line);
 * assert.equal(`${src} asks ${dest} to ${body.type}`, "c1 asks n0 to read");
 * ```
 */
export interface Message<B = Body> {
  /** Who sends it. */
  readonly src: string;
  /** Who is to get it. */
  readonly dest: string;
  /** What it says. */
  readonly body: B;
}

/**
 * What can be sent; a {@linkcode MessageType} makes it.
 *
 * @example
 * ```ts
 * import { type Node, type Outgoing } from "@gossip-glomers/maelstrom";
 *
 * export function tellAll(node: Node, message: Outgoing): void {
 *   for (const peer of node.peers) node.send(peer, message);
 * }
 * ```
 */
export interface Outgoing {
  /** What it says. */
  readonly body: Body;
}

/**
 * A request that can be sent, and what its reply must look like.
 *
 * @example
 * ```ts
 * import {
 *   type Body,
 *   type Node,
 *   type OutgoingRequest,
 * } from "@gossip-glomers/maelstrom";
 *
 * export function askAll<R extends Body>(
 *   node: Node,
 *   request: OutgoingRequest<R>,
 * ): Promise<R[]> {
 *   return Promise.all(node.peers.map((peer) => node.rpc(peer, request)));
 * }
 * ```
 */
export interface OutgoingRequest<R extends Body> extends Outgoing {
  /** What its reply must look like, its type included. */
  readonly answer: Shape<R>;
}

/**
 * What a message carries; it may be left out if all of it is optional.
 *
 * @example
 * ```ts
 * import {
 *   type Arguments,
 *   integer,
 *   message,
 *   optional,
 * } from "@gossip-glomers/maelstrom";
 *
 * const ask = message("ask", { since: optional(integer) });
 *
 * export const args: Arguments<{ readonly since?: number }>[] = [
 *   [], // ask()
 *   [{ since: 3 }], // ask({ since: 3 })
 * ];
 * for (const each of args) ask(...each);
 * ```
 */
export type Arguments<B> = Record<never, never> extends B ? [fields?: B]
  : [fields: B];

/**
 * The reply to a request of type `t` has type `t_ok`.
 *
 * @example
 * ```ts
 * import { type ReplyTo } from "@gossip-glomers/maelstrom";
 *
 * export const reply: ReplyTo<"ask", { readonly total: number }> = {
 *   type: "ask_ok",
 *   total: 3,
 * };
 * ```
 */
export type ReplyTo<T extends string, R> = { readonly type: `${T}_ok` } & R;

/**
 * A type of message: call it to make one.
 *
 * @example
 * ```ts
 * import {
 *   type Arguments,
 *   type MessageType,
 *   type Node,
 * } from "@gossip-glomers/maelstrom";
 *
 * export function tellAll<B>(
 *   node: Node,
 *   type: MessageType<string, B>,
 *   ...fields: Arguments<B>
 * ): void {
 *   for (const peer of node.peers) node.send(peer, type(...fields));
 * }
 * ```
 */
export interface MessageType<T extends string, B> {
  /** Makes a message of this type. */
  (...fields: Arguments<B>): Outgoing;
  /** Its name. */
  readonly type: T;
  /** What its body must look like. */
  readonly request: Shape<B>;
}

/**
 * A type of message that is answered.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { integer, message, type RequestType } from "@gossip-glomers/maelstrom";
 *
 * type Ask = RequestType<"ask", { readonly n: number }, { readonly sum: number }>;
 *
 * const ask: Ask = message("ask", { n: integer }, { sum: integer });
 * assert.equal(ask.reply.expected, "{sum: integer}");
 * ```
 */
export interface RequestType<T extends string, B, R> extends MessageType<T, B> {
  /** Makes a request of this type. */
  (...fields: Arguments<B>): OutgoingRequest<ReplyTo<T, R>>;
  /** What its reply must look like. */
  readonly reply: Shape<R>;
}

/**
 * Declares a type of message, once for all who send and handle it: what both
 * do is checked by the compiler, and what arrives by the node.
 *
 * @param reply what the reply carries, if it is a request
 *
 * @example
 * ```ts
 * import { integer, message, type Node } from "@gossip-glomers/maelstrom";
 *
 * const news = message("news", { total: integer }); // has no reply
 * const ask = message("ask", {}, { total: integer });
 *
 * export default function program(node: Node): void {
 *   let total = 0;
 *   node.on(news, (body) => void (total = body.total));
 *   node.on(ask, () => ({ type: "ask_ok", total }));
 * }
 * ```
 */
export function message<T extends string, B extends Fields>(
  type: T,
  body: B,
): MessageType<T, ObjectOf<B>>;
/** Declares a type of message that is answered. */
export function message<
  T extends string,
  B extends Fields,
  R extends Fields,
>(type: T, body: B, reply: R): RequestType<T, ObjectOf<B>, ObjectOf<R>>;
export function message(
  type: string,
  body: Fields,
  reply?: Fields,
): unknown {
  const request = object(body);
  if (reply === undefined) {
    const make = (fields?: object) => ({ body: { type, ...fields } });
    return Object.assign(make, { type, request });
  }
  const answer = object({ type: literal(`${type}_ok`), ...reply });
  const make = (fields?: object) => ({ body: { type, ...fields }, answer });
  return Object.assign(make, { type, request, reply: object(reply) });
}
