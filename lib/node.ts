/**
 * A node of a cluster, and all that it has of the world.
 *
 * @module
 */
import {
  CommandLine,
  type OptionRange,
  UsageError,
  whyNot,
} from "./command_line.ts";
import { type Disk, DiskError } from "./disk.ts";
import { ErrorCode, RpcError } from "./errors.ts";
import { stringify } from "./json.ts";
import { KV } from "./kv.ts";
import {
  type Body,
  type Message,
  message,
  type MessageType,
  type Outgoing,
  type OutgoingRequest,
  type ReplyTo,
  type RequestType,
} from "./messages.ts";
import { Retry } from "./retry.ts";
import { type RetryOptions, type RpcClient, type RpcOptions } from "./rpc.ts";
import { type Runtime, type Timer } from "./runtime.ts";
import { array, integer, object, type Shape, string } from "./shapes.ts";
import {
  type Awaitable,
  type Handlers,
  type Workload,
  workloads,
} from "./workloads.ts";

/**
 * A function that sets up a node: registers handlers, starts timers.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { type Program, workloads } from "@gossip-glomers/maelstrom";
 * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
 *
 * const echo: Program = (node) =>
 *   node.serve("echo", { echo: ({ echo }) => ({ type: "echo_ok", echo }) });
 *
 * const request = workloads.echo.echo({ echo: "hello" });
 * const reply = await new TestCluster(echo).call("n0", request);
 * assert.equal(reply.echo, "hello");
 * ```
 */
export type Program = (node: Node) => void;

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
/** Clients give up after 5 s: what takes longer is not answered, in ms. */
const MAX_ANSWER_TIME = 4500;
/** What has waited longer for the node to be ready is not begun, in ms. */
const MAX_HELD_TIME = 4000;
/** The most requests that wait until a node is ready. */
const MAX_HELD = 10_000;

const timestampRequest = message("ts", {}, { ts: integer });
const initRequest = object({ node_id: string, node_ids: array(string) });

/**
 * One node of a cluster.
 *
 * @example
 * ```ts
 * import { integer, message, type Node } from "@gossip-glomers/maelstrom";
 *
 * const heartbeat = message("heartbeat", { beat: integer });
 *
 * export default function program(node: Node): void {
 *   let beat = 0;
 *   node.on(heartbeat, ({ beat }, { src }) => node.log(`${src}: ${beat}`));
 *   node.every(1000, () => {
 *     beat++;
 *     for (const peer of node.peers) node.send(peer, heartbeat({ beat }));
 *   });
 * }
 * ```
 */
export class Node implements RpcClient {
  #id = "";
  /** Where its disk is. */
  #dataFolder: string | undefined;
  #incarnation = "";
  #ids: readonly string[] = [];
  #peers: readonly string[] = [];
  /** Whether the program function is running: nobody knows a name by then. */
  #isSettingUp = false;

  /**
   * This node's name; empty before `init`.
   *
   * @throws {UsageError} the program function reads it while it sets the node
   * up: only {@linkcode onInit}, handlers and tasks may know it
   */
  get id(): string {
    this.#refuseTooEarly("id");
    return this.#id;
  }

  /**
   * The name of this life of the node: its id and 104 random bits; empty before
   * `init`. A node that is restarted has the same id and another incarnation,
   * by which its peers see that it has forgotten everything. Of a million lives
   * of a node two have the same with a probability below 10^-19.
   *
   * @throws {UsageError} too early, like {@linkcode id}
   *
   * @example
   * ```ts
   * import { type Node } from "@gossip-glomers/maelstrom";
   *
   * export default function uniqueIds(node: Node): void {
   *   let count = 0;
   *   node.serve("unique-ids", {
   *     generate: () => ({
   *       type: "generate_ok",
   *       id: `${node.incarnation}-${++count}`,
   *     }),
   *   });
   * }
   * ```
   */
  get incarnation(): string {
    this.#refuseTooEarly("incarnation");
    return this.#incarnation;
  }

  /**
   * All nodes of the cluster, this one included; none before `init`.
   *
   * @throws {UsageError} too early, like {@linkcode id}
   */
  get ids(): readonly string[] {
    this.#refuseTooEarly("ids");
    return this.#ids;
  }

  /**
   * All nodes but this one; none before `init`.
   *
   * @throws {UsageError} too early, like {@linkcode id}
   */
  get peers(): readonly string[] {
    this.#refuseTooEarly("peers");
    return this.#peers;
  }

