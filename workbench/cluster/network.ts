/**
 * The simulated network: latency, partitions, loss and duplication.
 *
 * Like Maelstrom's, each receiver has one queue ordered by delivery time, and
 * takes one message at a time: it takes the head, then waits until that message
 * is due, and whatever arrives meanwhile waits too. See docs/workbench.md.
 *
 * @module
 */
import { type Body } from "../../lib/maelstrom.ts";
import {
  involvesClient,
  isClient,
  type Journal,
  type Loss,
  Packet,
} from "./journal.ts";
import { type Random } from "../clock/random.ts";
import { type LatencyDistribution } from "./latencies/latency.ts";
import { checkedLatency } from "./latency.ts";
import {
  type Scheduler,
  type Timed,
  TimeQueue,
  type Timer,
} from "../clock/scheduler.ts";

/**
 * What befalls a message between servers: it is lost, or takes so many ms more;
 * undefined: nothing.
 */
export type Disturbance = (
  src: string,
  dest: string,
) => "lost" | number | undefined;

/**
 * What the network does with messages.
 *
 * @example
 * ```ts
 * import {
 *   type NetworkOptions,
 *   TestCluster,
 * } from "@gossip-glomers/maelstrom/testing";
 *
 * const bad: Partial<NetworkOptions> = { latency: 100, pLoss: 0.2 };
 * export const cluster = new TestCluster(() => {}, { nodes: 3, ...bad });
 * ```
 */
export interface NetworkOptions {
  /** Mean latency in ms, between all but clients. */
  readonly latency: number;
  /** A name, or the path of a file that was loaded. */
  readonly latencyDist: string;
  /** Probability that a message between servers is lost. */
  readonly pLoss: number;
  /** Probability that a message between servers arrives twice. */
  readonly pDuplicate: number;
  /** `maelstrom`: a message waits for those before it; or each on its own. */
  readonly delivery: "maelstrom" | "independent";
  /**
   * How many messages wait for a node that is paused or dead; more are lost.
   * Infinity: messages go on to it as if it were up, as in Maelstrom before
   * July 2026: all of them wait in a paused node, and a dead one loses them.
   */
  readonly downQueue: number;
}

/** Who hears whom no more: receivers, each with the sources it is cut from. */
export type Grudge = ReadonlyMap<string, ReadonlySet<string>>;

export class Network {
  readonly #endpoints = new Map<string, Endpoint>();
  /** Clients that are no more, and who is told of what comes for them. */
  readonly #gone = new Map<string, (packet: Packet) => void>();
  #grudge: Grudge = new Map();
  readonly #disturbances = new Set<Disturbance>();
  readonly #latency: LatencyDistribution;
  #nextId = 0;
  #nextClient = 0;

  constructor(
    private readonly scheduler: Scheduler,
    private readonly random: Random,
    readonly journal: Journal,
    private readonly options: NetworkOptions,
  ) {
    this.#latency = checkedLatency(options.latencyDist, options.latency);
  }

