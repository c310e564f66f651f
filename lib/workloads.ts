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
  type Of,
  record,
  string,
  tuple,
} from "./shapes.ts";

const offsets = record(integer);
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

/** Reads or writes one register: `["r", key, null]` or `["w", key, value]`. */
export type RegisterOp = Of<typeof registerOp>;
/** Reads or extends one list: `["r", key, null]`, `["append", key, item]`. */
export type AppendOp = Of<typeof appendOp>;

const counter = {
  add: message("add", { delta: integer }, {}),
  read: message("read", {}, { value: bigInteger }),
};

/**
 * Every RPC of every Maelstrom workload. The reply to a request of type `t` has
 * type `t_ok`.
 */
export const workloads = {
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
} as const;

/** The name of a workload. */
export type Workload = keyof typeof workloads;

type RequestOf<M> = M extends MessageType<string, infer B> ? B : never;
type ReplyOf<M> = M extends RequestType<infer T, infer _, infer R>
  ? ReplyTo<T, R>
  : never;

/** The request body of RPC `T` in workload `W`. */
export type Request<W extends Workload, T extends keyof typeof workloads[W]> =
  & { readonly type: T }
  & RequestOf<typeof workloads[W][T]>;

/** The reply body of RPC `T` in workload `W`. */
export type Reply<W extends Workload, T extends keyof typeof workloads[W]> =
  ReplyOf<typeof workloads[W][T]>;

export type Awaitable<T> = T | Promise<T>;

/**
 * A handler a message type of workload `W`. What it has no reply to stays
 * unanswered, which to the client is an operation of unknown fate.
 */
export type Handlers<W extends Workload> = {
  readonly [T in keyof typeof workloads[W]]: (
    body: Request<W, T>,
    message: Message,
  ) => Awaitable<Reply<W, T> | void>;
};
