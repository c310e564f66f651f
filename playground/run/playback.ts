/**
 * Plays a run: a moment that moves over it, and what there is to see of the
 * cluster at a moment.
 *
 * @module
 */
import {
  ARRIVED,
  type Fault,
  LOST,
  type Messages,
  type RunDocument,
  UNDER_WAY,
} from "../../viewer/run/document.ts";
import { isClient } from "../../viewer/run/recording.ts";

/** Virtual ms for each ms of whoever watches. */
export const speeds: readonly number[] = [
  ...[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20],
];

/** So long a message is to be seen under way, in ms of whoever watches. */
const FLIGHT = 800;

/** A speed at which messages can be followed. */
export function speedFor(run: RunDocument): number {
  const flight = flightOf(run.messages);
  // Without latency there is nothing to follow but what happens after what.
  const wanted = flight > 0 ? flight / FLIGHT : 0.2;
  return speeds.findLast((it) => it <= wanted * 1.01) ?? speeds[0];
}

/** How long messages between servers take, in the median, in ms. */
export function flightOf(messages: Messages | undefined): number {
  if (messages === undefined) return 0;
  const { count, names, from, to, sent, ended, fate } = messages;
  const server = names.map((name) => !isClient(name));
  const flights: number[] = [];
  // A thousand of them will do.
  const every = Math.ceil(count / 5000);
  for (let i = 0; i < count; i += every) {
    if (fate[i] === ARRIVED && server[from[i]] && server[to[i]]) {
      flights.push(ended[i] - sent[i]);
    }
  }
  return flights.toSorted((a, b) => a - b)[flights.length >> 1] ?? 0;
}

/** A message on its way, as it is seen. */
export interface Flight {
  /** Position among the run's messages. */
  readonly message: number;
  /** From 0, where it was sent, to 1, where it arrives. */
  readonly share: number;
  /** Whether it gets no further than here. */
  readonly isLost: boolean;
}

/** How far those get that are lost, and those that nobody takes. */
const LOST_AT = 0.45;
const REFUSED_AT = 0.9;

/**
 * What is under way at a moment.
 *
 * @param linger so long a message is seen at least, and a cross where it ended,
 * in virtual ms: without latency none would be
 */
export function underWay(
  { count, sent, ended, fate }: Messages,
  time: number,
  linger: number,
): Flight[] {
  const found: Flight[] = [];
  const end = Math.min(count, firstAfter(sent, time));
  for (let i = 0; i < end; i++) {
    // Of what is still under way at the run's end nothing more is known.
    const last = Number.isNaN(ended[i]) ? Infinity : ended[i];
    const until = Math.max(last, sent[i] + linger);
    const arrives = fate[i] === ARRIVED || fate[i] === UNDER_WAY;
    if (until + (arrives ? 0 : linger) <= time) continue;
    const share = until === Infinity
      ? UNENDING
      : Math.min(1, (time - sent[i]) / (until - sent[i]));
    const most = arrives ? 1 : fate[i] === LOST ? LOST_AT : REFUSED_AT;
    found.push({
      message: i,
      share: Math.min(share, most),
      isLost: !arrives && share >= most,
    });
  }
  return found;
}

/** Where a message is drawn that waits for longer than the run. */
const UNENDING = 0.95;

