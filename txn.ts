#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/**
 * Totally available transactions: https://fly.io/dist-sys/6a/
 *
 * Each node runs a transaction alone and at once on its own copy of the data,
 * stamps it with a Lamport clock, and tells the others later, in batches. A
 * node applies a foreign transaction as a whole, and only after all that its
 * origin had seen before it; of two writes to a key the later stamp stays.
 *
 * Promises, under partition, loss, duplication, reordering and pause: every
 * transaction is answered at once; no dirty, intermediate, aborted or torn
 * reads (atomic visibility on each node); a session at a node sees causal order
 * (transactional causal consistency: Akkoorath et al., "Cure", ICDCS 2016);
 * nodes that have heard the same are equal. Write skew and lost updates are
 * possible: no totally available system can rule them out (Bailis et al.,
 * "Highly Available Transactions", VLDB 2013). A killed node loses what it has
 * not yet told.
 */
import {
  array,
  integer,
  json,
  type Node,
  object,
  record,
  type RegisterOp,
  run,
  string,
  tuple,
} from "./lib/maelstrom.ts";

/** When a write happened: Lamport time, ties broken by the origin's name. */
interface Version {
  readonly value: unknown;
  readonly time: number;
  readonly origin: string;
}

/** How many transactions of each origin a node knows: a version vector. */
type Clock = Record<string, number>;

/** A transaction as others need to know it. */
type Commit = [
  time: number,
  /** What its origin knew of others, as far as that changed since its last. */
  after: Clock,
  writes: [key: unknown, value: unknown][],
];

const clock = record(integer);
const commit = tuple<Commit>(
  integer,
  clock,
  array(tuple<[unknown, unknown]>(json, json)),
);
/** Commits of one origin from number `first` on. */
const log = object({ origin: string, first: integer, commits: array(commit) });
const gossip = object({ clock, logs: array(log) });

export default function txn(node: Node): void {
  /** Pause between batches, in ms. */
  const interval = node.option("interval", 20);
  /** Most commits of one origin in a message. */
  const batch = 1000;

  const store = new Map<string, Version>();
  /** All commits by origin; an origin is a node's name and incarnation. */
  const logs = new Map<string, Commit[]>();
  /** What each peer is known to have, or was sent and should have by now. */
  const known = new Map<string, Clock>();
  let origin = "";
  let now = 0;
  /** Clock at this node's last commit, to say only what changed. */
  let told: Clock = {};

  const length = (of: string) => logs.get(of)?.length ?? 0;
  const vector = (): Clock =>
    Object.fromEntries([...logs].map(([of, { length }]) => [of, length]));

  function write(key: string, version: Version): void {
    const old = store.get(key);
    if (old && (old.time - version.time || compare(old, version)) > 0) return;
    store.set(key, version);
  }

  function execute(txn: readonly RegisterOp[]): RegisterOp[] {
    const mine = new Map<string, unknown>();
    const result = txn.map(([f, key, value]): RegisterOp => {
      const name = JSON.stringify(key);
      if (f === "w") {
        mine.set(name, value);
        return ["w", key, value];
      }
      const current = mine.has(name) ? mine.get(name) : store.get(name)?.value;
      return ["r", key, current ?? null];
    });
    if (mine.size > 0) publish(mine);
    return result;
  }

  /** Makes a transaction's last write to each key visible, here and later. */
  function publish(writes: ReadonlyMap<string, unknown>): void {
    const time = ++now;
    const seen = vector();
    delete seen[origin];
    const after = Object.fromEntries(
      Object.entries(seen).filter(([of, n]) => n !== told[of]),
    );
    told = seen;
    for (const [key, value] of writes) write(key, { value, time, origin });
    logs.getOrInsert(origin, []).push([time, after, [...writes]]);
  }

  /** Commits that arrived before others that they depend on. */
  const early = new Map<string, Map<number, Commit>>();

  /** Applies what has become possible. */
  function applyEarly(): void {
    for (let progress = true; progress;) {
      progress = false;
      for (const [of, commits] of early) {
        const applied = logs.getOrInsert(of, []);
        for (;;) {
          const next = commits.get(applied.length);
          if (!next || !isReady(next)) break;
          commits.delete(applied.length);
          apply(of, next);
          applied.push(next);
          progress = true;
        }
        if (commits.size === 0) early.delete(of);
      }
    }
  }

  const isReady = ([, after]: Commit) =>
    Object.entries(after).every(([of, n]) => length(of) >= n);

  function apply(of: string, [time, , writes]: Commit): void {
    now = Math.max(now, time);
    for (const [key, value] of writes) {
      write(String(key), { value, time, origin: of });
    }
  }

  /** Tells a peer what it lacks, and what we have. */
  function tell(peer: string): void {
    const has = known.getOrInsert(peer, {});
    const missing = [...logs].filter(([of, all]) => all.length > (has[of] ?? 0))
      .map(([of, all]) => {
        const first = has[of] ?? 0;
        return { origin: of, first, commits: all.slice(first, first + batch) };
      });
    for (const { origin, first, commits } of missing) {
      has[origin] = first + commits.length;
    }
    node.send(peer, { type: "gossip", clock: vector(), logs: missing });
  }

  node.on("gossip", gossip, ({ clock, logs: news }, { src }) => {
    for (const { origin: of, first, commits } of news) {
      const waiting = early.getOrInsert(of, new Map());
      commits.forEach((commit, i) => {
        if (first + i >= length(of)) waiting.set(first + i, commit);
      });
    }
    applyEarly();
    // What the peer says that it has is the truth; what was sent since may be
    // on its way. The next heartbeat tells whether something was lost.
    heard.set(src, clock);
  });

  /** The last clock that each peer sent. */
  const heard = new Map<string, Clock>();

  node.onInit(() => {
    const tag = Math.floor(node.random() * 2 ** 52).toString(36);
    origin = `${node.id}.${tag}`;
    node.every(interval, () => {
      for (const peer of node.peers) {
        const has = known.getOrInsert(peer, {});
        const lacks = [...logs].some(([of, all]) =>
          all.length > (has[of] ?? 0)
        );
        if (lacks) tell(peer);
      }
    });
    // Anti-entropy: what a peer does not say that it has is sent again.
    node.every(1000, () => {
      for (const peer of node.peers) {
        known.set(peer, { ...heard.get(peer) });
        tell(peer);
      }
    });
  });

  node.serve("txn-rw-register", {
    txn: ({ txn }) => ({ type: "txn_ok", txn: execute(txn) }),
  });
}

function compare(a: Version, b: Version): number {
  return a.origin < b.origin ? -1 : a.origin > b.origin ? 1 : 0;
}

if (import.meta.main) await run(txn);
