/**
 * The RPCs of Maelstrom's workloads.
 *
 * @module
 */
import {
  type Message,
  message,
  type MessageType,
  type ReplyTo,
  type RequestType,
} from "./messages.ts";
import {
  array,
  bigInteger,
  either,
  integer,
  json,
  list,
  literal,
  record,
  type Shape,
  string,
  tuple,
} from "./shapes.ts";

const offsets: Shape<Record<string, number>> = record(integer);
const read = tuple<["r", unknown, unknown]>(literal("r"), json, json);
const write = tuple<["w", unknown, unknown]>(literal("w"), json, json);
const append = tuple<["append", unknown, unknown]>(
  literal("append"),
  json,
  json,
);
const readList = tuple<["r", unknown, unknown[] | null]>(
  literal("r"),
  json,
  list(json),
);
const registerOp = either(read, write);
const appendOp = either(read, append);

/**
 * Reads or writes one register: `["r", key, null]` or `["w", key, value]`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { type RegisterOp } from "@gossip-glomers/maelstrom";
 *
 * const ops: RegisterOp[] = [["r", "x", null], ["w", "x", 1]];
 * assert.deepEqual(ops.map(([op]) => op), ["r", "w"]);
 * ```
 */
export type RegisterOp = ["r", unknown, unknown] | ["w", unknown, unknown];
/**
 * Reads or extends one list: `["r", key, null]`, `["append", key, item]`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { type AppendOp } from "@gossip-glomers/maelstrom";
 *
 * const ops: AppendOp[] = [["append", "x", 1], ["r", "x", null]];
 * assert.deepEqual(ops.map(([op]) => op), ["append", "r"]);
 * ```
 */
export type AppendOp =
  | ["r", unknown, unknown]
  | ["append", unknown, unknown];

const counter = {
  add: message("add", { delta: integer }, {}),
  read: message("read", {}, { value: bigInteger }),
};

/**
 * The RPCs of two workloads that differ in what clients send.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { type Counter, workloads } from "@gossip-glomers/maelstrom";
 *
 * const counters: Counter[] = [workloads["g-counter"], workloads["pn-counter"]];
 * for (const { add } of counters) {
 *   assert.deepEqual(add({ delta: 2 }).body, { type: "add", delta: 2 });
 * }
 * ```
 */
export type Counter = {
  readonly add: RequestType<"add", { readonly delta: number }, Empty>;
  readonly read: RequestType<
    "read",
    Empty,
    { readonly value: number | bigint }
  >;
};

/**
 * Nothing.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import {
 *   type Empty,
 *   type RequestType,
 *   workloads,
 * } from "@gossip-glomers/maelstrom";
 *
 * const { generate } = workloads["unique-ids"];
 * const same: RequestType<"generate", Empty, { readonly id: unknown }> = generate;
 * assert.deepEqual(same().body, { type: "generate" });
 * ```
 */
export type Empty = Record<never, never>;

/**
 * Every workload by its name: its RPCs by their types.
 *
 * @example
 * ```ts
 * import { type Workloads } from "@gossip-glomers/maelstrom";
 *
 * type Send = Workloads["kafka"]["send"];
 *
 * export const send: ReturnType<Send>["body"] = {
 *   type: "send",
 *   key: "k",
 *   msg: 1,
 * };
 * ```
 */
export type Workloads = {
  /** Answers what it was asked. */
  readonly "echo": {
    readonly echo: RequestType<
      "echo",
      { readonly echo: unknown },
      { readonly echo: unknown }
    >;
  };
  /** Ids that are never given twice. */
  readonly "unique-ids": {
    readonly generate: RequestType<"generate", Empty, { readonly id: unknown }>;
  };
  /** Values that all nodes are to have. */
  readonly "broadcast": {
    readonly topology: RequestType<
      "topology",
      { readonly topology: Record<string, string[]> },
      Empty
    >;
    readonly broadcast: RequestType<
      "broadcast",
      { readonly message: unknown },
      Empty
    >;
    readonly read: RequestType<
      "read",
      Empty,
      { readonly messages: unknown[] | null }
    >;
  };
  /** A set that only grows. */
  readonly "g-set": {
    readonly add: RequestType<"add", { readonly element: unknown }, Empty>;
    readonly read: RequestType<
      "read",
      Empty,
      { readonly value: unknown[] | null }
    >;
  };
  /** A counter that only grows. */
  readonly "g-counter": Counter;
  /** A counter that also falls. */
  readonly "pn-counter": Counter;
  /** Logs, one for each key, and committed offsets. */
  readonly "kafka": {
    readonly send: RequestType<
      "send",
      { readonly key: string; readonly msg: unknown },
      { readonly offset: number | bigint }
    >;
    readonly poll: RequestType<
      "poll",
      { readonly offsets: Record<string, number> },
      { readonly msgs: Record<string, [number | bigint, unknown][] | null> }
    >;
    readonly commit_offsets: RequestType<
      "commit_offsets",
      { readonly offsets: Record<string, number> },
      Empty
    >;
    readonly list_committed_offsets: RequestType<
      "list_committed_offsets",
      { readonly keys: string[] },
      { readonly offsets: Record<string, number | bigint> }
    >;
  };
  /** A linearizable key-value store. */
  readonly "lin-kv": {
    readonly read: RequestType<
      "read",
      { readonly key: unknown },
      { readonly value: unknown }
    >;
    readonly write: RequestType<
      "write",
      { readonly key: unknown; readonly value: unknown },
      Empty
    >;
    readonly cas: RequestType<
      "cas",
      { readonly key: unknown; readonly from: unknown; readonly to: unknown },
      Empty
    >;
  };
  /** Transactions that read and extend lists. */
  readonly "txn-list-append": {
    readonly txn: RequestType<
      "txn",
      { readonly txn: AppendOp[] },
      {
        readonly txn:
          | (["r", unknown, unknown[] | null] | ["append", unknown, unknown])[]
          | null;
      }
    >;
  };
  /** Transactions that read and write registers. */
  readonly "txn-rw-register": {
    readonly txn: RequestType<
      "txn",
      { readonly txn: RegisterOp[] },
      { readonly txn: RegisterOp[] | null }
    >;
  };
};

