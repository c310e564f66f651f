/**
 * Everything that a Maelstrom node needs, in one file: the protocol's messages
 * and errors, a {@linkcode Node} with handlers, RPC and timers, and clients of
 * Maelstrom's services.
 *
 * A *program* is a function of a node. It keeps all its state inside that
 * function and touches the world only through the node, so that the same
 * program runs as a process (see {@linkcode run}) or, many at once, in a
 * simulator under virtual time.
 *
 * ```ts
 * #!/usr/bin/env -S deno run
 * import { type Node, run } from "./lib/maelstrom.ts";
 *
 * export default function echo(node: Node) {
 *   node.serve("echo", { echo: ({ echo }) => ({ type: "echo_ok", echo }) });
 * }
 *
 * if (import.meta.main) await run(echo);
 * ```
 *
 * Protocol: https://github.com/jepsen-io/maelstrom/blob/main/doc/protocol.md
 *
 * @module
 */

// --------------------------------------------------------------------- shapes

/** What a JSON value must look like: a test, and its form in words. */
export interface Shape<T> {
  readonly expected: string;
  test(value: unknown): value is T;
  /** Of an object: the fields that it is known to have. */
  readonly fields?: readonly string[];
}

/** The type that a shape describes. */
export type Of<S> = S extends Shape<infer T> ? T : never;

/**
 * Any JSON value, `null` included, that every node will read as it was written:
 * its numbers are integers or in a double's range, its strings are Unicode, and
 * it is not nested so deep that there is no stack for it. A field of this shape
 * must be present.
 */
export const json: Shape<unknown> = {
  expected: "any",
  test: (v): v is unknown => v !== undefined && isWritable(v, MAX_DEPTH),
};

const MAX_DEPTH = 500;

function isWritable(value: unknown, depth: number): boolean {
  if (typeof value === "string") return value.isWellFormed();
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null) return true;
  if (depth === 0) return false;
  if (Array.isArray(value)) return value.every((x) => isWritable(x, depth - 1));
  return Object.entries(value).every(([key, x]) =>
    key.isWellFormed() && isWritable(x, depth - 1)
  );
}

export const string: Shape<string> = {
  expected: "string",
  test: (v): v is string => typeof v === "string" && v.isWellFormed(),
};
export const boolean: Shape<boolean> = {
  expected: "boolean",
  test: (v) => typeof v === "boolean",
};
/** An integer that a number holds exactly: it is below 2^53. */
export const integer: Shape<number> = {
  expected: "integer",
  test: (v): v is number => Number.isSafeInteger(v),
};

/** An integer of any size: beyond 2^53 it is a bigint. */
export const bigInteger: Shape<number | bigint> = {
  expected: "integer",
  test: (v): v is number | bigint =>
    typeof v === "bigint" || Number.isSafeInteger(v),
};

/** Exactly this string or `null`. */
export function literal<const T extends string | null>(value: T): Shape<T> {
  return {
    expected: JSON.stringify(value),
    test: (v): v is T => v === value,
  };
}

export function array<T>(item: Shape<T>): Shape<T[]> {
  return {
    expected: `[${item.expected}]`,
    test: (v): v is T[] => Array.isArray(v) && v.every((x) => item.test(x)),
  };
}

/** An array, or `null` if it is empty: so Go encodes a nil slice. */
export function list<T>(item: Shape<T>): Shape<T[] | null> {
  const items = array(item);
  return {
    expected: items.expected,
    test: (v): v is T[] | null => v === null || items.test(v),
  };
}

/** An array of fixed length, each place with a shape of its own. */
export function tuple<T extends unknown[]>(
  ...items: { [I in keyof T]: Shape<T[I]> }
): Shape<T> {
  return {
    expected: `[${items.map((item) => item.expected).join(", ")}]`,
    test: (v): v is T =>
      Array.isArray(v) && v.length === items.length &&
      items.every((item, i) => item.test(v[i])),
  };
}

export function either<A, B>(a: Shape<A>, b: Shape<B>): Shape<A | B> {
  return {
    expected: `${a.expected} or ${b.expected}`,
    test: (v): v is A | B => a.test(v) || b.test(v),
  };
}