  /** Connects someone who receives messages. */
  connect(id: string, receive: (packet: Packet) => void): void {
    this.#endpoints.set(
      id,
      new Endpoint(
        this.scheduler,
        this.options.delivery === "maelstrom",
        this.options.downQueue,
        (src) => this.#grudge.get(id)?.has(src) ?? false,
        (packet) => {
          this.journal.add(this.scheduler.now(), "recv", packet);
          receive(packet);
        },
        (packet, why) => this.journal.drop(this.scheduler.now(), packet, why),
      ),
    );
  }

  /** The name of the next client: `c0`, `c1`, ... */
  nextClientId(): string {
    return `c${this.#nextClient++}`;
  }

  /**
   * Disconnects a client. Replies that come too late for it are dropped.
   *
   * @param dropped told of them
   */
  disconnect(id: string, dropped: (packet: Packet) => void = () => {}): void {
    this.#endpoints.delete(id);
    this.#gone.set(id, dropped);
  }

  /** Holds back what is for a node, from now on and already on its way. */
  takeDown(id: string): void {
    if (this.options.downQueue < Infinity) this.#endpoints.get(id)?.takeDown();
  }

  /** Delivers again, beginning with what was held back. */
  bringUp(id: string): void {
    this.#endpoints.get(id)?.bringUp();
  }

  /**
   * Delivers to a node's next life what is sent from now on. What was held back
   * goes on waiting, until {@linkcode releaseBacklog}.
   */
  bringUpAnew(id: string): void {
    if (this.options.downQueue === Infinity) return;
    this.#endpoints.get(id)?.setBacklogAside();
    this.#endpoints.get(id)?.bringUp();
  }

  /** Delivers what was held back, now that the new life knows its name. */
  releaseBacklog(id: string): void {
    this.#endpoints.get(id)?.releaseBacklog();
  }

  /** Replaces the partitions that are in force. */
  partition(grudge: Grudge): void {
    this.#grudge = grudge;
  }

  /**
   * Loses or slows down messages that are sent from now on.
   *
   * @returns ends that
   */
  disturb(disturbance: Disturbance): () => void {
    this.#disturbances.add(disturbance);
    return () => this.#disturbances.delete(disturbance);
  }

  /** Sends a body, given as an object or as JSON, or both. */
  send(src: string, dest: string, body?: Body, text?: string): void {
    const endpoint = this.#endpoints.get(dest);
    const dropped = this.#gone.get(dest);
    if (endpoint === undefined && dropped === undefined) {
      const names = [...this.#endpoints.keys()].filter((id) => !isClient(id));
      throw new TypeError(
        `there is no "${dest}"; beside clients there are ${names.join(", ")}`,
      );
    }
    const packet = new Packet(
      this.#nextId++,
      src,
      dest,
      body,
      text,
    );
    const now = this.scheduler.now();
    this.journal.add(now, "send", packet);
    if (endpoint === undefined) {
      this.journal.drop(now, packet, "undelivered");
      return dropped?.(packet);
    }
    if (involvesClient(packet)) return endpoint.enqueue(packet, now);
    let delay = 0;
    for (const disturbance of this.#disturbances) {
      const found = disturbance(src, dest) ?? 0;
      if (found === "lost") return this.journal.drop(now, packet, "lost");
      delay += found;
    }
    const { pLoss, pDuplicate } = this.options;
    if (this.random.chance(pLoss)) this.journal.drop(now, packet, "lost");
    else endpoint.enqueue(packet, now + delay + this.#draw());
    if (this.random.chance(pDuplicate)) {
      endpoint.enqueue(packet, now + delay + this.#draw());
    }
  }

  #draw(): number {
    return this.#latency(this.options.latency, this.random);
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
  #timer: Timer | undefined;
  /** Those that wait on their own, where messages do. */
  readonly #underWay = new Map<Delivery, Timer>();
  /** What a dead node missed, until its next life is initialized. */
  #backlog: Delivery[] = [];
  #isDown = false;

  constructor(
    private readonly scheduler: Scheduler,
    private readonly inOrder: boolean,
    private readonly downQueue: number,
    private readonly isCutFrom: (src: string) => boolean,
    private readonly receive: (packet: Packet) => void,
    private readonly drop: (packet: Packet, why: Loss) => void,
  ) {}

  enqueue(packet: Packet, due: number): void {
    const waiting = this.#queue.size + this.#underWay.size +
      this.#backlog.length;
    if (this.#isDown && waiting >= this.downQueue) {
      return this.drop(packet, "undelivered");
    }
    if (waiting >= MAX_BACKLOG) {
      throw new RangeError(
        `${packet.dest} has ${MAX_BACKLOG} messages waiting: a flood`,
      );
    }
    this.#add(new Delivery(due, packet));
  }

  #add(delivery: Delivery): void {
    if (this.inOrder || this.#isDown) {
      this.#queue.add(delivery);
      if (this.#awaited === undefined && !this.#isDown) this.#take();
      return;
    }
    const { time, packet } = delivery;
    const timer = this.scheduler.at(time, () => {
      this.#underWay.delete(delivery);
      if (this.isCutFrom(packet.src)) this.drop(packet, "cut off");
      else this.receive(packet);
    });
    this.#underWay.set(delivery, timer);
  }

  /**
   * Takes the head and waits until it is due. Maelstrom looks at the partition
   * when it takes a message, and wastes no time on one that it drops.
   */
  #take(): void {
    for (;;) {
      const head = this.#queue.pop();
      if (head === undefined) return;
      if (this.isCutFrom(head.packet.src)) {
        this.drop(head.packet, "cut off");
        continue;
      }
      this.#awaited = head;
      this.#timer = this.scheduler.at(head.time, this.#arrived);
      return;
    }
  }

  readonly #arrived = () => {
    const head = this.#awaited;
    if (head !== undefined) this.receive(head.packet);
    this.#awaited = undefined;
    this.#take();
  };

  takeDown(): void {
    this.#isDown = true;
    const waiting = this.#drain();
    // First again among those that are due at the same time.
    if (this.#awaited !== undefined) waiting.unshift(this.#awaited);
    this.#awaited = undefined;
    this.#timer?.cancel();
    for (const [delivery, timer] of this.#underWay) {
      timer.cancel();
      waiting.push(delivery);
    }
    this.#underWay.clear();
    for (const delivery of waiting) this.#queue.add(delivery);
  }

  bringUp(): void {
    if (!this.#isDown) return;
    this.#isDown = false;
    for (const delivery of this.#drain()) this.#add(delivery);
  }

  /** What waited for a node's earlier life, which its next one may not see. */
  setBacklogAside(): void {
    this.#backlog.push(...this.#drain());
  }

  releaseBacklog(): void {
    const now = this.scheduler.now();
    // Not before what has been sent since, such as an init.
    for (const { time, packet } of this.#backlog.splice(0)) {
      this.#add(new Delivery(Math.max(time, now), packet));
    }
  }

  #drain(): Delivery[] {
    const drained: Delivery[] = [];
    for (
      let head = this.#queue.pop();
      head !== undefined;
      head = this.#queue.pop()
    ) drained.push(head);
    return drained;
  }
}
