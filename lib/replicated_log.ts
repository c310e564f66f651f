/**
 * A log that every node applies in the same order: state machine replication.
 *
 * @module
 */
import { type Node } from "./node.ts";
import { type Timer } from "./runtime.ts";
import { type Shape, string, tuple } from "./shapes.ts";
import { SlotLog } from "./slots.ts";

/**
 * What a replicated log holds, and what it is for.
 *
 * @example
 * ```ts
 * import {
 *   array,
 *   type ReplicatedLogOptions,
 *   string,
 * } from "@gossip-glomers/maelstrom";
 *
 * const members = new Set<string>();
 * const joins: ReplicatedLogOptions<string[]> = {
 *   shape: array(string),
 *   apply: (ids) => ids.filter((id) => !members.has(id) && members.add(id)),
 *   merge: (all) => all.flat(),
 * };
 * console.log(joins.apply(["n0", "n0"]));
 * ```
 */
export interface ReplicatedLogOptions<T> {
  /** What an entry looks like; what does not, in the store, is skipped. */
  readonly shape: Shape<T>;
  /**
   * Applies an entry to this node's state, and returns what had an effect: the
   * entry, or less where it repeats what was applied before.
   */
  readonly apply: (entry: T) => T;
  /** One entry that does what these did, one after the other. */
  readonly merge: (entries: readonly T[]) => T;
}

/** So many slots make a segment. */
const SEGMENT_SLOTS = 128;
/** Who hears of no slot for so long looks for one, in ms. */
const SILENCE = 1000;
/** How long what came out of order may still come by itself, in ms. */
const REORDERING = 100;

/**
 * A log in lin-kv whose entries all nodes apply in the same order, so that they
 * come to the same state (Schneider, Implementing Fault-Tolerant Services Using
 * the State Machine Approach, 1990). An entry is *chosen* for a slot, once and
 * for all, by a compare-and-set from nothing (see {@linkcode SlotLog}). As in
 * Multi-Paxos, nodes *propose* entries and *learn* what was chosen: by their
 * own proposals, from whoever tells them, and otherwise from lin-kv, which they
 * ask when they miss a slot or have heard of none for a second.
 *
 * A restarted node is ready in a number of round trips that does not grow with
 * the log: what 128 slots come to is written once more, merged into one, as a
 * segment, before any node may write to the segment after the next; segments
 * are read first. Clients' requests wait until all that was there is applied.
 *
 * @example
 * ```ts
 * import {
 *   integer,
 *   type Node,
 *   ReplicatedLog,
 *   run,
 * } from "@gossip-glomers/maelstrom";
 *
 * function counter(node: Node): void {
 *   let sum = 0;
 *   const log = new ReplicatedLog(node, "adds", {
 *     shape: integer,
 *     apply(delta) {
 *       sum += delta;
 *       return delta;
 *     },
 *     merge: (deltas) => deltas.reduce((a, b) => a + b, 0),
 *   });
 *   node.serve("g-counter", {
 *     async add({ delta }) {
 *       while (!(await log.propose(delta)).isChosen);
 *       return { type: "add_ok" };
 *     },
 *     read: () => ({ type: "read_ok", value: sum }),
 *   });
 * }
 *
 * if (import.meta.main) await run(counter);
 * ```
 */
export class ReplicatedLog<T extends NonNullable<unknown>> {
  readonly #node: Node;
  readonly #options: ReplicatedLogOptions<T>;
  /** The name of a proposal, by which its node knows it, and its entry. */
  readonly #slots: SlotLog<[proposal: string, entry: T], null>;
  readonly #segments: SlotLog<T, null>;

  /** The slot that comes next to be applied. */
  #next = 0;
  /** What was applied in segments that may not be durable, by their index. */
  readonly #unsaved = new Map<number, T[]>();
  /** Slots that are known before some that they follow. */
  readonly #early = new Map<number, T | null>();

  /** The slot after the last that this node has proposed an entry for. */
  #unproposed = 0;
  /** Ends when the last proposal has, and all before it. */
  #lastProposal: Promise<unknown> = Promise.resolve();
  /** Ends when the segment before that of the last proposal is durable. */
  #saving: Promise<void> = Promise.resolve();
  /** The same of the segment before that one: proposals wait for it. */
  #saved: Promise<void> = Promise.resolve();

  #recovery: Promise<void> | undefined;
  /** Whether segments have been read, so that slots can be applied. */
  #isApplying = false;
  #isFresh = false;
  #mending: Timer | undefined;
  #catchingUp: Promise<void> | undefined;