/** A field that may be absent. */
export function optional<T>(inner: Shape<T>): Shape<T | undefined> {
  return {
    expected: `${inner.expected}?`,
    test: (v): v is T | undefined => v === undefined || inner.test(v),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An object used as a map from strings. */
export function record<T>(value: Shape<T>): Shape<Record<string, T>> {
  return {
    expected: `{string: ${value.expected}}`,
    test: (v): v is Record<string, T> =>
      isObject(v) &&
      Object.entries(v).every(([key, x]) => string.test(key) && value.test(x)),
  };
}

type Fields = Record<string, Shape<unknown>>;
type ObjectOf<F extends Fields> = { readonly [K in keyof F]: Of<F[K]> };

/** An object with at least these fields. */
export function object<F extends Fields>(fields: F): Shape<ObjectOf<F>> {
  const keys = Object.keys(fields);
  const shapes = Object.values(fields);
  return {
    expected: `{${keys.map((k) => `${k}: ${fields[k].expected}`).join(", ")}}`,
    fields: keys,
    test: (v): v is ObjectOf<F> => {
      if (!isObject(v)) return false;
      for (let i = 0; i < keys.length; i++) {
        if (!shapes[i].test(v[keys[i]])) return false;
      }
      return true;
    },
  };
}

// ------------------------------------------------------------------- messages

/** What a message says: its `type`, and what else that type carries. */
export interface Body {
  readonly type: string;
  /** On requests: the sender's number for this message. */
  readonly msg_id?: number;
  /** On replies: the `msg_id` of the request. */
  readonly in_reply_to?: number;
  readonly [field: string]: unknown;
}

/** A message as it travels, one line of JSON each. */
export interface Message<B = Body> {
  readonly src: string;
  readonly dest: string;
  readonly body: B;
}

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

type Awaitable<T> = T | Promise<T>;

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

// --------------------------------------------------------------------- errors

/**
 * The protocol's error codes by name.
 * https://github.com/jepsen-io/maelstrom/blob/main/resources/errors.edn
 */
export const ErrorCode = {
  timeout: 0,
  nodeNotFound: 1,
  notSupported: 10,
  temporarilyUnavailable: 11,
  malformedRequest: 12,
  crash: 13,
  abort: 14,
  keyDoesNotExist: 20,
  keyAlreadyExists: 21,
  preconditionFailed: 22,
  txnConflict: 30,
} as const;

/** Those that leave open whether the operation happened, or will. */
const indefinite: readonly number[] = [ErrorCode.timeout, ErrorCode.crash];

const namesOfErrors = new Map<number, string>(
  Object.entries(ErrorCode).map(([name, code]) => [
    code,
    name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
  ]),
);

/** What the protocol calls an error, such as `txn-conflict`, if it knows it. */
export function errorName(code: number): string | undefined {
  return namesOfErrors.get(code);
}

/** An error of the protocol: what a request was, or is to be, answered with. */
export class RpcError extends Error {
  override readonly name = "RpcError";

  /** @param code one of {@linkcode ErrorCode}, or a code of your own, >= 1000 */
  constructor(readonly code: number, text: string) {
    super(text);
  }

  /** Whether it is one, also of another copy of this library. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === "RpcError" &&
      "code" in value && typeof value.code === "number";
  }

  /** Whether the operation certainly did not happen and never will. */
  get definite(): boolean {
    return namesOfErrors.has(this.code) && !indefinite.includes(this.code);
  }
}

// -------------------------------------------------------------------- runtime

/** All that a node has of the world. {@linkcode run} gives it the machine's. */
export interface Runtime {
  /** What follows the program's name on its command line. */
  readonly args: readonly string[];
  /** The node's clock, in ms. It may jump: use it for durations, not order. */
  now(): number;
  /** A number in [0, 1). A restarted node must not see the same numbers. */
  random(): number;
  /** Calls back once, in about `ms` ms. */
  setTimer(callback: () => void, ms: number): Timer;
  /** Sends a message whose body is already JSON text. */
  send(src: string, dest: string, body: string): void;
  /** Says something to the person who runs the node. */
  log(text: string): void;
  /** Told whenever the node may have queued promise jobs. */
  onAsync?(): void;
}

/** A timer that can be called off. */
export interface Timer {
  cancel(): void;
}

export interface RpcOptions {
  /**
   * How long to wait for the reply, in ms.
   *
   * @default 1000; up to 4000 while this destination's replies take longer
   */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

export interface RetryOptions extends RpcOptions {
  /** The first pause between attempts, in ms; it doubles. @default 100 */
  readonly minDelay?: number;
  /** The longest pause between attempts, in ms. @default 2000 */
  readonly maxDelay?: number;
}

/** A function that sets up a node: registers handlers, starts timers. */
export type Program = (node: Node) => void;

/** What a number on the command line may be. */
export interface OptionRange {
  readonly default: number;
  /** @default 0 */
  readonly min?: number;
  /** @default none */
  readonly max?: number;
  /** Whether it must be whole. @default false */
  readonly integer?: boolean;
}

/** Someone has used a program wrongly: the message tells them how. */
class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What follows a program's name; each argument must be asked for. */
class CommandLine {
  readonly #known: string[] = [];
  readonly #left: string[];
  #ended = false;

  constructor(args: readonly string[]) {
    this.#left = [...args];
  }

  number(name: string, range: OptionRange): number {
    const { min = 0, max = Infinity, integer = false } = range;
    const text = this.#take(name, true);
    if (text === undefined) return range.default;
    const value = text.trim() === "" ? NaN : Number(text);
    if (value >= min && value <= max && Number.isFinite(value)) {
      if (!integer || Number.isInteger(value)) return value;
    }
    const limit = max === Infinity ? "" : ` and at most ${max}`;
    throw new UsageError(
      `--${name} wants a ${integer ? "whole " : ""}number of at least ${min}` +
        `${limit}, got ${text === "" ? "nothing" : text}`,
    );
  }

  flag(name: string): boolean {
    return this.#take(name, false) !== undefined;
  }

  /** Takes an argument away; what it says, empty if it says nothing. */
  #take(name: string, wantsValue: boolean): string | undefined {
    const flag = `--${name}`;
    if (this.#ended || this.#known.includes(flag)) {
      const when = "once, before the program function returns";
      throw new TypeError(`${flag} is to be asked for ${when}`);
    }
    this.#known.push(flag);
    const i = this.#left.findIndex((arg) =>
      arg === flag || arg.startsWith(`${flag}=`)
    );
    if (i < 0) return undefined;
    const [arg] = this.#left.splice(i, 1);
    const hasValue = arg !== flag;
    if (!wantsValue) {
      if (hasValue) throw new UsageError(`${flag} takes no value, got ${arg}`);
      return "";
    }
    if (hasValue) return arg.slice(flag.length + 1);
    const next = this.#left[i] ?? "";
    return next.startsWith("--") ? "" : this.#left.splice(i, 1)[0] ?? "";
  }

  /** @throws {UsageError} for an argument that nobody asked for */
  end(): void {
    this.#ended = true;
    const [arg] = this.#left;
    if (arg === undefined) return;
    if (this.#known.includes(arg.split("=")[0])) {
      throw new UsageError(`${arg} is given twice`);
    }
    const known = this.#known.length === 0
      ? "this program takes none"
      : `this program takes ${this.#known.join(", ")}`;
    throw new UsageError(`unknown argument ${arg}: ${known}`);
  }
}

/** Why a program did not start, on one line: where in its code, for a bug. */
function whyNot(error: unknown): string {
  if (error instanceof UsageError) return error.message;
  const stack = error instanceof Error ? error.stack : undefined;
  const [, place] = /\n\s+(at .*)/.exec(stack ?? "") ?? [];
  const text = place === undefined ? `${error}` : `${error} (${place})`;
  return text.replaceAll(/\s+/g, " ");
}

interface Handler {
  readonly shape: Shape<unknown>;
  // deno-lint-ignore no-explicit-any -- one table for handlers of all shapes
  readonly handle: (body: any, message: Message) => Awaitable<Body | void>;
}

interface PendingRpc {
  readonly resolve: (body: Body) => void;
  readonly reject: (error: unknown) => void;
  readonly timer: Timer;
  readonly signal: AbortSignal | undefined;
  readonly abort: () => void;
}

/** The shortest and the longest wait for a reply that is not given, in ms. */
const MIN_TIMEOUT = 1000;
const MAX_TIMEOUT = 4000;
const MAX_GIVEN_UP = 1000;
/** So long a client waits for a reply, less what messages may take, in ms. */
const CLIENT_PATIENCE = 4000;
/** The most requests that wait until a node is ready. */
const MAX_HELD = 10_000;

const initRequest = object({ node_id: string, node_ids: array(string) });

/** One node of a cluster. */
export class Node {
  /** This node's name; empty before `init`. */
  id = "";
  /** All nodes of the cluster, this one included. */
  ids: readonly string[] = [];
  /** All nodes but this one. */
  peers: readonly string[] = [];

  /** Linearizable key-value store. */
  readonly linKv: KV = new KV(this, "lin-kv");
  /** Sequentially consistent key-value store: reads may be stale. */
  readonly seqKv: KV = new KV(this, "seq-kv");
  /** Eventually consistent key-value store: the last writer wins. */
  readonly lwwKv: KV = new KV(this, "lww-kv");

  readonly #runtime: Runtime;
  readonly #commandLine: CommandLine;
  readonly #handlers = new Map<string, Handler>();
  readonly #pending = new Map<number, PendingRpc>();
  /** How long to wait for replies, by destination, in ms. */
  readonly #timeouts = new Map<string, number>();
  /** The last requests that were given up: a late reply shows a slow network. */
  readonly #givenUp = new Map<number, { dest: string; start: number }>();
  readonly #initHooks: (() => Awaitable<void>)[] = [];
  /** What must end before clients are served. */
  #holds = 0;
  /** Clients' requests that wait for it, and when they came, in ms. */
  #held: { message: Message; since: number }[] = [];
  /** When the request came that was held and is being handled now. */
  #heldSince: number | undefined;
  #lastMsgId: number;
  #unfinished = 0;
  #idle: (() => void)[] = [];

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    this.#commandLine = new CommandLine(runtime.args);
    // A reply to what this node asked before it was killed may still come: it
    // must not pass for one to a request of now.
    this.#lastMsgId = Math.floor(runtime.random() * 2 ** 40);
  }

  /**
   * Sets this node up as a program, once.
   *
   * @throws {Error} the program can't start: why, in one sentence
   */
  start(program: Program): void {
    try {
      program(this);
      this.#commandLine.end();
    } catch (error) {
      throw new Error(`can't start: ${whyNot(error)}`, { cause: error });
    }
  }

  /**
   * The number in the command line's `--name NUMBER` or `--name=NUMBER`. To be
   * asked for once, and before the program function returns: after that, what
   * nobody asked for is an error, as is a number that is out of range.
   */
  option(name: string, range: OptionRange): number {
    return this.#commandLine.number(name, range);
  }

  /** Whether the command line has `--name`; like {@linkcode option}. */
  flag(name: string): boolean {
    return this.#commandLine.flag(name);
  }

  // ---- handlers

  /** Answers every request of a Maelstrom workload. */
  serve<W extends Workload>(workload: W, handlers: Handlers<W>): void {
    for (const [type, { request }] of Object.entries(workloads[workload])) {
      const handle = handlers[type as keyof Handlers<W>] as Handler["handle"];
      this.#handlers.set(type, { shape: request, handle });
    }
  }

  /**
   * Handles messages of a type of your own. What the handler returns is sent
   * back as the reply, if the message is a request.
   */
  on<B>(
    type: string,
    shape: Shape<B>,
    handle: (body: B, message: Message) => Awaitable<Body | void>,
  ): void {
    this.#handlers.set(type, { shape, handle });
  }

  /**
   * Called once the node knows its name; `init` is answered after it ends, and
   * clients' requests are held until then.
   */
  onInit(hook: () => Awaitable<void>): void {
    this.#initHooks.push(hook);
  }

  /**
   * Lets clients' requests wait until the node is ready; its peers' messages
   * are handled meanwhile. If the promise rejects, they wait for ever.
   */
  holdRequests(until: Promise<unknown>): void {
    this.#holds++;
    this.#track(until.then(() => {
      if (--this.#holds > 0) return;
      for (const { message, since } of this.#held.splice(0)) {
        this.#heldSince = since;
        if (this.now() - since < CLIENT_PATIENCE) this.receive(message);
      }
      this.#heldSince = undefined;
    }, (error) => this.#report("getting ready", error)));
  }

  #isHeld({ src, body }: Message): boolean {
    if (this.#holds === 0 || body.type === "init") return false;
    return !this.ids.includes(src);
  }

  #hold(message: Message): void {
    if (this.#held.length < MAX_HELD) {
      this.#held.push({ message, since: this.now() });
    } else {
      const text = "not ready yet, and too many requests wait already";
      const { temporarilyUnavailable } = ErrorCode;
      this.#fail(message, new RpcError(temporarilyUnavailable, text));
    }
  }

  /** Takes a message from the network. Never throws. */
  receive(message: Message): void {
    const { body } = message;
    const { in_reply_to } = body;
    if (in_reply_to !== undefined) return this.#settle(in_reply_to, body);
    if (this.#isHeld(message)) return this.#hold(message);
    let result: Awaitable<Body | void>;
    try {
      result = this.#handle(message);
    } catch (error) {
      return this.#fail(message, error);
    }
    if (!(result instanceof Promise)) return this.#reply(message, result);
    this.#track(
      result.then(
        (reply) => this.#reply(message, reply),
        (error) => this.#fail(message, error),
      ),
    );
  }

  #handle(message: Message): Awaitable<Body | void> {
    const { body } = message;
    const { type } = body;
    if (type === "init") return this.#init(body);
    if (this.id === "") {
      throw new RpcError(
        ErrorCode.temporarilyUnavailable,
        `not initialized yet: send init before ${type}`,
      );
    }
    if (this.#isHeld(message)) {
      throw new RpcError(
        ErrorCode.temporarilyUnavailable,
        `not ready yet, and ${MAX_HELD} requests wait for it`,
      );
    }
    const handler = this.#handlers.get(type);
    if (handler === undefined) {
      throw new RpcError(
        ErrorCode.notSupported,
        `no handler for messages of type ${type}`,
      );
    }
    if (!handler.shape.test(body)) {
      throw new RpcError(
        ErrorCode.malformedRequest,
        `malformed ${type}: expected ${handler.shape.expected}`,
      );
    }
    return handler.handle(body, message);
  }

  #init(body: unknown): Awaitable<Body> {
    if (!initRequest.test(body) || !body.node_ids.includes(body.node_id)) {
      throw new RpcError(
        ErrorCode.malformedRequest,
        `malformed init: expected ${initRequest.expected}`,
      );
    }
    if (this.id !== "") {
      throw new RpcError(
        ErrorCode.preconditionFailed,
        `already initialized as ${this.id}`,
      );
    }
    this.id = body.node_id;
    this.ids = body.node_ids;
    this.peers = body.node_ids.filter((id) => id !== this.id);
    const waits = this.#initHooks.map((hook) => hook()).filter((x) => x);
    const reply = { type: "init_ok" };
    if (waits.length === 0) return reply;
    const ready = Promise.all(waits);
    this.holdRequests(ready);
    return ready.then(() => reply);
  }

  /** Requests are answered; what has no `msg_id` asks for no answer. */
  #reply(request: Message, reply: Body | void): void {
    const { src, dest, body: { msg_id } } = request;
    if (reply === undefined || msg_id === undefined) return;
    let text: string;
    try {
      text = stringify({ ...reply, in_reply_to: msg_id });
    } catch (error) {
      return this.#fail(request, error);
    }
    this.#runtime.send(this.id || dest, src, text);
  }

  #fail(request: Message, error: unknown): void {
    let { code, message }: { code: number; message: string } = {
      code: ErrorCode.crash,
      message: String(error),
    };
    if (error instanceof RpcError) ({ code, message } = error);
    else this.#report(`handling ${describe(request.body)}`, error);
    this.#reply(request, { type: "error", code, text: message });
  }

  #report(doing: string, error: unknown): void {
    const stack = error instanceof Error ? error.stack : String(error);
    this.#runtime.log(`${this.id}: ${doing.slice(0, 200)}: ${stack}`);
  }

  #track(work: Promise<unknown>): void {
    this.#unfinished++;
    this.#runtime.onAsync?.();
    work.then(() => {
      if (--this.#unfinished === 0) this.#idle.splice(0).forEach((f) => f());
    });
  }

  /** Resolves when no handler and no task is under way. */
  async settled(): Promise<void> {
    while (this.#unfinished > 0) {
      await new Promise<void>((resolve) => this.#idle.push(resolve));
    }
  }

  // ---- sending

  /** Sends a message that expects no reply. */
  send(dest: string, body: Body): void {
    this.#runtime.send(this.id, dest, stringify(body));
  }

  /**
   * Sends a request and waits for its reply.
   *
   * @throws {RpcError} the error that the request was answered with, or
   * {@linkcode ErrorCode.timeout}
   */
  rpc(dest: string, body: Body, options: RpcOptions = {}): Promise<Body> {
    const { signal } = options;
    const timeout = options.timeout ?? this.#timeouts.get(dest) ?? MIN_TIMEOUT;
    const start = this.now();
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const id = ++this.#lastMsgId;
      const text = stringify({ ...body, msg_id: id });
      const timer = this.#runtime.setTimer(() => {
        const what = `no reply from ${dest} to ${body.type}`;
        const error = `${what} within ${timeout} ms`;
        this.#givenUp.set(id, { dest, start });
        const [oldest] = this.#givenUp.keys();
        if (this.#givenUp.size > MAX_GIVEN_UP) this.#givenUp.delete(oldest);
        this.#end(id)?.reject(new RpcError(ErrorCode.timeout, error));
      }, timeout);
      const abort = () => this.#end(id)?.reject(signal?.reason);
      signal?.addEventListener("abort", abort);
      const answered = (reply: Body) => {
        this.#tookSince(dest, start);
        resolve(reply);
      };
      this.#pending.set(id, {
        resolve: answered,
        reject,
        timer,
        signal,
        abort,
      });
      this.#runtime.send(this.id, dest, text);
    });
  }

  /** Ends the wait for a reply, unless it ended before. */
  #end(id: number): PendingRpc | undefined {
    const pending = this.#pending.get(id);
    if (pending === undefined) return undefined;
    this.#pending.delete(id);
    pending.timer.cancel();
    pending.signal?.removeEventListener("abort", pending.abort);
    this.#runtime.onAsync?.();
    return pending;
  }

  /** A reply has come: the next may take three times as long. */
  #tookSince(dest: string, start: number): void {
    const usual = Math.max(MIN_TIMEOUT, 3 * (this.now() - start));
    this.#timeouts.set(dest, Math.min(usual, MAX_TIMEOUT));
  }

  #settle(id: number, reply: Body): void {
    const pending = this.#end(id);
    if (pending === undefined) { // late, duplicate or unsolicited
      const late = this.#givenUp.get(id);
      if (late !== undefined) this.#tookSince(late.dest, late.start);
      this.#givenUp.delete(id);
      return;
    }
    if (reply.type !== "error") return pending.resolve(reply);
    const { code, text } = reply;
    pending.reject(
      new RpcError(
        typeof code === "number" ? code : ErrorCode.crash,
        typeof text === "string" ? text : "",
      ),
    );
  }

  /**
   * Like {@linkcode rpc}, but tries again, with exponential backoff and jitter,
   * until there is a reply. The request must be idempotent.
   *
   * @throws {RpcError} a definite error, other than that the other side is
   * unavailable for now
   */
  async retry(
    dest: string,
    body: Body,
    options: RetryOptions = {},
  ): Promise<Body> {
    const { minDelay = 100, maxDelay = 2000 } = options;
    for (let delay = minDelay;; delay = Math.min(2 * delay, maxDelay)) {
      try {
        return await this.rpc(dest, body, options);
      } catch (error) {
        if (!(error instanceof RpcError)) throw error;
        const temporary = error.code === ErrorCode.temporarilyUnavailable;
        if (error.definite && !temporary) throw error;
      }
      await this.sleep(delay * (0.5 + this.random()), options.signal);
    }
  }

  // ---- time and chance

  /** The node's clock, in ms. It may jump: use it for durations, not order. */
  now(): number {
    return this.#runtime.now();
  }

  /** A random number in [0, 1). */
  random(): number {
    return this.#runtime.random();
  }

  /** A random element. */
  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.random() * items.length)];
  }

  /** Resolves in about `ms` ms; rejects as soon as the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const end = (settle: () => void) => {
        timer.cancel();
        signal?.removeEventListener("abort", abort);
        this.#runtime.onAsync?.();
        settle();
      };
      const abort = () => end(() => reject(signal?.reason));
      const timer = this.#runtime.setTimer(() => end(resolve), ms);
      signal?.addEventListener("abort", abort);
    });
  }

  /**
   * What work for a client resolves to, or undefined when it takes so long that
   * the client, who waits for 5 s, may have given up: Maelstrom's clients do
   * not bear replies that come later. The work itself goes on.
   */
  inTime<T>(work: Promise<T>): Promise<T | undefined> {
    const start = this.#heldSince ?? this.now();
    const rest = CLIENT_PATIENCE - (this.now() - start);
    return new Promise((resolve, reject) => {
      const timer = this.after(rest, () => {
        this.#runtime.onAsync?.();
        resolve(undefined);
      });
      work.then((result) => {
        timer.cancel();
        // The timer itself is late after a pause of the node.
        resolve(this.now() - start < 4500 ? result : undefined);
      }, (error) => {
        timer.cancel();
        reject(error);
      });
    });
  }

  /** Runs a task once, in about `ms` ms. What it throws is logged. */
  after(ms: number, task: () => Awaitable<void>): Timer {
    return this.#runtime.setTimer(() => this.#run(task), ms);
  }

  /**
   * Runs a task about every `ms` ms, each gap jittered by a quarter.
   *
   * @throws {RangeError} for no time at all, which would keep the node busy
   */
  every(ms: number, task: () => Awaitable<void>): Timer {
    if (!(ms > 0)) {
      throw new RangeError(`every wants more than 0 ms, got ${ms}`);
    }
    let timer: Timer;
    const next = () => {
      timer = this.after(ms * (0.75 + this.random() / 2), () => {
        next();
        return task();
      });
    };
    next();
    return { cancel: () => timer.cancel() };
  }

  #run(task: () => Awaitable<void>): void {
    try {
      const result = task();
      if (result instanceof Promise) {
        this.#track(result.catch((error) => this.#report("task", error)));
      }
    } catch (error) {
      this.#report("task", error);
    }
  }

  /** Writes a line to the node's log. */
  log(text: string): void {
    this.#runtime.log(text);
  }

  /** A fresh, unique, increasing number from the `lin-tso` service. */
  async timestamp(options?: RetryOptions): Promise<number> {
    const { ts } = await this.retry("lin-tso", { type: "ts" }, options);
    return Number(ts);
  }
}