  /** Linearizable key-value store. */
  readonly linKv: KV = new KV(this, "lin-kv");
  /** Sequentially consistent key-value store: reads may be stale. */
  readonly seqKv: KV = new KV(this, "seq-kv");
  /** Eventually consistent key-value store: the last writer wins. */
  readonly lwwKv: KV = new KV(this, "lww-kv");
  readonly #timestamps = new Retry(this);

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

  /** A node that is not told its name yet. */
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
   *
   * @example
   * ```ts
   * import { Node, type Program, type Runtime } from "@gossip-glomers/maelstrom";
   *
   * export function host(program: Program, runtime: Runtime): Node {
   *   const node = new Node(runtime);
   *   node.start(program);
   *   return node;
   * }
   * ```
   */
  start(program: Program): void {
    this.#isSettingUp = true;
    try {
      program(this);
      this.#commandLine.end();
    } catch (error) {
      throw new Error(`can't start: ${whyNot(error)}`, { cause: error });
    } finally {
      this.#isSettingUp = false;
    }
  }

  #refuseTooEarly(what: "id" | "incarnation" | "ids" | "peers"): void {
    if (!this.#isSettingUp) return;
    throw new UsageError(
      `node.${what} is not known while the program sets up its node: read ` +
        "it in node.onInit, in a handler or in a task",
    );
  }

  /**
   * The number in the command line's `--name NUMBER` or `--name=NUMBER`. To be
   * asked for once, and before the program function returns: after that, what
   * nobody asked for is an error, as is a number that is out of range.
   *
   * @throws {UsageError} it is no such number
   * @throws {TypeError} it is asked for twice, or too late
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const args = ["--wait", "50"];
   * const cluster = new TestCluster((node) => {
   *   assert.equal(node.option("wait", { default: 115, max: 5000 }), 50);
   * }, { args });
   * await cluster.ready();
   * ```
   */
  option(name: string, range: OptionRange): number {
    return this.#commandLine.number(name, range);
  }

  /**
   * Which of these words the command line has after `--name`; otherwise like
   * {@linkcode option}.
   *
   * @param byDefault what it is if it is not given
   * @throws {UsageError} it is none of them
   * @throws {TypeError} it is asked for twice, or too late
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const args = ["--order", "causal"];
   * const cluster = new TestCluster((node) => {
   *   const order = node.choice("order", ["none", "causal", "total"], "none");
   *   assert.equal(order, "causal");
   * }, { args });
   * await cluster.ready();
   * ```
   */
  choice<T extends string>(
    name: string,
    values: readonly T[],
    byDefault: T,
  ): T {
    return this.#commandLine.choice(name, values, byDefault);
  }

  /**
   * Whether the command line has `--name`; like {@linkcode option}.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const cluster = new TestCluster((node) => {
   *   assert.equal(node.flag("durable"), true);
   *   assert.equal(node.flag("quiet"), false);
   * }, { args: ["--durable"] });
   * await cluster.ready();
   * ```
   */
  flag(name: string): boolean {
    return this.#commandLine.flag(name);
  }

  /**
   * This node's disk, a folder of its own in the command line's `--data-dir
   * FOLDER`; undefined if that is not given. To be asked for like
   * {@linkcode option}, and used once the node knows its name.
   *
   * @throws {UsageError} no folder is named, or this node can have no disk
   *
   * @example
   * ```ts
   * import { type Node } from "@gossip-glomers/maelstrom";
   *
   * export default function program(node: Node): void {
   *   const disk = node.disk();
   *   if (disk === undefined) node.log("without --data-dir a kill loses all");
   * }
   * ```
   */
  disk(): Disk | undefined {
    const folder = this.#commandLine.text("data-dir");
    if (folder === undefined) return undefined;
    const { openDisk } = this.#runtime;
    if (openDisk === undefined) {
      throw new UsageError("--data-dir: a node has no disk here");
    }
    this.#dataFolder = folder;
    let opened: Disk | undefined;
    const disk = () => opened ??= openDisk(folder, this.id);
    return {
      read: async (file) => await disk().read(file),
      append: (file, bytes) => disk().append(file, bytes),
      sync: async (file) => await disk().sync(file),
      replace: async (file, bytes) => await disk().replace(file, bytes),
    };
  }

  // ---- handlers

