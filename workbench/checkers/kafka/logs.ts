/**
 * A history of sends and polls as the kafka checker wants it: keys, messages
 * and operations as small integers, what was polled in flat lists. Time and
 * memory grow with the number of messages, never with their offsets: a log is
 * a sorted list of the offsets that are known to be in use.
 *
 * @module
 */

import { countLeading } from "../count_leading.ts";
import { type History, NEMESIS, type Op } from "../../load/history.ts";
import { compare, type Integer } from "../../integers.ts";
import { stringifyJson } from "../../json.ts";
import { IntList } from "../dependencies/graph.ts";
import { Status, UncheckableError } from "../anomalies.ts";
import { shorten } from "../words.ts";

/** In place of the number of a message, operation or entry: there is none. */
export const NONE = -1;

/** What a client asked for, and how it ended. */
export interface Call {
  readonly invocation: Op;
  /** The completion; the invocation if there is none. */
  op: Op;
  /** One of {@linkcode Status}; `info` if the run ended before the call. */
  status: number;
  /** Its runs are `firstRun` .. `endRun`. */
  firstRun: number;
  endRun: number;
}

/** Calls that say something about messages. */
export const touchesMessages = (f: string): boolean =>
  f === "send" || f === "poll" || f === "txn";

/** Calls that change what a client polls. */
export const assigns = (f: string): boolean =>
  f === "assign" || f === "subscribe";

/** Whether an assignment begins anew; Jepsen's name for it has a `?`. */
export const seeksToBeginning = (op: Op): boolean =>
  op.seek_to_beginning === true || op["seek-to-beginning?"] === true;

/**
 * Whether a call's partitions changed while it ran, as Kafka's consumers tell:
 * then what it polled of them need not be in one piece.
 */
export function wasRebalanced({ op }: Call, key: string): boolean {
  const log = op["rebalance-log"];
  return Array.isArray(log) &&
    log.some((it: unknown) =>
      typeof it === "object" && it !== null && "keys" in it &&
      Array.isArray(it.keys) && it.keys.some((name) => `${name}` === key)
    );
}

type Pair = readonly [offset: Integer | null, message: unknown];

/**
 * The logs behind a history.
 *
 * A *message* is a value of one key; messages of all keys are numbered
 * together, as are *entries*, the places in a log where a message is known to
 * stand. In a sound log there is one entry for each message. A *run* is what
 * one micro-operation did to one key: one message sent, or some polled.
 */
export class Logs {
  /** In the order of their invocation. */
  readonly calls: Call[] = [];
  /** The history's events in order: call `c` began, or `~c` ended. */
  readonly events = new IntList();

  readonly keys: string[] = [];
  readonly #keyNumbers = new Map<string, number>();
  readonly #messageNumbers: MessageNumbers[] = [];

  // By message.
  readonly keyOf = new IntList();
  readonly values: unknown[] = [];
  /** The call that sent it. */
  readonly writer: number[] = [];
  /** The first `ok` call that polled it. */
  readonly reader: number[] = [];
  /** Its first entry. */
  readonly #entryOf: number[] = [];
  /** All entries of messages that have several, by offset. */
  readonly moved = new Map<number, Map<Integer, number>>();

  // By entry.
  readonly messageAt = new IntList();
  readonly offsetAt: Integer[] = [];
  /** Its place in its log, from 0, without gaps. */
  #rankAt = new Int32Array(0);

  // By run.
  readonly runCall = new IntList();
  readonly runKey = new IntList();
  readonly runIsSend = new IntList();
  /** The messages of run `r` are at `runStart[r]` .. `runStart[r+1]`. */
  readonly runStart = new IntList();
  readonly messages = new IntList();
  /** Beside `messages`; NaN if unknown. */
  readonly offsets: Integer[] = [];
  /** By run: the highest offset, -Infinity if there is none. */
  readonly runEnd: Integer[] = [];

  /** Ranks of the first and the last entry of messages that have several. */
  readonly #ends = new Map<number, readonly [first: number, last: number]>();
  /** Entries by key, then offset. */
  #log = new Int32Array(0);
  #logStart = new Int32Array(0);

  /** @throws {UncheckableError} if the history is not one of sends and polls */
  constructor(history: History) {
    this.runStart.push(0);
    this.#readCalls(history);
    this.#noteOffsets();
    this.#sortLogs();
  }

  // ---- reading