// ------------------------------------------------------------------- services

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

/** Whether something thrown is an {@linkcode RpcError} with this code. */
export function isCode(error: unknown, code: number): boolean {
  return error instanceof RpcError && error.code === code;
}

// ---------------------------------------------------------------------- stdio

/**
 * Parses a line as a message. Integers that a number can't hold become bigints.
 *
 * @throws {TypeError} saying what is wrong with the line
 */
export function parseMessage(line: string): Message {
  let value: unknown;
  try {
    value = parse(line);
  } catch (error) {
    const isDeep = error instanceof RangeError; // there is no stack for it
    throw new TypeError(isDeep ? "nested too deep" : "not JSON");
  }
  if (!envelope.test(value)) {
    throw new TypeError(`not a message: expected ${envelope.expected}`);
  }
  return value as Message;
}

const envelope = object({
  src: string,
  dest: string,
  body: object({
    type: string,
    msg_id: optional(integer),
    in_reply_to: optional(integer),
  }),
});

function parse(text: string): unknown {
  if (!hasLongNumber(text)) return JSON.parse(text);
  return JSON.parse(
    text,
    (_key, value: unknown, { source = "" }: { source?: string } = {}) =>
      typeof value === "number" && !Number.isSafeInteger(value) &&
        /^-?\d+$/.test(source)
        ? BigInt(source)
        : value,
  );
}

