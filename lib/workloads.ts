/**
 * The RPCs of Maelstrom's workloads.
 *
 * @module
 */
import { type Message } from "./messages.ts";
import {
  array,
  bigInteger,
  either,
  type Fields,
  integer,
  json,
  list,
  literal,
  object,
  type ObjectOf,
  type Of,
  record,
  type Shape,
  string,
  tuple,
} from "./shapes.ts";

/**
 * One RPC of a workload: what the request and its reply must contain. A reply
 * may have what Maelstrom's schemas take.
 */
interface Rpc<Q, R> {
  readonly request: Shape<Q>;
  readonly reply: Shape<R>;
}

function rpc<Q extends Fields, R extends Fields>(
  request: Q,
  reply: R,
): Rpc<ObjectOf<Q>, ObjectOf<R>> {
  return { request: object(request), reply: object(reply) };
}

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
  add: rpc({ delta: integer }, {}),
  read: rpc({}, { value: bigInteger }),
};

/**
 * Every RPC of every Maelstrom workload. The reply to a request of type `t` has
 * type `t_ok`.
 */
export const workloads = {
  "echo": { echo: rpc({ echo: json }, { echo: json }) },
  "unique-ids": { generate: rpc({}, { id: json }) },
  "broadcast": {
    topology: rpc({ topology: record(array(string)) }, {}),
    broadcast: rpc({ message: json }, {}),
    read: rpc({}, { messages: list(json) }),
  },
  "g-set": {
    add: rpc({ element: json }, {}),
    read: rpc({}, { value: list(json) }),
  },
  "g-counter": counter,
  "pn-counter": counter,
  "kafka": {
    send: rpc({ key: string, msg: json }, { offset: bigInteger }),
    poll: rpc({ offsets }, {
      msgs: record(list(tuple<[number | bigint, unknown]>(bigInteger, json))),
    }),
    commit_offsets: rpc({ offsets }, {}),
    list_committed_offsets: rpc({ keys: array(string) }, {
      offsets: record(bigInteger),
    }),
  },
  "lin-kv": {
    read: rpc({ key: json }, { value: json }),
    write: rpc({ key: json, value: json }, {}),
    cas: rpc({ key: json, from: json, to: json }, {}),
  },
  "txn-list-append": {
    txn: rpc({ txn: array(appendOp) }, {
      txn: list(either(readList, append)),
    }),
  },
  "txn-rw-register": {
    txn: rpc({ txn: array(registerOp) }, { txn: list(registerOp) }),
  },
} as const;

/** The name of a workload. */
export type Workload = keyof typeof workloads;

type RequestOf<R> = R extends Rpc<infer Q, unknown> ? Q : never;
type ReplyOf<R> = R extends Rpc<unknown, infer A> ? A : never;

/** The request body of RPC `T` in workload `W`. */
export type Request<W extends Workload, T extends keyof typeof workloads[W]> =
  & { readonly type: T }
  & RequestOf<typeof workloads[W][T]>;

/** The reply body of RPC `T` in workload `W`. */
export type Reply<W extends Workload, T extends keyof typeof workloads[W]> =
  & { readonly type: `${T & string}_ok` }
  & ReplyOf<typeof workloads[W][T]>;

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