  #readCalls(history: History): void {
    const open = new Map<Op["process"], number>();
    for (const op of history) {
      const { process, type, f } = op;
      if (process === NEMESIS) continue;
      if (!touchesMessages(f) && !assigns(f)) continue;
      let c = open.get(process);
      if (type === "invoke" || c === undefined) {
        c = this.calls.push({
          invocation: op,
          op,
          status: Status.info,
          firstRun: 0,
          endRun: 0,
        }) - 1;
        open.set(process, c);
        this.events.push(c);
      }
      if (type === "invoke") continue;
      const call = this.calls[c];
      call.op = op;
      call.status = Status[type];
      open.delete(process);
      this.events.push(~c);
      if (touchesMessages(f)) this.#readRuns(c, call);
    }
    for (const c of open.values()) {
      const call = this.calls[c];
      if (touchesMessages(call.op.f)) this.#readRuns(c, call);
    }
  }

  #readRuns(c: number, call: Call): void {
    const { op, status } = call;
    const value = op.value ?? call.invocation.value;
    call.firstRun = this.runKey.length;
    if (!Array.isArray(value)) throw malformed(op);
    for (const mop of value) {
      if (!Array.isArray(mop)) throw malformed(op);
      if (mop[0] === "send") {
        const key = this.#keyNumber(`${mop[1]}`);
        // Some clients are told no offset, and show the message alone.
        const [offset, value]: Pair = isPair(mop[2]) ? mop[2] : [null, mop[2]];
        const m = this.#messageNumber(key, value);
        this.writer[m] = c;
        this.#push(m, offset ?? NaN);
        this.#endRun(c, key, 1);
      } else if (mop[0] === "poll") {
        if (typeof mop[1] !== "object" || mop[1] === null) continue;
        for (const name in mop[1]) {
          const key = this.#keyNumber(name);
          const pairs: unknown = mop[1][name] ?? [];
          if (!Array.isArray(pairs)) throw malformed(op);
          for (const pair of pairs) {
            if (!isPair(pair)) throw malformed(op);
            const m = this.#messageNumber(key, pair[1]);
            if (status === Status.ok && this.reader[m] === NONE) {
              this.reader[m] = c;
            }
            this.#push(m, pair[0] ?? NaN);
          }
          this.#endRun(c, key, 0);
        }
      } else throw malformed(op);
    }
    call.endRun = this.runKey.length;
  }

  #push(message: number, offset: Integer): void {
    this.messages.push(message);
    this.offsets.push(offset);
  }

  #endRun(call: number, key: number, isSend: number): void {
    this.runCall.push(call);
    this.runKey.push(key);
    this.runIsSend.push(isSend);
    let end: Integer = -Infinity;
    const first = this.runStart.at(this.runStart.length - 1);
    for (let i = first; i < this.messages.length; i++) {
      if (this.offsets[i] > end) end = this.offsets[i];
    }
    this.runEnd.push(end);
    this.runStart.push(this.messages.length);
  }

  #keyNumber(name: string): number {
    let key = this.#keyNumbers.get(name);
    if (key === undefined) {
      key = this.keys.push(name) - 1;
      this.#keyNumbers.set(name, key);
      this.#messageNumbers.push(new MessageNumbers());
    }
    return key;
  }

  /** The number of a key by its name, if there is a message of it. */
  find(key: string): number {
    return this.#keyNumbers.get(key) ?? NONE;
  }

  #messageNumber(key: number, value: unknown): number {
    const numbers = this.#messageNumbers[key];
    let message = numbers.get(value);
    if (message === undefined) {
      message = this.values.push(value) - 1;
      numbers.set(value, message);
      this.keyOf.push(key);
      this.writer.push(NONE);
      this.reader.push(NONE);
      this.#entryOf.push(NONE);
    }
    return message;
  }

  /**
   * Where messages stand, as polls and acknowledged sends say. Polls count even
   * if their operation failed. A send of unknown fate counts if something that
   * the same operation sent was polled: then all of it happened.
   */
  #noteOffsets(): void {
    const { calls, messages, offsets, runIsSend, runStart } = this;
    for (const call of calls) {
      const isIn = this.mustHaveHappened(call);
      for (let r = call.firstRun; r < call.endRun; r++) {
        if (runIsSend.at(r) && !isIn) continue;
        for (let i = runStart.at(r); i < runStart.at(r + 1); i++) {
          const offset = offsets[i];
          if (!Number.isNaN(offset)) this.#note(messages.at(i), offset);
        }
      }
    }
  }

  #note(message: number, offset: Integer): void {
    const first = this.#entryOf[message];
    if (first === NONE) {
      this.#entryOf[message] = this.#newEntry(message, offset);
    } else if (this.offsetAt[first] !== offset) {
      this.moved.getOrInsertComputed(
        message,
        () => new Map([[this.offsetAt[first], first]]),
      ).getOrInsertComputed(offset, () => this.#newEntry(message, offset));
    }
  }

  #newEntry(message: number, offset: Integer): number {
    this.messageAt.push(message);
    return this.offsetAt.push(offset) - 1;
  }

  #sortLogs(): void {
    const { messageAt, keyOf, offsetAt } = this;
    const count = messageAt.length;
    const start = new Int32Array(this.keys.length + 1);
    for (let e = 0; e < count; e++) start[keyOf.at(messageAt.at(e)) + 1]++;
    for (let k = 0; k < this.keys.length; k++) start[k + 1] += start[k];
    const next = start.slice();
    const log = new Int32Array(count);
    for (let e = 0; e < count; e++) log[next[keyOf.at(messageAt.at(e))]++] = e;
    const rank = new Int32Array(count);
    for (let k = 0; k < this.keys.length; k++) {
      let isSorted = true;
      for (let i = start[k] + 1; i < start[k + 1]; i++) {
        isSorted &&= offsetAt[log[i - 1]] <= offsetAt[log[i]];
      }
      if (!isSorted) {
        log.subarray(start[k], start[k + 1])
          .sort((a, b) => compare(offsetAt[a], offsetAt[b]));
      }
      let r = NONE;
      for (let i = start[k]; i < start[k + 1]; i++) {
        const isNext = i === start[k] ||
          offsetAt[log[i]] !== offsetAt[log[i - 1]];
        if (isNext) r++;
        rank[log[i]] = r;
      }
    }
    this.#log = log;
    this.#logStart = start;
    this.#rankAt = rank;
    for (const [message, entries] of this.moved) {
      let [first, last] = [Infinity, NONE];
      for (const e of entries.values()) {
        first = Math.min(first, rank[e]);
        last = Math.max(last, rank[e]);
      }
      this.#ends.set(message, [first, last]);
    }
  }

  // ---- questions

  /** The entries of a key, sorted by offset. */
  log(key: number): Int32Array {
    return this.#log.subarray(this.#logStart[key], this.#logStart[key + 1]);
  }

  /** Place of the first entry of a log whose offset is not below this one. */
  placeOf(key: number, offset: Integer): number {
    const log = this.log(key);
    return countLeading(log.length, (i) => this.offsetAt[log[i]] < offset);
  }

  /** All entries of a message. */
  entriesOf(message: number): Iterable<number> {
    const moved = this.moved.get(message);
    if (moved !== undefined) return moved.values();
    const entry = this.#entryOf[message];
    return entry === NONE ? [] : [entry];
  }

  /** The entry of a message: at this offset, if it stands at several. */
  entryOf(message: number, offset: Integer): number {
    return this.moved.get(message)?.get(offset) ?? this.#entryOf[message];
  }

  /** The call that sent or polled what is at place `i` of `messages`. */
  callAt(i: number): Call {
    const { runCall, runStart } = this;
    const run = countLeading(runCall.length, (r) => runStart.at(r + 1) <= i);
    return this.calls[runCall.at(run)];
  }

  rankAt(entry: number): number {
    return this.#rankAt[entry];
  }

  /** The rank of the first entry of a message that has one. */
  firstRank(message: number): number {
    return this.#ends.get(message)?.[0] ?? this.#rankAt[this.#entryOf[message]];
  }

  /** The rank of the last entry of a message that has one. */
  lastRank(message: number): number {
    return this.#ends.get(message)?.[1] ?? this.#rankAt[this.#entryOf[message]];
  }

  /** It ended well, or else something that it sent was polled. */
  mustHaveHappened({ status, firstRun, endRun }: Call): boolean {
    if (status === Status.ok) return true;
    if (status === Status.fail) return false;
    for (let r = firstRun; r < endRun; r++) {
      const isPolled = this.runIsSend.at(r) &&
        this.reader[this.messages.at(this.runStart.at(r))] !== NONE;
      if (isPolled) return true;
    }
    return false;
  }
}

