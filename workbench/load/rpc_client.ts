/**
 * A client in the network: one request at a time, with a timeout.
 *
 * @module
 */
import {
  type Body,
  ErrorCode,
  RpcError,
  type Shape,
} from "../../lib/maelstrom.ts";
import { stringifyJson } from "../json.ts";
import { type Packet } from "../cluster/journal.ts";
import { type Network } from "../cluster/network.ts";
import { type Scheduler, type Timer } from "../clock/scheduler.ts";
import { type Oddity, type StrayReplies } from "./stray_replies.ts";

/** A reply, or why there is none. */
export type RpcResult<R = unknown> =
  | { readonly body: Body & R; readonly error?: undefined }
  | { readonly error: RpcError | MalformedReply };

/** The node answered something that the workload does not allow. */
export class MalformedReply extends Error {
  override readonly name = "MalformedReply";

  /** @param expected what the reply should have been, in words */
  constructor(node: string, request: Body, reply: Body, expected: string) {
    super(
      `${node} answered ${stringifyJson(request)}\n  with ` +
        `${stringifyJson(reply)}\n  expected ${expected}`,
    );
  }
}

/** How long a client waits for a reply, in ms, unless a workload says more. */
export const CLIENT_TIMEOUT = 5000;

/** Fields of every reply. */
const ENVELOPE: ReadonlySet<string> = new Set([
  "type",
  "msg_id",
  "in_reply_to",
]);

export class RpcClient {
  readonly id: string;
  #lastMsgId = 0;
  /** Requests that nobody waits for any more. */
  readonly #givenUp = new Set<number>();
  #waiting: {
    readonly msgId: number;
    readonly timer: Timer;
    readonly done: (result: RpcResult) => void;
  } | undefined;

  /** @param strays told of messages that are no answer to what was asked */
  constructor(
    private readonly scheduler: Scheduler,
    private readonly network: Network,
    private readonly strays?: StrayReplies,
  ) {
    this.id = network.nextClientId();
    network.connect(this.id, (packet) => {
      const { body } = packet;
      if (
        this.#waiting === undefined || this.#waiting.msgId !== body.in_reply_to
      ) {
        return this.#ignore(packet);
      }
      this.#settle(body.type === "error" ? { error: errorIn(body) } : { body });
    });
  }

  /** As Maelstrom's clients do. */
  #ignore(packet: Packet): void {
    this.strays?.add(this.#oddity(packet.body.in_reply_to), packet);
  }

  #oddity(id: unknown): Oddity {
    if (id === undefined || id === null) return "unaddressed";
    if (typeof id !== "number" || !Number.isInteger(id)) return "misshapen";
    if (id < 1 || id > this.#lastMsgId) return "unasked";
    return this.#givenUp.has(id) ? "late" : "twice";
  }

  /** Sends a request. There is no other until it is done. */
  rpc(
    dest: string,
    body: Body,
    done: (result: RpcResult) => void,
    timeout = CLIENT_TIMEOUT,
  ): void {
    const msgId = ++this.#lastMsgId;
    const timer = this.scheduler.after(timeout, () => {
      this.#givenUp.add(msgId);
      this.#settle({
        error: new RpcError(
          ErrorCode.timeout,
          `${dest} did not answer ${body.type} within ${timeout} ms`,
        ),
      });
    });
    this.#waiting = { msgId, timer, done };
    this.network.send(this.id, dest, { ...body, msg_id: msgId });
  }

  /**
   * Like {@linkcode rpc}, and checks that the reply has the right form.
   *
   * @param message the type of the request, and the shape of its reply
   */
  call<R>(
    dest: string,
    { type, reply }: { readonly type: string; readonly reply: Shape<R> },
    fields: Readonly<Record<string, unknown>>,
    done: (result: RpcResult<R>) => void,
    timeout?: number,
  ): void {
    const wanted = `${type}_ok`;
    this.rpc(dest, { type, ...fields }, (result) => {
      if (result.error) return done(result);
      const { body } = result;
      const unknown = Object.keys(body).find((field) =>
        !ENVELOPE.has(field) && !reply.fields?.includes(field)
      );
      if (
        body.type === wanted && unknown === undefined && hasForm(reply, body)
      ) {
        return done({ body });
      }
      done({
        error: new MalformedReply(
          dest,
          { type, ...fields },
          body,
          `{type: "${wanted}", ${reply.expected.slice(1)}` +
            (unknown === undefined ? "" : ` and no field "${unknown}"`),
        ),
      });
    }, timeout);
  }

  #settle(result: RpcResult): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.timer.cancel();
    waiting?.done(result);
  }

  close(): void {
    this.#waiting?.timer.cancel();
    this.#waiting = undefined;
    this.network.disconnect(this.id, (packet) => this.#ignore(packet));
  }
}

function hasForm<R>(shape: Shape<R>, body: Body): body is Body & R {
  return shape.test(body);
}

/** The error that a node answered with, whatever it is. */
function errorIn(body: Body): RpcError {
  const { code, text } = body;
  if (typeof code === "number" && Number.isInteger(code)) {
    const words = typeof text === "string" || text === undefined
      ? text
      : stringifyJson(text);
    return new RpcError(code, words ?? "");
  }
  return new RpcError(NaN, stringifyJson(body));
}