/**
 * Every RPC of every Maelstrom workload. The reply to a request of type `t` has
 * type `t_ok`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { workloads } from "@gossip-glomers/maelstrom";
 *
 * const { send } = workloads.kafka;
 * const { body, answer } = send({ key: "k", msg: 1 });
 * assert.deepEqual(body, { type: "send", key: "k", msg: 1 });
 * assert.ok(answer.test({ type: "send_ok", offset: 0 }));
 * ```
 */
export const workloads: Workloads = {
  "echo": { echo: message("echo", { echo: json }, { echo: json }) },
  "unique-ids": { generate: message("generate", {}, { id: json }) },
  "broadcast": {
    topology: message("topology", { topology: record(array(string)) }, {}),
    broadcast: message("broadcast", { message: json }, {}),
    read: message("read", {}, { messages: list(json) }),
  },
  "g-set": {
    add: message("add", { element: json }, {}),
    read: message("read", {}, { value: list(json) }),
  },
  "g-counter": counter,
  "pn-counter": counter,
  "kafka": {
    send: message("send", { key: string, msg: json }, { offset: bigInteger }),
    poll: message("poll", { offsets }, {
      msgs: record(list(tuple<[number | bigint, unknown]>(bigInteger, json))),
    }),
    commit_offsets: message("commit_offsets", { offsets }, {}),
    list_committed_offsets: message("list_committed_offsets", {
      keys: array(string),
    }, {
      offsets: record(bigInteger),
    }),
  },
  "lin-kv": {
    read: message("read", { key: json }, { value: json }),
    write: message("write", { key: json, value: json }, {}),
    cas: message("cas", { key: json, from: json, to: json }, {}),
  },
  "txn-list-append": {
    txn: message("txn", { txn: array(appendOp) }, {
      txn: list(either(readList, append)),
    }),
  },
  "txn-rw-register": {
    txn: message("txn", { txn: array(registerOp) }, { txn: list(registerOp) }),
  },
};

/**
 * The name of a workload.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { type Workload, workloads } from "@gossip-glomers/maelstrom";
 *
 * const name: Workload = "g-set";
 * assert.deepEqual(Object.keys(workloads[name]), ["add", "read"]);
 * ```
 */
export type Workload = keyof Workloads;

/**
 * What a request of this type carries.
 *
 * @example
 * ```ts
 * import { type RequestOf, type Workloads } from "@gossip-glomers/maelstrom";
 *
 * type Add = Workloads["g-counter"]["add"];
 *
 * export const body: RequestOf<Add> = { delta: 2 };
 * ```
 */
export type RequestOf<M> = M extends MessageType<string, infer B> ? B : never;
/**
 * The reply to a request of this type.
 *
 * @example
 * ```ts
 * import { type ReplyOf, type Workloads } from "@gossip-glomers/maelstrom";
 *
 * type Read = Workloads["g-counter"]["read"];
 *
 * export const reply: ReplyOf<Read> = { type: "read_ok", value: 2 };
 * ```
 */
export type ReplyOf<M> = M extends RequestType<infer T, infer _, infer R>
  ? ReplyTo<T, R>
  : never;

/**
 * The request body of RPC `T` in workload `W`.
 *
 * @example
 * ```ts
 * import { type Request } from "@gossip-glomers/maelstrom";
 *
 * export const request: Request<"echo", "echo"> = { type: "echo", echo: "hi" };
 * ```
 */
export type Request<W extends Workload, T extends keyof Workloads[W]> =
  & { readonly type: T }
  & RequestOf<Workloads[W][T]>;

/**
 * The reply body of RPC `T` in workload `W`.
 *
 * @example
 * ```ts
 * import { type Reply } from "@gossip-glomers/maelstrom";
 *
 * export const reply: Reply<"echo", "echo"> = { type: "echo_ok", echo: "hi" };
 * ```
 */
export type Reply<W extends Workload, T extends keyof Workloads[W]> = ReplyOf<
  Workloads[W][T]
>;

/**
 * A value, or a promise of it.
 *
 * @example
 * ```ts
 * import { type Awaitable } from "@gossip-glomers/maelstrom";
 *
 * const tasks: (() => Awaitable<void>)[] = [() => {}, () => Promise.resolve()];
 * for (const task of tasks) await task();
 * ```
 */
export type Awaitable<T> = T | Promise<T>;

/**
 * A handler for each message type of workload `W`. What it has no reply to stays
 * unanswered, which to the client is an operation of unknown fate.
 *
 * @example
 * ```ts
 * import { type Handlers, type Node } from "@gossip-glomers/maelstrom";
 *
 * const handlers: Handlers<"echo"> = {
 *   echo: ({ echo }) => ({ type: "echo_ok", echo }),
 * };
 *
 * export default (node: Node): void => node.serve("echo", handlers);
 * ```
 */
export type Handlers<W extends Workload> = {
  readonly [T in keyof Workloads[W]]: (
    body: Request<W, T>,
    message: Message,
  ) => Awaitable<Reply<W, T> | void>;
};
