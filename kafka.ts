#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/**
 * Replicated log: https://fly.io/dist-sys/5a/
 *
 * All sends and commits of offsets go through a shared write-ahead log in
 * lin-kv, one key a slot, each written once by a compare-and-set from nothing.
 * Every node applies the slots in their order, so all agree on dense offsets,
 * and polls are local. One node, the owner, normally does the writing for all
 * (group commit). Whoever gets no answer writes by itself: the owner saves
 * messages, safety rests on compare-and-set alone. What a segment of slots
 * comes to is written once more, for those who restart.
 *
 * | message | from            | to         | says                         |
 * | ------- | --------------- | ---------- | ---------------------------- |
 * | append  | any node        | the owner  | write this batch of commands |
 * | written | a slot's writer | all others | these slots are now durable  |
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
  groupCommit,
  integer,
  json,
  message,
  type Node,
  object,
  type Of,
  record,
  RpcError,
  run,
  type Shape,
  SlotLog,
  string,
  type Timer,
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
 * What so many slots come to, and each lane's last batch up to their end. The
 * slots alone decide what it is, so all who write it write the same.
 */
const SEGMENT_SLOTS = 128;
const segment = object({ applied: record(natural), commands });
type Segment = Of<typeof segment>;

const append = message("append", { batch });
const written = message("written", {
  slots: array(tuple<[number, Slot]>(natural, slot)),
});

/** Who waits for nothing in a slot hears of it so much later, in ms. */
const SHARE_INTERVAL = 50;
/** Who hears of no slot for so long looks for one, in ms. */
const SILENCE = 1000;
/** What takes longer than this, the next does not wait for, in ms. */
const PATIENCE = 100;
/** So many batches of a node may be under way. */
const LANES = 16;
/** How long an owner that gave no answer is done without, in ms. */
const DISTRUST = 5000;
/** More batches, or slots, than an incarnation of a node will ever write. */
const INCARNATION = 2 ** 32;

