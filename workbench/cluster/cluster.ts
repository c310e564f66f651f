/**
 * The nodes under test, in their network, with the services.
 *
 * @module
 */
import { type Body, RpcError } from "../../lib/maelstrom.ts";
import { errorTitle } from "../checkers/failures.ts";
import { type NodeStep } from "./fault_script.ts";
import {
  type Disturbance,
  type Grudge,
  type GrudgeKind,
  Network,
} from "./network.ts";
import { type NodeHost, RunError } from "./node_host.ts";
import { type Victim } from "./nemeses/nemesis.ts";
import {
  type MalformedReply,
  RpcClient,
  type RpcResult,
} from "../load/rpc_client.ts";
import { type Scheduler } from "../clock/scheduler.ts";
import { type StrayReplies } from "../load/stray_replies.ts";
import { type Service } from "./services.ts";

/** How long a node has to answer `init`, in ms. */
const INIT_TIMEOUT = 10_000;

export class Cluster implements Victim {
  readonly #down = new Set<string>();
  readonly #paused = new Set<string>();
  /** Those that a hand killed or paused: no nemesis starts or resumes them. */
  readonly #inHand = new Set<string>();
  /** How often each node was started, and paused. */
  readonly #incarnations = new Map<string, number>();
  readonly #pauses = new Map<string, number>();
  /** Clients that only send an init, and for which incarnation it is. */
  readonly #initializers = new Map<string, number>();

  constructor(
    private readonly scheduler: Scheduler,
    private readonly network: Network,
    private readonly hosts: ReadonlyMap<string, NodeHost>,
    services: ReadonlyMap<string, Service>,
    private readonly failed: (text: string) => void,
    private readonly strays?: StrayReplies,
  ) {
    for (const [id, host] of hosts) {
      network.connect(id, (packet) => {
        // An init that waited in the network may be a dead incarnation's.
        const incarnation = this.#initializers.get(packet.src);
        const isStale = incarnation !== undefined &&
          incarnation !== this.#incarnations.get(id);
        if (!isStale) host.deliver(packet);
      });
    }
    for (const [name, service] of services) {
      network.connect(name, ({ src, body }) => {
        const reply = service.handle(body, src);
        network.send(name, src, { ...reply, in_reply_to: body.msg_id });
      });
    }
  }

  get nodeIds(): readonly string[] {
    return [...this.hosts.keys()];
  }

  /** Starts all nodes and tells them their names. @throws {RunError} */
  async boot(): Promise<void> {
    for (const id of this.nodeIds) this.#start(id);
    await Promise.all(this.nodeIds.map((id) => this.#init(id)));
  }

  #start(id: string): void {
    this.#incarnations.set(id, (this.#incarnations.get(id) ?? 0) + 1);
    this.network.bringUpAnew(id);
    this.hosts.get(id)?.start();
  }

  async #init(id: string): Promise<void> {
    const { network, nodeIds } = this;
    const incarnation = this.#incarnations.get(id) ?? 0;
    const pauses = this.#pauses.get(id);
    const client = new RpcClient(this.scheduler, network, this.strays);
    this.#initializers.set(client.id, incarnation);
    network.shield(client.id);
    const body = { type: "init", node_id: id, node_ids: nodeIds };
    const result = await new Promise<
      Parameters<Parameters<RpcClient["rpc"]>[2]>[0]
    >((resolve) => client.rpc(id, body, resolve, INIT_TIMEOUT));
    client.close();
    const wasKilled = this.#down.has(id) ||
      this.#incarnations.get(id) !== incarnation;
    if (wasKilled) return;
    network.releaseBacklog(id);
    const wasPaused = this.#paused.has(id) || this.#pauses.get(id) !== pauses;
    if (result.error && wasPaused) return; // it had no time to answer
    if (result.error) {
      throw new RunError(
        `Node ${id} did not answer init with init_ok: ${titled(result.error)}` +
          this.hosts.get(id)?.evidence,
      );
    }
    if (result.body.type !== "init_ok") {
      throw new RunError(
        `Node ${id} answered init with ${JSON.stringify(result.body)}, ` +
          `expected {"type": "init_ok", "in_reply_to": ...}`,
      );
    }
  }

