#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/**
 * Transactions on lists and registers, on every rung of the ladder of
 * consistency (`--consistency MODEL`; https://jepsen.io/consistency).
 *
 * | model                 | what happens to a transaction                      |
 * | --------------------- | -------------------------------------------------- |
 * | strict-serializable   | it is carried out at its place in a log of all     |
 * | serializable          | so if it writes; else here, on the node's own copy |
 * | snapshot-isolation    | here, unless others wrote the same in the meantime |
 * | causal                | here; its writes go to others after their causes   |
 * | monotonic-atomic-view | ... together, in any order                         |
 * | read-committed        | ... each key's last write by itself                |
 * | read-uncommitted      | ... each write by itself                           |
 *
 * Promises: the upper three keep their model, and what is acknowledged, under
 * all faults, kill of all nodes included; they wait for lin-kv. The lower four
 * answer at once, whoever is cut off, and live in memory: no kill. Lists need an
 * order of appends, see below; causal ones take part in the log.
 */
import {
  array,
  canonicalJson,
  either,
  integer,
  json,
  literal,
  message,
  natural,
  type Node,
  record,
  run,
  StateMachine,
  string,
  tuple,
} from "../lib/maelstrom.ts";

/** `["r", key, null]`, `["append", key, element]` or `["w", key, value]`. */
type Op = [f: "r" | "append" | "w", key: unknown, value: unknown];

const f = either(literal("r"), either(literal("append"), literal("w")));
const ops = array(tuple<Op>(f, json, json));
const txn = message("txn", { txn: ops }, { txn: ops });

const nameOf = ([, key]: Op) => canonicalJson(key);
const isWrite = ([f]: Op) => f !== "r";
const isAppend = ([f]: Op) => f === "append";

/** What reads show, registers and lists, by the names of their keys. */
type State = Map<string, unknown>;

/** A new list, for answers may show the old one. */
const extended = (list: unknown, element: unknown): unknown[] =>
  Array.isArray(list) ? [...list, element] : [element];

/** Runs a transaction alone: what it reads, and what it leaves. */
function execute(txn: readonly Op[], state: State, seesAppends = true) {
  const own: State = new Map();
  const result = txn.map((op): Op => {
    const [f, key, value] = op;
    const name = nameOf(op);
    const shown = (own.has(name) ? own : state).get(name) ?? null;
    if (f === "r") return [f, key, shown];
    if (f === "w") own.set(name, value);
    else if (seesAppends) own.set(name, extended(shown, value));
    return op;
  });
  return { result, own };
}

// ----------------------------------------------------- with a log of them all

/** A transaction, and the state that it was answered from, or null. */
type Command = [snapshot: number | null, txn: Op[]];

/** The upper rungs: every node carries out one log of transactions. */
function inOrder(node: Node, interval: number, state: State) {
  /** How many transactions the log has had, and when keys were written. */
  let position = 0;
  const written = new Map<string, number>();

  const log = new StateMachine(node, "txn", {
    command: tuple<Command>(either(integer, literal(null)), ops),
    interval,
    patience: 0,
    apply([snapshot, txn]: Command) {
      position++;
      const { result, own } = execute(txn, state);
      let isConflict = snapshot === null;
      for (const [name, value] of own) {
        isConflict ||= (written.get(name) ?? 0) > (snapshot ?? 0);
        written.set(name, position);
        state.set(name, value);
      }
      return { result, isConflict };
    },
  });

  /** Its place in the log is between its request and its answer. */
  const strictly = async (txn: Op[]) => (await log.submit([null, txn])).result;

  /**
   * First committer wins (Berenson et al., "A Critique of ANSI SQL Isolation
   * Levels", 1995); who has lost runs at its place in the log, a newer snapshot.
   */
  async function onSnapshot(txn: Op[]): Promise<Op[]> {
    const early = execute(txn, state).result;
    if (!txn.some(isWrite)) return early;
    const { result, isConflict } = await log.submit([position, txn]);
    return isConflict ? result : early;
  }

  return { strictly, onSnapshot };
}

// ------------------------------------------------------ available without one

/**
 * What others see all of or nothing of: writes of a transaction, its Lamport
 * time, and how many units of each node come before.
 */
type Unit = [time: number, after: Record<string, number>, writes: Op[]];

const units = array(tuple<Unit>(integer, record(natural), ops));
/** Units of an incarnation, and how many of it came before. */
const news = message("news", { by: string, first: natural, units }, {});
const BATCH = 1000; // units in a message, at most

type Stamp = [time: number, origin: string];
const compare = ([a, x]: Stamp, [b, y]: Stamp): number =>
  a - b || (x < y ? -1 : Number(x > y));

const isFinal = (op: Op, i: number, writes: readonly Op[]) =>
  isAppend(op) || !writes.slice(i + 1).some((it) => nameOf(it) === nameOf(op));

/** How the writes of a transaction travel. */
const unitsOf = {
  "read-uncommitted": (writes: Op[]) => writes.map((it) => [it]),
  "read-committed": (writes: Op[]) => writes.filter(isFinal).map((it) => [it]),
  "monotonic-atomic-view": (writes: Op[]) => [writes],
  "causal": (writes: Op[]) => [writes],
};

type Lower = keyof typeof unitsOf;

/** The lower rungs: the later write of a register stays, by Lamport time. */
function atOnce(node: Node, model: Lower, interval: number, state: State) {
  /** Lamport clock. */
  let time = 0;
  /** When registers were written, and by whom. */
  const stamps = new Map<string, Stamp>();
  /** How many units of each incarnation were heard of, and are visible. */
  const heard = new Map<string, number>();
  const visible = new Map<string, number>();
  /** Units that others have to come before. */
  let early: [src: string, by: string, unit: Unit][] = [];

  function run(txn: Op[]): Op[] {
    const { result } = execute(txn, state, false);
    const writes = txn.filter(isWrite);
    if (writes.length === 0) return result;
    time++; // of all units: no two transactions overwrite each other in a circle
    for (const unit of unitsOf[model](writes)) tell(unit);
    return result;
  }

  function show(src: string, by: string, [when, , writes]: Unit): void {
    time = Math.max(time, when);
    latest.set(src, when);
    visible.set(by, (visible.get(by) ?? 0) + 1);
    for (const op of writes) {
      const stamp: Stamp = [when, by];
      const last = stamps.get(nameOf(op)) ?? [0, ""];
      if (isAppend(op)) {
        unsettled.push({ stamp, op });
        newest = Math.max(newest, when);
      } else if (compare(last, stamp) <= 0) {
        stamps.set(nameOf(op), stamp);
        state.set(nameOf(op), op[2]);
      }
    }
    settle();
  }

  // -------------------------------------------------------------------- links

  let links: ((unit: Unit) => void)[] = [];

  function tell(writes: Op[]): void {
    const after = model === "causal" ? Object.fromEntries(visible) : {};
    const unit: Unit = [time, after, writes];
    show(node.id, node.incarnation, unit);
    for (const link of links) link(unit);
  }

  /** Tells a peer all units in their order, one message at a time. */
  function linkTo(peer: string): (unit: Unit) => Promise<void> {
    const untold: Unit[] = [];
    let first = 0;
    let isBusy = false;
    return async (unit) => {
      untold.push(unit);
      if (isBusy) return;
      isBusy = true;
      while (untold.length > 0) {
        const units = untold.splice(0, BATCH);
        await node.retry(peer, news({ by: node.incarnation, first, units }));
        first += units.length;
        await node.sleep(interval);
      }
      isBusy = false;
    };
  }

  node.on(news, ({ by, first, units }, { src }) => {
    const known = heard.get(by) ?? 0;
    if (first > known) visible.set(by, first); // a killed node knew of those
    const fresh = units.slice(Math.max(0, known - first));
    for (const unit of fresh) early.push([src, by, unit]);
    heard.set(by, Math.max(known, first + units.length));
    const isReady = ([, , [, after]]: typeof early[number]) =>
      Object.entries(after).every(([by, n]) => n <= (visible.get(by) ?? 0));
    for (let next; (next = early.find(isReady)) !== undefined;) {
      early = early.filter((it) => it !== next);
      show(...next);
    }
    return { type: "news_ok" };
  });

  // -------------------------------------------------------------------- lists

  /** The time of each node's last unit. */
  const latest = new Map<string, number>();
  const unsettled: { stamp: Stamp; op: Op }[] = [];
  /** The time of the last append that is known here, settled or not. */
  let newest = -1;

  /**
   * Lists show appends in the order of their stamps, from when every node has
   * said something later (Lamport, "Time, Clocks, and the Ordering of Events",
   * 1978): old while a node is cut off, never wrong; nobody sees its own at once.
   */
  function settle(): void {
    const horizon = Math.min(...node.peers.map((id) => latest.get(id) ?? 0));
    unsettled.sort((a, b) => compare(a.stamp, b.stamp));
    const end = unsettled.findIndex(({ stamp }) => stamp[0] >= horizon);
    for (const { op } of unsettled.splice(0, end < 0 ? Infinity : end)) {
      state.set(nameOf(op), extended(state.get(nameOf(op)), op[2]));
    }
  }

  node.onInit(() => {
    links = node.peers.map(linkTo);
    node.every(interval, () => {
      if ((latest.get(node.id) ?? 0) > newest) return;
      time++;
      tell([]); // so that others can show what came before
    });
  });

  return run;
}

// ----------------------------------------------------------------- the ladder

const models = [
  ...["read-uncommitted", "read-committed", "monotonic-atomic-view"] as const,
  ...["causal", "snapshot-isolation"] as const,
  ...["serializable", "strict-serializable"] as const,
];

export default function listAppend(node: Node): void {
  const model = node.choice("consistency", models, "strict-serializable");
  /** Least time between two messages to a peer, in ms. */
  const interval = node.option("interval", { default: 20, min: 1 });
  /** Least time between two slots of the log, in ms. */
  const commitInterval = node.option("commit-interval", { default: 3 });
  const state: State = new Map();
  const ordered = () => inOrder(node, commitInterval, state);
  const serve = (run: (txn: Op[]) => Op[] | Promise<Op[]>) =>
    node.on(txn, async ({ txn }) => ({ type: "txn_ok", txn: await run(txn) }));
  switch (model) {
    case "strict-serializable":
      return serve(ordered().strictly);
    case "serializable": {
      const { strictly, onSnapshot } = ordered();
      return serve((txn) => (txn.some(isWrite) ? strictly : onSnapshot)(txn));
    }
    case "snapshot-isolation":
      return serve(ordered().onSnapshot);
    case "causal": {
      // A transaction must see its own appends, and so where they are in their
      // lists; two that are cut off from each other can't both say.
      const { onSnapshot } = ordered();
      const run = atOnce(node, model, interval, state);
      return serve((txn) => (txn.some(isAppend) ? onSnapshot : run)(txn));
    }
    default:
      return serve(atOnce(node, model, interval, state));
  }
}

if (import.meta.main) await run(listAppend);