interface Request {
  readonly command: Command;
  readonly done: (offset: number) => void;
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

/** @throws {RpcError} malformedRequest */
function check(isRight: boolean, wanted: string): void {
  const { malformedRequest } = ErrorCode;
  if (!isRight) throw new RpcError(malformedRequest, `expected ${wanted}`);
}

export default function kafka(node: Node): void {
  /** Least time between two slots, in ms. */
  const interval = node.option("commit-interval", { default: 2, max: 1000 });
  /** Most messages of one key in the answer to a poll. */
  const pollSize = 512;

  const logs = new Map<string, unknown[]>();
  const committed = new Map<string, number>();

  const none: Slot = { id: "", batches: [] }; // what is no slot, all skip
  const slots = new SlotLog(node.linKv, "kafka", slot, none);
  const segments = new SlotLog(node.linKv, "kafka/segment", segment, null);
  /** Number of slots applied. */
  let tail = 0;
  /** Slots that came before some that they follow. */
  const early = new Map<number, Slot>();
  /** The last batch applied of each lane: what comes again is skipped. */
  const applied = new Map<string, number>();
  /** Of this node's last batch or slot, in all its incarnations. */
  let number = 0;

  // ------------------------------------------- a command's way to the writer

  /** This node's batches under way, one a lane. */
  const underWay = new Map<string, {
    readonly number: number;
    readonly requests: readonly Request[];
    readonly end: PromiseWithResolvers<void>;
  }>();
  let avoidsOwner = false;

  /** Resolves to the send's offset once the command is durable and applied. */
  const submit = (command: Command) =>
    new Promise<number>((done, refuse) => {
      join({ command, done }).catch(refuse);
    });

  const join = groupCommit(node, 0, async (requests: readonly Request[]) => {
    while (underWay.size === LANES) {
      await Promise.race(underWay.values().map(({ end }) => end.promise));
    }
    const lane = range(0, LANES).map((i) => `${node.id}/${i}`)
      .filter((lane) => !underWay.has(lane))[0];
    const end = Promise.withResolvers<void>();
    underWay.set(lane, { number: ++number, requests, end });
    deliver([lane, number, requests.map(({ command }) => command)]);
    await Promise.race([end.promise, node.sleep(PATIENCE)]);
  });

  /** Has a batch written: by the owner or, without its answer, by itself. */
  async function deliver(batch: Batch): Promise<void> {
    const owner = node.ids[0];
    if (owner !== node.id && !avoidsOwner) {
      node.send(owner, append({ batch }));
      // Some round trips of a slow lin-kv, which the owner has to wait for.
      await node.sleep(Math.max(1000, 2 * node.linKv.usualDelay));
      if (!isApplied(batch)) await catchUp();
      if (isApplied(batch)) return;
      avoidsOwner = true;
      node.after(DISTRUST, () => void (avoidsOwner = false));
    }
    await write([batch]);
  }

  const isApplied = ([lane, number]: Batch) =>
    number <= (applied.get(lane) ?? 0);

  // --------------------------------------------------- batches' way to a slot

  /** The slot after the last that this node began to write. */
  let next = 0;
  /** Ends when all those are known. */
  let lastWrite: Promise<void> = Promise.resolve();
  /** Slots written here that peers have not been told of. */
  const untold = new Map<string, [index: number, slot: Slot][]>();
  let telling: Timer | undefined;

  /** Puts batches into one of the next slots. */
  const write = groupCommit(
    node,
    interval,
    async (groups: readonly Batch[][]) => {
      // No slot follows a segment that is not durable.
      if (next % SEGMENT_SLOTS === 0) await lastWrite;
      while (ended) await save(ended);
      const batches = groups.flat().filter((batch) => !isApplied(batch));
      if (batches.length === 0) return;
      lastWrite = writeSlot(batches, lastWrite);
      await Promise.race([lastWrite, node.sleep(PATIENCE)]);
    },
  );

  async function writeSlot(
    batches: Batch[],
    before: Promise<void>,
  ): Promise<void> {
    const index = Math.max(next, tail);
    next = index + 1;
    const slot = { id: `${node.id}/${++number}`, batches };
    const taken = await slots.claim(index, slot);
    await before;
    learn(index, taken);
    if (taken.id === slot.id) return share(index, slot);
    await catchUp();
    write(batches);
  }

  /** Tells those at once whose batches are in the slot, others later. */
  function share(index: number, slot: Slot): void {
    for (const peer of node.peers) {
      untold.getOrInsert(peer, []).push([index, slot]);
      if (slot.batches.some(([lane]) => lane.startsWith(`${peer}/`))) {
        tell(peer);
      }
    }
    telling ??= node.after(SHARE_INTERVAL, () => {
      telling = undefined;
      for (const peer of untold.keys()) tell(peer);
    });
  }

  function tell(peer: string): void {
    node.send(peer, written({ slots: untold.get(peer) ?? [] }));
    untold.delete(peer);
  }

  // -------------------------------------------------- slots' way to the state

  let isFresh = false;
  let mending: Timer | undefined;
  let catchingUp: Promise<void> | undefined;

  /** Takes slots that another node has written. */
  function hear(slots: readonly (readonly [number, Slot])[]): void {
    for (const [index, slot] of slots) learn(index, slot);
    if (early.size === 0) return;
    mending ??= node.after(100, async () => {
      if (early.size > 0) await catchUp();
      mending = undefined;
    });
  }

  /** Reads from lin-kv what this node lacks. */
  const catchUp = () =>
    catchingUp ??= readOn().finally(() => catchingUp = undefined);

  async function readOn(): Promise<void> {
    const first = tail;
    if (early.size === 0) {
      // Behind the last segment there are no more slots than one segment has.
      const found = await slots.readFrom(first, SEGMENT_SLOTS);
      return found.forEach((slot, i) => learn(first + i, slot));
    }
    const last = early.keys().reduce((a, b) => Math.max(a, b), 0);
    const gaps = range(first, last).filter((index) => !early.has(index));
    await Promise.all(gaps.map(async (index) => {
      const slot = await slots.read(index);
      if (slot) learn(index, slot);
    }));
  }

  /** Applies a slot that is durable, as soon as all before it are known. */
  function learn(index: number, slot: Slot): void {
    if (index < tail) return;
    early.set(index, slot);
    for (let slot; (slot = early.get(tail));) {
      early.delete(tail++);
      ended = undefined; // was saved by who wrote this slot
      slot.batches.forEach(applyOnce);
      if (tail % SEGMENT_SLOTS === 0) endSegment();
      isFresh = true;
    }
  }

  function applyOnce(batch: Batch): void {
    if (isApplied(batch)) return;
    const [lane, number, commands] = batch;
    applied.set(lane, number);
    for (const command of commands) unsaved.push(command);
    const offsets = commands.map(apply);
    const own = underWay.get(lane);
    if (own?.number !== number) return;
    own.requests.forEach(({ done }, i) => done(offsets[i]));
    underWay.delete(lane);
    own.end.resolve();
  }

  function apply(command: Command): number {
    raise(committed, command);
    if (!Array.isArray(command)) return 0;
    const [key, message] = command;
    return logs.getOrInsert(key, []).push(message) - 1;
  }

  // --------------------------------------------------------------- segments

  /** What was applied of the segment that has not ended yet. */
  let unsaved: Command[] = [];
  /** A segment that has ended, until it is known to be durable. */
  let ended: Segment | undefined;

  function endSegment(): void {
    const sends = unsaved.filter((command) => Array.isArray(command));
    const commits = new Map<string, number>();
    for (const command of unsaved) raise(commits, command);
    ended = {
      applied: Object.fromEntries(applied),
      commands: [...sends, Object.fromEntries(commits)],
    };
    unsaved = [];
  }

  /** Makes a segment durable: whoever did it, it is the same. */
  async function save(segment: Segment): Promise<void> {
    await segments.claim(tail / SEGMENT_SLOTS - 1, segment);
    if (ended === segment) ended = undefined;
  }

  // ---------------------------------------------------------------- recovery

  /** Learns what there is, then goes on learning what it was not told. */
  async function recover(): Promise<void> {
    const timestamp = node.timestamp();
    for (const segment of await segments.readFrom(0)) {
      if (segment === null) break; // its slots are read instead
      tail += SEGMENT_SLOTS;
      segment.commands.forEach(apply);
      Object.entries(segment.applied).forEach((it) => applied.set(...it));
    }
    await catchUp();
    number = await timestamp * INCARNATION;
    node.every(SILENCE, async () => {
      if (!isFresh) await catchUp();
      isFresh = false;
    });
  }

  let recovered: Promise<void>;
  node.onInit(() => {
    recovered = recover();
    node.holdRequests(recovered);
  });

  // ---------------------------------------------------------------- handlers

  /** Clients are refused: they could write what nobody would read. */
  async function peerOnly(src: string): Promise<void> {
    check(node.ids.includes(src), "a node's message");
    await recovered;
  }
  node.on(append, async ({ batch }, { src }) => {
    await peerOnly(src);
    await write([batch]);
  });
  node.on(written, async ({ slots }, { src }) => {
    await peerOnly(src);
    hear(slots);
  });

  node.serve("kafka", {
    send: async ({ key, msg }) => {
      const offset = await submit([key, msg]);
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
      const news = Object.entries(offsets) // the rest is durable already
        .filter(([key, offset]) => offset > (committed.get(key) ?? -1));
      if (news.length > 0) await submit(Object.fromEntries(news));
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
