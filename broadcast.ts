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
 */
import {
  array,
  canonicalJson,
  ErrorCode,
  integer,
  isCode,
  json,
  type Node,
  object,
  type Of,
  optional,
  record,
  RpcError,
  run,
  type Shape,
  string,
  type Timer,
  tuple,
} from "./lib/maelstrom.ts";

/** Values of one origin: its name, the first value's number, the values. */
type Run = [origin: string, start: number, values: unknown[]];

const count: Shape<number> = {
  expected: "integer from 0",
  test: (v): v is number => integer.test(v) && v >= 0 && v < 2 ** 52,
};
const runs = array(tuple<Run>(string, count, array(json)));
/** What `by` has. It wants the rest: what is old, or if `urgent`, all. */
const digestBody = object({
  by: string,
  have: record(array(integer)),
  urgent: optional(integer),
});
/** The answer to a digest, `more` if that was too much for one message. */
const deltaBody = object({ runs, more: optional(integer) });

/** What a node has stored in lin-kv at a time. */
const slotShape = object({ by: string, values: array(json) });

/** Numbers from the first to before the second, the third to the fourth, ... */
type Ranges = readonly number[];

/** What is known of one origin: a node, from its start to its end. */
interface Log {
  readonly values: Map<number, unknown>;
  /** Whose numbers are known. What died with its origin is a hole for ever. */
  known: Ranges;
  /** `known` at the last tick and at the one before. */
  recent: Ranges;
  settled: Ranges;
}

/** In a tree a node has at most this many children. */
const FAN_OUT = 24;
/** The most time between two batches of a root, in ms. */
const MAX_INTERVAL = 115;
/** Of what may be waited, in ms: all nodes are to be equal in 10 s. */
const MAX_WAIT = 3000;
/** How long a root waits for all when all send at once, in ms. */
const WINDOW = 50;
/** How long after their turn nodes wait for a root that has no news, in ms. */
const GRACE = 1000;
/** The granularity of what is not urgent, in ms. */
const TICK = 1000;
/** Between two digests of a node, in ms: while they are of use, and if not. */
const MIN_GOSSIP = 2000;
const MAX_GOSSIP = 4000;
/** The least and the longest wait for an acknowledgement, in ms. */
const MIN_TIMEOUT = 200;
const MAX_TIMEOUT = 2000;
/** A node that left a tree does not return to it earlier, in ms. */
const HYSTERESIS = 2000;
/** How often a peer is asked for what is lacking until it answers. */
const MAX_ASKS = 8;
/** The most values in one message of the repair. */
const MAX_VALUES = 5000;

const union = (a: Ranges, b: Ranges) => combine(a, b, (inA, inB) => inA || inB);
const difference = (a: Ranges, b: Ranges) =>
  combine(a, b, (inA, inB) => inA && !inB);

/** The numbers to keep, by whether they are in `a` and in `b`. */
function combine(
  a: Ranges,
  b: Ranges,
  keep: (inA: boolean, inB: boolean) => boolean,
): Ranges {
  const result: number[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    const edge = Math.min(a[i] ?? Infinity, b[j] ?? Infinity);
    while (a[i] <= edge) i++;
    while (b[j] <= edge) j++;
    const isIn = keep(i % 2 === 1, j % 2 === 1);
    if (isIn !== (result.length % 2 === 1)) result.push(edge);
  }
  return result;
}

