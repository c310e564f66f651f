#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/**
 * Replicated log: https://fly.io/dist-sys/5a/
 *
 * All sends and commits of offsets go through a shared write-ahead log in
 * lin-kv, one key a slot, each written once by a compare-and-set from nothing.
 * Every node applies the slots in their order, so all agree on dense offsets,
 * and polls are local. One node a shard, its owner, normally does the writing,
 * for all others (group commit). Whoever gets no answer writes by itself: the
 * owner saves messages, safety rests on compare-and-set alone.
 *
 * Promises, under partition, loss, duplication, reordering, pause and kill: an
 * acknowledged send or commit is durable and applied exactly once; offsets have
 * no gaps and mean the same message on every node; committed offsets never go
 * back. A poll may be behind by what a node has not heard of yet.
 */
import {
  array,
  either,
  ErrorCode,
  integer,
  isCode,
  json,
  type Node,
  object,
  type Of,
  record,
  RpcError,
  run,
  string,
  tuple,
} from "./lib/maelstrom.ts";

/** A send, or offsets to commit. */
type Command = [key: string, message: unknown] | Record<string, number>;

/** Commands of one node; an origin's numbers grow from batch to batch. */
type Batch = [origin: string, number: number, commands: Command[]];

const command = either(tuple<[string, unknown]>(string, json), record(integer));
const batch = tuple<Batch>(string, integer, array<Command>(command));
/** The id tells a slot's writer that the slot is its own. */
const slot = object({ id: string, batches: array(batch) });
type Slot = Of<typeof slot>;

const append = object({ shard: integer, batch });
const written = object({
  shard: integer,
  slots: array(tuple<[number, Slot]>(integer, slot)),
});

/** Who waits for nothing in a slot hears of it so much later, in ms. */
const SHARE_INTERVAL = 50;

interface Request {
  readonly command: Command;
  readonly done: (offset: number) => void;
}

/** One shard's write-ahead log, as one node sees it. */
class WriteAheadLog {
  /** Number of slots applied. */
  #tail = 0;
  /** Slots that came before some that they follow. */
  readonly #early = new Map<number, Slot>();
  /** The last batch applied of each origin: what comes again is skipped. */
  readonly #applied = new Map<string, number>();
  /** Requests in no batch yet. */
  #waiting: Request[] = [];
  /** This node's batch that is under way. */
  #current: { batch: Batch; requests: Request[] } | undefined;
  #batches = 0;
  /** Batches that this node is to write. */
  #queue: Batch[] = [];
  #isWriting = false;
  #slots = 0;
  #lastWrite = -Infinity;
  /** Slots written here that peers have not been told of. */
  readonly #untold = new Map<string, [index: number, slot: Slot][]>();
  #willTell = false;
  #lastHeard = -Infinity;
  #avoidOwnerUntil = -Infinity;
  #mendsGap = false;

  constructor(
    private readonly node: Node,
    private readonly shard: number,
    private readonly owner: string,
    /** Name of this incarnation of this node. */
    private readonly origin: string,
    /** Least time between two slots, in ms. */
    private readonly interval: number,
    private readonly apply: (command: Command) => number,
  ) {}