/**
 * Whether there may be 16 digits in a row, the fewest that a number may not be
 * able to hold: they would cover two neighbours of every eighth place.
 */
function hasLongNumber(text: string): boolean {
  for (let i = 7, digits = 0; i < text.length; i += 8) {
    digits = isDigit(text.charCodeAt(i)) ? digits + 1 : 0;
    if (digits === 2) return /\d{16}/.test(text);
  }
  return false;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** @throws {TypeError} for what JSON has no form for, such as cycles */
function stringify(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return JSON.stringify(
      value,
      (_key, item: unknown) =>
        typeof item === "bigint" ? rawJson(item.toString()) : item,
    );
  }
}

/**
 * The same text for equal JSON values, in whatever order an object has its keys.
 * For what a {@linkcode json} shape has let pass.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === "bigint") return `${value}`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson)}]`;
  const fields = Object.entries(value).map(([key, item]) =>
    `${JSON.stringify(key)}:${canonicalJson(item)}`
  );
  return `{${fields.sort()}}`;
}

/** A body for the log, whatever it is. */
function describe(body: Body): string {
  try {
    return stringify(body);
  } catch {
    return body.type; // nested too deep
  }
}

/**
 * The sum of integers of any size, as {@linkcode parseMessage} would give it: a
 * bigint only if a number can't hold it.
 */
