/**
 * The simulated network: latency, partitions, loss and duplication.
 *
 * Like Maelstrom's, each receiver has one queue ordered by delivery time, and
 * takes one message at a time: it takes the head, then waits until that message
 * is due, and whatever arrives meanwhile waits too. See docs/workbench.md.
 *
 * @module
 */
import { type Body } from "../lib/maelstrom.ts";
import { involvesClient, type Journal, Packet } from "./journal.ts";
import { type Random } from "./random.ts";
import { type Scheduler, type Timed, TimeQueue } from "./scheduler.ts";

/** How latencies are distributed around their mean. */
export type LatencyDistribution = "constant" | "uniform" | "exponential";

export interface NetworkOptions {
  /** Mean latency in ms, between all but clients. */
  readonly latency: number;
  readonly latencyDist: LatencyDistribution;
  /** Probability that a message between servers is lost. */
  readonly pLoss: number;
  /** Probability that a message between servers arrives twice. */
  readonly pDuplicate: number;
  /** `maelstrom`: a message waits for those before it; or each on its own. */
  readonly delivery: "maelstrom" | "independent";
}

/** Who hears whom no more: receivers, each with the sources it is cut from. */
export type Grudge = ReadonlyMap<string, ReadonlySet<string>>;

export class Network {
  readonly #endpoints = new Map<string, Endpoint>();
  #grudge: Grudge = new Map();
  #nextId = 0;
  #nextClient = 0;

  constructor(
    private readonly scheduler: Scheduler,
    private readonly random: Random,
    readonly journal: Journal,
    private readonly options: NetworkOptions,
  ) {}

  /** Connects someone who receives messages. */
  connect(id: string, receive: (packet: Packet) => void): void {
    this.#endpoints.set(
      id,
      new Endpoint(
        this.scheduler,
        this.options.delivery === "maelstrom",
        (src) => this.#grudge.get(id)?.has(src) ?? false,
        (packet) => {
          this.journal.add(this.scheduler.now(), "recv", packet);
          receive(packet);
        },
      ),
    );
  }

  /** The name of the next client: `c0`, `c1`, ... */
  nextClientId(): string {
    return `c${this.#nextClient++}`;
  }

  /** Disconnects a client. Replies that come too late for it are dropped. */
  disconnect(id: string): void {
    this.#endpoints.set(id, GONE);
  }

  isConnected(id: string): boolean {
    return this.#endpoints.has(id);
  }

  /** Replaces the partitions that are in force. */
  partition(grudge: Grudge): void {
    this.#grudge = grudge;
  }

  /** Sends a body, given as an object or as JSON, or both. */
  send(src: string, dest: string, body?: Body, text?: string): void {
    const endpoint = this.#endpoints.get(dest);
    if (endpoint === undefined) throw new TypeError(`no such node: ${dest}`);
    const packet = new Packet(
      this.#nextId++,
      src,
      dest,
      body,
      text,
    );
    const now = this.scheduler.now();
    this.journal.add(now, "send", packet);
    if (involvesClient(packet)) return endpoint.enqueue(packet, now);
    const { pLoss, pDuplicate } = this.options;
    if (!this.random.chance(pLoss)) {
      endpoint.enqueue(packet, now + this.#draw());
    }
    if (this.random.chance(pDuplicate)) {
      endpoint.enqueue(packet, now + this.#draw());
    }
  }

  /** A latency in whole ms, as in Maelstrom. */
  #draw(): number {
    const { latency, latencyDist } = this.options;
    switch (latencyDist) {
      case "constant":
        return latency;
      case "uniform":
        return this.random.integer(2 * latency + 1);
      case "exponential":
        return Math.floor(this.random.exponential(latency));
    }
  }
}

/** A receiver that is so far behind will never catch up. */
const MAX_BACKLOG = 100_000;

/** A message on its way. */
class Delivery implements Timed {
  position = -1;

  constructor(readonly time: number, readonly packet: Packet) {}
}

/** A receiver: its queue, and the one message that it waits for. */
class Endpoint {
  readonly #queue = new TimeQueue<Delivery>();
  #awaited: Delivery | undefined;
  /** Those that wait on their own, where messages do. */
  #underWay = 0;

  constructor(
    private readonly scheduler: Scheduler,
    private readonly inOrder: boolean,
    private readonly isCutFrom: (src: string) => boolean,
    private readonly receive: (packet: Packet) => void,
  ) {}

  enqueue(packet: Packet, due: number): void {
    if (this.#queue.size + this.#underWay >= MAX_BACKLOG) {
      throw new RangeError(
        `${packet.dest} has ${MAX_BACKLOG} messages waiting: a flood`,
      );
    }
    if (!this.inOrder) {
      this.#underWay++;
      this.scheduler.at(due, () => {
        this.#underWay--;
        if (!this.isCutFrom(packet.src)) this.receive(packet);
      });
      return;
    }
    this.#queue.add(new Delivery(due, packet));
    if (this.#awaited === undefined) this.#take();
  }

  /**
   * Takes the head and waits until it is due. Maelstrom looks at the partition
   * when it takes a message, and wastes no time on one that it drops.
   */
  #take(): void {
    for (;;) {
      const head = this.#queue.pop();
      if (head === undefined) return;
      if (this.isCutFrom(head.packet.src)) continue;
      this.#awaited = head;
      this.scheduler.at(head.time, this.#arrived);
      return;
    }
  }

  readonly #arrived = () => {
    const head = this.#awaited;
    if (head !== undefined) this.receive(head.packet);
    this.#awaited = undefined;
    this.#take();
  };
}

const GONE = { enqueue: () => {} } as unknown as Endpoint;