/** Numbers for a key's messages: any JSON, but most often 1, 2, 3, ... */
class MessageNumbers {
  readonly #ofIntegers: number[] = [];
  #ofOthers: Map<unknown, number> | undefined;

  get(value: unknown): number | undefined {
    const number = typeof value === "number"
      ? this.#ofIntegers[value]
      : undefined;
    return number !== undefined && number !== NONE
      ? number
      : this.#ofOthers?.get(nameOf(value));
  }

  set(value: unknown, number: number): void {
    const { length } = this.#ofIntegers;
    const isNext = typeof value === "number" && Number.isInteger(value) &&
      value >= 0 && value <= length + 64;
    if (!isNext) {
      this.#ofOthers ??= new Map();
      this.#ofOthers.set(nameOf(value), number);
      return;
    }
    for (let i = length; i < value; i++) this.#ofIntegers.push(NONE);
    this.#ofIntegers[value] = number;
  }
}

/** What is the same for equal values only. */
function nameOf(value: unknown): unknown {
  return typeof value === "object" && value !== null
    ? `\u0000${stringifyJson(value)}`
    : value;
}

function isPair(value: unknown): value is Pair {
  return Array.isArray(value) && value.length === 2 &&
    (typeof value[0] === "number" || typeof value[0] === "bigint" ||
      value[0] === null);
}

function malformed(op: Op): UncheckableError {
  return new UncheckableError(
    `op ${op.index} is no list of ["send", key, [offset, message]] and ` +
      `["poll", {key: [[offset, message], ...]}]: ` +
      shorten(stringifyJson(op.value)),
  );
}
