/**
 * A cluster for a program's unit tests: nodes of one program, Maelstrom's
 * services and a network, all in this process and under virtual time, which
 * passes only where a test waits for something.
 *
 * @module
 */
import {
  type Body,
  ErrorCode,
  type Outgoing,
  type OutgoingRequest,
  type Program,
  RpcError,
} from "../lib/maelstrom.ts";
import { Random } from "./clock/random.ts";
import { VirtualScheduler } from "./clock/scheduler.ts";
import { involvesClient, Journal, type Packet } from "./cluster/journal.ts";
import { Network, type NetworkOptions } from "./cluster/network.ts";
import { createServices } from "./cluster/services.ts";
import { type DiskOptions } from "./cluster/simulated_disk.ts";
import { SimulatedNode } from "./cluster/simulated_node.ts";
import { parseNumbers, stringifyJson } from "./json.ts";

export type { NetworkOptions } from "./cluster/network.ts";
export type { DiskOptions } from "./cluster/simulated_disk.ts";
export type {
  Drop,
  Journal,
  JournalEvent,
  JournalSink,
  Loss,
  NetStats,
  Packet,
  Transfer,
} from "./cluster/journal.ts";

/**
 * How a cluster is: what is left out, the network is perfect.
 *
 * As in Maelstrom, latency and loss are between servers; what clients send and
 * receive is there at once.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import {
 *   TestCluster,
 *   type TestClusterOptions,
 * } from "@gossip-glomers/maelstrom/testing";
 *
 * const options: TestClusterOptions = {
 *   ...{ nodes: 5, args: ["--wait", "50"] },
 *   ...{ latency: 100, latencyDist: "exponential", pLoss: 0.1 },
 * };
 * const cluster = new TestCluster((node) => {
 *   node.option("wait", { default: 115 });
 * }, options);
 * assert.equal(cluster.ids.length, 5);
 * ```
 */
export interface TestClusterOptions extends Partial<NetworkOptions> {
  /** How many nodes: `n0`, `n1`, ... @default 1 */
  readonly nodes?: number;
  /** What follows the program's name on its command line. @default nothing */
  readonly args?: readonly string[];
  /** Of all chance in the cluster. @default "test" */
  readonly seed?: string;
  /** What disks are like. @default perfect: they lose what is not synced */
  readonly disk?: Partial<DiskOptions>;
  /** Told of what nodes log. @default it fails the test */
  readonly log?: (text: string, id: string) => void;
}

/**
 * What comes back for a request.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { type Answer, TestCluster } from "@gossip-glomers/maelstrom/testing";
 *
 * const cluster = new TestCluster(() => {});
 * const answer: Answer = cluster.request("n0", '{"type":"huh"}');
 * assert.equal(answer.replies.length, 0); // no time has passed
 * assert.equal((await answer.first())?.code, 10); // not supported
 * ```
 */
export interface Answer {
  /** All replies so far, errors too. */
  readonly replies: readonly Body[];
  /**
   * Lets time pass until the first reply, which may be an error; undefined if
   * there is none within 5 s of the request: so long do Maelstrom's clients
   * wait.
   */
  first(): Promise<Body | undefined>;
}

/** How long Maelstrom's clients wait for a reply, in ms. */
const CLIENT_TIMEOUT = 5000;

/** Who sends more at one moment goes on for ever, and time does not pass. */
const MAX_AT_ONCE = 100_000;

/**
 * Nodes of one program under virtual time, in a test's hands.
 *
 * Time passes while a test waits for {@linkcode call}, {@linkcode pass},
 * {@linkcode ready} or an {@linkcode Answer}, and stands still otherwise.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { type Node, workloads } from "@gossip-glomers/maelstrom";
 * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
 *
 * function program(node: Node): void {
 *   node.serve("echo", { echo: ({ echo }) => ({ type: "echo_ok", echo }) });
 * }
 *
 * Deno.test("what it is told, it says", async () => {
 *   const cluster = new TestCluster(program, { nodes: 3 });
 *   const request = workloads.echo.echo({ echo: "hello" });
 *   assert.equal((await cluster.call("n2", request)).echo, "hello");
 * });
 * ```
 */
export class TestCluster {
  /** The names of all nodes. */
  readonly ids: readonly string[];
  /** What was sent and what arrived. */
  readonly journal: Journal = new Journal(true);
  /** @internal Goes deeper than users' tests need to. */
  readonly network: Network;
  /** @internal For a test's own choices. */
  readonly random: Random;
  /** Which messages between servers are also lost; the journal has none of them. */
  isLost?: (src: string, dest: string, body: Body) => boolean;

