/**
 * What the network carried: every message as it was sent and as it arrived.
 *
 * @module
 */
import { type Body } from "../../lib/maelstrom.ts";
import { isClient } from "./client_names.ts";
import { copyJson, parseJson, parseNumbers, stringifyJson } from "../json.ts";

/**
 * A message in the network.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
 *
 * const cluster = new TestCluster(() => {});
 * await cluster.ready();
 * const [{ packet }] = cluster.journal.events;
 * assert.equal(packet.dest, "n0");
 * assert.equal(packet.body.type, "init");
 * ```
 */
export class Packet {
  #text: string | undefined;
  #body: Body | undefined;

  /**
   * A message on its way.
   *
   * @param text the body as JSON; may be left out if there is `body`, which
   * then nobody changes any more
   */
  constructor(
    /** Assigned by the network, from 0, in the order of sending. */
    readonly id: number,
    /** Who sends it. */
    readonly src: string,
    /** Who is to get it. */
    readonly dest: string,
    body: Body | undefined,
    text: string | undefined,
  ) {
    this.#body = body;
    this.#text = text;
  }

  /** The body as JSON. */
  get text(): string {
    return this.#text ??= stringifyJson(this.#body);
  }

  /** The body, to be read only: others may have it too. */
  get body(): Body {
    return this.#body ??= parseJson(this.text) as Body;
  }

  /** @internal The body for a receiver that may do with it what it likes. */
  copyBody(): Body {
    return this.#body ? copyJson(this.#body) : parseNumbers(this.text) as Body;
  }

  /** The message as a line of JSON, without the line's end. */
  get line(): string {
    const { id, src, dest, text } = this;
    return `{"id":${id},"src":${JSON.stringify(src)},"dest":${
      JSON.stringify(dest)
    },"body":${text}}`;
  }
}

/**
 * Why a message does not arrive: by chance, by a partition, because nobody is
 * there to receive it, or because a script of faults drops it.
 *
 * @example
 * ```ts
 * import { type Loss } from "@gossip-glomers/maelstrom/testing";
 *
 * export const byChance: Loss = "lost";
 * ```
 */
export type Loss = "lost" | "cut off" | "undelivered" | "dropped by hand";

/**
 * A message was sent, or arrived.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { TestCluster, type Transfer } from "@gossip-glomers/maelstrom/testing";
 *
 * const cluster = new TestCluster(() => {});
 * await cluster.ready();
 * const wasSent = ({ type }: Transfer) => type === "send";
 * assert.equal(cluster.journal.events.filter(wasSent).length, 2);
 * ```
 */
export interface Transfer {
  /** ms since the run began. */
  readonly time: number;
  /** Whether it was sent, or arrived. */
  readonly type: "send" | "recv";
  /** The message. */
  readonly packet: Packet;
}

/**
 * A message was dropped. If it was duplicated, its copy may arrive yet.
 *
 * @example
 * ```ts
 * import { type Drop } from "@gossip-glomers/maelstrom/testing";
 *
 * export const isByChance = ({ why }: Drop) => why === "lost";
 * ```
 */
export interface Drop {
  /** ms since the run began. */
  readonly time: number;
  /** That it was dropped. */
  readonly type: "drop";
  /** The reason. */
  readonly why: Loss;
  /** The message. */
  readonly packet: Packet;
}

/**
 * What a network does with messages.
 *
 * @example
 * ```ts
 * import { type JournalEvent } from "@gossip-glomers/maelstrom/testing";
 *
 * export const isOver = ({ type }: JournalEvent) => type !== "send";
 * ```
 */
export type JournalEvent = Transfer | Drop;

/**
 * Counts of one class of messages, as Maelstrom reports them.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { type NetStats, TestCluster } from "@gossip-glomers/maelstrom/testing";
 *
 * const cluster = new TestCluster(() => {});
 * await cluster.ready();
 * const { sendCount, recvCount }: NetStats = cluster.journal.stats(0).clients;
 * assert.deepEqual([sendCount, recvCount], [2, 2]); // init, init_ok
 * ```
 */
export interface NetStats {
  /** How often a message was sent. */
  sendCount: number;
  /** How often one arrived. */
  recvCount: number;
  /** Distinct messages. */
  msgCount: number;
  /** Distinct messages for each client operation. */
  msgsPerOp?: number;
}

export const involvesClient = ({ src, dest }: Pick<Packet, "src" | "dest">) =>
  isClient(src) || isClient(dest);

/**
 * Takes events as they happen, so that nobody has to keep all of them.
 *
 * @example
 * ```ts
 * import {
 *   type JournalEvent,
 *   type JournalSink,
 * } from "@gossip-glomers/maelstrom/testing";
 *
 * const sent: JournalEvent[] = [];
 * export const sink: JournalSink = (event) => {
 *   if (event.type === "send") sent.push(event);
 * };
 * ```
 */
