#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/**
 * Broadcast: https://fly.io/dist-sys/3a/ to 3e
 *
 * Each value has a number in a sequence of the node that accepted it. It goes
 * up a tree to the root, which sends batches down. A batch that brings a node's
 * own values back acknowledges them; without it they are sent again, and where
 * the tree is silent, up another one with other inner nodes. Anti-entropy with
 * version vectors repairs what this misses.
 *
 * An accepted value reaches every node, whatever messages are lost, duplicated,
 * reordered or cut off and whoever is paused; with --durable, also whoever is
 * killed. Without, a value is lost if the node that accepted it is killed
 * before another has heard it. See docs/broadcast.md.
 *
 * | message | goes                  | says                                    |
 * | ------- | --------------------- | --------------------------------------- |
 * | up      | towards a tree's root | spread these values                     |
 * | spread  | from a tree's root    | here are values                         |
 * | digest  | to any peer           | this I have: send what I lack           |
 * | delta   | back                  | this you lack, or: these I had already  |
 */
import {
  canonicalJson,
  HeapTrees,
  integer,
  json,
  message,
  type Node,
  optional,
  type Run,
  run,
  runsOf,
  SelectiveRepeat,
  Sequences,
  string,
  type Timer,
  type VersionVector,
  versionVector,
  WriteAheadLog,
} from "./lib/maelstrom.ts";

type Runs = Run<unknown>[];

const INTERVAL = 115; // ms between two batches of a root, at least
const WINDOW = 50; // ms that a root waits for all when all send at once
const GRACE = 1000; // ms after their turn that nodes wait for a root's news
const ROUND = 1000; // ms after which a value should be everywhere
const GOSSIP = 3000; // ms between two digests of a node
const MAX_WAIT = 3000; // ms: all nodes are to be equal in 10 s
const MAX_VALUES = 5000; // in one message of the repair

