#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/**
 * Replicated log: https://fly.io/dist-sys/5a/
 *
 * All sends and commits of offsets go through a shared write-ahead log in
 * lin-kv, one key a slot, each written once by a compare-and-set from nothing.
 * Every node applies the slots in their order, so all agree on dense offsets,
 * and polls are local. One node a shard, its owner, normally does the writing,
 * for all others (group commit). Whoever gets no answer writes by itself: the
 * owner saves messages, safety rests on compare-and-set alone. What a segment
 * of slots comes to is written once more, for those who restart.
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
  type Shape,
  string,
  tuple,
} from "./lib/maelstrom.ts";

/** What JSON carries unchanged from node to node: an offset, a position. */
const natural: Shape<number> = {
  expected: "integer from 0 to 2^53 - 1",
  test: (v): v is number => integer.test(v) && v >= 0,
};
const offsetsByKey = record(natural);

/** A send, or offsets to commit. */
type Command = [key: string, message: unknown] | Record<string, number>;

/** Commands of one node; in each of its lanes, numbers grow. */
type Batch = [lane: string, number: number, commands: Command[]];

const send = tuple<[string, unknown]>(string, json);
const commands = array<Command>(either(send, offsetsByKey));
const batch = tuple<Batch>(string, natural, commands);
/** The id tells a slot's writer that the slot is its own. */
const slot = object({ id: string, batches: array(batch) });
type Slot = Of<typeof slot>;

/**
 * What so many slots come to, and each node's last batch up to their end. The
 * slots alone decide what it is, so all who write it write the same.
 */
const SEGMENT_SLOTS = 128;
const segment = object({ applied: record(natural), commands });
type Segment = Of<typeof segment>;

const append = object({ shard: natural, batch });
const written = object({
  shard: natural,
  slots: array(tuple<[number, Slot]>(natural, slot)),
});

