/**
 * A state machine of which every node has a copy, with commands that are carried
 * out exactly once.
 *
 * @module
 */
import { ErrorCode, RpcError } from "./errors.ts";
import { groupCommit } from "./groups.ts";
import { message } from "./messages.ts";
import { type Node } from "./node.ts";
import { ReplicatedLog } from "./replicated_log.ts";
import { type Timer } from "./runtime.ts";
import { array, natural, type Shape, string, tuple } from "./shapes.ts";

/** Commands of one node; in each of its lanes, numbers grow. */
type Batch<C> = [lane: string, number: number, commands: C[]];
type Slot<C> = [index: number, batches: Batch<C>[]];

/** Who waits for nothing in a slot hears of it so much later, in ms. */
const SHARE_INTERVAL = 50;
/** A slot that takes longer than this, the next does not wait for, in ms. */
const PATIENCE = 100;
/** So many batches of a node may be under way. */
const LANES = 16;
/** How long an owner that gave no answer is done without, in ms. */
const DISTRUST = 5000;
/** More batches than an incarnation of a node will ever send. */
const INCARNATION = 2 ** 32;

/**
 * What a replicated state machine does.
 *
 * @example
 * ```ts
 * import { integer, type StateMachineOptions } from "@gossip-glomers/maelstrom";
 *
 * let sum = 0;
 * const adder: StateMachineOptions<number, number> = {
 *   command: integer,
 *   apply: (delta) => sum += delta,
 *   interval: 5, // ms
 * };
 * console.log(adder.apply(2));
 * ```
 */
export interface StateMachineOptions<C, R> {
  /** What a command looks like. */
  readonly command: Shape<C>;
  /**
   * Carries a command out on this node's copy, and returns its result. The
   * state and the command alone may decide what it does: all nodes must come to
   * the same.
   */
  readonly apply: (command: C) => R;
  /** Least time between two slots of the log, in ms. @default 2 */
  readonly interval?: number;
  /**
   * What takes longer than this, in ms, the commands that come after it on the
   * same node do not wait for. Less means quicker answers, and more messages to
   * the owner.
   *
   * @default 100
   */
  readonly patience?: number;
}

/**
 * A replicated state machine (Schneider, Implementing Fault-Tolerant Services
 * Using the State Machine Approach, 1990): all commands go through one
 * {@linkcode ReplicatedLog} in lin-kv, and every node carries them out in their
 * order, each once. One node, the owner, normally does the writing for all
 * (group commit). Whoever gets no answer writes by itself: the owner saves
 * messages, safety rests on the slots alone. There is one machine to a node.
 *
 * | message | from            | to         | says                         |
 * | ------- | --------------- | ---------- | ---------------------------- |
 * | append  | any node        | the owner  | write this batch of commands |
 * | written | a slot's writer | all others | these slots are now durable  |
 *
 * @example
 * ```ts
 * import {
 *   integer,
 *   type Node,
 *   run,
 *   StateMachine,
 * } from "@gossip-glomers/maelstrom";
 *
 * function counter(node: Node): void {
 *   let sum = 0;
 *   const machine = new StateMachine(node, "adds", {
 *     command: integer,
 *     apply: (delta) => sum += delta,
 *   });
 *   node.serve("g-counter", {
 *     async add({ delta }) {
 *       await machine.submit(delta);
 *       return { type: "add_ok" };
 *     },
 *     read: () => ({ type: "read_ok", value: sum }),
 *   });
 * }
 *
 * if (import.meta.main) await run(counter);
 * ```
 */
export class StateMachine<C, R> {
  /**
   * Submits a command.
   *
   * @returns its result, once it is durable and has been carried out here
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { integer, StateMachine } from "@gossip-glomers/maelstrom";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const cluster = new TestCluster((node) => {
   *   let sum = 0;
   *   const machine = new StateMachine(node, "adds", {
   *     command: integer,
   *     apply: (delta) => sum += delta,
   *   });
   *   node.onInit(async () => {
   *     assert.equal(await machine.submit(2), 2);
   *     assert.equal(await machine.submit(3), 5);
   *   });
   * });
   * await cluster.ready();
   * ```
   */
  readonly submit: (command: C) => Promise<R>;

  readonly #node: Node;
  readonly #apply: (command: C) => R;
  readonly #log: ReplicatedLog<Batch<C>[]>;
  readonly #append;
  readonly #written;

  /** The last batch applied of each lane: what comes again is skipped. */
  readonly #applied = new Map<string, number>();
  /** Of this node's last batch: no batch of any node has it, in any life. */
  #number = 0;
  /** Who waits for batches of this node, by their numbers. */
  readonly #underWay = new Map<number, (results: R[]) => void>();
  #avoidsOwner = false;
  /** Puts batches into one of the next slots. */
  readonly #write: (batches: Batch<C>[]) => Promise<void>;
  /** Slots written here that peers have not been told of. */
  readonly #untold = new Map<string, Slot<C>[]>();
  #telling: Timer | undefined;

