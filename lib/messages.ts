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

/** What a message says: its `type`, and what else that type carries. */
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

/** A message as it travels, one line of JSON each. */
export interface Message<B = Body> {
  /** Who sends it. */
  readonly src: string;
  /** Who is to get it. */
  readonly dest: string;
  /** What it says. */
  readonly body: B;
}

/** What can be sent; a {@linkcode MessageType} makes it. */
export interface Outgoing {
  /** What it says. */
  readonly body: Body;
}

/** A request that can be sent, and what its reply must look like. */
export interface OutgoingRequest<R extends Body> extends Outgoing {
  /** What its reply must look like, its type included. */
  readonly answer: Shape<R>;
}

/** What a message carries; it may be left out if all of it is optional. */
export type Arguments<B> = Record<never, never> extends B ? [fields?: B]
  : [fields: B];

/** The reply to a request of type `t` has type `t_ok`. */
export type ReplyTo<T extends string, R> = { readonly type: `${T}_ok` } & R;

/** A type of message: call it to make one. */
export interface MessageType<T extends string, B> {
  /** Makes a message of this type. */
  (...fields: Arguments<B>): Outgoing;
  /** Its name. */
  readonly type: T;
  /** What its body must look like. */
  readonly request: Shape<B>;
}

/** A type of message that is answered. */
export interface RequestType<T extends string, B, R> extends MessageType<T, B> {
  /** Makes a request of this type. */
  (...fields: Arguments<B>): OutgoingRequest<ReplyTo<T, R>>;
  /** What its reply must look like. */
  readonly reply: Shape<R>;
}

/**
 * Declares a type of message, once for all who send and handle it.
 *
 * @param reply what the reply carries, if it is a request
 *
 * @example
 * ```ts
 * import { integer, message, type Node, run } from "./lib/maelstrom.ts";
 *
 * const news = message("news", { total: integer });
 * const ask = message("ask", {}, { total: integer });
 *
 * function program(node: Node): void {
 *   let total = 0;
 *   node.on(news, (body) => void (total = body.total));
 *   node.on(ask, () => ({ type: "ask_ok", total }));
 *   node.every(1000, async () => {
 *     const reply = await node.rpc(node.pick(node.ids), ask());
 *     total = Math.max(total, reply.total);
 *     for (const peer of node.peers) node.send(peer, news({ total }));
 *   });
 * }
 *
 * if (import.meta.main) await run(program);
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
