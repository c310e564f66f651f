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
  appendRun,
  array,
  canonicalJson,
  groupCommit,
  integer,
  json,
  message,
  type Node,
  object,
  optional,
  RoundTrip,
  type Run,
  run,
  runsOf,
  Sequences,
  type Shape,
  SlotLog,
  string,
  type Timer,
  type VersionVector,
  versionVector,
} from "./lib/maelstrom.ts";

type Runs = Run<unknown>[];

const INTERVAL = 115; // ms between two batches of a root, at least
const WINDOW = 50; // ms that a root waits for all when all send at once
const GRACE = 1000; // ms after their turn that nodes wait for a root's news
const ROUND = 1000; // ms after which a value should be everywhere
const GOSSIP = 3000; // ms between two digests of a node
const MAX_WAIT = 3000; // ms: all nodes are to be equal in 10 s
const MAX_ASKS = 8; // of a peer that does not answer
const MAX_VALUES = 5000; // in one message of the repair

export default function broadcast(node: Node): void {
  /** How long a value may wait for others to travel with, in ms. */
  const maxWait = node.option("max-wait", { default: INTERVAL, max: MAX_WAIT });
  /** How much of it at a root; 0 for no root: each value goes straight out. */
  const interval = maxWait < INTERVAL ? 0 : INTERVAL;
  /** How much of it at the node that accepted it. */
  const hold = maxWait < INTERVAL + WINDOW ? 0 : maxWait - INTERVAL;
  const round = ROUND + 2 * hold;
  const gossipInterval = GOSSIP + 2 * hold;
  /** In a tree a node has at most this many children. */
  const fanOut = node.option("fan-out", { default: 24, min: 1, integer: true });

  const index: Shape<number> = {
    expected: "index of a node",
    test: (v): v is number => integer.test(v) && v in node.ids,
  };
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

  /** Accepts values: gives them numbers and sends them on their way. */
  function publish(values: readonly unknown[]): void {
    for (const value of values) {
      own.push(known.append(node.incarnation, value));
      show(value);
    }
    awaitTurn();
  }

  /** Takes values in, and returns those that were new. */
  function learn(runs: Runs): Runs {
    const fresh = known.add(runs);
    for (const [, , values] of fresh) values.forEach(show);
    for (const [origin, start, values] of runs) {
      if (origin !== node.incarnation) continue;
      values.forEach((_, i) => acknowledge(start + i));
    }
    return fresh;
  }

  function show(value: unknown): void {
    messages.getOrInsert(canonicalJson(value), value);
  }

  // -------------------------------------------------------------------- trees
  // Tree r is a heap over the nodes from index r on, and is named after its
  // root. Nodes need not agree on a tree: each chooses its own way up.

  let self = 0;
  /** All nodes twice: a tree is a slice. */
  let ring: readonly string[] = [];
  let tree = 0;
  /** When a batch was last heard, by tree. */
  const heardAt = new Map<number, number>();

  const placeIn = (tree: number) =>
    (self - tree + node.ids.length) % node.ids.length;

  const parentIn = (tree: number) =>
    ring[tree + Math.floor((placeIn(tree) - 1) / fanOut)];

  function childrenIn(tree: number): readonly string[] {
    const first = fanOut * placeIn(tree) + 1;
    const end = Math.min(first + fanOut, node.ids.length);
    return ring.slice(tree + first, tree + end);
  }

  /** Another tree: one that is alive, or the next with other inner nodes. */
  function detour(): number {
    for (const [other, heard] of heardAt) {
      if (other !== tree && since(heard) < trip.timeout) return other;
    }
    const inner = Math.ceil((node.ids.length - 1) / fanOut);
    const next = (tree + inner) % node.ids.length;
    return next === self ? (next + 1) % node.ids.length : next;
  }

  // ----------------------------------------------------------------- going up

  /** Numbers of own values that wait to be sent. */
  let own: number[] = [];
  let turn: Timer | undefined;
  /** Of those that no batch has brought back, and how they were sent. */
  const pending = new Map<
    number,
    { at: number; tree: number; again: boolean }
  >();
  const trip = new RoundTrip({
    initial: 1000 + interval,
    max: 2000 + interval,
    granularity: interval,
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
    const isLate = silence >= hold || tree === self;
    const wait = hold - silence + (isLate ? GRACE : 0);
    turn = node.after(Math.max(0, wait), sendOwn);
  }

  function sendOwn(): void {
    send(own);
    own = [];
  }

  /** Sends own values, until they are back; if need be up another tree. */
  function send(numbers: readonly number[], again?: number): void {
    relay(tree, known.pick(node.incarnation, numbers), again);
    const sent = { at: node.now(), tree, again: again !== undefined };
    for (const n of numbers) {
      if (tree === self) pending.delete(n);
      else pending.set(n, sent);
    }
    node.after(trip.timeout, () => {
      const late = numbers.filter((n) => pending.get(n) === sent);
      if (late.length === 0) return;
      // A tree that was heard since is alive, and only a message was lost.
      const isAlive = heardAt.get(tree)! > sent.at && !trip.hasExpired;
      if (tree === sent.tree && !isAlive) tree = detour();
      trip.expired();
      send(late, self);
    });
  }

  /** Sends values towards a root, to be spread from there. */
  function relay(tree: number, runs: Runs, again?: number): void {
    if (runs.length === 0) return;
    if (tree === self) flush(runs);
    else node.send(parentIn(tree), up({ tree, runs, again }));
  }

  node.on(up, ({ tree, runs, again }) => {
    const fresh = learn(runs); // it may be all that is left of a dead origin
    if (tree !== self) return relay(tree, runs, again);
    flush(fresh);
    // The batch that acknowledged them was lost: it takes one of their own.
    if (again !== undefined && fresh.length === 0) {
      node.send(node.ids[again], delta({ runs }));
    }
  });

  function acknowledge(n: number): void {
    const sent = pending.get(n);
    if (sent === undefined) return;
    pending.delete(n);
    trip.answered(sent.again ? undefined : since(sent.at));
  }

  // --------------------------------------------------------------- going down

  let batch: Runs = [];
  let isDue = false;

  /** Sends values down one's own tree, as soon as the interval is over. */
  function flush(runs: Runs): void {
    for (const run of runs) appendRun(batch, ...run);
    if (isDue || batch.length === 0) return;
    isDue = true;
    // Where all send at once, the first is the first of many.
    const wait = hold > 0 ? WINDOW : interval - since(heardAt.get(self));
    node.after(Math.max(0, wait), () => {
      isDue = false;
      for (const run of known.pick(node.incarnation, own)) {
        appendRun(batch, ...run);
      }
      heardAt.set(self, node.now());
      spread(self, batch);
      [own, batch] = [[], []];
    });
  }

  function spread(tree: number, runs: Runs): void {
    for (const child of childrenIn(tree)) {
      node.send(child, down({ tree, runs }));
    }
  }

  node.on(down, ({ tree: from, runs }, { src }) => {
    learn(runs);
    spread(from, runs);
    heardAt.set(from, node.now());
    if (from === tree) awaitTurn();
    if (interval > 0 && from < tree) tree = from;
    if (runs.some(([origin]) => known.hasHole(origin))) ask(src);
  });

  // ------------------------------------------------------------------- repair

  /** What was known a round ago, and two rounds ago. */
  let recent: VersionVector = {};
  let settled: VersionVector = {};
  /** Peers that were asked for what is lacking. */
  const asked = new Set<string>();

  /** Says what is known; of one's own values, those that all should have. */
  function tell(peer: string, urgent?: 1): void {
    const me = node.incarnation;
    const have = { ...known.versions(), [me]: settled[me] ?? [] };
    node.send(peer, digest({ by: me, have, urgent }));
  }

  /** Asks for all that is lacking. */
  function ask(peer: string, times = MAX_ASKS): void {
    if (times === 0 || asked.has(peer)) return;
    asked.add(peer);
    tell(peer, 1);
    node.after(trip.smoothed ?? 1000, () => {
      if (asked.delete(peer)) ask(peer, times - 1);
    });
  }

  node.on(digest, ({ by, have, urgent }, { src }) => {
    const runs = known.missing({ ...have, [by]: [0, Infinity] }, {
      limit: MAX_VALUES,
      among: urgent ? undefined : settled,
    });
    if (runs.length > 0 || urgent) node.send(src, delta({ runs }));
    if (known.lacks(have)) ask(src);
  });

  node.on(delta, ({ runs }, { src }) => {
    asked.delete(src);
    const fresh = learn(runs);
    // It may be news to others: below if it is from above, otherwise to all.
    const isFromAbove = tree !== self && src === parentIn(tree);
    if (!isFromAbove) relay(tree, fresh);
    else if (fresh.length > 0) spread(tree, fresh);
    const count = runs.reduce((n, [, , values]) => n + values.length, 0);
    if (count >= MAX_VALUES) ask(src);
  });

  /**
   * Anti-entropy (Demers et al., 1987): up the tree while it is alive, otherwise
   * with anyone. The last batch of a root may be lost, and no other shows it.
   */
  function gossip(): void {
    const silence = since(heardAt.get(tree));
    if (tree !== self && silence < gossipInterval) tell(parentIn(tree));
    else if (tree !== self || interval === 0) tell(node.pick(node.peers));
    else if (silence > round) childrenIn(tree).forEach((child) => tell(child));
  }

  // --------------------------------------------------------------- durability
  // With --durable, values are written to slots in lin-kv before anyone hears
  // them. A node that was killed reads its slots and spreads them again.

  const isDurable = node.flag("durable");
  const slot = object({ by: string, values: array(json) });
  const slots = () => new SlotLog(node.linKv, `broadcast/${node.id}`, slot);
  let nextSlot = 0;
  /** Clients wait until this node has what it stored in its earlier lives. */
  let recovered = Promise.resolve();

  const store = groupCommit<unknown>(node, 0, async (group) => {
    const mine = { by: node.incarnation, values: [...group] };
    for (;;) {
      const { by, values } = await slots().claim(nextSlot++, mine);
      publish(values);
      if (by === mine.by) return;
      // It is an earlier incarnation's, written as that died.
    }
  });

  async function recover(): Promise<void> {
    const found = await slots().readFrom(0);
    nextSlot = found.length;
    publish(found.flatMap(({ values }) => values));
  }

  // ------------------------------------------------------------------ clients

  node.onInit(() => {
    self = node.ids.indexOf(node.id);
    ring = [...node.ids, ...node.ids];
    if (interval === 0) tree = self;
    if (isDurable) recovered = recover();
    if (node.peers.length === 0) return;
    node.every(gossipInterval, gossip);
    node.every(round, () => {
      [settled, recent] = [recent, known.versions()];
    });
  });

  node.serve("broadcast", {
    topology: () => ({ type: "topology_ok" }),
    read: async () => {
      await recovered;
      return { type: "read_ok", messages: [...messages.values()] };
    },
    broadcast: async ({ message }) => {
      await recovered;
      if (isDurable) await store(message);
      else publish([message]);
      return { type: "broadcast_ok" };
    },
  });
}

if (import.meta.main) await run(broadcast);
