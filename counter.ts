#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/**
 * Counters: https://fly.io/dist-sys/4/
 *
 * Each node keeps the sum of its own adds under a key of its own in seq-kv, and
 * is that key's only writer. Adds that arrive while one write is under way
 * share the next (group commit). Nodes tell each other their sums by gossip.
 *
 * Promises, under partition, loss, duplication, reordering, pause and kill: an
 * acknowledged add is durable and counts exactly once; an add that was not
 * acknowledged counts once or never; a node's reads include all adds that it
 * acknowledged, and the others' as soon as gossip or seq-kv tells of them.
 */
import {
  bigInteger,
  ErrorCode,
  exactSum,
  integer,
  isCode,
  type Node,
  object,
  record,
  RpcError,
  run,
  string,
  tuple,
} from "./lib/maelstrom.ts";

/**
 * What a key holds. No two writes are equal: the version counts them, and the
 * tag tells a node's incarnations apart.
 */
type Sum = [version: number, total: number | bigint, tag: string];

const sum = tuple<Sum>(integer, bigInteger, string);
const gossip = object({ sums: record(sum) });
const nothing: Sum = [0, 0, ""];

interface Add {
  readonly delta: number;
  readonly done: (durable: true) => void;
}

export default function counter(node: Node): void {
  /** Least time between two writes, in ms. */
  const commitInterval = node.option("commit-interval", {
    default: 10,
    max: 1000,
  });
  /** Time between news for a peer, and between signs of life, in ms. */
  const gossipInterval = node.option("gossip-interval", {
    default: 300,
    min: 1,
  });
  const idleInterval = 2000;

  /** The newest durable sum of each node that we know of. */
  const sums = new Map<string, Sum>();
  /** Peers that we have not told yet what changed. */
  const uninformed = new Set<string>();
  /** When each peer was last heard of, in ms. */
  const heard = new Map<string, number>();
  const waiting: Add[] = [];
  let committing = false;
  let tag = "";
  let syncs = 0;

  const key = (of: string) => `counter/${of}`;

  function learn(of: string, sum: Sum): boolean {
    if (!node.ids.includes(of)) return false;
    if (sum[0] <= (sums.get(of) ?? nothing)[0]) return false;
    sums.set(of, sum);
    node.peers.forEach((peer) => uninformed.add(peer));
    return true;
  }

  /** Asks seq-kv until it answers. What is asked must be idempotent. */
  async function insist<T>(request: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await request();
      } catch (error) {
        if (!isIndefinite(error)) throw error;
        await node.sleep(100 * node.random());
      }
    }
  }

  /**
   * A node that changes something in seq-kv sees its newest state from then on,
   * so a read after this is as fresh as from a linearizable store.
   */
  const sync = () =>
    insist(() => node.seqKv.write(`sync/${node.id}`, `${tag}/${++syncs}`));

  async function fetch(of: string): Promise<void> {
    const value = await insist(() => node.seqKv.readOr(key(of), nothing));
    if (!sum.test(value)) throw new TypeError(`${key(of)} is no sum: ${value}`);
    learn(of, value);
  }

  /**
   * Adds to this node's sum in seq-kv. A write whose fate is unknown is
   * repeated as it was: as no version comes twice, it can only succeed once,
   * and a copy of it that arrives late fails. When it is refused, the key has
   * moved on, by that very write or by one of an earlier incarnation.
   */
  async function commit(delta: number | bigint): Promise<void> {
    for (;;) {
      const from = sums.get(node.id) ?? nothing;
      const to: Sum = [from[0] + 1, exactSum([from[1], delta]), tag];
      try {
        await insist(() =>
          node.seqKv.cas(key(node.id), from, to, { create: true })
        );
        learn(node.id, to);
        return;
      } catch (error) {
        if (!isCode(error, ErrorCode.preconditionFailed)) throw error;
      }
      await fetch(node.id); // seq-kv never shows less than it showed before
      const [version, , by] = sums.get(node.id) ?? nothing;
      if (version >= to[0] && by === tag) return;
    }
  }

  async function commitAll(): Promise<void> {
    committing = true;
    while (waiting.length > 0) {
      const start = node.now();
      const adds = waiting.splice(0);
      await commit(exactSum(adds.map(({ delta }) => delta)));
      for (const { done } of adds) done(true);
      const rest = commitInterval - (node.now() - start);
      if (rest > 0) await node.sleep(rest);
    }
    committing = false;
  }

  function tell(peer: string): void {
    uninformed.delete(peer);
    node.send(peer, { type: "gossip", sums: Object.fromEntries(sums) });
  }

  node.on("gossip", gossip, ({ sums: theirs }, { src }) => {
    heard.set(src, node.now());
    const before = uninformed.has(src);
    const news = Object.entries(theirs).filter(([of, sum]) => learn(of, sum));
    // Whoever brought the news knows them.
    if (news.length > 0 && !before) uninformed.delete(src);
  });

  node.onInit(() => {
    tag = Math.floor(node.random() * 2 ** 52).toString(36);
    node.holdRequests(sync().then(() => Promise.all(node.ids.map(fetch))));
    if (node.peers.length === 0) return;
    node.every(gossipInterval, () => {
      if (uninformed.size > 0) tell(node.pick([...uninformed]));
    });
    node.every(idleInterval, () => tell(node.pick(node.peers)));
    // Behind a partition seq-kv is the way on which news still comes.
    const silence = 2 * idleInterval * node.ids.length;
    node.every(idleInterval, () => {
      const peer = node.pick(node.peers);
      if (node.now() - (heard.get(peer) ?? 0) < silence) return;
      sync().then(() => fetch(peer));
    });
  });

  node.serve("g-counter", {
    add: async ({ delta }) => {
      const durable = new Promise<true>((done) =>
        waiting.push({ delta, done })
      );
      if (!committing) commitAll();
      await durable;
      return { type: "add_ok" };
    },
    read: () => ({
      type: "read_ok",
      value: exactSum(sums.values().map(([, total]) => total)),
    }),
  });
}

/** Neither an answer of the store nor a mistake of ours. */
const isIndefinite = (error: unknown) =>
  error instanceof RpcError &&
  error.code !== ErrorCode.keyDoesNotExist &&
  error.code !== ErrorCode.preconditionFailed;

if (import.meta.main) await run(counter);
