/**
 * Sending until it is acknowledged.
 *
 * @module
 */
import { type Node } from "./node.ts";
import { RoundTrip, type RoundTripOptions } from "./round_trip.ts";

/**
 * How items are sent, and how long until they are sent again.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import {
 *   SelectiveRepeat,
 *   type SelectiveRepeatOptions,
 * } from "@gossip-glomers/maelstrom";
 * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
 *
 * const sent: number[] = [];
 * const cluster = new TestCluster((node) => {
 *   const thrice: SelectiveRepeatOptions<number> = {
 *     initial: 500, // ms
 *     tries: 3,
 *     transmit: (items) => void sent.push(...items),
 *   };
 *   new SelectiveRepeat(node, thrice).send([7]);
 * }, { nodes: 1 });
 * await cluster.ready();
 * await cluster.pass(10_000);
 * assert.deepEqual(sent, [7, 7, 7]);
 * ```
 */
export interface SelectiveRepeatOptions<T> extends RoundTripOptions {
  /**
   * Sends items, to be acknowledged one by one or together.
   *
   * @param last how the same items were sent before; undefined the first time
   */
  readonly transmit: (items: readonly T[], last?: Sending) => void;
  /** How often an item is sent, if it is never acknowledged. @default Infinity */
  readonly tries?: number;
}

/**
 * One time that items were sent.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { SelectiveRepeat, type Sending } from "@gossip-glomers/maelstrom";
 * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
 *
 * const sent: number[] = [];
 * const cluster = new TestCluster((node) => {
 *   const transmit = (_: readonly string[], last?: Sending) => {
 *     sent.push(last?.count ?? 0); // times before
 *   };
 *   new SelectiveRepeat(node, { transmit, tries: 3 }).send(["a"]);
 * }, { nodes: 1 });
 * await cluster.ready();
 * await cluster.pass(10_000);
 * assert.deepEqual(sent, [0, 1, 2]);
 * ```
 */
export interface Sending {
  /** When, by the node's clock, in ms. */
  readonly at: number;
  /** Which of the times this is, from 1. */
  readonly count: number;
}

/**
 * Selective-repeat ARQ: sends items until they are acknowledged, and of what was
 * sent together only what is not. When that is, follows from how long earlier
 * acknowledgements took ({@linkcode RoundTrip}); with each time in a row that
 * some were late, the wait doubles.
 *
 * Whoever receives must bear to hear an item twice. What stands for it here, its
 * number or the name of whom it goes to, is kept until it is acknowledged.
 *
 * @example
 * ```ts
 * import {
 *   integer,
 *   json,
 *   message,
 *   type Node,
 *   SelectiveRepeat,
 * } from "@gossip-glomers/maelstrom";
 *
 * const item = message("item", { n: integer, value: json });
 * const got = message("got", { n: integer });
 *
 * export function link(node: Node, peer: string, receive: (v: unknown) => void) {
 *   const values: unknown[] = [];
 *   const sender = new SelectiveRepeat<number>(node, {
 *     transmit(numbers) {
 *       for (const n of numbers) node.send(peer, item({ n, value: values[n] }));
 *     },
 *   });
 *   node.on(got, ({ n }) => sender.acknowledge(n));
 *   node.on(item, ({ n, value }, { src }) => {
 *     receive(value);
 *     node.send(src, got({ n }));
 *   });
 *   return (value: unknown) => sender.send([values.push(value) - 1]);
 * }
 * ```
 */
export class SelectiveRepeat<T> {
  /** The time from an item's sending to its acknowledgement. */
  readonly roundTrip: RoundTrip;
  readonly #node: Node;
  readonly #transmit: (items: readonly T[], last?: Sending) => void;
  readonly #tries: number;
  readonly #pending = new Map<T, Sending>();

  /** A sender to which nothing was given yet. */
  constructor(node: Node, options: SelectiveRepeatOptions<T>) {
    this.#node = node;
    this.#transmit = options.transmit;
    this.#tries = options.tries ?? Infinity;
    this.roundTrip = new RoundTrip(options);
  }

  /**
   * Sends items, but those that are under way.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { SelectiveRepeat } from "@gossip-glomers/maelstrom";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const sent: number[] = [];
   * const cluster = new TestCluster((node) => {
   *   const transmit = (items: readonly number[]) => void sent.push(...items);
   *   const sender = new SelectiveRepeat(node, { transmit, tries: 1 });
   *   sender.send([1, 2]);
   *   sender.send([2, 3]);
   * }, { nodes: 1 });
   * await cluster.ready();
   * await cluster.pass(10_000);
   * assert.deepEqual(sent, [1, 2, 3]);
   * ```
   */
  send(items: Iterable<T>): void {
    const idle = [...items].filter((it) => !this.#pending.has(it));
    if (idle.length > 0) this.#send(idle);
  }

  #send(items: readonly T[], last?: Sending): void {
    this.#transmit(items, last);
    const sending = { at: this.#node.now(), count: 1 + (last?.count ?? 0) };
    for (const it of items) this.#pending.set(it, sending);
    this.#node.after(this.roundTrip.timeout, () => {
      const late = items.filter((it) => this.#pending.get(it) === sending);
      if (late.length === 0) return;
      this.roundTrip.expired();
      if (sending.count < this.#tries) return this.#send(late, sending);
      for (const it of late) this.#pending.delete(it);
    });
  }

  /**
   * An item has arrived: it is not sent again.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { SelectiveRepeat } from "@gossip-glomers/maelstrom";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const sent: number[] = [];
   * const cluster = new TestCluster((node) => {
   *   const transmit = (items: readonly number[]) => void sent.push(...items);
   *   const sender = new SelectiveRepeat(node, { transmit, tries: 2 });
   *   sender.send([1, 2]);
   *   sender.acknowledge(1);
   * }, { nodes: 1 });
   * await cluster.ready();
   * await cluster.pass(10_000);
   * assert.deepEqual(sent, [1, 2, 2]);
   * ```
   */
  acknowledge(item: T): void {
    const sending = this.#pending.get(item);
    if (sending === undefined) return;
    this.#pending.delete(item);
    const ms = Math.abs(this.#node.now() - sending.at); // clocks may jump
    this.roundTrip.answered(sending.count === 1 ? ms : undefined);
  }
}
