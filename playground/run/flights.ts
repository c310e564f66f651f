/**
 * The messages that are under way at a moment, found among all of a run fast
 * enough to be drawn with each of the screen's frames.
 *
 * @module
 */
import {
  ARRIVED,
  CUT_OFF,
  LOST,
  type Messages,
  UNDELIVERED,
  UNDER_WAY,
} from "../../viewer/run/document.ts";
import { isClient } from "../../viewer/run/recording.ts";
import { Spans } from "../../viewer/scene/spans.ts";

/** A message on its way, as it is seen. */
export interface Flight {
  /** Position among the run's messages. */
  readonly message: number;
  /** From 0, where it was sent, to 1, where it arrives. */
  readonly share: number;
  /** Whether it gets no further than here. */
  readonly isLost: boolean;
  /** Whether it is there, and its receiver does not take it: it is down, say. */
  readonly isWaiting: boolean;
}

/** How far those get that the network loses, and those that nobody takes. */
const [LOST_AT, WAITS_AT] = [0.45, 0.92];
/** Who takes so many times as long as others waits for most of it. */
const LONG = 8;

/** Of more than so many messages, some tell how long they all take. */
const SAMPLE = 5000;

/** How long messages between servers take, in the median, in ms. */
export function flightOf(messages: Messages | undefined): number {
  if (messages === undefined) return 0;
  const { count, names, from, to, sent, ended, fate } = messages;
  const server = names.map((name) => !isClient(name));
  const flights: number[] = [];
  const every = Math.ceil(count / SAMPLE);
  for (let i = 0; i < count; i += every) {
    if (fate[i] === ARRIVED && server[from[i]] && server[to[i]]) {
      flights.push(ended[i] - sent[i]);
    }
  }
  return flights.toSorted((a, b) => a - b)[flights.length >> 1] ?? 0;
}

export class Flights {
  static readonly #known = new WeakMap<Messages, Flights>();

  /** Of the same messages always the same. */
  static of(messages: Messages): Flights {
    return Flights.#known.getOrInsertComputed(
      messages,
      () => new Flights(messages),
    );
  }

  readonly #messages: Messages;
  /** When each is no longer under way; Infinity if the run ends before. */
  readonly #ends: Float64Array;
  readonly #spans: Spans;
  /** Further arrivals, by when they were sent. */
  readonly #copies: Messages["duplicates"];
  readonly #copySpans: Spans;
  /** How long one takes of which nothing else is known, in ms. */
  readonly #usual: number;

  private constructor(messages: Messages) {
    const { sent, ended, duplicates } = messages;
    this.#messages = messages;
    this.#ends = ended.map((at) => Number.isNaN(at) ? Infinity : at);
    this.#spans = new Spans(sent, this.#ends);
    this.#copies = duplicates.toSorted((a, b) => a.message - b.message);
    this.#copySpans = new Spans(
      Float64Array.from(this.#copies, ({ message }) => sent[message]),
      Float64Array.from(this.#copies, ({ at }) => at),
    );
    this.#usual = Math.max(flightOf(messages), 1);
  }

  /**
   * What is seen under way at a moment, and where what is lost has just ended.
   *
   * @param linger so long, in virtual ms, a message is seen at least, and the
   * place where one was lost: without latency there would be nothing to see
   */
  at(time: number, linger: number): Flight[] {
    const { sent, fate } = this.#messages;
    const found: Flight[] = [];
    const usual = this.#usual;
    const see = (message: number, end: number, isLost: boolean) => {
      const begin = sent[message];
      const until = Math.max(end, begin + linger);
      if (begin > time || until + (isLost ? linger : 0) <= time) return;
      // It does not take so long to fly: it waits for its receiver.
      const waits = end - begin > LONG * usual;
      const flies = waits ? usual : until - begin;
      const progress = Math.min(1, (time - begin) / flies);
      const most = !isLost
        ? waits ? WAITS_AT : 1
        : fate[message] === LOST || fate[message] === CUT_OFF
        ? LOST_AT
        : fate[message] === UNDELIVERED
        ? WAITS_AT
        // It had not come further, if it was as fast as others.
        : Math.min(WAITS_AT, Math.max(0.1, (end - begin) / usual));
      found.push({
        message,
        share: progress * most,
        isLost: isLost && time >= until,
        isWaiting: waits && progress === 1 && !(isLost && time >= until),
      });
    };
    const view = { start: time - 2 * linger, end: time };
    this.#spans.visit(view, (i) => {
      const arrives = fate[i] === ARRIVED || fate[i] === UNDER_WAY;
      see(i, this.#ends[i], !arrives);
    });
    this.#copySpans.visit(view, (i) => {
      const { message, at } = this.#copies[i];
      see(message, at, false);
    });
    return found;
  }

  /** Whether a message, or a copy of it, is under way at a moment. */
  isUnderWay(message: number, time: number): boolean {
    return this.#messages.sent[message] <= time &&
      (this.#ends[message] > time ||
        this.#copies.some((it) => it.message === message && it.at > time));
  }

  /**
   * What somebody has yet to get, the next one first: under way to it, or waiting
   * until it runs again.
   */
  to(name: string, time: number): number[] {
    const { names, to } = this.#messages;
    const id = names.indexOf(name);
    const found: number[] = [];
    this.#spans.visit({ start: time, end: time }, (i) => {
      if (to[i] === id && this.#ends[i] > time) found.push(i);
    });
    return found.toSorted((a, b) => this.#ends[a] - this.#ends[b] || a - b);
  }
}
