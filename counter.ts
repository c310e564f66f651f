#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/**
 * Counters: https://fly.io/dist-sys/4/
 *
 * Each node keeps the sum of its own adds under its own name in seq-kv, and is
 * that key's only writer. Nodes tell each other their sums by gossip.
 *
 * Promises, under partition, loss, duplication, reordering, pause and kill: an
 * acknowledged add is durable and counts exactly once, another once or never; a
 * node's reads include all adds that it acknowledged, and the others' as soon as
 * gossip or seq-kv tells of them.
 */
import {
  bigInteger,
  ErrorCode,
  exactSum,
  groupCommit,
  integer,
  isCode,
  message,
  type Node,
  record,
  run,
  string,
  tuple,
} from "./lib/maelstrom.ts";

/** What a key holds: how often it was written, the sum, and by whom. */
type Sum = [version: number, total: number | bigint, incarnation: string];
const sum = tuple<Sum>(integer, bigInteger, string);
const nothing: Sum = [0, 0, ""];

/** The newest durable sum of each node that the sender knows of. */
const gossip = message("gossip", { sums: record(sum) });

/** Time between signs of life, in ms. */
const HEARTBEAT = 2000;
const retry = { retry: true };

export default function counter(node: Node): void {
  /** Least time between two writes, in ms. */
  const commitGap = node.option("commit-interval", { default: 10, max: 1000 });
  /** Time between news for a peer, in ms. */
  const gossipGap = node.option("gossip-interval", { default: 300, min: 1 });

  const sums = new Map<string, Sum>();
  /** Peers that we have not told yet what changed. */
  const uninformed = new Set<string>();
  /** When each peer was last heard of, in ms. */
  const heard = new Map<string, number>();

  function learn(of: string, sum: Sum): void {
    if (!node.ids.includes(of)) return;
    if (sum[0] <= (sums.get(of) ?? nothing)[0]) return;
    sums.set(of, sum);
    node.peers.forEach((peer) => uninformed.add(peer));
  }

  // --------------------------------------------------------------------- seq-kv

  /**
   * A node that changes something in seq-kv sees its newest state from then on,
   * so a read after this is as fresh as from a linearizable store.
   */
  const sync = () => node.seqKv.write(`sync/${node.id}`, node.random(), retry);

  const fetch = async (of: string) =>
    learn(of, await node.seqKv.readOr(of, nothing, sum, retry));

  /**
   * Adds to this node's sum in seq-kv. As no version comes twice, a write that
   * is tried again can only succeed once, and a copy that arrives late fails.
   * When it is refused, the key has moved on, by that very write or by one of
   * an earlier incarnation.
   */
  async function commit(deltas: readonly number[]): Promise<void> {
    const { id, incarnation: me } = node;
    for (;;) {
      const from = sums.get(id) ?? nothing;
      const to: Sum = [from[0] + 1, exactSum([from[1], ...deltas]), me];
      try {
        await node.seqKv.cas(id, from, to, { create: true, ...retry });
        return learn(id, to);
      } catch (error) {
        if (!isCode(error, ErrorCode.preconditionFailed)) throw error;
      }
      await fetch(id); // seq-kv never shows less than it showed before
      const [version, , by] = sums.get(id) ?? nothing;
      if (version >= to[0] && by === me) return;
    }
  }

  /** Adds that come while one write is under way share the next. */
  const add = groupCommit(node, commitGap, commit);

  // --------------------------------------------------------------------- gossip

  function tell(peer: string): void {
    uninformed.delete(peer);
    node.send(peer, gossip({ sums: Object.fromEntries(sums) }));
  }

  node.on(gossip, ({ sums: theirs }, { src }) => {
    heard.set(src, node.now());
    const knewAll = !uninformed.has(src);
    for (const [of, sum] of Object.entries(theirs)) learn(of, sum);
    if (knewAll) uninformed.delete(src); // it brought the news itself
  });

  node.onInit(() => {
    node.holdRequests(sync().then(() => Promise.all(node.ids.map(fetch))));
    if (node.peers.length === 0) return;
    node.every(gossipGap, () => {
      if (uninformed.size > 0) tell(node.pick([...uninformed]));
    });
    node.every(HEARTBEAT, () => tell(node.pick(node.peers)));
    // Behind a partition seq-kv is the way on which news still comes.
    node.every(HEARTBEAT, async () => {
      const peer = node.pick(node.peers);
      const silence = node.now() - (heard.get(peer) ?? 0);
      if (silence < 2 * HEARTBEAT * node.ids.length) return;
      await sync();
      await fetch(peer);
    });
  });

  node.serve("g-counter", {
    async add({ delta }) {
      await add(delta);
      return { type: "add_ok" };
    },
    read: () => ({
      type: "read_ok",
      value: exactSum(sums.values().map(([, total]) => total)),
    }),
  });
}

if (import.meta.main) await run(counter);
