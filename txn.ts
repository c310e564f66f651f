#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/**
 * Totally available transactions: https://fly.io/dist-sys/6a/
 *
 * Each node runs a transaction alone and at once on its own copy of the data,
 * and stamps its writes with a Lamport time: the later write of a key stays.
 * Nodes tell each other, in batches, not what happened but how their state has
 * changed since they last spoke, and a batch is merged as a whole. So every
 * state that anyone sees is that of a set of whole transactions, with all that
 * those had seen: a delta-state CRDT (Almeida et al., JPDC 2018).
 *
 * Promises, under partition, loss, duplication, reordering and pause: every
 * transaction is answered at once; no dirty, intermediate, aborted or torn
 * reads; a session at a node sees causal order (transactional causal
 * consistency: Akkoorath et al., "Cure", ICDCS 2016); nodes become equal. A
 * killed node loses what it has not yet told. See docs/txn.md.
 */
import {
  array,
  boolean,
  canonicalJson,
  integer,
  json,
  type Node,
  object,
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
  /** There is nothing to tell up to this one: it came from the peer. */
  scanned: number;
  /** A batch was lost: the peer must go back to `heard`. */
  gap: boolean;
}

/** How the state of `by` changed after its change `since`, up to `upTo`. */
const delta = object({
  by: string,
  /** For this incarnation; what came from it is left out. Empty: for any. */
  to: string,
  since: integer,
  upTo: integer,
  writes: array(tuple<Write>(string, json, integer, string)),
  /** Where the receiver must go on: its incarnation, and the last change. */
  resume: optional(tuple<[string, number]>(string, integer)),
});

/** The answer to a new node: all, or that this node has no state itself. */
const state = object({ delta, isRestored: boolean });

/** A node speaks to its neighbours at least so often, in ms. */
const HEARTBEAT = 1000;
/** How long a new node asks for the state before it goes on without, in ms. */
const MAX_RESTORE = 2000;

