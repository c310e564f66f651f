/**
 * A client in the network: one request at a time, with a timeout.
 *
 * @module
 */
import {
  type Body,
  ErrorCode,
  RpcError,
  type Workload,
  workloads,
} from "../lib/maelstrom.ts";
import { stringifyJson } from "./json.ts";
import { type Network } from "./network.ts";
import { type Scheduler, type Timer } from "./scheduler.ts";

/** A reply, or why there is none. */
export type RpcResult =
  | { readonly body: Body; readonly error?: undefined }
  | { readonly error: RpcError | MalformedReply };

/** The node answered something that the workload does not allow. */
export class MalformedReply extends Error {
  override readonly name = "MalformedReply";
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
  #waiting: {
    readonly msgId: number;
    readonly timer: Timer;
    readonly done: (result: RpcResult) => void;
  } | undefined;

  constructor(
    private readonly scheduler: Scheduler,
    private readonly network: Network,
  ) {
    this.id = network.nextClientId();
    network.connect(this.id, ({ body }) => {
      // A reply to an earlier request, that we gave up, is ignored.
      if (this.#waiting?.msgId !== body.in_reply_to) return;
      this.#settle(
        body.type === "error"
          ? { error: new RpcError(Number(body.code), String(body.text ?? "")) }
          : { body },
      );
    });
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

  /** Like {@linkcode rpc}, and checks that the reply has the right form. */
  call<W extends Workload>(
    workload: W,
    dest: string,
    body: Body,
    done: (result: RpcResult) => void,
    timeout?: number,
  ): void {
    const table: Record<string, typeof workloads.echo.echo> = {
      ...workloads[workload],
    } as never;
    const { reply } = table[body.type];
    const type = `${body.type}_ok`;
    this.rpc(dest, body, (result) => {
      if (result.error) return done(result);
      const unknown = Object.keys(result.body).find((field) =>
        !ENVELOPE.has(field) && !reply.fields?.includes(field)
      );
      if (
        result.body.type === type && reply.test(result.body) &&
        unknown === undefined
      ) {
        return done(result);
      }
      done({
        error: new MalformedReply(
          `${dest} answered ${stringifyJson(body)}\n  with ${
            stringifyJson(result.body)
          }\n  expected {type: "${type}", ${reply.expected.slice(1)}` +
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
    this.network.disconnect(this.id);
  }
}