  /** Learns what there is, then goes on learning what it was not told. */
  async start(): Promise<void> {
    await this.#insist(() => this.#catchUp());
    this.node.every(1000, () => {
      if (this.node.now() - this.#lastHeard > 1000) this.#tryCatchUp();
    });
  }

  /** Resolves to the send's offset once the command is durable and applied. */
  submit(command: Command): Promise<number> {
    if (this.#waiting.length >= 100_000) {
      const text = "lin-kv does not keep up";
      throw new RpcError(ErrorCode.temporarilyUnavailable, text);
    }
    return new Promise((done) => {
      this.#waiting.push({ command, done });
      this.#nextBatch();
    });
  }

  #nextBatch(): void {
    if (this.#current || this.#waiting.length === 0) return;
    const requests = this.#waiting.splice(0);
    const commands = requests.map(({ command }) => command);
    const batch: Batch = [this.origin, ++this.#batches, commands];
    this.#current = { batch, requests };
    const { node, owner, shard } = this;
    if (owner === node.id || node.now() < this.#avoidOwnerUntil) {
      return this.write(batch);
    }
    node.send(owner, { type: "append", shard, batch });
    node.after(1000, async () => {
      if (this.#isApplied(batch)) return;
      await this.#tryCatchUp();
      if (this.#isApplied(batch)) return;
      this.#avoidOwnerUntil = node.now() + 5000;
      this.write(batch);
    });
  }

  #isApplied([origin, number]: Batch): boolean {
    return number <= (this.#applied.get(origin) ?? 0);
  }

  // ---- writing

  /** Puts a batch into one of the next slots. */
  write(batch: Batch): void {
    this.#queue.push(batch);
    if (!this.#isWriting) this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    const { node } = this;
    while (this.#queue.length > 0) {
      const rest = this.#lastWrite + this.interval - node.now();
      if (rest > 0) await node.sleep(rest);
      this.#lastWrite = node.now();
      let batches = this.#queue.splice(0);
      for (;;) {
        batches = batches.filter((batch) => !this.#isApplied(batch));
        if (batches.length === 0) break;
        const slot = { id: `${this.origin}/${++this.#slots}`, batches };
        const index = this.#tail;
        const isOurs = await this.#claim(index, slot);
        if (isOurs) {
          this.#learn(index, slot);
          this.#share(index, slot);
          break;
        }
        await this.#insist(() => this.#catchUp());
      }
    }
    this.#isWriting = false;
  }

  /** Tells those at once whose batches are in the slot, others later. */
  #share(index: number, slot: Slot): void {
    for (const peer of this.node.peers) {
      this.#untold.getOrInsert(peer, []).push([index, slot]);
      const isAnswer = slot.batches.some(([origin]) =>
        origin.startsWith(`${peer}.`)
      );
      if (isAnswer) this.#tell(peer);
    }
    if (this.#willTell) return;
    this.#willTell = true;
    this.node.after(SHARE_INTERVAL, () => {
      this.#willTell = false;
      for (const peer of this.#untold.keys()) this.#tell(peer);
    });
  }

  #tell(peer: string): void {
    const slots = this.#untold.get(peer);
    this.#untold.delete(peer);
    this.node.send(peer, { type: "written", shard: this.shard, slots });
  }

  /** Whether the slot is now this one; if not, it is another's. */
  async #claim(index: number, slot: Slot): Promise<boolean> {
    const key = this.#key(index);
    try {
      await this.#insist(() =>
        this.node.linKv.cas(key, null, slot, { create: true })
      );
      return true;
    } catch (error) {
      if (!isCode(error, ErrorCode.preconditionFailed)) throw error;
    }
    // Taken, perhaps by an earlier try of ours that seemed to fail.
    const taken = await this.#insist(() => this.#read(index));
    if (taken) this.#learn(index, taken);
    return taken?.id === slot.id;
  }

  /** Asks lin-kv until it answers. What is asked must be idempotent. */
  async #insist<T>(request: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await request();
      } catch (error) {
        const isAnswer = isCode(error, ErrorCode.preconditionFailed);
        if (!(error instanceof RpcError) || isAnswer) throw error;
        await this.node.sleep(100 * this.node.random());
      }
    }
  }

  // ---- reading

  #key = (index: number) => `kafka/${this.shard}/${index}`;

  async #read(index: number): Promise<Slot | undefined> {
    const value = await this.node.linKv.readOr(this.#key(index), undefined);
    if (value === undefined || slot.test(value)) return value;
    throw new TypeError(`${this.#key(index)} is no slot`);
  }

  /** Reads from lin-kv what this node lacks. @throws {RpcError} timeout */
  async #catchUp(): Promise<void> {
    for (let width = 1;; width = Math.min(4 * width, 1024)) {
      const first = this.#tail;
      const slots = await Promise.all(
        Array.from({ length: width }, async (_, i) => {
          const index = first + i;
          const slot = this.#early.get(index) ?? await this.#read(index);
          // At once: if another read fails, the next try has this one.
          if (slot) this.#learn(index, slot);
          return slot;
        }),
      );
      if (slots.includes(undefined)) return;
    }
  }