  /**
   * A node's copy of a log, for its program to make before the node starts.
   *
   * @param name slot `i` is the key `name/i`, and segments are
   * `name/segment/i`
   */
  constructor(node: Node, name: string, options: ReplicatedLogOptions<T>) {
    const { shape } = options;
    this.#node = node;
    this.#options = options;
    const slot = tuple<[string, T]>(string, shape);
    this.#slots = new SlotLog(node.linKv, name, slot, null);
    this.#segments = new SlotLog(node.linKv, `${name}/segment`, shape, null);
    node.onInit(() => {
      this.#recovery = this.#recover()
        .finally(() => this.#recovery = undefined);
      node.holdRequests(this.#recovery);
    });
  }

  /**
   * Proposes an entry for the next slot that is free, as far as this node
   * knows. Several may be under way; they end in their order.
   *
   * @returns the slot, and whether this entry was chosen for it. By then what
   * was chosen has been applied, and so have all slots before it.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { integer, ReplicatedLog } from "@gossip-glomers/maelstrom";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const cluster = new TestCluster((node) => {
   *   const log = new ReplicatedLog(node, "sums", {
   *     shape: integer,
   *     apply: (delta) => delta,
   *     merge: (deltas) => deltas.reduce((a, b) => a + b, 0),
   *   });
   *   node.onInit(async () => {
   *     const { slot, isChosen } = await log.propose(5);
   *     assert.ok(slot === 0 && isChosen);
   *   });
   * });
   * await cluster.ready();
   * ```
   */
  async propose(entry: T): Promise<{ slot: number; isChosen: boolean }> {
    if (this.#recovery) await this.#recovery;
    const slot = Math.max(this.#unproposed, this.#next);
    this.#unproposed = slot + 1;
    const before = this.#lastProposal;
    if (slot % SEGMENT_SLOTS === 0) {
      this.#saved = this.#saving.then(() => this.#save(slot - SEGMENT_SLOTS));
      this.#saving = before.then(() => this.#save(slot));
    }
    const saved = this.#saved;
    const choose = async () => {
      await saved;
      const name = this.#node.incarnation; // it proposes once for a slot
      const chosen = await this.#slots.claim(slot, [name, entry]);
      await before;
      this.#learn(slot, chosen && chosen[1]);
      return { slot, isChosen: chosen !== null && chosen[0] === name };
    };
    const proposal = choose();
    this.#lastProposal = proposal;
    return await proposal;
  }

  /**
   * Takes what was chosen for a slot, as another node tells it. It is applied
   * as soon as all before it are known, which are asked for if need be.
   *
   * @example
   * ```ts
   * import { integer, ReplicatedLog } from "@gossip-glomers/maelstrom";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const cluster = new TestCluster((node) => {
   *   const log = new ReplicatedLog(node, "sums", {
   *     shape: integer,
   *     apply: (delta) => delta,
   *     merge: (deltas) => deltas.reduce((a, b) => a + b, 0),
   *   });
   *   node.onInit(async () => {
   *     log.learn(1, 7); // 0 is not known yet, and will be asked for
   *   });
   * });
   * await cluster.ready();
   * ```
   */
  learn(slot: number, entry: T): void {
    this.#learn(slot, entry);
    if (!this.#isApplying || this.#early.size === 0) return;
    this.#mending ??= this.#node.after(REORDERING, async () => {
      if (this.#early.size > 0) await this.catchUp();
      this.#mending = undefined;
    });
  }

  #learn(slot: number, chosen: T | null): void {
    if (slot < this.#next) return;
    this.#early.set(slot, chosen);
    if (this.#isApplying) this.#applyInOrder();
  }

  #applyInOrder(): void {
    for (let entry; (entry = this.#early.get(this.#next)) !== undefined;) {
      this.#early.delete(this.#next);
      const segment = Math.floor(this.#next / SEGMENT_SLOTS);
      if (this.#next++ % SEGMENT_SLOTS === 0) {
        this.#unsaved.set(segment, []);
        this.#unsaved.delete(segment - 2); // saved by who wrote this slot
      }
      this.#isFresh = true;
      if (entry === null) continue;
      const applied = this.#options.apply(entry);
      this.#unsaved.get(segment)?.push(applied);
    }
  }

  /**
   * Learns from lin-kv what this node lacks.
   *
   * @example
   * ```ts
   * import { integer, ReplicatedLog } from "@gossip-glomers/maelstrom";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const cluster = new TestCluster((node) => {
   *   const log = new ReplicatedLog(node, "sums", {
   *     shape: integer,
   *     apply: (delta) => delta,
   *     merge: (deltas) => deltas.reduce((a, b) => a + b, 0),
   *   });
   *   node.onInit(async () => {
   *     await log.catchUp(); // all that was chosen before is applied now
   *   });
   * });
   * await cluster.ready();
   * ```
   */
  catchUp(): Promise<void> {
    return this.#catchingUp ??= this.#readOn()
      .finally(() => this.#catchingUp = undefined);
  }

  async #readOn(): Promise<void> {
    const first = this.#next;
    if (this.#early.size === 0) {
      // Behind the last segment there are no more slots than two have.
      const found = await this.#slots.readFrom(first, 2 * SEGMENT_SLOTS);
      return found.forEach((it, i) => this.#learn(first + i, it && it[1]));
    }
    const last = this.#early.keys().reduce((a, b) => Math.max(a, b));
    const gaps = Array.from({ length: last - first }, (_, i) => first + i)
      .filter((slot) => !this.#early.has(slot));
    await Promise.all(gaps.map(async (slot) => {
      const chosen = await this.#slots.read(slot);
      if (chosen !== undefined) this.#learn(slot, chosen && chosen[1]);
    }));
  }

  /**
   * Makes segments durable that end before a slot. The slots alone decide what
   * they are, so whoever writes them writes the same.
   */
  async #save(end: number): Promise<void> {
    for (const [index, entries] of this.#unsaved) {
      if ((index + 1) * SEGMENT_SLOTS > end) continue;
      await this.#segments.claim(index, this.#options.merge(entries));
      this.#unsaved.delete(index);
    }
  }

  /** Applies all that there is, then goes on learning what it is not told. */
  async #recover(): Promise<void> {
    for (const segment of await this.#segments.readFrom(0)) {
      if (segment === null) break; // its slots are read instead
      this.#options.apply(segment);
      this.#next += SEGMENT_SLOTS;
    }
    for (const slot of this.#early.keys()) {
      if (slot < this.#next) this.#early.delete(slot);
    }
    this.#isApplying = true;
    this.#applyInOrder();
    await this.catchUp();
    this.#node.every(SILENCE, async () => {
      if (!this.#isFresh) await this.catchUp();
      this.#isFresh = false;
    });
  }
}