  /**
   * A node's copy, for its program to make before the node starts.
   *
   * @param name of its {@linkcode ReplicatedLog}
   */
  constructor(node: Node, name: string, options: StateMachineOptions<C, R>) {
    const { command, apply, interval = 2, patience = PATIENCE } = options;
    this.#node = node;
    this.#apply = apply;
    const batch = tuple<Batch<C>>(string, natural, array(command));
    const batches = array(batch);
    this.#append = message("append", { batch });
    this.#written = message("written", {
      slots: array(tuple<Slot<C>>(natural, batches)),
    });
    this.#log = new ReplicatedLog(node, name, {
      shape: batches,
      apply: (batches) => batches.filter((batch) => this.#applyOnce(batch)),
      merge: (slots) => merge(slots.flat()),
    });
    this.submit = groupCommit(
      node,
      0,
      (commands: readonly C[], lane) => this.#submitBatch([...commands], lane),
      { patience, window: LANES },
    );
    this.#write = groupCommit(
      node,
      interval,
      (groups: readonly Batch<C>[][]) => this.#writeSlot(groups.flat()),
      { patience: PATIENCE },
    );
    node.onInit(() => {
      const timestamp = node.timestamp();
      node.holdRequests(
        timestamp.then((it) => void (this.#number = it * INCARNATION)),
      );
    });
    node.on(this.#append, ({ batch }, { src }) => {
      this.#refuseClients(src);
      return this.#write([batch]);
    });
    node.on(this.#written, ({ slots }, { src }) => {
      this.#refuseClients(src);
      for (const [index, batches] of slots) this.#log.learn(index, batches);
    });
  }

  /** They could write what nobody would read. */
  #refuseClients(src: string): void {
    if (this.#node.ids.includes(src)) return;
    throw new RpcError(ErrorCode.malformedRequest, "expected a node");
  }

  // ------------------------------------------------------------------ the state

  #isApplied([lane, number]: Batch<C>): boolean {
    return number <= (this.#applied.get(lane) ?? 0);
  }

  #applyOnce(batch: Batch<C>): boolean {
    if (this.#isApplied(batch)) return false;
    const [lane, number, commands] = batch;
    this.#applied.set(lane, number);
    const results = commands.map((command) => this.#apply(command));
    this.#underWay.get(number)?.(results);
    this.#underWay.delete(number);
    return true;
  }

  // ------------------------------------------- a command's way to the writer

  #submitBatch(commands: C[], lane: number): Promise<R[]> {
    const number = ++this.#number;
    const batch: Batch<C> = [`${this.#node.id}/${lane}`, number, commands];
    const { promise, resolve } = Promise.withResolvers<R[]>();
    this.#underWay.set(number, resolve);
    this.#deliver(batch);
    return promise;
  }

  /** Has a batch written: by the owner or, without its answer, by itself. */
  async #deliver(batch: Batch<C>): Promise<void> {
    const node = this.#node;
    const owner = node.ids[0];
    if (owner !== node.id && !this.#avoidsOwner) {
      node.send(owner, this.#append({ batch }));
      // Some round trips of a slow lin-kv, which the owner has to wait for.
      await node.sleep(Math.max(1000, 2 * node.linKv.usualDelay));
      if (!this.#isApplied(batch)) await this.#log.catchUp();
      if (this.#isApplied(batch)) return;
      this.#avoidsOwner = true;
      node.after(DISTRUST, () => void (this.#avoidsOwner = false));
    }
    await this.#write([batch]);
  }

  // --------------------------------------------------- batches' way to a slot

  async #writeSlot(all: readonly Batch<C>[]): Promise<void> {
    const batches = all.filter((batch) => !this.#isApplied(batch));
    if (batches.length === 0) return;
    const { slot, isChosen } = await this.#log.propose(batches);
    if (isChosen) return this.#share([slot, batches]);
    await this.#log.catchUp(); // another node was faster
    this.#write(batches);
  }

  /** Tells those at once whose batches are in the slot, others later. */
  #share(slot: Slot<C>): void {
    for (const peer of this.#node.peers) {
      this.#untold.getOrInsert(peer, []).push(slot);
      const isIn = slot[1].some(([lane]) => lane.startsWith(`${peer}/`));
      if (isIn) this.#tell(peer);
    }
    this.#telling ??= this.#node.after(SHARE_INTERVAL, () => {
      this.#telling = undefined;
      for (const peer of this.#untold.keys()) this.#tell(peer);
    });
  }

  #tell(peer: string): void {
    const slots = this.#untold.get(peer) ?? [];
    this.#node.send(peer, this.#written({ slots }));
    this.#untold.delete(peer);
  }
}

/** One slot for several: their commands in order, each lane's last number. */
function merge<C>(batches: readonly Batch<C>[]): Batch<C>[] {
  const all = batches.flatMap(([, , commands]) => commands);
  const lanes = new Map(batches.map(([lane, number]) => [lane, number]));
  return [...lanes].map(([lane, n], i) => [lane, n, i === 0 ? all : []]);
}