export function exactSum(integers: Iterable<number | bigint>): number | bigint {
  let sum = 0n;
  for (const n of integers) sum += BigInt(n);
  const number = Number(sum);
  return Number.isSafeInteger(number) ? number : sum;
}

// Part of ES2026; not yet in the types that Deno ships.
const { rawJSON: rawJson } = JSON as typeof JSON & {
  rawJSON(text: string): unknown;
};

/** Reads stdin, and yields all lines that have come, many at a time. */
async function* readLines(): AsyncGenerator<string[]> {
  const decoder = new TextDecoder();
  let buffer = new Uint8Array(1 << 18);
  /** How much of the buffer's front holds a line whose end has not come yet. */
  let begun = 0;
  for (;;) {
    const size = await Deno.stdin.read(buffer.subarray(begun));
    if (size === null) break;
    const filled = begun + size;
    const end = buffer.subarray(begun, filled).lastIndexOf(NEWLINE);
    if (end >= 0) {
      const next = begun + end + 1;
      yield decoder.decode(buffer.subarray(0, next - 1)).split("\n");
      buffer.copyWithin(0, next, filled);
      begun = filled - next;
    } else {
      begun = filled;
      if (begun === buffer.length) {
        const full = buffer;
        buffer = new Uint8Array(2 * full.length);
        buffer.set(full);
      }
    }
  }
  if (begun > 0) yield [decoder.decode(buffer.subarray(0, begun))];
}

