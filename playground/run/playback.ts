/**
 * Plays a run: how fast, from which moment to which, and what it has come to by
 * a moment.
 *
 * @module
 */
import { type Messages, type RunDocument } from "../../viewer/run/document.ts";
import { isClient } from "../../viewer/run/recording.ts";
import { lowerBound } from "../../viewer/scene/spans.ts";
import { flightOf } from "./flights.ts";

/** Virtual ms for each ms of whoever watches. */
export const speeds: readonly number[] = [
  ...[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20],
];

/** So long a message is to be seen under way, in ms of whoever watches. */
const FLIGHT = 800;
/** Nobody watches a run for longer, in ms. */
const LONGEST = 150_000;

/** A speed at which messages can be followed, and the run comes to an end. */
export function speedFor(run: RunDocument): number {
  const flight = flightOf(run.messages);
  // Without latency there is nothing to follow but what happens after what.
  const wanted = flight > 0
    ? Math.max(flight / FLIGHT, run.duration / LONGEST)
    : 0.2;
  return speeds.findLast((it) => it <= wanted * 1.01) ?? speeds[0];
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
  const end = lowerBound(sent, time, true);
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

/** What is nearer together than this is one moment, in ms. */
const NEAR = 1e-3;

/**
 * All moments at which something happens, in order. Histories and journals round
 * their times differently: what is together happens at the latest of its times.
 */
export function momentsOf({ messages, ...run }: RunDocument): Float64Array {
  const others = [...run.operations, ...run.faults].flatMap((
    { start, end = NaN },
  ) => [start, end]);
  const { sent, ended, duplicates } = messages ?? nothing;
  const all = new Float64Array(
    sent.length + ended.length + duplicates.length + others.length,
  );
  all.set(sent);
  all.set(ended, sent.length);
  all.set(duplicates.map(({ at }) => at), 2 * sent.length);
  all.set(others, 2 * sent.length + duplicates.length);
  // What has no end is NaN, which is sorted behind all others.
  all.sort();
  let [count, first] = [0, -Infinity];
  for (const at of all) {
    if (Number.isNaN(at)) break;
    if (at - first > NEAR) [count, first] = [count + 1, at];
    all[count - 1] = at;
  }
  return all.slice(0, count);
}

const none = new Float64Array();
const nothing: Pick<Messages, "sent" | "ended" | "duplicates"> = {
  ...{ sent: none, ended: none, duplicates: [] },
};

/**
 * When something is done by who sees what there is at a time: after all of that
 * has happened, so that it stays as it was. In whole µs.
 */
export const justAfter = (time: number): number =>
  (Math.floor(time * 1000) + 1) / 1000;

/** The next or last moment from a time on. */
export function step(
  moments: Float64Array,
  time: number,
  direction: -1 | 1,
): number {
  return direction === 1
    ? moments[lowerBound(moments, time, true)] ?? time
    : moments[lowerBound(moments, time) - 1] ?? 0;
}