  /**
   * Answers every request of a Maelstrom workload; otherwise like
   * {@linkcode on}.
   *
   * @throws {UsageError} no such workload; a handler is missing, or a second
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { workloads } from "@gossip-glomers/maelstrom";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const cluster = new TestCluster((node) =>
   *   node.serve("echo", { echo: ({ echo }) => ({ type: "echo_ok", echo }) })
   * );
   * const request = workloads.echo.echo({ echo: "hello" });
   * assert.equal((await cluster.call("n0", request)).echo, "hello");
   * ```
   */
  serve<W extends Workload>(workload: W, handlers: Handlers<W>): void {
    if (!Object.hasOwn(workloads, workload)) {
      const known = Object.keys(workloads).join(", ");
      throw new UsageError(`no workload ${workload}: there are ${known}`);
    }
    for (const [type, { request }] of Object.entries(workloads[workload])) {
      const handle = handlers[type as keyof Handlers<W>] as Handler["handle"];
      this.#addHandler(type, { shape: request, handle });
    }
  }

  /**
   * Handles messages of a type of your own. What the handler of a request
   * returns, or its promise, is sent back as the reply, as is an
   * {@linkcode RpcError} that it throws; anything else is logged, and answered
   * with {@linkcode ErrorCode.crash}.
   *
   * Maelstrom's clients give up after 5 s, and do not bear replies that come
   * later: a client's request that took more than 4.5 s stays unanswered.
   *
   * @throws {UsageError} a second handler for this type
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { integer, message } from "@gossip-glomers/maelstrom";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const double = message("double", { of: integer }, { result: integer });
   * const cluster = new TestCluster((node) =>
   *   node.on(double, ({ of }) => ({ type: "double_ok", result: 2 * of }))
   * );
   * const { result } = await cluster.call("n0", double({ of: 21 }));
   * assert.equal(result, 42);
   * ```
   */
  on<T extends string, B, R>(
    type: RequestType<T, B, R>,
    handle: (
      body: B,
      message: Message,
    ) => Awaitable<ReplyTo<NoInfer<T>, NoInfer<R>> | void>,
  ): void;
  /** Handles messages that are not answered. */
  on<B>(
    type: MessageType<string, B>,
    handle: (body: B, message: Message) => Awaitable<void>,
  ): void;
  on<B>(
    { type, request }: MessageType<string, B>,
    handle: Handler["handle"],
  ): void {
    this.#addHandler(type, { shape: request, handle });
  }

