/**
 * A cluster under virtual time that a test drives by hand: it sends what it
 * likes, kills and starts nodes, and loses messages.
 *
 * @module
 */
import { type Body, type Program } from "../../lib/maelstrom.ts";
import { Packet } from "../../workbench/cluster/journal.ts";
import { parseJson, stringifyJson } from "../../workbench/json.ts";
import { Random } from "../../workbench/clock/random.ts";
import { VirtualScheduler } from "../../workbench/clock/scheduler.ts";
import { createServices } from "../../workbench/cluster/services.ts";
import { SimulatedNode } from "../../workbench/cluster/simulated_node.ts";

export interface LabOptions {
  readonly program: Program;
  readonly nodes: number;
  /** Of each message but clients', in ms. @default 0 */
  readonly latency?: number;
  /** @default 0 */
  readonly seed?: number;
}

export class Lab {
  /** Share of messages between servers that are lost; a test may change it. */
  pLoss = 0;
  /** Messages that are lost besides. */
  isCut: (src: string, dest: string, body: Body) => boolean = () => false;
  /** What the nodes logged. */
  readonly logs: string[] = [];
  /** Replies that came when the client had given up. */
  readonly late: Body[] = [];
  /** Messages sent between servers. */
  messages = 0;
  readonly ids: readonly string[];
  readonly #scheduler = new VirtualScheduler();
  readonly #random: Random;
  readonly #hosts: ReadonlyMap<string, SimulatedNode>;
  readonly #services;
  readonly #waiting = new Map<string, (reply: Body) => void>();
  #packets = 0;

  constructor(private readonly options: LabOptions) {
    this.#random = new Random(`lab ${options.seed ?? 0}`);
    this.#services = createServices(this.#random.fork("services"));
    this.ids = Array.from({ length: options.nodes }, (_, i) => `n${i}`);
    const failed = (text: string) => {
      throw new Error(text);
    };
    this.#hosts = new Map(this.ids.map((id) => [
      id,
      new SimulatedNode(this.#scheduler, {
        program: options.program,
        args: [],
        random: this.#random.fork(id),
        log: (text) => this.logs.push(`${id}: ${text}`),
      }, {
        sent: (src, dest, body, text) =>
          this.#send(src, dest, text ?? stringifyJson(body)),
        failed,
      }),
    ]));
  }

  /** Starts all nodes, and runs what a test does with them. */
  run(test: (lab: Lab) => Promise<void>): Promise<void> {
    return this.#scheduler.run((async () => {
      await Promise.all(this.ids.map((id) => this.start(id)));
      await test(this);
    })());
  }

  /** ms since the beginning. */
  now(): number {
    return this.#scheduler.now();
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) =>
      this.#scheduler.after(ms, () => resolve(undefined))
    );
  }

  /** Starts a node that is not running, and tells it its name. */
  async start(id: string): Promise<void> {
    this.#hosts.get(id)?.start();
    await this.call(id, { type: "init", node_id: id, node_ids: this.ids });
  }

  kill(...ids: readonly string[]): void {
    for (const id of ids) this.#hosts.get(id)?.kill();
  }

  /**
   * Sends a request to a node or a service, as a client or as a node would.
   *
   * @param body may be JSON, for what JSON.stringify would not write
   * @returns the reply, an error too; undefined if there is none in 5 s
   */
  call(
    node: string,
    body: Body | string,
    src = `c${this.#packets}`,
  ): Promise<Body | undefined> {
    const text = typeof body === "string" ? body : stringifyJson(body);
    const id = 1e9 + this.#packets;
    return new Promise((resolve) => {
      const settle = (reply?: Body) => {
        this.#waiting.delete(`${src} ${id}`);
        resolve(reply);
      };
      this.#waiting.set(`${src} ${id}`, settle);
      this.#scheduler.after(5000, () => settle());
      this.#send(src, node, `${text.slice(0, -1)},"msg_id":${id}}`);
    });
  }

  #send(src: string, dest: string, text: string): void {
    const body = parseJson(text) as Body;
    // Nobody has looked at it: the node parses the text as a process would.
    const packet = new Packet(this.#packets++, src, dest, undefined, text);
    const waiting = this.#waiting.get(`${dest} ${body.in_reply_to}`);
    if (waiting) return waiting(body);
    if (dest.startsWith("c")) return void this.late.push(body);
    const deliver = () => {
      const service = this.#services.get(dest);
      if (!service) return this.#hosts.get(dest)?.deliver(packet);
      const reply = service.handle(body, src);
      const answer = { ...reply, in_reply_to: body.msg_id };
      this.#send(dest, src, stringifyJson(answer));
    };
    if (src.startsWith("c")) return deliver();
    this.messages++;
    const isLost = this.#random.chance(this.pLoss) ||
      this.isCut(src, dest, body);
    if (!isLost) this.#scheduler.after(this.options.latency ?? 0, deliver);
  }
}