  async #tryCatchUp(): Promise<void> {
    try {
      await this.#catchUp();
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
    }
  }

  /** Takes slots that another node has written. */
  hear(slots: readonly (readonly [number, Slot])[]): void {
    for (const [index, slot] of slots) this.#learn(index, slot);
    if (this.#early.size === 0) this.#lastHeard = this.node.now();
    else if (!this.#mendsGap) {
      this.#mendsGap = true;
      this.node.after(100, async () => {
        if (this.#early.size > 0) await this.#tryCatchUp();
        this.#mendsGap = false;
      });
    }
  }

  /** Applies a slot that is durable, as soon as all before it are known. */
  #learn(index: number, slot: Slot): void {
    if (index < this.#tail) return;
    this.#early.set(index, slot);
    for (;;) {
      const next = this.#early.get(this.#tail);
      if (next === undefined) break;
      this.#early.delete(this.#tail++);
      next.batches.forEach((batch) => this.#applyOnce(batch));
    }
    this.#nextBatch();
  }

  #applyOnce(batch: Batch): void {
    if (this.#isApplied(batch)) return;
    const [origin, number, commands] = batch;
    this.#applied.set(origin, number);
    const offsets = commands.map(this.apply);
    if (origin !== this.origin || number !== this.#current?.batch[1]) return;
    this.#current.requests.forEach(({ done }, i) => done(offsets[i]));
    this.#current = undefined;
  }
}

export default function kafka(node: Node): void {
  const interval = node.option("commit-interval", { default: 2, max: 1000 });
  /** Most messages of one key in the answer to a poll. */
  const pollSize = 512;

  const shards: WriteAheadLog[] = [];
  const logs = new Map<string, unknown[]>();
  const committed = new Map<string, number>();
  let ready: Promise<unknown>;

  function apply(command: Command): number {
    if (Array.isArray(command)) {
      const [key, message] = command;
      return logs.getOrInsert(key, []).push(message) - 1;
    }
    for (const [key, offset] of Object.entries(command)) {
      committed.set(key, Math.max(offset, committed.get(key) ?? offset));
    }
    return 0;
  }

  function shardOf(key: string): WriteAheadLog {
    let hash = 0;
    for (const char of key) hash = (31 * hash + char.charCodeAt(0)) >>> 0;
    return shards[hash % shards.length];
  }

  async function commit(offsets: Record<string, number>): Promise<true> {
    await ready;
    const parts = new Map<WriteAheadLog, Record<string, number>>();
    for (const [key, offset] of Object.entries(offsets)) {
      if (offset <= (committed.get(key) ?? -1)) continue; // is durable already
      parts.getOrInsert(shardOf(key), {})[key] = offset;
    }
    await Promise.all([...parts].map(([shard, part]) => shard.submit(part)));
    return true;
  }

  node.onInit(() => {
    const tag = Math.floor(node.random() * 2 ** 52).toString(36);
    const count = Math.ceil(node.ids.length / 4);
    for (let i = 0; i < count; i++) {
      const origin = `${node.id}.${tag}`;
      shards.push(
        new WriteAheadLog(node, i, node.ids[i], origin, interval, apply),
      );
    }
    ready = Promise.all(shards.map((shard) => shard.start()));
  });

  // Both settle promises, and say so by returning one: see Runtime.onAsync.
  node.on("append", append, ({ shard, batch }) => {
    shards[shard].write(batch);
    return Promise.resolve();
  });
  node.on("written", written, ({ shard, slots }) => {
    shards[shard].hear(slots);
    return Promise.resolve();
  });

  node.serve("kafka", {
    send: async ({ key, msg }) => {
      const offset = await node.inTime(shardOf(key).submit([key, msg]));
      return offset === undefined ? undefined : { type: "send_ok", offset };
    },
    poll: async ({ offsets }) => {
      if (!await node.inTime(ready)) return;
      const msgs = Object.entries(offsets).map(([key, from]) => {
        const slice = (logs.get(key) ?? []).slice(from, from + pollSize);
        return [key, slice.map((message, i) => [from + i, message])];
      });
      return { type: "poll_ok", msgs: Object.fromEntries(msgs) };
    },
    commit_offsets: async ({ offsets }) =>
      await node.inTime(commit(offsets)) && { type: "commit_offsets_ok" },
    list_committed_offsets: async ({ keys }) => {
      if (!await node.inTime(ready)) return;
      const offsets = keys.filter((key) => committed.has(key))
        .map((key) => [key, committed.get(key) ?? 0]);
      return {
        type: "list_committed_offsets_ok",
        offsets: Object.fromEntries(offsets),
      };
    },
  });
}

if (import.meta.main) await run(kafka);