  #addHandler(type: string, handler: Handler): void {
    if (type === "init") {
      throw new UsageError("a node handles init itself: use onInit");
    }
    if (typeof handler.handle !== "function") {
      throw new UsageError(`no handler for ${type}`);
    }
    if (this.#handlers.has(type)) {
      throw new UsageError(`a second handler for ${type}: one is enough`);
    }
    this.#handlers.set(type, handler);
  }

  /**
   * Called once the node knows its name; `init` is answered after it ends, and
   * clients' requests are held until then.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const cluster = new TestCluster((node) => {
   *   assert.throws(() => node.id, /not known while the program sets up/);
   *   node.onInit(() => assert.equal(node.peers.length, 2));
   * }, { nodes: 3 });
   * await cluster.ready();
   * ```
   */
  onInit(hook: () => Awaitable<void>): void {
    this.#initHooks.push(hook);
  }

  /**
   * Lets clients' requests wait until the node is ready; its peers' messages
   * are handled meanwhile. One that has waited for 4 s is dropped, and beyond
   * 10,000 the next is answered with {@linkcode ErrorCode.temporarilyUnavailable}.
   * If the promise rejects, they wait for ever.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { message } from "@gossip-glomers/maelstrom";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const read = message("read", {}, {});
   * const cluster = new TestCluster((node) => {
   *   node.holdRequests(node.sleep(1000)); // as if state were being loaded
   *   node.on(read, () => ({ type: "read_ok" }));
   * });
   * await cluster.call("n0", read());
   * assert.equal(cluster.now(), 1000);
   * ```
   */
  holdRequests(until: Promise<unknown>): void {
    this.#holds++;
    this.#track(until.then(() => {
      if (--this.#holds > 0) return;
      for (const { message, since } of this.#held.splice(0)) {
        this.#heldSince = since;
        if (this.now() - since < MAX_HELD_TIME) this.receive(message);
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

  /**
   * Takes a message from the network. Never throws.
   *
   * @example
   * ```ts
   * import { type Node, parseMessage } from "@gossip-glomers/maelstrom";
   *
   * export function receiveLine(node: Node, line: string): void {
   *   node.receive(parseMessage(line));
   * }
   * ```
   */
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
    const since = this.#heldSince ?? this.now();
    const isClients = body.type !== "init" && !this.ids.includes(message.src);
    /** A client that has given up does not bear a reply. */
    const request = () =>
      isClients && this.now() - since > MAX_ANSWER_TIME
        ? withoutReply(message)
        : message;
    this.#track(
      result.then(
        (reply) => this.#reply(request(), reply),
        (error) => this.#fail(request(), error),
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
    this.#id = body.node_id;
    const word = () => Math.floor(this.random() * 2 ** 52).toString(36);
    this.#incarnation = `${this.id}.${word()}.${word()}`;
    this.#ids = body.node_ids;
    this.#peers = body.node_ids.filter((id) => id !== this.id);
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
    if (error instanceof DiskError && this.#runtime.stop) {
      const where = `--data-dir ${this.#dataFolder}`;
      return this.#runtime.stop(`${this.id}: ${where}: ${error.message}`);
    }
    const stack = error instanceof Error ? error.stack : String(error);
    this.#runtime.log(`${this.id}: ${doing.slice(0, 200)}: ${stack}`);
  }

  #track(work: Promise<unknown>): void {
    this.#unfinished++;
    work.then(() => {
      if (--this.#unfinished === 0) this.#idle.splice(0).forEach((f) => f());
    });
  }

  /**
   * Resolves when no handler and no task is under way.
   *
   * @example
   * ```ts
   * import { type Node } from "@gossip-glomers/maelstrom";
   *
   * // Lets what is under way end, but waits 5 s at most.
   * export function finish(node: Node): Promise<void> {
   *   return Promise.race([node.settled(), node.sleep(5000)]);
   * }
   * ```
   */
  async settled(): Promise<void> {
    while (this.#unfinished > 0) {
      await new Promise<void>((resolve) => this.#idle.push(resolve));
    }
  }

  // ---- sending

  /**
   * Sends a message that expects no reply.
   *
   * @throws {TypeError} `dest` is no name, such as the first of no nodes
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { message } from "@gossip-glomers/maelstrom";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const hello = message("hello", {});
   * const heard: string[] = [];
   * const cluster = new TestCluster((node) => {
   *   node.on(hello, (_, { src }) => void heard.push(src));
   *   node.onInit(() => node.peers.forEach((it) => node.send(it, hello())));
   * }, { nodes: 2, latency: 10 });
   * await cluster.pass(20);
   * assert.deepEqual(heard.sort(), ["n0", "n1"]);
   * ```
   */
  send(dest: string, message: Outgoing): void {
    checkDestination(dest, message.body);
    this.#runtime.send(this.#id, dest, stringify(message.body));
  }

  /**
   * Sends a request and waits for its reply.
   *
   * @throws {RpcError} the error that the request was answered with,
   * {@linkcode ErrorCode.timeout}, or {@linkcode ErrorCode.crash} for a reply
   * that does not look as the request's type says
   * @throws {TypeError} `dest` is no name, such as the first of no nodes
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { message, string } from "@gossip-glomers/maelstrom";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const name = message("name", {}, { id: string });
   * const cluster = new TestCluster((node) => {
   *   node.on(name, () => ({ type: "name_ok", id: node.id }));
   *   node.onInit(async () => {
   *     assert.equal((await node.rpc("n1", name())).id, "n1");
   *   });
   * }, { nodes: 2 });
   * await cluster.ready();
   * ```
   */
  rpc<R extends Body>(
    dest: string,
    request: OutgoingRequest<R>,
    options: RpcOptions = {},
  ): Promise<R> {
    const { body, answer } = request;
    const { signal } = options;
    const timeout = options.timeout ?? this.#timeouts.get(dest) ?? MIN_TIMEOUT;
    const start = this.now();
    return new Promise((resolve, reject) => {
      checkDestination(dest, body);
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
        if (answer.test(reply)) return resolve(reply);
        const what = `malformed reply from ${dest} to ${body.type}`;
        const error = `${what}: expected ${answer.expected}`;
        reject(new RpcError(ErrorCode.crash, error));
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
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { message } from "@gossip-glomers/maelstrom";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const ping = message("ping", {}, {});
   * let answers = 0;
   * const cluster = new TestCluster((node) => {
   *   node.on(ping, () => ({ type: "ping_ok" }));
   *   node.onInit(() => void node.retry("n1", ping()).then(() => answers++));
   * }, { nodes: 2, pLoss: 0.5 });
   * await cluster.pass(60_000);
   * assert.equal(answers, 2);
   * ```
   */
  async retry<R extends Body>(
    dest: string,
    request: OutgoingRequest<R>,
    options: RetryOptions = {},
  ): Promise<R> {
    const { minDelay = 100, maxDelay = 2000 } = options;
    for (let delay = minDelay;; delay = Math.min(2 * delay, maxDelay)) {
      try {
        return await this.rpc(dest, request, options);
      } catch (error) {
        if (!(error instanceof RpcError)) throw error;
        const temporary = error.code === ErrorCode.temporarilyUnavailable;
        if (error.definite && !temporary) throw error;
      }
      await this.sleep(delay * (0.5 + this.random()), options.signal);
    }
  }

  // ---- time and chance

  /**
   * The node's clock, in ms. It may jump: use it for durations, not order.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const cluster = new TestCluster((node) =>
   *   node.onInit(async () => {
   *     const start = node.now();
   *     await node.sleep(100);
   *     assert.equal(node.now() - start, 100);
   *   })
   * );
   * await cluster.ready();
   * ```
   */
  now(): number {
    return this.#runtime.now();
  }

  /**
   * A random number in [0, 1).
   *
   * @example
   * ```ts
   * import { type Node } from "@gossip-glomers/maelstrom";
   *
   * // Between half and one and a half of it.
   * export const jittered = (node: Node, ms: number): number =>
   *   ms * (0.5 + node.random());
   * ```
   */
  random(): number {
    return this.#runtime.random();
  }

  /**
   * A random element.
   *
   * @example
   * ```ts
   * import { message, type Node } from "@gossip-glomers/maelstrom";
   *
   * const gossip = message("gossip", {});
   *
   * export default function program(node: Node): void {
   *   node.every(100, () => node.send(node.pick(node.ids), gossip()));
   * }
   * ```
   */
  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.random() * items.length)];
  }

  /**
   * Resolves in about `ms` ms; rejects as soon as the signal is aborted.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const cluster = new TestCluster((node) => node.onInit(() => node.sleep(250)));
   * await cluster.ready();
   * assert.equal(cluster.now(), 250);
   * ```
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const end = (settle: () => void) => {
        timer.cancel();
        signal?.removeEventListener("abort", abort);
        settle();
      };
      const abort = () => end(() => reject(signal?.reason));
      const timer = this.#runtime.setTimer(() => end(resolve), ms);
      signal?.addEventListener("abort", abort);
    });
  }

  /**
   * Runs a task once, in about `ms` ms. What it throws is logged.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * let isOver = false;
   * const cluster = new TestCluster((node) => {
   *   node.after(100, () => void (isOver = true));
   * });
   * await cluster.pass(99);
   * assert.equal(isOver, false);
   * await cluster.pass(1);
   * assert.equal(isOver, true);
   * ```
   */
  after(ms: number, task: () => Awaitable<void>): Timer {
    return this.#runtime.setTimer(() => this.#run(task), ms);
  }

  /**
   * Runs a task about every `ms` ms, each gap jittered by a quarter.
   *
   * @throws {RangeError} for no time at all, which would keep the node busy
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * let ticks = 0;
   * const cluster = new TestCluster((node) => {
   *   node.every(100, () => void ticks++);
   * });
   * await cluster.pass(1000);
   * assert.ok(ticks >= 8 && ticks <= 13);
   * ```
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

  /**
   * Writes a line to the node's log.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const lines: string[] = [];
   * const log = (text: string) => void lines.push(text);
   * const cluster = new TestCluster((node) => node.log("hello"), { log });
   * await cluster.ready();
   * assert.deepEqual(lines, ["hello"]);
   * ```
   */
  log(text: string): void {
    this.#runtime.log(text);
  }

  /**
   * A fresh, unique, increasing number from the `lin-tso` service.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const cluster = new TestCluster((node) =>
   *   node.onInit(async () => {
   *     const before = await node.timestamp();
   *     assert.ok(await node.timestamp() > before);
   *   })
   * );
   * await cluster.ready();
   * ```
   */
  async timestamp(options?: RpcOptions): Promise<number> {
    const ask = (once: RpcOptions) =>
      this.rpc("lin-tso", timestampRequest(), once);
    const { ts } = await this.#timestamps.ask(ask, options);
    return ts;
  }
}

/** @throws {TypeError} it is no name, whatever the types say */
function checkDestination(dest: unknown, { type }: Body): void {
  if (typeof dest === "string") return;
  throw new TypeError(
    `${type} is to be sent to ${dest}, which is no name: node.ids and ` +
      "node.peers are empty before init, and node.peers is in a cluster of one",
  );
}

/** A message as if it were no request. */
function withoutReply(message: Message): Message {
  return { ...message, body: { ...message.body, msg_id: undefined } };
}

/** A body for the log, whatever it is. */
function describe(body: Body): string {
  try {
    return stringify(body);
  } catch {
    return body.type; // nested too deep
  }
}
