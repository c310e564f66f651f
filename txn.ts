#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/**
 * Totally available transactions: https://fly.io/dist-sys/6a/
 *
 * Each node runs a transaction alone and at once on its own copy of the data,
 * and stamps its writes with a Lamport time: the later write of a key stays.
 * Nodes tell each other how their state has changed since they last spoke, and
 * merge that as a whole: a delta-state CRDT (Almeida et al., JPDC 2018).
 *
 * Promises, under partition, loss, duplication, reordering and pause: each
 * transaction is answered at once; transactional causal consistency ("Cure",
 * ICDCS 2016); nodes become equal. A killed node loses what it has not yet told.
 */
import {
  array,
  canonicalJson,
  integer,
  json,
  message,
  type Node,
  type Of,
  optional,
  type RegisterOp,
  run,
  string,
  tuple,
} from "./lib/maelstrom.ts";

/** A write, and when: Lamport time, ties broken by the origin's name. */
type Write = [key: string, value: unknown, time: number, origin: string];

/** The write of a key that stays, and how it came here. */
interface Version {
  readonly write: Write;
  /** Which change of this node's state it was: 1, 2, ... */
  readonly change: number;
  /** The incarnation of a node that it was heard from. */
  readonly from: string;
}

/** What a node and one of its peers know of each other's state. */
interface Link {
  /** The peer's incarnation. */
  peer: string;
  /** All changes of the peer up to this one are merged. */
  heard: number;
  /** The peer was told of all changes up to this one. */
  told: number;
}

/** How the state of `by` changed after its change `since`, up to `upTo`. */
const changed = {
  by: string,
  /** For this incarnation; what came from it is left out. Empty: for any. */
  to: string,
  since: integer,
  upTo: integer,
  writes: array(tuple<Write>(string, json, integer, string)),
  /** A batch was lost: go on from this change of the incarnation `to`. */
  resume: optional(integer),
};
const delta = message("delta", changed);
/** A new node asks for the state: a delta since 0, of who has it. */
const restore = message("restore", {}, changed);

/** A node speaks to its neighbours at least so often, in ms. */
const HEARTBEAT = 1000;
/** How long a new node asks for the state before it goes on without, in ms. */
const MAX_RESTORE = 2000;

export default function txn(node: Node): void {
  /** Time between batches to one peer, in ms. */
  const interval = node.option("interval", { default: 20, min: 1 });

  /** Lamport clock. */
  let time = 0;
  const store = new Map<string, Version>();
  /** The versions in the store in the order of their changes, and others. */
  let changes: Version[] = [];
  let lastChange = 0;
  const links = new Map<string, Link>();
  /** Whether this node has what its last life had told: it has a state. */
  let isRestored = false;

  // ------------------------------------------------------------- transactions

  function execute(txn: readonly RegisterOp[]): RegisterOp[] {
    const me = node.incarnation;
    const writes = new Map<string, unknown>();
    const result = txn.map(([f, key, value]): RegisterOp => {
      const name = canonicalJson(key);
      if (f === "w") writes.set(name, value);
      const isOwn = writes.has(name);
      const read = isOwn ? writes.get(name) : store.get(name)?.write[1];
      return [f, key, read ?? null];
    });
    if (writes.size > 0) time++;
    for (const [key, value] of writes) merge([key, value, time, me], me);
    return result;
  }

  /** Lets a write stay if it is the latest of its key. */
  function merge(write: Write, from: string): void {
    const [key, , when, origin] = write;
    time = Math.max(time, when);
    const [, , last, other] = store.get(key)?.write ?? [key, null, 0, ""];
    if (when < last || (when === last && origin <= other)) return;
    const version = { write, change: ++lastChange, from };
    store.set(key, version);
    changes.push(version);
    if (changes.length > 2 * store.size + 100) {
      changes = changes.filter((one) => store.get(one.write[0]) === one);
    }
  }

  // -------------------------------------------------------------- replication

  const linkTo = (peer: string): Link =>
    links.getOrInsertComputed(peer, () => ({ peer: "", heard: 0, told: 0 }));

  /** How the state has changed, but for what the peer brought itself. */
  function newsFor({ peer: to, told: since }: Omit<Link, "heard">) {
    const writes: Write[] = [];
    for (let i = changes.length - 1; changes[i]?.change > since; i--) {
      const { write, from } = changes[i];
      const isCurrent = store.get(write[0]) === changes[i];
      if (isCurrent && from !== to) writes.push(write);
    }
    return { by: node.incarnation, to, since, upTo: lastChange, writes };
  }

  function tell(peer: string, hasGap = false): void {
    const link = linkTo(peer);
    const news = newsFor(link);
    link.told = news.upTo;
    const resume = hasGap ? link.heard : undefined;
    node.send(peer, delta({ ...news, resume }));
  }

  /** Merges a delta, if nothing that came before it is lacking. */
  function hear(news: Of<typeof delta.request>, src: string): boolean {
    const { by, to, since, upTo, writes, resume } = news;
    const link = linkTo(src);
    if (by !== link.peer) Object.assign(link, { peer: by, heard: 0 });
    if (resume !== undefined) link.told = to === node.incarnation ? resume : 0;
    const isForUs = to === "" || to === node.incarnation;
    if (!isForUs || since > link.heard) return false;
    for (const write of writes) merge(write, by);
    link.heard = Math.max(link.heard, upTo);
    return true;
  }

  node.on(delta, (news, { src }) => {
    const hasGap = !hear(news, src);
    if (hasGap || news.resume !== undefined) tell(src, hasGap);
  });

  // ------------------------------------------------------------------ restart

  node.on(restore, () => ({
    type: "restore_ok",
    ...newsFor({ peer: "", told: isRestored ? 0 : lastChange }),
  }));

  /** Merges a peer's state, if it has one. Undefined if it does not answer. */
  async function ask(peer: string) {
    const reply = await node.rpc(peer, restore()).catch(() => undefined);
    if (reply !== undefined) hear(reply, peer);
    return reply;
  }

  /**
   * Asks all peers, as any of them may be the only one that knows. If all are
   * as new as this one, and still were when they were asked again, then there
   * was a moment when nobody in the cluster had a state.
   */
  async function askAll(): Promise<void> {
    node.sleep(MAX_RESTORE).then(() => isRestored = true);
    let before = "";
    while (!isRestored) {
      const replies = await Promise.all(node.peers.map(ask));
      const names = replies.map((reply) => reply?.by).join();
      isRestored ||= replies.some((it) => it?.since === 0 && it.upTo > 0) ||
        (names === before && !replies.includes(undefined));
      before = names;
      if (!isRestored) await node.sleep(50);
    }
  }

  node.onInit(async () => {
    if (node.peers.length === 0) return;
    // News take the steps of a circulant graph: log n to reach everyone.
    const self = node.ids.indexOf(node.id);
    const neighbours: string[] = [];
    for (let step = 1; step < node.ids.length; step *= 2) {
      neighbours.push(node.ids[(self + step) % node.ids.length]);
    }
    node.every(interval, () => {
      for (const peer of neighbours) {
        if (newsFor(linkTo(peer)).writes.length > 0) tell(peer);
      }
    });
    // A batch that was lost is missed at the next; others than neighbours
    // matter where these are cut off or dead.
    node.every(HEARTBEAT, () => {
      for (const peer of [...neighbours, node.pick(node.peers)]) tell(peer);
    });
    await askAll();
  });

  node.serve("txn-rw-register", {
    txn: ({ txn }) => ({ type: "txn_ok", txn: execute(txn) }),
  });
}

if (import.meta.main) await run(txn);