export default function broadcast(node: Node): void {
  /** How long a value may wait for others to travel with, in ms. */
  const maxWait = node.option("max-wait", {
    default: MAX_INTERVAL,
    max: MAX_WAIT,
  });
  /** How much of it at a root; 0 for no root: each value goes straight out. */
  const interval = Math.min(maxWait, MAX_INTERVAL);
  /** How much of it at the node that accepted it. */
  const hold = maxWait - interval;
  /** A value older than one or two rounds should be everywhere; in ticks. */
  const round = 1 + Math.ceil(hold / TICK);
  const fanOut = node.option("fan-out", {
    default: FAN_OUT,
    min: 1,
    integer: true,
  });

  const index: Shape<number> = {
    expected: "index of a node",
    test: (v): v is number => integer.test(v) && v in node.ids,
  };
  /** To the root. `again`: the sender, if it has waited for this in vain. */
  const upBody = object({ tree: index, runs, again: optional(index) });
  /** From the root. `n` counts what `by` has sent down this tree. */
  const spreadBody = object({ tree: index, by: string, n: count, runs });

  /** By their texts. */
  const messages = new Map<string, unknown>();
  const logs = new Map<string, Log>();

  // ------------------------------------------------------------------- values

  const logOf = (origin: string) =>
    logs.getOrInsertComputed(origin, () => (
      { values: new Map(), known: [], recent: [], settled: [] }
    ));

  /** Takes values in, and returns those that were new. */
  function learn(runs: readonly Run[]): Run[] {
    const fresh: Run[] = [];
    for (const [origin, start, values] of runs) {
      const log = logOf(origin);
      values.forEach((value, i) => {
        if (log.values.has(start + i)) return;
        log.values.set(start + i, value);
        append(fresh, origin, start + i, value);
        const text = canonicalJson(value);
        if (!messages.has(text)) messages.set(text, value);
      });
      log.known = union(log.known, [start, start + values.length]);
    }
    return fresh;
  }

  function append(runs: Run[], origin: string, n: number, value: unknown) {
    const last = runs.at(-1);
    if (last && last[0] === origin && last[1] + last[2].length === n) {
      last[2].push(value);
    } else {
      runs.push([origin, n, [value]]);
    }
  }

  // -------------------------------------------------------------------- trees
  // Tree r is a heap over the nodes from index r on, and is named after its
  // root. Nodes need not agree on a tree: each chooses its own way up.

  let self = 0;
  let me = "";
  let tree = 0;
  let leftAt = -Infinity;
  /** When a batch was last heard, by tree. */
  const heardAt = new Map<number, number>();

  const at = (tree: number, place: number) =>
    node.ids[(tree + place) % node.ids.length];
  const placeIn = (tree: number) =>
    (self - tree + node.ids.length) % node.ids.length;

  function parentIn(tree: number): string {
    return at(tree, Math.floor((placeIn(tree) - 1) / fanOut));
  }

  function childrenIn(tree: number): string[] {
    const first = fanOut * placeIn(tree) + 1;
    const size = Math.min(fanOut, Math.max(0, node.ids.length - first));
    return Array.from({ length: size }, (_, i) => at(tree, first + i));
  }

  /** Another tree: one that is alive, or the next with other inner nodes. */
  function detour(): number {
    const now = node.now();
    for (const [other, heard] of heardAt) {
      if (other !== tree && now - heard < timeout()) return other;
    }
    const inner = Math.ceil((node.ids.length - 1) / fanOut);
    const next = (tree + inner) % node.ids.length;
    return next === self ? (next + 1) % node.ids.length : next;
  }

  // ----------------------------------------------------------------- going up

  /** Sends values towards a root, to be spread from there. */
  function relay(tree: number, runs: Run[], again?: number): void {
    if (runs.length === 0) return;
    if (tree === self) flush(runs);
    else node.send(parentIn(tree), { type: "up", tree, runs, again });
  }

  node.on("up", upBody, ({ tree, runs, again }) => {
    const fresh = learn(runs); // it may be all that is left of a dead origin
    if (tree !== self) return relay(tree, runs, again);
    flush(fresh);
    // The batch that acknowledged them was lost: it takes one of their own.
    if (again !== undefined && fresh.length === 0) {
      node.send(node.ids[again], { type: "delta", runs });
    }
  });

  /** Own values that wait to be sent. */
  let own: Run[] = [];
  let turn: Timer | undefined;

  function sendOwn(): void {
    const runs: Run[] = [];
    for (const [origin, n, [value]] of own) {
      append(runs, origin, n, value);
      if (tree !== self) pending.set(n, { sentAt: node.now(), again: false });
    }
    own = [];
    relay(tree, runs);
    watch();
  }

  /**
   * All send at the same time after a batch, so that one batch answers all. A
   * root takes its own along, and sends them alone only if nobody else has any.
   */
  function awaitTurn(): void {
    turn?.cancel();
    if (hold === 0 || own.length === 0) return;
    const silence = Math.abs(node.now() - (heardAt.get(tree) ?? -Infinity));
    const isLate = silence >= hold || tree === self;
    const wait = hold - silence + (isLate ? GRACE : 0);
    turn = node.after(Math.max(0, wait), sendOwn);
  }

  /** Own values by number that no batch has brought back, and when sent. */
  const pending = new Map<number, { sentAt: number; again: boolean }>();
  let waiting = false;
  // RFC 6298: the time from a value's sending until it is back.
  let roundTrip: number | undefined;
  let variation = 0;
  let expiries = 0;

  function timeout(): number {
    const usual = roundTrip === undefined
      ? 1000 + interval
      : roundTrip + Math.max(4 * variation, interval);
    const backedOff = Math.max(MIN_TIMEOUT, usual) * 2 ** expiries;
    return Math.min(MAX_TIMEOUT + interval, backedOff);
  }

  function watch(): void {
    const [first] = pending.values();
    if (waiting || first === undefined) return;
    waiting = true;
    const left = first.sentAt + timeout() - node.now();
    node.after(Math.max(1, Math.min(left, timeout())), () => {
      waiting = false;
      expire();
      watch();
    });
  }

  /** Sends again what has waited too long, if need be up another tree. */
  function expire(): void {
    const now = node.now();
    const late = [...pending].filter(([, { sentAt }]) =>
      Math.abs(now - sentAt) >= timeout()
    ).slice(0, MAX_VALUES);
    if (late.length === 0) return;
    // A tree that was heard since is alive, and only a message was lost.
    const silent = !(heardAt.get(tree)! > late[0][1].sentAt);
    if (silent || expiries > 0) {
      tree = detour();
      leftAt = now;
    }
    expiries = Math.min(expiries + 1, 4);
    const runs: Run[] = [];
    for (const [n] of late) {
      pending.delete(n); // to the end: the order is that of sending
      pending.set(n, { sentAt: now, again: true });
      append(runs, me, n, logOf(me).values.get(n));
    }
    relay(tree, runs, self);
  }

  function acknowledge(runs: readonly Run[]): void {
    for (const [origin, start, values] of runs) {
      if (origin !== me) continue;
      for (let n = start; n < start + values.length; n++) {
        const sent = pending.get(n);
        if (sent === undefined) continue;
        pending.delete(n);
        expiries = 0;
        if (!sent.again) measure(node.now() - sent.sentAt); // Karn
      }
    }
  }

  function measure(sample: number): void {
    sample = Math.max(0, Math.min(sample, MAX_TIMEOUT + interval));
    const first = roundTrip === undefined;
    roundTrip ??= sample;
    const error = sample - roundTrip;
    variation = first
      ? sample / 2
      : variation + (Math.abs(error) - variation) / 4;
    roundTrip += error / 8;
  }

  // --------------------------------------------------------------- going down

  let batch: Run[] = [];
  let resting = false;
  /** Ticks since the last batch. */
  let quietTicks = Infinity;
  let ticks = 0;
  /** What this node has sent down each tree. */
  const sent = new Map<number, number>();

  /** Sends values down one's own tree, at once or when the interval is over. */
  function flush(runs: readonly Run[]): void {
    for (const [origin, start, values] of runs) {
      values.forEach((value, i) => append(batch, origin, start + i, value));
    }
    if (resting || batch.length === 0) return;
    if (hold === 0) spreadBatch();
    if (interval <= 0) return;
    // Where all send at once, the first is the first of many.
    resting = true;
    node.after(hold === 0 ? interval : WINDOW, () => {
      resting = false;
      if (hold === 0) flush([]);
      else spreadBatch();
    });
  }

  function spreadBatch(): void {
    for (const [origin, n, [value]] of own) append(batch, origin, n, value);
    own = [];
    heardAt.set(self, node.now());
    spread(self, batch);
    batch = [];
    quietTicks = 0;
    if (digestIsDue) {
      node.send(node.pick(node.peers), digest());
      digestIsDue = false;
    }
  }

  function spread(tree: number, runs: readonly Run[]): void {
    const n = (sent.get(tree) ?? 0) + 1;
    sent.set(tree, n);
    for (const child of childrenIn(tree)) {
      node.send(child, { type: "spread", tree, by: me, n, runs });
    }
  }

  /** Batches by sender and tree: the newest's number, and how many lack. */
  const links = new Map<string, { n: number; lacking: number }>();

  node.on("spread", spreadBody, ({ tree: from, by, n, runs }, { src }) => {
    learn(runs);
    const name = `${by}/${from}`;
    const link = links.getOrInsert(name, { n: 0, lacking: 0 });
    if (n > link.n) {
      link.lacking += n - link.n - 1;
      link.n = n;
    } else if (link.lacking > 0) {
      link.lacking--;
    }
    spread(from, runs);
    acknowledge(runs);
    heardAt.set(from, node.now());
    if (from === tree && runs.length > 0) awaitTurn();
    const mayReturn = Math.abs(node.now() - leftAt) > HYSTERESIS;
    if (interval > 0 && from < tree && mayReturn) tree = from;
    repair(src, () => {
      const lacks = link.lacking > 0 || runs.some(([origin]) => {
        const { known } = logOf(origin);
        return known[0] > 0 || known.length > 2;
      });
      link.lacking = 0;
      return lacks;
    });
  });

  // ------------------------------------------------------------------- repair

  /** Peers that were asked for what is lacking. */
  const repairing = new Set<string>();

  /** Asks for what is lacking, unless it was only overtaken. */
  function repair(peer: string, lacks: () => boolean): void {
    if (repairing.has(peer) || !lacks()) return;
    gossipInterval = MIN_GOSSIP;
    ask(peer, MAX_ASKS);
  }

  function ask(peer: string, times: number): void {
    repairing.add(peer);
    node.send(peer, digest(1));
    node.after(roundTrip ?? 1000, () => {
      const isAnswered = !repairing.delete(peer);
      if (!isAnswered && times > 1) ask(peer, times - 1);
    });
  }

  /** What is known; of one's own values, those that all should have. */
  function digest(urgent?: number) {
    const have = [...logs].map((
      [origin, { known, settled }],
    ) => [origin, origin === me ? settled : known]);
    return { type: "digest", by: me, have: Object.fromEntries(have), urgent };
  }

  node.on("digest", digestBody, ({ by, have, urgent }, { src }) => {
    const theirs = new Map(Object.entries(have));
    const runs: Run[] = [];
    let room = MAX_VALUES;
    for (const [origin, { values, known, settled }] of logs) {
      if (origin === by) continue;
      const mine = urgent ? known : settled;
      const lacking = difference(mine, theirs.get(origin) ?? []);
      for (let i = 0; i < lacking.length && room > 0; i += 2) {
        const end = Math.min(lacking[i + 1], lacking[i] + room);
        room -= end - lacking[i];
        for (let n = lacking[i]; n < end; n++) {
          append(runs, origin, n, values.get(n));
        }
      }
    }
    const more = room <= 0 ? 1 : undefined;
    if (runs.length > 0 || urgent) {
      node.send(src, { type: "delta", runs, more });
    }
    repair(
      src,
      () =>
        [...theirs].some(([origin, ranges]) =>
          difference(ranges, logs.get(origin)?.known ?? []).length > 0
        ),
    );
  });

  node.on("delta", deltaBody, ({ runs, more }, { src }) => {
    const fresh = learn(runs);
    repairing.delete(src);
    acknowledge(runs);
    // It may be news to others too. The parent has done for it what it could.
    const tried = tree !== self && src === parentIn(tree);
    relay(tried ? detour() : tree, fresh);
    if (fresh.length > 0) gossipInterval = MIN_GOSSIP;
    if (more) node.send(src, digest(1));
  });

  let gossipInterval = MIN_GOSSIP;
  let digestIsDue = false;

  /**
   * Anti-entropy (Demers 1987) at the pace of Trickle (RFC 6206): up the tree
   * while it is alive, otherwise with anyone. A root's digest goes with a
   * batch: a leaf that hears nothing between batches answers no read in vain.
   */
  function gossip(): void {
    node.after(gossipInterval * (0.75 + node.random() / 2), gossip);
    gossipInterval = Math.min(2 * gossipInterval, MAX_GOSSIP + 2 * hold);
    const silence = Math.abs(node.now() - (heardAt.get(tree) ?? -Infinity));
    if (tree !== self && silence < MAX_GOSSIP + 2 * hold) {
      return node.send(parentIn(tree), digest());
    }
    if (tree !== self || digestIsDue) {
      node.send(node.pick(node.peers), digest());
    }
    digestIsDue = tree === self;
  }

  // --------------------------------------------------------------- durability
  // With --durable, values are written to slots in lin-kv before anyone hears
  // them. A node that was killed reads its slots and spreads them again.

  const isDurable = node.flag("durable");
  /** Values that are to be stored, and whom to tell. */
  let unstored: { value: unknown; done: () => void }[] = [];
  let isStoring = false;
  let nextSlot = 0;

  /** Group commit: what comes while a slot is written goes into the next. */
  function store(value: unknown): Promise<void> {
    return new Promise<void>((done) => {
      unstored.push({ value, done });
      if (!isStoring) storeAll();
    });
  }

  async function storeAll(): Promise<void> {
    isStoring = true;
    while (unstored.length > 0) {
      const group = unstored;
      unstored = [];
      const slot = { by: me, values: group.map(({ value }) => value) };
      // What is taken is an earlier incarnation's, written as it died.
      for (;;) {
        const { by, values } = await claim(nextSlot++, slot);
        publish(values);
        if (by === slot.by) break;
      }
      for (const { done } of group) done();
    }
    isStoring = false;
  }

  const slotName = (n: number) => `broadcast/${node.id}/${n}`;

  /** Writes a slot unless it is taken, and says what is in it then. */
  async function claim(n: number, slot: Of<typeof slotShape>) {
    for (;;) {
      try {
        await node.linKv.cas(slotName(n), null, slot, { create: true });
        return slot;
      } catch (error) {
        if (isCode(error, ErrorCode.preconditionFailed)) {
          const taken = await load(n);
          if (taken !== undefined) return taken;
        } else if (!(error instanceof RpcError)) throw error;
      }
      await node.sleep(TICK * node.random());
    }
  }

  /** Reads a slot; asks again and again, and takes whichever answer comes. */
  function load(n: number) {
    return new Promise<Of<typeof slotShape> | undefined>((resolve, reject) => {
      let again: Timer;
      const ask = () => {
        again = node.after(TICK / 4, ask);
        const options = { timeout: 4 * TICK };
        node.linKv.readOr(slotName(n), undefined, undefined, options).then(
          (slot) => {
            again.cancel();
            if (slot === undefined || slotShape.test(slot)) resolve(slot);
            else reject(new TypeError(`${slotName(n)} is not of broadcast.ts`));
          },
          () => {},
        );
      };
      ask();
    });
  }

  /** Spreads again what earlier incarnations of this node have stored. */
  async function recover(): Promise<void> {
    let asked = 0;
    let free = Infinity;
    let found: unknown[] = [];
    // There are no gaps: where one slot is taken, as many again may be.
    async function visit(end: number): Promise<void> {
      const visits: Promise<void>[] = [];
      while (asked < Math.min(end, free)) visits.push(look(asked++));
      await Promise.all(visits);
    }
    async function look(n: number): Promise<void> {
      const slot = await load(n);
      if (slot === undefined) {
        free = Math.min(free, n);
        return;
      }
      if (found.length === 0) node.after(WINDOW, spreadFound);
      found.push(...slot.values);
      await visit(2 * n + 16);
    }
    function spreadFound() {
      publish(found);
      found = [];
    }
    await visit(16);
    nextSlot = free;
  }

  // ------------------------------------------------------------------ clients

  /** Accepts values: gives them numbers and sends them on their way. */
  function publish(values: readonly unknown[]): void {
    for (const value of values) {
      const run: Run = [me, logOf(me).values.size, [value]];
      learn([run]);
      own.push(run);
    }
    if (hold === 0) sendOwn();
    else awaitTurn();
  }

  node.onInit(() => {
    self = node.ids.indexOf(node.id);
    me = `${node.id}.${Math.floor(node.random() * 2 ** 48).toString(36)}`;
    if (interval <= 0) tree = self;
    if (isDurable) node.holdRequests(recover());
    if (node.peers.length === 0) return;
    node.after(MIN_GOSSIP * (1 + node.random()), gossip);
    node.every(TICK, () => {
      // The last batch may be lost, and no other follows to show it.
      quietTicks++;
      const isQuiet = quietTicks > round && quietTicks <= round + 3;
      if (interval > 0 && isQuiet) spread(self, []);
      if (ticks++ % round > 0) return;
      for (const log of logs.values()) {
        log.settled = log.recent;
        log.recent = log.known;
      }
    });
  });

  node.serve("broadcast", {
    topology: () => ({ type: "topology_ok" }),
    read: () => ({ type: "read_ok", messages: [...messages.values()] }),
    broadcast: ({ message }) => {
      const accepted = { type: "broadcast_ok" } as const;
      if (isDurable) return store(message).then(() => accepted);
      publish([message]);
      return accepted;
    },
  });
}

if (import.meta.main) await run(broadcast);
