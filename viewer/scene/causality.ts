/**
 * What happened before, and what may have followed (Lamport, "Time, Clocks, and
 * the Ordering of Events in a Distributed System", 1978).
 *
 * An event of a lane comes before all later ones of the same life, and a
 * message's sending comes before its arrival. A node that is killed forgets.
 *
 * @module
 */
import { ARRIVED, type Messages } from "../run/document.ts";
import { Traffic } from "./traffic.ts";

/** A place in the picture: somebody, at some time. */
export interface Moment {
  readonly lane: number;
  readonly time: number;
}

/** What is connected with something; all else is dimmed. */
export interface Lit {
  /** 1 for each message that is. */
  readonly messages: Uint8Array;
  /** For each lane from when until when it is; empty: never. */
  readonly lanes: readonly (readonly Span[])[];
}

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What the messages and lanes are. */
export interface Events {
  readonly messages: Messages;
  /** For each message the lane; -1 if it has none. */
  readonly from: Int16Array;
  readonly to: Int16Array;
  /** For each lane when it forgot all, in order. */
  readonly deaths: readonly (readonly number[])[];
  readonly duration: number;
}

/** All that may have followed from a moment, itself included. */
export function future(events: Events, { lane, time }: Moment): Lit {
  const { messages: { count, sent, ended, fate }, from, to } = events;
  const lives = new Lives(events);
  const found = new Uint8Array(count);
  lives.reachFrom(lane, time);
  // In the order of sending, an arrival is known before what it leads to.
  for (let i = 0; i < count; i++) {
    if (from[i] < 0 || !lives.isReached(from[i], sent[i])) continue;
    found[i] = 1;
    if (fate[i] === ARRIVED && to[i] >= 0) lives.reachFrom(to[i], ended[i]);
  }
  return { messages: found, lanes: lives.spans() };
}

/** All that may have led to a moment, itself included. */
export function past(events: Events, { lane, time }: Moment): Lit {
  const { messages: { count, sent, ended, fate }, from, to } = events;
  const lives = new Lives(events);
  const found = new Uint8Array(count);
  lives.reachUntil(lane, time);
  const arrivals = Array.from({ length: count }, (_, i) => i)
    .filter((i) => fate[i] === ARRIVED && to[i] >= 0)
    .sort((a, b) => ended[b] - ended[a] || b - a);
  for (const i of arrivals) {
    if (!lives.isReached(to[i], ended[i])) continue;
    found[i] = 1;
    if (from[i] >= 0) lives.reachUntil(from[i], sent[i]);
  }
  return { messages: found, lanes: lives.spans() };
}

/** What led to one moment, and what may have followed from another. */
export function cone(events: Events, start: Moment, end: Moment): Lit {
  const [before, after] = [past(events, start), future(events, end)];
  return {
    messages: before.messages.map((it, i) => it | after.messages[i]),
    lanes: before.lanes.map((spans, lane) => [...spans, ...after.lanes[lane]]),
  };
}

/** What is reached of each life of each lane. */
export class Lives {
  readonly #deaths: Events["deaths"];
  readonly #duration: number;
  readonly #reached: (Span | undefined)[][];

  constructor({ deaths, duration }: Events) {
    this.#deaths = deaths;
    this.#duration = duration;
    this.#reached = deaths.map((own) => own.map(() => undefined));
  }

  #life(lane: number, time: number): number {
    const later = this.#deaths[lane].findIndex((death) => death > time);
    return later === -1 ? this.#deaths[lane].length : later;
  }

  reachFrom(lane: number, time: number): void {
    const life = this.#life(lane, time);
    const before = this.#reached[lane][life];
    const end = this.#deaths[lane][life] ?? Math.max(time, this.#duration);
    const start = Math.min(time, before?.start ?? Infinity);
    this.#reached[lane][life] = { start, end };
  }

  reachUntil(lane: number, time: number): void {
    const life = this.#life(lane, time);
    const before = this.#reached[lane][life];
    const start = life === 0 ? 0 : this.#deaths[lane][life - 1];
    const end = Math.max(time, before?.end ?? -Infinity);
    this.#reached[lane][life] = { start, end };
  }

  isReached(lane: number, time: number): boolean {
    const span = this.#reached[lane][this.#life(lane, time)];
    return span !== undefined && span.start <= time && time <= span.end;
  }

  spans(): Span[][] {
    return this.#reached.map((own) => own.filter((it) => it !== undefined));
  }
}

/** The last message that somebody had received before sending this one. */
export const causeOf = (events: Events, message: number): number | undefined =>
  Traffic.of(events).receivedBefore(message, 1)[0];

/** The messages that somebody sent upon this one, before receiving another. */
export function effectsOf(events: Events, message: number): number[] {
  const { messages: { sent, ended, fate }, to } = events;
  const lane = to[message];
  if (fate[message] !== ARRIVED || lane < 0) return [];
  const traffic = Traffic.of(events);
  const all = traffic.sentBy(lane);
  const effects: number[] = [];
  for (let i = traffic.firstSent(lane, ended[message]); i < all.length; i++) {
    if (causeOf(events, all[i]) === message) effects.push(all[i]);
    else if (sent[all[i]] > ended[message]) break;
  }
  return effects;
}