export default function txn(node: Node): void {
  /** Time between batches to one peer, in ms. */
  const interval = node.option("interval", { default: 20, min: 1 });

  /** This incarnation of the node: another one after a restart. */
  let me = "";
  /** Lamport clock. */
  let time = 0;
  const store = new Map<string, Version>();
  /** The versions in the store in the order of their changes, and others. */
  let changes: Version[] = [];
  let lastChange = 0;

  // ------------------------------------------------------------- transactions

  function execute(txn: readonly RegisterOp[]): RegisterOp[] {
    const writes = new Map<string, unknown>();
    const result = txn.map(([f, key, value]): RegisterOp => {
      const name = canonicalJson(key);
      if (f === "w") {
        writes.set(name, value);
        return ["w", key, value];
      }
      const read = writes.has(name)
        ? writes.get(name)
        : store.get(name)?.write[1];
      return ["r", key, read ?? null];
    });
    if (writes.size > 0) time++;
    for (const [key, value] of writes) merge([key, value, time, me], me);
    return result;
  }

  /** Lets a write stay if it is the latest of its key. */
  function merge(write: Write, from: string): void {
    const [key, , when] = write;
    time = Math.max(time, when);
    const old = store.get(key);
    if (old !== undefined && !isLater(write, old.write)) return;
    const version = { write, change: ++lastChange, from };
    store.set(key, version);
    changes.push(version);
    if (changes.length > 2 * store.size + 100) {
      changes = changes.filter((one) => store.get(one.write[0]) === one);
    }
  }

  // -------------------------------------------------------------- replication

  const links = new Map<string, Link>();
  const linkTo = (peer: string) =>
    links.getOrInsertComputed(
      peer,
      () => ({ peer: "", heard: 0, told: 0, scanned: 0, gap: false }),
    );

  /** What the peer lacks: news that it did not bring itself. */
  function newsFor({ peer, scanned }: Pick<Link, "peer" | "scanned">): Write[] {
    const writes: Write[] = [];
    for (let i = changes.length - 1; i >= 0; i--) {
      const version = changes[i];
      if (version.change <= scanned) break;
      const isCurrent = store.get(version.write[0]) === version;
      if (isCurrent && version.from !== peer) writes.push(version.write);
    }
    return writes;
  }

  function tell(peer: string, onlyNews = false): void {
    const link = linkTo(peer);
    const writes = newsFor(link);
    link.scanned = lastChange;
    if (onlyNews && writes.length === 0 && !link.gap) return;
    const { told: since, peer: of, heard } = link;
    const resume = link.gap ? [of, heard] : undefined;
    link.told = lastChange;
    link.gap = false;
    const news = { by: me, to: of, since, upTo: lastChange, writes, resume };
    node.send(peer, { type: "delta", ...news });
  }

  function hear(body: Of<typeof delta>, src: string): void {
    const { by, to, since, upTo, writes } = body;
    const link = linkTo(src);
    if (link.peer !== by) Object.assign(link, { peer: by, heard: 0 });
    // Its state after `upTo` is this delta on the one after `since`.
    if (since > link.heard || (to !== "" && to !== me)) {
      link.gap = true;
    } else {
      for (const write of writes) merge(write, by);
      link.heard = Math.max(link.heard, upTo);
    }
  }

  node.on("delta", delta, (body, { src }) => {
    hear(body, src);
    if (body.resume === undefined) return;
    const [of, heard] = body.resume;
    const link = linkTo(src);
    link.told = link.scanned = of === me ? Math.min(heard, lastChange) : 0;
    tell(src);
  });

  // ------------------------------------------------------------------ restart

  /** Whether this node has what its last life had told: it has a state. */
  let isRestored = false;

  node.on("restore", object({}), () => {
    const upTo = isRestored ? lastChange : 0;
    const writes = isRestored ? newsFor({ peer: "", scanned: 0 }) : [];
    const delta = { by: me, to: "", since: 0, upTo, writes };
    return { type: "restore_ok", delta, isRestored };
  });

  /** Merges a peer's state, if it has one. Undefined if it does not answer. */
  async function ask(peer: string): Promise<Of<typeof state> | undefined> {
    const reply = await node.rpc(peer, { type: "restore" }).catch(() => {});
    if (!state.test(reply)) return undefined;
    hear(reply.delta, peer);
    return reply;
  }

  /**
   * Asks all peers, as any of them may be the only one that knows. If all are
   * as new as this one, and still were when they were asked again, then there
   * was a moment when nobody in the cluster had a state.
   */
  async function restore(): Promise<void> {
    let isLate = false;
    node.after(MAX_RESTORE, () => {
      isLate = true;
    });
    let before = "";
    while (!isRestored && !isLate) {
      const replies = await Promise.all(node.peers.map(ask));
      const names = replies.map((reply) => reply?.delta.by ?? "nobody").join();
      isRestored = replies.some((reply) => reply?.isRestored) ||
        (names === before && !replies.includes(undefined));
      before = names;
      if (!isRestored) await node.sleep(50);
    }
    isRestored = true;
  }

  node.onInit(async () => {
    me = `${node.id}.${Math.floor(node.random() * 2 ** 52).toString(36)}`;
    if (node.peers.length === 0) return;
    // News take the steps of a circulant graph: log n to reach everyone.
    const self = node.ids.indexOf(node.id);
    const neighbours = new Set<string>();
    for (let step = 1; step < node.ids.length; step *= 2) {
      neighbours.add(node.ids[(self + step) % node.ids.length]);
    }
    node.every(interval, () => {
      for (const peer of node.peers) {
        if (neighbours.has(peer) || linkTo(peer).gap) tell(peer, true);
      }
    });
    // A batch that was lost is missed at the next; others than neighbours
    // matter where these are cut off or dead.
    node.every(HEARTBEAT, () => {
      for (const peer of [...neighbours, node.pick(node.peers)]) tell(peer);
    });
    await restore();
  });

  node.serve("txn-rw-register", {
    txn: ({ txn }) => ({ type: "txn_ok", txn: execute(txn) }),
  });
}

function isLater([, , t, origin]: Write, [, , u, other]: Write): boolean {
  return t > u || (t === u && origin > other);
}

if (import.meta.main) await run(txn);