/** Position of the first that is after a time. */
function firstAfter(times: Float64Array, time: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What a node is at a moment. */
export type NodeState = "up" | "down" | "paused";

/** What holds at a moment. */
export interface ClusterState {
  readonly nodes: ReadonlyMap<string, NodeState>;
  /** Who does not hear whom: `n1<n0` is, n1 does not hear n0. */
  readonly cut: ReadonlySet<string>;
}

export const cutKey = (to: string, from: string): string => `${to}<${from}`;

export function stateAt(run: RunDocument, time: number): ClusterState {
  const nodes = new Map<string, NodeState>(
    run.nodes.map((id) => [id, "up"]),
  );
  const cut = new Set<string>();
  for (const fault of run.faults) {
    const { kind, nodes: hit, unheard = {} } = fault;
    if (!isInForce(fault, time)) continue;
    if (kind === "kill") { for (const id of hit) nodes.set(id, "down"); }
    if (kind === "pause") {
      for (const id of hit) if (nodes.get(id) === "up") nodes.set(id, "paused");
    }
    for (const [to, sources] of Object.entries(unheard)) {
      for (const from of sources) cut.add(cutKey(to, from));
    }
  }
  return { nodes, cut };
}

const isInForce = ({ start, end = Infinity }: Fault, time: number) =>
  start <= time && time < end;

/** What a node has yet to get, and what it got and sent last. */
export interface Mail {
  /** Positions of messages that are under way to it, the next one first. */
  readonly inbox: readonly number[];
  /** The last ones that it got or sent, the latest first. */
  readonly last: readonly { readonly message: number; readonly at: number }[];
}

export function mailOf(
  messages: Messages,
  node: string,
  time: number,
  most: number,
): Mail {
  const { names, from, to, sent, ended, fate } = messages;
  const id = names.indexOf(node);
  const inbox: number[] = [];
  const last: { message: number; at: number }[] = [];
  const end = firstAfter(sent, time);
  for (let i = 0; i < end; i++) {
    if (to[i] === id) {
      if (!(ended[i] <= time)) inbox.push(i);
      else if (fate[i] === ARRIVED) last.push({ message: i, at: ended[i] });
    }
    if (from[i] === id) last.push({ message: i, at: sent[i] });
  }
  return {
    inbox: inbox.toSorted((a, b) => ended[a] - ended[b]),
    last: last.toSorted((a, b) => b.at - a.at).slice(0, most),
  };
}

/** Figures of what has happened by a moment. */
export interface FiguresSoFar {
  readonly operations: number;
  readonly done: number;
  /** Messages between servers for each operation. */
  readonly msgsPerOp: number | undefined;
  /** Of operations that ended ok, in ms. */
  readonly median: number | undefined;
  readonly p99: number | undefined;
  readonly max: number | undefined;
  /** What is known to be wrong by then: positions in the run's findings. */
  readonly findings: readonly number[];
}

export function figuresAt(run: RunDocument, time: number): FiguresSoFar {
  const begun = run.operations.filter(({ start }) => start <= time);
  const took = begun.filter(({ type, end = Infinity }) =>
    type === "ok" && end <= time
  ).map(({ start, end = start }) => end - start).sort((a, b) => a - b);
  const quantile = (q: number) =>
    took[Math.min(took.length - 1, Math.floor(q * took.length))];
  return {
    operations: begun.length,
    done: took.length,
    msgsPerOp: run.messages && begun.length > 0
      ? betweenServers(run.messages, time) / begun.length
      : undefined,
    ...{ median: quantile(0.5), p99: quantile(0.99), max: took.at(-1) },
    findings: run.findings.flatMap(({ operations }, i) =>
      knownAt(run, operations) <= time ? [i] : []
    ),
  };
}

function betweenServers(messages: Messages, time: number): number {
  const { names, from, to, sent, sampling } = messages;
  const server = names.map((name) => !isClient(name));
  const end = firstAfter(sent, time);
  let count = 0;
  for (let i = 0; i < end; i++) {
    if (server[from[i]] && server[to[i]]) count++;
  }
  return count * sampling;
}

/** When the last of what shows a finding has happened. */
const knownAt = (run: RunDocument, operations: readonly number[]): number =>
  operations.length === 0 ? run.duration : Math.max(
    ...operations.map((at) => run.operations[at].end ?? run.duration),
  );

/** All moments at which something happens, in order, each once. */
export function momentsOf(run: RunDocument): Float64Array {
  const { messages, operations, faults } = run;
  const all = [
    ...messages?.sent ?? [],
    ...messages?.ended ?? [],
    ...operations.flatMap(({ start, end = NaN }) => [start, end]),
    ...faults.flatMap(({ start, end = NaN }) => [start, end]),
  ].filter((it) => !Number.isNaN(it));
  return Float64Array.from(new Set(all)).sort();
}

/** The next or last moment from a time on. */
export function step(
  moments: Float64Array,
  time: number,
  direction: -1 | 1,
): number {
  if (direction === 1) return moments[firstAfter(moments, time)] ?? time;
  let at = firstAfter(moments, time) - 1;
  while (at >= 0 && moments[at] >= time) at--;
  return moments[at] ?? 0;
}