  readonly #scheduler = new VirtualScheduler();
  readonly #options: {
    -readonly [K in keyof NetworkOptions]: NetworkOptions[K];
  };
  readonly #nodes: ReadonlyMap<string, SimulatedNode>;
  readonly #clients = new Set<string>();
  /** Who waits for replies, by who asked and the request's number. */
  readonly #waiting = new Map<string, Map<unknown, (reply: Body) => void>>();
  /** What each node said to its last init. */
  readonly #inits = new Map<string, Answer>();
  /** What the test waits for. */
  readonly #awaited = new Set<Promise<unknown>>();
  readonly #failed = Promise.withResolvers<never>();
  #isRunning = false;
  #requests = 0;
  /** How many messages nodes and services have sent, and since when, in ms. */
  readonly #sent = { since: 0, count: 0 };

  /** All nodes start at once; they are told their names as soon as time passes. */
  constructor(program: Program, options: TestClusterOptions = {}) {
    const { nodes = 1, args = [], seed = "test", log, disk, ...network } =
      options;
    this.#failed.promise.catch(() => {}); // told to whoever waits
    this.random = new Random(seed);
    this.ids = Array.from({ length: nodes }, (_, i) => `n${i}`);
    this.#options = {
      latency: 0,
      latencyDist: "constant",
      pLoss: 0,
      pDuplicate: 0,
      delivery: "independent",
      downQueue: 10,
      ...network,
    };
    this.network = new Network(
      this.#scheduler,
      this.random.fork("network"),
      this.journal,
      this.#options,
    );
    const failed = (text: string) => this.#failed.reject(new Error(text));
    const events = {
      failed,
      sent: (src: string, dest: string, body?: Body, text?: string) =>
        this.#send(src, dest, text ?? stringifyJson(body)),
    };
    this.#nodes = new Map(this.ids.map((id) => [
      id,
      new SimulatedNode(this.#scheduler, {
        program,
        args,
        disk,
        random: this.random.fork(id),
        log: (text) => log ? log(text, id) : failed(`${id} logged: ${text}`),
      }, events),
    ]));
    for (const [id, node] of this.#nodes) {
      this.#connect(id, (packet) => node.deliver(packet));
    }
    for (const [name, service] of createServices(this.random.fork("kv"))) {
      this.#connect(name, ({ src, body }) => {
        const reply = service.handle(body, src);
        const whole = { ...reply, in_reply_to: body.msg_id };
        this.#send(name, src, stringifyJson(whole));
      });
    }
    for (const id of this.ids) this.start(id);
  }

  #connect(id: string, receive: (packet: Packet) => void): void {
    this.network.connect(id, (packet) => {
      const waiting = this.#waiting.get(id);
      if (waiting === undefined) return receive(packet);
      const body = packet.copyBody(); // a node is to parse the text itself
      const settle = waiting.get(body.in_reply_to);
      if (settle) settle(body);
      else receive(packet);
    });
  }

  #send(src: string, dest: string, text: string): void {
    if (this.#sent.since !== this.now()) {
      Object.assign(this.#sent, { since: this.now(), count: 0 });
    }
    if (++this.#sent.count > MAX_AT_ONCE) {
      const words = `messages go on without an end at ${this.now()} ms`;
      const hint = "give the cluster a latency, or see who answers whom";
      return this.#failed.reject(new Error(`${words}: ${hint}; ${text}`));
    }
    const isLost = this.isLost && !involvesClient({ src, dest }) &&
      this.isLost(src, dest, parseNumbers(text) as Body);
    if (!isLost) this.network.send(src, dest, undefined, text);
  }

  // ---- time

  /**
   * ms of virtual time since the beginning.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const cluster = new TestCluster(() => {});
   * await cluster.pass(100);
   * await cluster.pass(1);
   * assert.equal(cluster.now(), 101);
   * ```
   */
  now(): number {
    return this.#scheduler.now();
  }

  /**
   * Lets so many ms of virtual time pass.
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
   * await cluster.pass(100);
   * assert.ok(isOver);
   * ```
   */
  pass(ms: number): Promise<void> {
    return this.#until(
      new Promise((resolve) => this.#scheduler.after(ms, () => resolve())),
    );
  }

  /**
   * Lets time pass until every node has answered its init.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * let id = "";
   * const cluster = new TestCluster((node) =>
   *   node.onInit(() => void (id = node.id))
   * );
   * await cluster.ready();
   * assert.equal(id, "n0");
   * ```
   */
  async ready(): Promise<void> {
    await Promise.all([...this.#inits.values()].map((init) => init.first()));
  }

  /** Lets time pass until the work is done, and all else that is awaited. */
  #until<T>(work: Promise<T>): Promise<T> {
    const result = Promise.race([work, this.#failed.promise]);
    const done = () => void this.#awaited.delete(result);
    this.#awaited.add(result);
    result.then(done, done);
    if (!this.#isRunning) this.#run();
    return result;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    try {
      while (this.#awaited.size > 0) {
        await this.#scheduler.run(Promise.race(this.#awaited));
      }
    } catch (error) {
      this.#failed.reject(error);
    }
    this.#isRunning = false;
  }

  // ---- messages

  /**
   * Sends a client's request, and lets time pass until it is answered.
   *
   * @throws {RpcError} the error that it was answered with, or
   * {@linkcode ErrorCode.timeout} after 5 s, or {@linkcode ErrorCode.crash} for
   * a reply that does not look as the request's type says
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { workloads } from "@gossip-glomers/maelstrom";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const { echo } = workloads.echo;
   * const cluster = new TestCluster((node) =>
   *   node.serve("echo", { echo: ({ echo }) => ({ type: "echo_ok", echo }) })
   * );
   * assert.equal((await cluster.call("n0", echo({ echo: 1 }))).echo, 1);
   * cluster.pause("n0");
   * await assert.rejects(cluster.call("n0", echo({ echo: 2 })), /within 5 s/);
   * ```
   */
  async call<R extends Body>(
    dest: string,
    request: OutgoingRequest<R>,
  ): Promise<R> {
    const { body: { type }, answer } = request;
    const reply = await this.request(dest, request).first();
    if (reply === undefined) {
      const text = `${dest} does not answer ${type} within 5 s`;
      throw new RpcError(ErrorCode.timeout, text);
    }
    if (reply.type === "error") {
      throw new RpcError(Number(reply.code), `${reply.text}`);
    }
    if (answer.test(reply)) return reply;
    const text = `malformed reply to ${type}: expected ${answer.expected}`;
    throw new RpcError(ErrorCode.crash, `${text}, got ${stringifyJson(reply)}`);
  }

  /**
   * Sends a request; time must pass before it is answered.
   *
   * @param message may be a body, or JSON, to ask what no program would
   * @param src who seems to ask: a client, or a node
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { workloads } from "@gossip-glomers/maelstrom";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const { echo } = workloads.echo;
   * const cluster = new TestCluster((node) =>
   *   node.serve("echo", { echo: ({ echo }) => ({ type: "echo_ok", echo }) })
   * );
   * const asked = [1, 2].map((n) => cluster.request("n0", echo({ echo: n })));
   * await cluster.pass(1);
   * assert.deepEqual(asked.map((it) => it.replies[0].echo), [1, 2]);
   * ```
   */
  request(
    dest: string,
    message: Outgoing | Body | string,
    src: string = "c0",
  ): Answer {
    const replies: Body[] = [];
    const replied = Promise.withResolvers<Body | undefined>();
    const giveUp = this.now() + CLIENT_TIMEOUT;
    const id = ++this.#requests;
    this.#waiting.getOrInsertComputed(src, () => new Map()).set(id, (reply) => {
      replies.push(reply);
      replied.resolve(reply);
    });
    if (!this.#nodes.has(src) && !this.#clients.has(src)) {
      this.#clients.add(src);
      this.#connect(src, () => {});
    }
    const text = textOf(message);
    const whole = `${text.slice(0, -1)},"msg_id":${id}}`;
    this.network.send(src, dest, undefined, whole);
    const first = () => {
      this.#scheduler.at(giveUp, () => replied.resolve(undefined));
      return this.#until(replied.promise);
    };
    return { replies, first };
  }

  /**
   * Sends a message that expects no reply, as one node to another.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { message } from "@gossip-glomers/maelstrom";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const news = message("news", {});
   * const heard: string[] = [];
   * const cluster = new TestCluster(
   *   (node) => node.on(news, (_, { src }) => void heard.push(src)),
   *   { nodes: 2 },
   * );
   * await cluster.ready();
   * cluster.send("n1", "n0", news());
   * await cluster.pass(0);
   * assert.deepEqual(heard, ["n1"]);
   * ```
   */
  send(src: string, dest: string, message: Outgoing | Body | string): void {
    this.network.send(src, dest, undefined, textOf(message));
  }

  // ---- faults

  /**
   * Starts a node that does not run, and tells it its name.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * let lives = 0;
   * const cluster = new TestCluster(() => void lives++);
   * await cluster.ready();
   * cluster.kill("n0");
   * await cluster.start("n0").first(); // the reply to its init
   * assert.equal(lives, 2);
   * ```
   */
  start(id: string): Answer {
    this.#node(id).start();
    const init = { type: "init", node_id: id, node_ids: this.ids };
    const answer = this.request(id, init);
    this.#inits.set(id, answer);
    return answer;
  }

  /**
   * Nodes stop at once, and lose what they have in memory.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { integer, message } from "@gossip-glomers/maelstrom";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const count = message("count", {}, { n: integer });
   * const cluster = new TestCluster((node) => {
   *   let n = 0;
   *   node.on(count, () => ({ type: "count_ok", n: ++n }));
   * });
   * assert.equal((await cluster.call("n0", count())).n, 1);
   * cluster.kill("n0");
   * cluster.start("n0");
   * assert.equal((await cluster.call("n0", count())).n, 1);
   * ```
   */
  kill(...ids: readonly string[]): void {
    for (const id of ids) {
      this.#node(id).kill();
      this.#inits.delete(id);
    }
  }

  /**
   * Nodes stand still; what they are sent waits.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { message } from "@gossip-glomers/maelstrom";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const ping = message("ping", {}, {});
   * const cluster = new TestCluster((node) =>
   *   node.on(ping, () => ({ type: "ping_ok" }))
   * );
   * cluster.pause("n0");
   * const answer = cluster.request("n0", ping());
   * await cluster.pass(1000);
   * assert.equal(answer.replies.length, 0);
   * ```
   */
  pause(...ids: readonly string[]): void {
    for (const id of ids) this.#node(id).pause();
  }

  /**
   * Nodes that were paused go on.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { message } from "@gossip-glomers/maelstrom";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const ping = message("ping", {}, {});
   * const cluster = new TestCluster((node) =>
   *   node.on(ping, () => ({ type: "ping_ok" }))
   * );
   * cluster.pause("n0");
   * const answer = cluster.request("n0", ping());
   * await cluster.pass(1000);
   * cluster.resume("n0");
   * assert.equal((await answer.first())?.type, "ping_ok");
   * ```
   */
  resume(...ids: readonly string[]): void {
    for (const id of ids) this.#node(id).resume();
  }

  /**
   * Nodes of these groups hear their own group only, and the services that are
   * in no other.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { message } from "@gossip-glomers/maelstrom";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const ping = message("ping", {}, {});
   * const cluster = new TestCluster(
   *   (node) => node.on(ping, () => ({ type: "ping_ok" })),
   *   { nodes: 3 },
   * );
   * cluster.partition(["n0", "n1"], ["n2"]);
   * const ask = (dest: string) => cluster.request(dest, ping(), "n0");
   * const [near, far] = [ask("n1"), ask("n2")];
   * await cluster.pass(1000);
   * assert.deepEqual([near.replies.length, far.replies.length], [1, 0]);
   * ```
   */
  partition(...groups: readonly (readonly string[])[]): void {
    const all = new Set([...this.ids, ...groups.flat()]);
    const grudge = groups.flatMap((group) => {
      const others = [...all].filter((id) => !group.includes(id));
      return group.map((id) => [id, new Set(others)] as const);
    });
    this.network.partition(new Map(grudge));
  }

  /**
   * Ends all partitions.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { message } from "@gossip-glomers/maelstrom";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const ping = message("ping", {}, {});
   * const cluster = new TestCluster(
   *   (node) => node.on(ping, () => ({ type: "ping_ok" })),
   *   { nodes: 2 },
   * );
   * cluster.partition(["n0"], ["n1"]);
   * cluster.heal();
   * const answer = cluster.request("n1", ping(), "n0");
   * assert.equal((await answer.first())?.type, "ping_ok");
   * ```
   */
  heal(): void {
    this.network.partition(new Map());
  }

  /** The share of messages between servers that are lost, from now on. */
  set pLoss(share: number) {
    this.#options.pLoss = share;
  }

  /** The share of messages between servers that are lost now. */
  get pLoss(): number {
    return this.#options.pLoss;
  }

  #node(id: string): SimulatedNode {
    const node = this.#nodes.get(id);
    if (node) return node;
    throw new TypeError(`no node ${id}: there are ${this.ids.join(", ")}`);
  }
}

function textOf(message: Outgoing | Body | string): string {
  if (typeof message === "string") return message;
  const isBody = (it: Outgoing | Body): it is Body => "type" in it;
  return stringifyJson(isBody(message) ? message : message.body);
}