export type JournalSink = (event: JournalEvent) => void;

/** An event as a line of JSON. Times are in ns, as in a history. */
export function journalLine(event: JournalEvent): string {
  const { time, type, packet } = event;
  const when = `{"time":${Math.round(time * 1e6)},"type":"${type}"`;
  // What it said is known from when it was sent.
  return type === "drop"
    ? `${when},"why":"${event.why}","message":{"id":${packet.id},"src":${
      JSON.stringify(packet.src)
    },"dest":${JSON.stringify(packet.dest)}}}\n`
    : `${when},"message":${packet.line}}\n`;
}

/**
 * Counts messages, hands them on, and keeps them if asked to.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
 *
 * const cluster = new TestCluster(() => {});
 * await cluster.ready();
 * const types = cluster.journal.events.map(({ packet }) => packet.body.type);
 * assert.deepEqual(types, ["init", "init", "init_ok", "init_ok"]);
 * ```
 */
export class Journal {
  readonly #sinks: readonly JournalSink[];
  readonly #events: Transfer[] = [];
  readonly #losses = new Map<Packet, Loss>();
  readonly #clients = { sent: 0, received: 0 };
  readonly #servers = { sent: 0, received: 0 };

  /**
   * A journal without events.
   *
   * @param keep whether to keep the messages: for short runs only
   * @param sinks told of every event
   */
  constructor(private readonly keep: boolean, ...sinks: JournalSink[]) {
    this.#sinks = sinks;
  }

  /** @internal Takes an event. */
  add(time: number, type: "send" | "recv", packet: Packet): void {
    const count = involvesClient(packet) ? this.#clients : this.#servers;
    if (type === "send") count.sent++;
    else count.received++;
    if (!this.keep && this.#sinks.length === 0) return;
    const event = { time, type, packet };
    for (const sink of this.#sinks) sink(event);
    if (this.keep) this.#events.push(event);
  }

  /** @internal Takes a message that was dropped. */
  drop(time: number, packet: Packet, why: Loss): void {
    for (const sink of this.#sinks) sink({ time, type: "drop", why, packet });
    if (this.keep) this.#losses.set(packet, why);
  }

  /**
   * Why a message, or the last of its copies, was dropped.
   *
   * @returns undefined if it was not, or not yet
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { message, string } from "@gossip-glomers/maelstrom";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const hello = message("hello", { to: string });
   * const cluster = new TestCluster((node) => {
   *   node.onInit(() => {
   *     for (const peer of node.peers) node.send(peer, hello({ to: peer }));
   *   });
   * }, { nodes: 2, pLoss: 1 });
   * await cluster.ready();
   * const { journal } = cluster;
   * const packet = journal.events.map(({ packet }) => packet)
   *   .find(({ body }) => body.type === "hello");
   * assert.equal(packet && journal.lossOf(packet), "lost");
   * ```
   */
  lossOf(packet: Packet): Loss | undefined {
    return this.#losses.get(packet);
  }

  /**
   * All so far, in the order in which they happened.
   *
   * @throws {TypeError} the journal was not made to keep them
   */
  get events(): readonly Transfer[] {
    if (!this.keep) throw new TypeError("this journal keeps no events");
    return this.#events;
  }

  /**
   * Counts of messages: all, those of clients, those between servers.
   *
   * @param operations how many operations the clients invoked
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const cluster = new TestCluster(() => {});
   * await cluster.ready();
   * assert.equal(cluster.journal.stats(0).servers.msgCount, 0);
   * ```
   */
  stats(
    operations: number,
  ): Record<"all" | "clients" | "servers", NetStats> {
    const stats = (sent: number, received: number): NetStats => ({
      sendCount: sent,
      recvCount: received,
      msgCount: sent,
    });
    const perOp = (net: NetStats): NetStats =>
      operations === 0 ? net : { ...net, msgsPerOp: net.msgCount / operations };
    const [c, s] = [this.#clients, this.#servers];
    return {
      all: perOp(stats(c.sent + s.sent, c.received + s.received)),
      clients: stats(c.sent, c.received),
      servers: perOp(stats(s.sent, s.received)),
    };
  }

  /**
   * The events as lines of JSON.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const cluster = new TestCluster(() => {});
   * await cluster.ready();
   * const [line] = cluster.journal.lines();
   * assert.deepEqual(JSON.parse(line).message.src, "c0");
   * ```
   */
  *lines(): Generator<string> {
    for (const event of this.events) yield journalLine(event);
  }
}