export default function broadcast(node: Node): void {
  /** How long a value may wait for others to travel with, in ms. */
  const maxWait = node.option("max-wait", { default: INTERVAL, max: MAX_WAIT });
  /** How much of it at a root; 0 for no root: each value goes straight out. */
  const interval = maxWait < INTERVAL ? 0 : INTERVAL;
  /** How much of it at the node that accepted it. */
  const hold = maxWait < INTERVAL + WINDOW ? 0 : maxWait - INTERVAL;
  /** In a tree a node has at most this many children. */
  const fanOut = node.option("fan-out", { default: 24, min: 1, integer: true });
  const trees = new HeapTrees(node, fanOut);
  const { index } = trees;
  const runs = runsOf(json);
  /** `again`: the sender, if it has waited for these in vain. */
  const up = message("up", { tree: index, runs, again: optional(index) });
  const down = message("spread", { tree: index, runs });
  /** Of what is old, or if `urgent`, of all, `by` wants what it doesn't have. */
  const digest = message("digest", {
    by: string,
    have: versionVector,
    urgent: optional(integer),
  });
  const delta = message("delta", { runs });

  /** How long ago that was, in ms; clocks may jump. */
  const since = (time = -Infinity) => Math.abs(node.now() - time);

  // ------------------------------------------------------------------- values

  /** By origin: the incarnation of the node that accepted them. */
  const known = new Sequences<unknown>();
  /** Each once, by its text. */
  const messages = new Map<string, unknown>();

  /** Accepts values, which are to be sent in their turn. */
  function publish(values: readonly unknown[]): void {
    if (own.length === 0) waitingSince = node.now();
    own.push(...values);
    values.forEach(show);
    awaitTurn();
  }

  /** Gives own values that were not sent yet their numbers. */
  const number = () =>
    own.splice(0).map((it) => known.append(node.incarnation, it));

  /** Takes values in, and returns those that were new. */
  function learn(runs: Runs): Runs {
    const fresh = known.add(runs);
    for (const [, , values] of fresh) values.forEach(show);
    for (const [origin, start, values] of runs) {
      if (origin !== node.incarnation) continue;
      values.forEach((_, i) => unacknowledged.acknowledge(start + i));
    }
    return fresh;
  }

  const show = (value: unknown) =>
    messages.getOrInsert(canonicalJson(value), value);

  // -------------------------------------------------------------------- trees
  // Nodes need not agree on a tree: each chooses its own way up.

  let tree = 0;
  /** When values last came down, by tree. */
  const heardAt = new Map<number, number>();

  /** Sends values towards a root, to be spread from there. */
  function relay(tree: number, runs: Runs, again?: number): void {
    const parent = trees.parent(tree);
    if (parent === undefined) flush(runs);
    else if (runs.length > 0) node.send(parent, up({ tree, runs, again }));
  }

  /** Sends values from a root, or from above, to all below. */
  function spread(tree: number, runs: Runs): void {
    heardAt.set(tree, node.now());
    trees.children(tree).forEach((it) => node.send(it, down({ tree, runs })));
  }

  // ----------------------------------------------------------------- going up

  /** Own values that wait to be sent. Nobody misses what has no number yet. */
  const own: unknown[] = [];
  let waitingSince = 0;
  let turn: Timer | undefined;
  /** Of those that were sent, and that no batch has brought back. */
  const unacknowledged = new SelectiveRepeat<number>(node, {
    initial: 1000 + interval,
    max: 2000 + interval,
    granularity: interval,
    transmit(numbers, last) {
      // A tree that was heard since is alive, and only a message was lost.
      if (last !== undefined && !(heardAt.get(tree)! > last.at)) {
        tree = trees.disjoint(tree);
        heardAt.set(tree, node.now()); // it has its chance
      }
      relay(tree, known.pick(node.incarnation, numbers), last && trees.self);
    },
  });

  /**
   * All send at the same time after a batch, so that one batch answers all. A
   * root takes its own along, and sends them alone only if nobody else has any.
   */
  function awaitTurn(): void {
    turn?.cancel();
    if (own.length === 0) return;
    if (hold === 0) return sendOwn();
    const silence = since(heardAt.get(tree));
    const isLate = silence >= hold || tree === trees.self;
    const wait = hold - silence + (isLate ? GRACE : 0);
    const rest = hold + GRACE - since(waitingSince); // whatever batches come
    turn = node.after(Math.max(0, Math.min(wait, rest)), sendOwn);
  }

  function sendOwn(): void {
    const numbers = number();
    if (tree === trees.self) flush(known.pick(node.incarnation, numbers));
    else unacknowledged.send(numbers);
  }

  node.on(up, ({ tree, runs, again }) => {
    const fresh = learn(runs); // it may be all that is left of a dead origin
    if (tree !== trees.self) return relay(tree, runs, again);
    flush(fresh);
    // The batch that acknowledged them was lost: it takes one of their own.
    if (again !== undefined && fresh.length === 0) {
      node.send(node.ids[again], delta({ runs }));
    }
  });

  // --------------------------------------------------------------- going down

  let batch: Runs = [];

  /** Sends values down one's own tree, as soon as the interval is over. */
  function flush(runs: Runs): void {
    const isDue = batch.length > 0;
    batch.push(...runs);
    if (isDue || batch.length === 0) return;
    // Where all send at once, the first is the first of many.
    const wait = hold > 0 ? WINDOW : interval - since(heardAt.get(trees.self));
    node.after(Math.max(0, wait), () => {
      spread(trees.self, [...batch, ...known.pick(node.incarnation, number())]);
      batch = [];
    });
  }

  node.on(down, ({ tree: from, runs }, { src }) => {
    learn(runs);
    spread(from, runs);
    if (from === tree) awaitTurn();
    if (interval > 0 && from < tree) tree = from;
    if (runs.some(([origin]) => known.hasHole(origin))) asked.send([src]);
  });

  // ------------------------------------------------------------------- repair

  /** What was known a round ago, and two rounds ago. */
  let recent: VersionVector = {};
  let settled: VersionVector = {};
  let isSpare = false; // every other digest, while batches come and show holes

  /** Says what is known; of one's own values, those that all should have. */
  function tell(peer: string, urgent?: 1): void {
    const me = node.incarnation;
    const have = { ...known.versions(), [me]: settled[me] ?? [] };
    node.send(peer, digest({ by: me, have, urgent }));
  }

  /** Peers that are asked for all that is lacking. */
  const asked = new SelectiveRepeat<string>(node, {
    initial: 400,
    max: 1000,
    tries: 8,
    transmit: (peers) => peers.forEach((peer) => tell(peer, 1)),
  });

  node.on(digest, ({ by, have, urgent }, { src }) => {
    const runs = known.missing({ ...have, [by]: [0, Infinity] }, {
      limit: MAX_VALUES,
      among: urgent ? undefined : settled,
    });
    if (runs.length > 0 || urgent) node.send(src, delta({ runs }));
    if (known.lacks(have)) asked.send([src]);
  });

  node.on(delta, ({ runs }, { src }) => {
    asked.acknowledge(src);
    const fresh = learn(runs);
    // It may be news to others: below if it is from above, otherwise to all.
    if (src !== trees.parent(tree)) relay(tree, fresh);
    else if (fresh.length > 0) spread(tree, fresh);
    const values = runs.flatMap(([, , values]) => values);
    if (values.length >= MAX_VALUES) asked.send([src]); // there may be more
  });

  /**
   * Anti-entropy (Demers et al., 1987): up the tree while it is alive, otherwise
   * with anyone. The last batch of a root may be lost, and no other shows it.
   */
  function gossip(): void {
    const parent = trees.parent(tree);
    const silence = since(heardAt.get(tree));
    isSpare = !isSpare;
    if (isSpare && silence < hold) return;
    if (parent && silence < GOSSIP + hold) tell(parent);
    else if (parent || interval === 0) tell(node.pick(node.peers));
    else if (silence > ROUND) trees.children(tree).forEach((it) => tell(it));
  }

  // --------------------------------------------------------------- durability
  // With --durable, values are in lin-kv before anyone hears them. A node that
  // was killed finds them there, and spreads them again.

  const log = !node.flag("durable") ? undefined : new WriteAheadLog(node, {
    kv: node.linKv,
    name: "broadcast",
    value: json,
    apply: publish,
  });

  // ------------------------------------------------------------------ clients

  node.onInit(() => {
    if (interval === 0) tree = trees.self;
    if (node.peers.length === 0) return;
    node.every(GOSSIP, gossip);
    node.every(ROUND, () => {
      [settled, recent] = [recent, known.versions()];
    });
  });

  node.serve("broadcast", {
    topology: () => ({ type: "topology_ok" }),
    read: async () => {
      await log?.recovered;
      return { type: "read_ok", messages: [...messages.values()] };
    },
    broadcast: async ({ message }) => {
      if (log) await log.append(message);
      else publish([message]);
      return { type: "broadcast_ok" };
    },
  });
}

if (import.meta.main) await run(broadcast);