/** Who waits for nothing in a slot hears of it so much later, in ms. */
const SHARE_INTERVAL = 50;
/** More batches, or slots, than an incarnation of a node will ever write. */
const INCARNATION = 2 ** 32;
/** What takes longer than this, the next does not wait for, in ms. */
const PATIENCE = 100;
/** So many batches of a node may be under way in a shard. */
const LANES = 16;

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
  /** The last batch applied of each lane: what comes again is skipped. */
  readonly #applied = new Map<string, number>();
  /** What was applied of the segment that has not ended yet. */
  #commands: Command[] = [];
  /** A segment that has ended, until it is known to be durable. */
  #ended: Segment | undefined;
  /** Requests in no batch yet. */
  #waiting: Request[] = [];
  /** This node's batches under way, one a lane. */
  readonly #underWay = new Map<
    string,
    { number: number; requests: Request[] }
  >();
  /** The newest of them, while others wait for it. */
  #newest = 0;
  /** Of this node's last batch or slot, in all its incarnations. */
  #number = 0;
  /** Batches that this node is to write. */
  #queue: Batch[] = [];
  #isWriting = false;
  /** Ends when all slots that this node began to write are known. */
  #lastWrite: Promise<void> = Promise.resolve();
  /** The slot after the last of them. */
  #next = 0;
  /** Slots written here that peers have not been told of. */
  readonly #untold = new Map<string, [index: number, slot: Slot][]>();
  #willTell = false;
  #isFresh = false;
  #avoidsOwner = false;
  #willMendGap = false;
  #catchingUp: Promise<void> | undefined;

  constructor(
    private readonly node: Node,
    private readonly linKv: PatientKV,
    private readonly shard: number,
    private readonly owner: string,
    /** Least time between two slots, in ms. */
    private readonly interval: number,
    private readonly apply: (command: Command) => number,
  ) {}

  /**
   * Learns what there is, then goes on learning what it was not told.
   *
   * @param number higher than that of any batch of this node
   */
  async start(number: Promise<number>): Promise<void> {
    await this.#restore();
    this.#number = await number;
    this.node.every(1000, () => {
      if (!this.#isFresh) this.#catchUp();
      this.#isFresh = false;
    });
  }

  async #restore(): Promise<void> {
    if (!await this.#readSlot(0)) return;
    const segments = await this.#readRun(this.#readSegment, 0, 20);
    for (const { applied, commands } of segments) {
      this.#tail += SEGMENT_SLOTS;
      commands.forEach(this.apply);
      Object.entries(applied).forEach((it) => this.#applied.set(...it));
    }
    await this.#catchUp();
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
    if (this.#newest > 0 || this.#waiting.length === 0) return;
    const { node, owner, shard } = this;
    const lane = range(0, LANES).map((i) => `${node.id}/${i}`)
      .find((lane) => !this.#underWay.has(lane));
    if (lane === undefined) return;
    const requests = this.#waiting.splice(0);
    const number = this.#newest = ++this.#number;
    const batch: Batch = [lane, number, requests.map(({ command }) => command)];
    this.#underWay.set(lane, { number, requests });
    node.after(PATIENCE, () => {
      if (this.#newest === number) this.#newest = 0;
      this.#nextBatch();
    });
    if (owner === node.id || this.#avoidsOwner) return this.write(batch);
    node.send(owner, { type: "append", shard, batch });
    node.after(this.linKv.patience, async () => {
      if (this.#isApplied(batch)) return;
      await this.#catchUp();
      if (this.#isApplied(batch)) return;
      this.#avoidsOwner = true;
      node.after(5000, () => {
        this.#avoidsOwner = false;
      });
      this.write(batch);
    });
  }

  #isApplied([lane, number]: Batch): boolean {
    return number <= (this.#applied.get(lane) ?? 0);
  }

  // ---- writing

  /** Puts batches into one of the next slots. */
  write(...batches: Batch[]): void {
    this.#queue.push(...batches);
    if (!this.#isWriting) this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    const { node } = this;
    while (this.#queue.length > 0) {
      const rest = node.sleep(this.interval);
      // No slot follows a segment that is not durable.
      if (this.#next % SEGMENT_SLOTS === 0) await this.#lastWrite;
      while (this.#ended) await this.#save(this.#ended);
      const batches = this.#queue.splice(0)
        .filter((batch) => !this.#isApplied(batch));
      if (batches.length > 0) {
        const index = Math.max(this.#next, this.#tail);
        this.#next = index + 1;
        this.#lastWrite = this.#writeSlot(index, batches, this.#lastWrite);
        await Promise.race([this.#lastWrite, node.sleep(PATIENCE)]);
      }
      await rest;
    }
    this.#isWriting = false;
  }

  async #writeSlot(
    index: number,
    batches: Batch[],
    before: Promise<void>,
  ): Promise<void> {
    const slot = { id: `${this.node.id}/${++this.#number}`, batches };
    const isOurs = await this.#claim(index, slot);
    await before;
    if (isOurs) {
      this.#learn(index, slot);
      this.#share(index, slot);
    } else {
      await this.#catchUp();
      this.write(...batches);
    }
  }

  /** Tells those at once whose batches are in the slot, others later. */
  #share(index: number, slot: Slot): void {
    for (const peer of this.node.peers) {
      this.#untold.getOrInsert(peer, []).push([index, slot]);
      const isTheirs = ([lane]: Batch) => lane.startsWith(`${peer}/`);
      if (slot.batches.some(isTheirs)) this.#tell(peer);
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
    const key = this.#slotKey(index);
    if (await this.linKv.replace(key, null, slot)) return true;
    // Taken, perhaps by an earlier try of ours that was not answered.
    const taken = await this.#readSlot(index);
    if (taken) this.#learn(index, taken);
    return taken?.id === slot.id;
  }

  /** Makes a segment durable: whoever did it, it is the same. */
  async #save(ended: Segment): Promise<void> {
    const index = this.#tail / SEGMENT_SLOTS - 1;
    await this.linKv.replace(this.#segmentKey(index), null, ended);
    if (this.#ended === ended) this.#ended = undefined;
  }

  // ---- reading

  #slotKey = (index: number) => `kafka/${this.shard}/${index}`;
  #segmentKey = (index: number) => `kafka/${this.shard}/segment/${index}`;

  /** What is no slot, all nodes skip. */
  #readSlot = async (index: number): Promise<Slot | undefined> => {
    const value = await this.linKv.read(this.#slotKey(index));
    const nothing = { id: "", batches: [] };
    return value === undefined || slot.test(value) ? value : nothing;
  };

  /** What is no segment, its slots are read instead of. */
  #readSegment = async (index: number): Promise<Segment | undefined> => {
    const value = await this.linKv.read(this.#segmentKey(index));
    return segment.test(value) ? value : undefined;
  };

  /**
   * Reads consecutive keys, each of which is written after the one before, up
   * to the first that does not exist. It takes two round trips however many
   * there are: which of the 1st, 2nd, 4th, 8th ... are there, and all before
   * twice the last of them. It reads no more than 2 to the power of `powers`.
   */
  async #readRun<T>(
    read: (index: number) => Promise<T | undefined>,
    first: number,
    powers: number,
  ): Promise<T[]> {
    const found: T[] = [];
    let last = 0;
    const readAll = (indexes: number[]) =>
      Promise.all(indexes.map(async (i) => {
        const value = found[i] ?? await read(first + i);
        if (value === undefined) return;
        found[i] = value;
        last = Math.max(last, i);
      }));
    await readAll([0, ...range(0, powers).map((power) => 2 ** power)]);
    await readAll(range(1, 2 * last));
    const end = found.findIndex((value) => value === undefined);
    return end < 0 ? found : found.slice(0, end);
  }

  /** Reads from lin-kv what this node lacks. */
  #catchUp(): Promise<void> {
    return this.#catchingUp ??= this.#readOn().finally(() => {
      this.#catchingUp = undefined;
    });
  }

  async #readOn(): Promise<void> {
    if (this.#early.size > 0) {
      const last = [...this.#early.keys()].reduce((a, b) => Math.max(a, b));
      const gaps = range(this.#tail, last).filter((i) => !this.#early.has(i));
      await Promise.all(gaps.map(async (index) => {
        const slot = await this.#readSlot(index);
        if (slot) this.#learn(index, slot);
      }));
      return;
    }
    // Behind the last segment there are no more slots than one segment has.
    while (await this.#readSlot(this.#tail)) {
      const first = this.#tail;
      const slots = await this.#readRun(this.#readSlot, first, 7);
      slots.forEach((slot, i) => this.#learn(first + i, slot));
    }
  }

  /** Takes slots that another node has written. */
  hear(slots: readonly (readonly [number, Slot])[]): void {
    for (const [index, slot] of slots) this.#learn(index, slot);
    if (this.#early.size === 0 || this.#willMendGap) return;
    this.#willMendGap = true;
    this.node.after(100, async () => {
      if (this.#early.size > 0) await this.#catchUp();
      this.#willMendGap = false;
    });
  }

  /** Applies a slot that is durable, as soon as all before it are known. */
  #learn(index: number, slot: Slot): void {
    if (index < this.#tail) return;
    this.#early.set(index, slot);
    for (;;) {
      const next = this.#early.get(this.#tail);
      if (next === undefined) break;
      this.#early.delete(this.#tail++);
      this.#ended = undefined; // was saved by who wrote this slot
      next.batches.forEach((batch) => this.#applyOnce(batch));
      if (this.#tail % SEGMENT_SLOTS === 0) this.#endSegment();
      this.#isFresh = true;
    }
    this.#nextBatch();
  }

  #applyOnce(batch: Batch): void {
    if (this.#isApplied(batch)) return;
    const [lane, number, commands] = batch;
    this.#applied.set(lane, number);
    for (const command of commands) this.#commands.push(command);
    const offsets = commands.map(this.apply);
    const own = this.#underWay.get(lane);
    if (own?.number !== number) return;
    own.requests.forEach(({ done }, i) => done(offsets[i]));
    this.#underWay.delete(lane);
    if (this.#newest === number) this.#newest = 0;
  }

  #endSegment(): void {
    const sends = this.#commands.filter((command) => Array.isArray(command));
    const commits = new Map<string, number>();
    for (const command of this.#commands) raise(commits, command);
    this.#ended = {
      applied: Object.fromEntries(this.#applied),
      commands: [...sends, Object.fromEntries(commits)],
    };
    this.#commands = [];
  }
}

const range = (start: number, end: number): number[] =>
  Array.from({ length: Math.max(0, end - start) }, (_, i) => start + i);

/** Commits; offsets never go back. */
function raise(offsets: Map<string, number>, commit: Command): void {
  if (Array.isArray(commit)) return;
  for (const [key, offset] of Object.entries(commit)) {
    offsets.set(key, Math.max(offset, offsets.get(key) ?? 0));
  }
}

/** lin-kv, asked until it answers: what is asked here may happen twice. */
class PatientKV {
  constructor(private readonly node: Node) {}

  /** How long another node may take to write a slot, in ms. */
  get patience(): number {
    return Math.max(1000, 2 * this.node.linKv.usualDelay);
  }

  read(key: string): Promise<unknown> {
    return this.node.linKv.readOr(key, undefined, undefined, { retry: true });
  }

  /** Replaces a value. @returns whether it was `from`; null is none */
  async replace(key: string, from: unknown, to: unknown): Promise<boolean> {
    try {
      const options = { create: true, retry: true };
      await this.node.linKv.cas(key, from, to, options);
      return true;
    } catch (error) {
      if (isCode(error, ErrorCode.preconditionFailed)) return false;
      throw error;
    }
  }

  /** Adds one. @returns what nobody else's call returns */
  async increment(key: string): Promise<number> {
    for (;;) {
      const value = await this.read(key) ?? null;
      const count = Number(value);
      if (await this.replace(key, value, count + 1)) return count;
    }
  }
}

/** @throws {RpcError} malformedRequest */
function check(isRight: boolean, wanted: string): void {
  const { malformedRequest } = ErrorCode;
  if (!isRight) throw new RpcError(malformedRequest, `expected ${wanted}`);
}

export default function kafka(node: Node): void {
  const interval = node.option("commit-interval", { default: 2, max: 1000 });
  /** Most messages of one key in the answer to a poll. */
  const pollSize = 512;

  const linKv = new PatientKV(node);
  const shards: WriteAheadLog[] = [];
  const logs = new Map<string, unknown[]>();
  const committed = new Map<string, number>();
  let ready: Promise<unknown>;

  function apply(command: Command): number {
    raise(committed, command);
    if (!Array.isArray(command)) return 0;
    const [key, message] = command;
    return logs.getOrInsert(key, []).push(message) - 1;
  }

  function shardOf(key: string): WriteAheadLog {
    let hash = 0;
    for (const char of key) hash = (31 * hash + char.charCodeAt(0)) >>> 0;
    return shards[hash % shards.length];
  }

  async function commit(offsets: Record<string, number>): Promise<void> {
    const parts = new Map<WriteAheadLog, [string, number][]>();
    for (const [key, offset] of Object.entries(offsets)) {
      if (offset <= (committed.get(key) ?? -1)) continue; // is durable already
      parts.getOrInsert(shardOf(key), []).push([key, offset]);
    }
    await Promise.all(
      [...parts].map(([shard, part]) => shard.submit(Object.fromEntries(part))),
    );
  }

  node.onInit(() => {
    const owners = node.ids.slice(0, Math.ceil(node.ids.length / 4));
    for (const [i, owner] of owners.entries()) {
      shards.push(new WriteAheadLog(node, linKv, i, owner, interval, apply));
    }
    const number = linKv.increment(`kafka/starts/${node.id}`)
      .then((starts) => starts * INCARNATION);
    ready = Promise.all(shards.map((shard) => shard.start(number)));
    node.holdRequests(ready);
  });

  /** For messages between nodes: clients could write what nobody would read. */
  async function shardFor(shard: number, src: string): Promise<WriteAheadLog> {
    check(node.ids.includes(src) && shard < shards.length, "a node's shard");
    await ready;
    return shards[shard];
  }
  node.on("append", append, async ({ shard, batch }, { src }) => {
    (await shardFor(shard, src)).write(batch);
  });
  node.on("written", written, async ({ shard, slots }, { src }) => {
    (await shardFor(shard, src)).hear(slots);
  });

  node.serve("kafka", {
    send: async ({ key, msg }) => {
      const offset = await shardOf(key).submit([key, msg]);
      return { type: "send_ok", offset };
    },
    poll: ({ offsets }) => {
      check(offsetsByKey.test(offsets), offsetsByKey.expected);
      const msgs = Object.entries(offsets).map(([key, from]) => {
        const slice = (logs.get(key) ?? []).slice(from, from + pollSize);
        return [key, slice.map((message, i) => [from + i, message])];
      });
      return { type: "poll_ok", msgs: Object.fromEntries(msgs) };
    },
    commit_offsets: async ({ offsets }) => {
      check(offsetsByKey.test(offsets), offsetsByKey.expected);
      await commit(offsets);
      return { type: "commit_offsets_ok" };
    },
    list_committed_offsets: ({ keys }) => {
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
