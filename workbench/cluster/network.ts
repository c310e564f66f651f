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
import { isClient } from "./client_names.ts";
import { involvesClient, type Journal, type Loss, Packet } from "./journal.ts";
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

/** Each kind has a grudge of its own, and who is cut off by one is cut off. */
export type GrudgeKind = "partition" | "one-way";

export class Network {
  readonly #endpoints = new Map<string, Endpoint>();
  /** Clients that are no more, and who is told of what comes for them. */
  readonly #gone = new Map<string, (packet: Packet) => void>();
  /** Those in force. */
  readonly #grudges = new Map<GrudgeKind, Grudge>();
  /** Links that were cut one by one, from either end. */
  readonly #cuts = new Map<string, Set<string>>();
  /** Clients whose messages no hand touches. */
  readonly #shielded = new Set<string>();
  /** What is to befall messages that are not sent yet. */
  readonly #awaited = new Map<number, Touch[]>();
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
        (src) =>
          this.#grudges.size > 0 && this.#isUnheard(id, src) ||
          this.#cuts.size > 0 && this.isCut(id, src),
        (packet) => {
          this.journal.add(this.scheduler.now(), "recv", packet);
          receive(packet);
        },
        (packet, why) => this.journal.drop(this.scheduler.now(), packet, why),
      ),
    );
  }

  /** Mean latency in ms, between all but clients. */
  get latency(): number {
    return this.options.latency;
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
    this.#endpoints.get(id)?.close((packet) => {
      this.journal.drop(this.scheduler.now(), packet, "undelivered");
      dropped(packet);
    });
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

  /**
   * Replaces the grudge of this kind that is in force, but not what
   * {@linkcode cut} cut.
   */
  partition(grudge: Grudge, kind: GrudgeKind = "partition"): void {
    if (grudge.size > 0) this.#grudges.set(kind, grudge);
    else this.#grudges.delete(kind);
  }

  #isUnheard(id: string, src: string): boolean {
    return this.#grudges.values().some((it) => it.get(id)?.has(src));
  }

  /** Cuts a link in both directions, beside partitions. */
  cut(a: string, b: string): void {
    this.#cuts.getOrInsertComputed(a, () => new Set()).add(b);
    this.#cuts.getOrInsertComputed(b, () => new Set()).add(a);
  }

  /** Ends a cut; what a partition cuts stays so. */
  heal(a: string, b: string): void {
    this.#cuts.get(a)?.delete(b);
    this.#cuts.get(b)?.delete(a);
  }

  /** Whether {@linkcode cut} cut a link. */
  isCut(a: string, b: string): boolean {
    return this.#cuts.get(a)?.has(b) ?? false;
  }

  /** Keeps messages from and to a client from being touched one by one. */
  shield(client: string): void {
    this.#shielded.add(client);
  }

  /**
   * Drops, delays or duplicates a message that is under way, or that waits for
   * a node which is down, with all its copies; or, if it has not been sent yet,
   * as soon as it is.
   */
  touch(touch: Touch): void {
    if (touch.message >= this.#nextId) {
      this.#awaited.getOrInsertComputed(touch.message, () => []).push(touch);
    } else {
      this.#touch(touch);
    }
  }

  /**
   * Ends what a hand does to single messages: what it delayed is due now, and
   * nothing waits any more for messages that were never sent.
   */
  endTouches(): void {
    const all = [...this.#awaited.values()].flat();
    this.#awaited.clear();
    for (const { inVain } of all) inVain("it was never sent");
    for (const endpoint of this.#endpoints.values()) endpoint.endDelays();
  }

  #touch({ message, act, done, inVain }: Touch): void {
    for (const endpoint of this.#endpoints.values()) {
      const packet = endpoint.find(message);
      if (packet === undefined) continue;
      if (this.#shielded.has(packet.src) || this.#shielded.has(packet.dest)) {
        return inVain("without it the node could not begin");
      }
      if (act === "duplicate" && involvesClient(packet)) {
        return inVain("a client's messages arrive once, whatever the network");
      }
      done(packet);
      if (act === "drop") endpoint.dropByHand(message);
      else if (act === "duplicate") endpoint.duplicate(message);
      else endpoint.delay(message, act.by);
      return;
    }
    inVain("it was not under way any more");
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
    this.#carry(packet, endpoint, now);
    if (this.#awaited.size === 0) return;
    const touches = this.#awaited.get(packet.id) ?? [];
    this.#awaited.delete(packet.id);
    for (const touch of touches) this.#touch(touch);
  }

  #carry(packet: Packet, endpoint: Endpoint, now: number): void {
    const { src, dest } = packet;
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

/** What somebody does to one message. */
export interface Touch {
  /** Its id. */
  readonly message: number;
  /** `by`: how many ms longer it is under way. */
  readonly act: "drop" | "duplicate" | { readonly by: number };
  /** Called before it is done. */
  done(packet: Packet): void;
  /** Called instead, with the reason. */
  inVain(why: string): void;
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
  /**
   * Delayed by hand: they come to the queue when they are due, since a receiver
   * that took one of them would let all others wait for it.
   */
  readonly #delayed = new Map<Delivery, Timer>();
  #isDown = false;
  /** Set once nobody is there any more. */
  #gone: ((packet: Packet) => void) | undefined;

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
      this.#backlog.length + this.#delayed.size;
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

  /** Nobody takes any more what was delayed by hand. */
  close(gone: (packet: Packet) => void): void {
    this.#gone = gone;
  }

  /** The copies of a message that have not arrived. */
  #copies(id: number): Delivery[] {
    const isIt = ({ packet }: Delivery) => packet.id === id;
    return [
      ...(this.#awaited === undefined ? [] : [this.#awaited]).filter(isIt),
      ...this.#queue.filter(isIt),
      ...this.#underWay.keys().filter(isIt),
      ...this.#backlog.filter(isIt),
      ...this.#delayed.keys().filter(isIt),
    ];
  }

  /** A message that has not arrived. */
  find(id: number): Packet | undefined {
    return this.#copies(id)[0]?.packet;
  }

  /** Takes them out of wherever they are; then somebody must take the next. */
  #remove(copies: readonly Delivery[]): void {
    for (const copy of copies) {
      if (copy === this.#awaited) {
        this.#timer?.cancel();
        this.#awaited = undefined;
      } else if (copy.position >= 0) {
        this.#queue.remove(copy);
      }
      for (const waiting of [this.#underWay, this.#delayed]) {
        waiting.get(copy)?.cancel();
        waiting.delete(copy);
      }
    }
    const removed = new Set(copies);
    this.#backlog = this.#backlog.filter((it) => !removed.has(it));
  }

  #takeNext(): void {
    if (this.#awaited === undefined && !this.#isDown) this.#take();
  }

  dropByHand(id: number): void {
    const copies = this.#copies(id);
    this.#remove(copies);
    for (const { packet } of copies) this.drop(packet, "dropped by hand");
    this.#takeNext();
  }

  delay(id: number, by: number): void {
    const copies = this.#copies(id);
    this.#remove(copies);
    const now = this.scheduler.now();
    for (const { time, packet } of copies) {
      this.#keep(new Delivery(Math.max(time, now) + by, packet));
    }
    this.#takeNext();
  }

  #keep(delivery: Delivery): void {
    const timer = this.scheduler.at(delivery.time, () => {
      this.#delayed.delete(delivery);
      if (this.#gone) this.#gone(delivery.packet);
      else this.#add(delivery);
    });
    this.#delayed.set(delivery, timer);
  }

  /** What was delayed by hand is delayed no more. */
  endDelays(): void {
    const delayed = [...this.#delayed]
      .toSorted(([a], [b]) => a.packet.id - b.packet.id);
    this.#delayed.clear();
    for (const [{ packet }, timer] of delayed) {
      timer.cancel();
      this.#add(new Delivery(this.scheduler.now(), packet));
    }
  }

  /** One more of a message comes behind the first one. */
  duplicate(id: number): void {
    const [first] = this.#copies(id);
    const { time, packet } = first;
    if (this.#delayed.has(first)) this.#keep(new Delivery(time, packet));
    else if (!this.#backlog.includes(first)) this.enqueue(packet, time);
    else if (this.#backlog.length < this.downQueue) {
      this.#backlog.push(new Delivery(time, packet));
    } else this.drop(packet, "undelivered");
  }

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