  /** Lets a client talk to each node before the first operation. */
  async setUp(
    perform: (
      node: string,
      client: RpcClient,
      done: (result: RpcResult) => void,
    ) => void,
  ): Promise<void> {
    await Promise.all(this.nodeIds.map(async (id) => {
      const client = new RpcClient(
        this.scheduler,
        this.network,
        this.strays,
      );
      const { error } = await new Promise<RpcResult>((resolve) =>
        perform(id, client, resolve)
      );
      client.close();
      if (error) throw new RunError(`Setting up node ${id}: ${titled(error)}`);
    }));
  }

  partition(grudge: Grudge, kind?: GrudgeKind): void {
    this.network.partition(grudge, kind);
  }

  disturb(disturbance: Disturbance): () => void {
    return this.network.disturb(disturbance);
  }

  ask(node: string, request: Body, done: (result: RpcResult) => void): void {
    const client = new RpcClient(this.scheduler, this.network, this.strays);
    const timeout = Math.max(10 * this.network.latency, 1000);
    client.rpc(node, request, (result) => {
      client.close();
      done(result);
    }, timeout);
  }

  after(ms: number, callback: () => void): void {
    this.scheduler.after(ms, callback);
  }

  kill(ids: readonly string[]): void {
    for (const id of ids) {
      if (!this.#down.has(id)) this.#inHand.delete(id);
      this.#kill(id);
    }
  }

  #kill(id: string): void {
    this.#down.add(id);
    this.#paused.delete(id);
    this.hosts.get(id)?.kill();
    this.network.takeDown(id);
  }

  /** A node has ended by itself: it is down until somebody starts it. */
  stopped(id: string): void {
    this.#down.add(id);
    this.#paused.delete(id);
    this.network.takeDown(id);
  }

  start(): void {
    for (const id of [...this.#down]) {
      if (!this.#inHand.has(id)) this.#restart(id);
    }
  }

  #restart(id: string): void {
    this.#down.delete(id);
    try {
      this.#start(id);
    } catch (error) {
      if (!(error instanceof RunError)) throw error;
      this.failed(error.message);
    }
    this.#init(id).catch((error) => this.failed(String(error.message)));
  }

  pause(ids: readonly string[]): void {
    for (const id of ids) {
      if (!this.#down.has(id)) this.#pause(id);
    }
  }

  #pause(id: string): void {
    this.#paused.add(id);
    this.#pauses.set(id, (this.#pauses.get(id) ?? 0) + 1);
    this.hosts.get(id)?.pause();
    this.network.takeDown(id);
  }

  resume(): void {
    for (const id of [...this.#paused]) {
      if (!this.#inHand.has(id)) this.#resume(id);
    }
  }

  #resume(id: string): void {
    this.#paused.delete(id);
    this.hosts.get(id)?.resume();
    this.network.bringUp(id);
  }

  /**
   * Does something to one node, by hand: then only a hand ends it.
   *
   * @returns why there is nothing to do, if there is nothing
   */
  handle(what: NodeStep["do"], id: string): string | undefined {
    const isDown = this.#down.has(id);
    const isPaused = this.#paused.has(id);
    const state = isDown ? "is dead" : isPaused ? "is paused" : "runs";
    const isPossible = {
      kill: !isDown,
      start: isDown,
      pause: !isDown && !isPaused,
      resume: isPaused,
    }[what];
    if (!isPossible) return `${id} ${state}`;
    if (what === "kill" || what === "pause") this.#inHand.add(id);
    else this.#inHand.delete(id);
    if (what === "kill") this.#kill(id);
    else if (what === "start") this.#restart(id);
    else if (what === "pause") this.#pause(id);
    else this.#resume(id);
    return undefined;
  }

  /** What ends all that a hand did to nodes and that is in force. */
  get handEnds(): { readonly do: "start" | "resume"; readonly node: string }[] {
    return [...this.#inHand].map((node) => ({
      do: this.#down.has(node) ? "start" : "resume",
      node,
    }));
  }

  async stop(): Promise<void> {
    await Promise.all([...this.hosts.values()].map((host) => host.stop()));
  }
}

/** An error with its name: what the node said of it need not say much. */
function titled(error: RpcError | MalformedReply): string {
  return error instanceof RpcError
    ? `${errorTitle(error.code)}: ${error.message}`
    : error.message;
}
