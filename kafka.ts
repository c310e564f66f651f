#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/**
 * Replicated log: https://fly.io/dist-sys/5a/
 *
 * All sends and commits of offsets go through one log in lin-kv, whose slots
 * are each written once. Every node applies the slots in their order, so all
 * agree on dense offsets, and polls are local. One node, the owner, normally
 * does the writing for all (group commit). Whoever gets no answer writes by
 * itself: the owner saves messages, safety rests on the slots alone.
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
  json,
  message,
  natural,
  type Node,
  record,
  ReplicatedLog,
  RpcError,
  run,
  string,
  type Timer,
  tuple,
} from "./lib/maelstrom.ts";

/** A send, or offsets to commit. */
type Command = [key: string, message: unknown] | Record<string, number>;
/** Commands of one node; in each of its lanes, numbers grow. */
type Batch = [lane: string, number: number, commands: Command[]];

const offsetsByKey = record(natural);
const send = tuple<[string, unknown]>(string, json);
const commands = array<Command>(either(send, offsetsByKey));
const batch = tuple<Batch>(string, natural, commands);
const batches = array(batch);
type Slot = [index: number, batches: Batch[]];

const append = message("append", { batch });
const written = message("written", {
  slots: array(tuple<Slot>(natural, batches)),
});

/** Most messages of one key in the answer to a poll. */
const POLL_SIZE = 512;
/** Who waits for nothing in a slot hears of it so much later, in ms. */
const SHARE_INTERVAL = 50;
/** What takes longer than this, the next does not wait for, in ms. */
const PATIENCE = 100;
/** So many batches of a node may be under way. */
const LANES = 16;
/** How long an owner that gave no answer is done without, in ms. */
const DISTRUST = 5000;
/** More batches than an incarnation of a node will ever send. */
const INCARNATION = 2 ** 32;

/** One slot for several: their commands in order, each lane's last number. */
function merge(batches: readonly Batch[]): Batch[] {
  const all = batches.flatMap(([, , commands]) => commands);
  const lanes = new Map(batches.map(([lane, number]) => [lane, number]));
  return [...lanes].map(([lane, n], i) => [lane, n, i === 0 ? all : []]);
}

/** @throws {RpcError} malformedRequest */
function check(isRight: boolean, wanted: string): void {
  const { malformedRequest } = ErrorCode;
  if (!isRight) throw new RpcError(malformedRequest, `expected ${wanted}`);
}

export default function kafka(node: Node): void {
  /** Least time between two slots, in ms. */
  const interval = node.option("commit-interval", { default: 2, max: 1000 });

  // ------------------------------------------------- the state, and the log

  const logs = new Map<string, unknown[]>();
  const committed = new Map<string, number>();
  /** The last batch applied of each lane: what comes again is skipped. */
  const applied = new Map<string, number>();

  const log = new ReplicatedLog(node, "kafka", {
    shape: batches,
    apply: (batches) => batches.filter(applyOnce),
    merge: (slots) => merge(slots.flat()),
  });

  function isApplied([lane, number]: Batch): boolean {
    return number <= (applied.get(lane) ?? 0);
  }

  function applyOnce(batch: Batch): boolean {
    if (isApplied(batch)) return false;
    const [lane, number, commands] = batch;
    applied.set(lane, number);
    const offsets = commands.map(apply);
    underWay.get(number)?.(offsets);
    underWay.delete(number);
    return true;
  }

  /** Returns a send's offset; committed offsets never go back. */
  function apply(command: Command): number {
    if (Array.isArray(command)) {
      const [key, message] = command;
      return logs.getOrInsert(key, []).push(message) - 1;
    }
    for (const [key, offset] of Object.entries(command)) {
      committed.set(key, Math.max(offset, committed.get(key) ?? 0));
    }
    return 0;
  }

  // ------------------------------------------- a command's way to the writer

  /** Of this node's last batch: no batch of any node has it, in any life. */
  let number = 0;
  /** Who waits for batches of this node, by their numbers. */
  const underWay = new Map<number, (offsets: number[]) => void>();
  let avoidsOwner = false;

  node.onInit(() => {
    const timestamp = node.timestamp();
    node.holdRequests(timestamp.then((it) => void (number = it * INCARNATION)));
  });

  /** Resolves to the send's offset once the command is durable and applied. */
  const submit = groupCommit(node, 0, (commands: readonly Command[], lane) => {
    const batch: Batch = [`${node.id}/${lane}`, ++number, [...commands]];
    const { promise, resolve } = Promise.withResolvers<number[]>();
    underWay.set(number, resolve);
    deliver(batch);
    return promise;
  }, { patience: PATIENCE, window: LANES });

  /** Has a batch written: by the owner or, without its answer, by itself. */
  async function deliver(batch: Batch): Promise<void> {
    const owner = node.ids[0];
    if (owner !== node.id && !avoidsOwner) {
      node.send(owner, append({ batch }));
      // Some round trips of a slow lin-kv, which the owner has to wait for.
      await node.sleep(Math.max(1000, 2 * node.linKv.usualDelay));
      if (!isApplied(batch)) await log.catchUp();
      if (isApplied(batch)) return;
      avoidsOwner = true;
      node.after(DISTRUST, () => void (avoidsOwner = false));
    }
    await write([batch]);
  }

  // --------------------------------------------------- batches' way to a slot

  /** Puts batches into one of the next slots. */
  const write: (batches: Batch[]) => Promise<void> = groupCommit(
    node,
    interval,
    async (groups: readonly Batch[][]) => {
      const batches = groups.flat().filter((batch) => !isApplied(batch));
      if (batches.length === 0) return;
      const { slot, isChosen } = await log.propose(batches);
      if (isChosen) return share([slot, batches]);
      await log.catchUp(); // another node was faster
      write(batches);
    },
    { patience: PATIENCE },
  );

  /** Slots written here that peers have not been told of. */
  const untold = new Map<string, Slot[]>();
  let telling: Timer | undefined;

  /** Tells those at once whose batches are in the slot, others later. */
  function share(slot: Slot): void {
    for (const peer of node.peers) {
      untold.getOrInsert(peer, []).push(slot);
      if (slot[1].some(([lane]) => lane.startsWith(`${peer}/`))) tell(peer);
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

  // ---------------------------------------------------------------- handlers

  /** Clients are refused: they could write what nobody would read. */
  const peerOnly = (src: string) => check(node.ids.includes(src), "a node");

  node.on(append, ({ batch }, { src }) => {
    peerOnly(src);
    return write([batch]);
  });
  node.on(written, ({ slots }, { src }) => {
    peerOnly(src);
    for (const [index, batches] of slots) log.learn(index, batches);
  });

  node.serve("kafka", {
    send: async ({ key, msg }) => {
      const offset = await submit([key, msg]);
      return { type: "send_ok", offset };
    },
    poll: ({ offsets }) => {
      check(offsetsByKey.test(offsets), offsetsByKey.expected);
      const msgs = Object.entries(offsets).map(([key, from]) => {
        const page = (logs.get(key) ?? []).slice(from, from + POLL_SIZE);
        return [key, page.map((message, i) => [from + i, message])];
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
