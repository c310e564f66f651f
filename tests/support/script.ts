/**
 * A cluster under virtual time that a test tells, step by step, what happens.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type Body, type Program } from "../../lib/maelstrom.ts";
import { Journal } from "../../workbench/cluster/journal.ts";
import {
  Network,
  type NetworkOptions,
} from "../../workbench/cluster/network.ts";
import { Random } from "../../workbench/clock/random.ts";
import { VirtualScheduler } from "../../workbench/clock/scheduler.ts";
import { createServices } from "../../workbench/cluster/services.ts";
import { SimulatedNode } from "../../workbench/cluster/simulated_node.ts";

/** What came back so far. */
export interface Answer {
  readonly replies: Body[];
}

export class Script {
  readonly scheduler = new VirtualScheduler();
  readonly journal = new Journal(true);
  readonly ids: readonly string[];
  readonly network: Network;
  readonly random: Random;
  readonly #nodes: ReadonlyMap<string, SimulatedNode>;
  readonly #answers = new Map<number, Answer>();

  constructor(program: Program, size: number, options: {
    readonly seed?: string;
    readonly args?: readonly string[];
    readonly network?: Partial<NetworkOptions>;
  } = {}) {
    this.ids = Array.from({ length: size }, (_, i) => `n${i}`);
    this.random = new Random(options.seed ?? "script");
    this.network = new Network(
      this.scheduler,
      this.random.fork("network"),
      this.journal,
      {
        latency: 0,
        latencyDist: "constant",
        pLoss: 0,
        pDuplicate: 0,
        delivery: "independent",
        downQueue: 10,
        ...options.network,
      },
    );
    const events = {
      sent: (src: string, dest: string, _: unknown, text?: string) =>
        this.network.send(src, dest, undefined, text),
      failed: (text: string) => assert.fail(text),
    };
    this.#nodes = new Map(this.ids.map((id) => [
      id,
      new SimulatedNode(this.scheduler, {
        program,
        args: options.args ?? [],
        random: this.random.fork(id),
        log: (text) => assert.fail(text),
      }, events),
    ]));
    for (const [id, node] of this.#nodes) {
      this.network.connect(id, (packet) => node.deliver(packet));
    }
    for (const [name, service] of createServices(this.random.fork("kv"))) {
      this.network.connect(name, ({ src, body }) => {
        const reply = service.handle(body, src);
        this.network.send(name, src, { ...reply, in_reply_to: body.msg_id });
      });
    }
    this.network.connect("c0", ({ body }) => {
      this.#answers.get(body.in_reply_to ?? -1)?.replies.push(body);
    });
    for (const id of this.ids) this.start(id);
  }

  /** Starts a node that does not run. */
  start(id: string): Answer {
    this.node(id).start();
    return this.request(id, {
      type: "init",
      node_id: id,
      node_ids: this.ids,
    });
  }

  node(id: string): SimulatedNode {
    const node = this.#nodes.get(id);
    assert(node, `there is no node ${id}`);
    return node;
  }

  /** A client's request. Time must pass before it is answered. */
  request(id: string, body: Body): Answer {
    const msgId = this.#answers.size + 1;
    const answer = { replies: [] };
    this.#answers.set(msgId, answer);
    this.network.send("c0", id, { ...body, msg_id: msgId });
    return answer;
  }

  /** Nodes of these groups hear their own group only. */
  partition(...groups: readonly (readonly string[])[]): void {
    this.network.partition(
      new Map(groups.flatMap((group) =>
        group.map((id) => [
          id,
          new Set(this.ids.filter((other) => !group.includes(other))),
        ])
      )),
    );
  }

  heal(): void {
    this.network.partition(new Map());
  }

  /** Lets virtual time pass. */
  async pass(ms: number): Promise<void> {
    await this.scheduler.run(
      new Promise<void>((resolve) => this.scheduler.after(ms, () => resolve())),
    );
  }
}