const NEWLINE = 10;

/** Writes to stdout; what is said in one go is written in one go. */
class Output {
  readonly #encoder = new TextEncoder();
  /** A character takes three bytes at most. */
  readonly #bytes = new Uint8Array(3 * MAX_BATCH);
  #text = "";
  #closed = false;

  add(line: string): void {
    if (this.#text.length + line.length > MAX_BATCH) this.flush();
    if (this.#text === "") queueMicrotask(() => this.flush());
    this.#text += line;
  }

  #encode(text: string): Uint8Array {
    if (text.length > MAX_BATCH) return this.#encoder.encode(text);
    const { written } = this.#encoder.encodeInto(text, this.#bytes);
    return this.#bytes.subarray(0, written);
  }

  flush(): void {
    const bytes = this.#encode(this.#text);
    this.#text = "";
    for (let done = 0; done < bytes.length && !this.#closed;) {
      try {
        done += Deno.stdout.writeSync(
          bytes.subarray(done, pieceEnd(bytes, done)),
        );
      } catch (error) {
        if (error instanceof Deno.errors.WouldBlock) {
          waitSync(FULL_PIPE_WAIT);
          continue;
        }
        // Nobody listens any more. Only the end of input ends a node.
        this.#closed = true;
        log(`stdout is closed: ${error}`);
      }
    }
  }
}

/**
 * Where to end the piece that begins here. A pipe that does not block takes up
 * to PIPE_BUF bytes whole or not at all. It must not be given more, nor what
 * follows the last newline, which Deno would buffer: of a piece that is taken
 * in part and then refused, Deno does not tell how much was taken.
 */
function pieceEnd(bytes: Uint8Array, start: number): number {
  const end = Math.min(start + PIPE_BUF, bytes.length);
  const newline = bytes.lastIndexOf(NEWLINE, end - 1);
  return newline < start ? end : newline + 1;
}

/** Linux's, in bytes. */
const PIPE_BUF = 4096;

/** What stderr has no room for is lost: a node does not wait for its log. */
function log(text: string): void {
  try {
    console.error(text);
  } catch {
    // full, and it does not block
  }
}

/**
 * Stops this process for so many ms: what a pipe that is full does, unless
 * someone who shares it has made it non-blocking. Nothing piles up meanwhile.
 */
function waitSync(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Characters that are written at once, so that memory stays bounded. */
const MAX_BATCH = 1 << 18;
/** Timers that are set for longer would fire at once, in ms. */
const MAX_TIMER = 2 ** 31 - 1;
/** Between two looks at a full pipe that does not block, in ms. */
const FULL_PIPE_WAIT = 2;
/** How long handlers may go on after the end of input, in ms. */
const LAST_WORDS = 5000;

/**
 * Runs a program as this process, with messages on stdin and stdout. At the end
 * of input it waits for handlers that are under way, 5 s at most, then exits
 * with 0. A program that can't start exits with 1 and says why.
 */
export async function run(program: Program): Promise<void> {
  const output = new Output();
  const quoted = new Map<string, string>();
  const quote = (name: string): string => {
    let text = quoted.get(name);
    if (text === undefined) {
      if (quoted.size === 1000) quoted.clear();
      text = JSON.stringify(name);
      quoted.set(name, text);
    }
    return text;
  };
  const node = new Node({
    args: Deno.args,
    now: () => performance.now(),
    random: Math.random,
    setTimer: (callback, ms) => {
      const id = setTimeout(callback, Math.min(ms, MAX_TIMER));
      return { cancel: () => clearTimeout(id) };
    },
    send: (src, dest, body) =>
      output.add(
        `{"src":${quote(src)},"dest":${quote(dest)},"body":${body}}\n`,
      ),
    log,
  });
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    node.log(`unhandled rejection: ${event.reason?.stack ?? event.reason}`);
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    node.log(`uncaught: ${event.error?.stack ?? event.message}`);
  });
  try {
    node.start(program);
  } catch (error) {
    node.log(messageOf(error));
    Deno.exit(1);
  }

  for await (const lines of readLines()) {
    for (const line of lines) {
      try {
        node.receive(parseMessage(line));
      } catch (error) {
        if (line.trim() === "") continue;
        const shown = line.length > 200 ? `${line.slice(0, 200)}…` : line;
        node.log(`skipped a line that is ${messageOf(error)}: ${shown}`);
      }
    }
    output.flush();
  }
  // What waits for a message now waits for ever.
  await Promise.race([node.settled(), node.sleep(LAST_WORDS)]);
  output.flush();
  Deno.exit(0);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
