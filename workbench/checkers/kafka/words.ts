/**
 * Words for what happened to messages, so that someone who sees a failure need
 * not look it up in the history.
 *
 * @module
 */

import { type Op, who } from "../../load/history.ts";
import { type Integer } from "../../integers.ts";
import { stringifyJson } from "../../json.ts";
import { type FaultPeriod, meanwhile } from "../faults.ts";
import { Status } from "../anomalies.ts";
import { seconds, shorten } from "../words.ts";
import { countLeading } from "../count_leading.ts";
import { type Logs, NONE } from "./logs.ts";

/** How many places of a log are shown on either side of the one at issue. */
const AROUND = 2;
/** How many entries an excerpt has at most. */
const MOST_LINES = 12;

export class Teller {
  constructor(
    private readonly logs: Logs,
    private readonly faults: readonly FaultPeriod[],
  ) {}

  /** The faults between some operations, as a sentence with a blank before. */
  meanwhile(...ops: readonly Op[]): string {
    return ` ${meanwhile(this.faults, ops)}`.trimEnd();
  }

  /** Such as `process 3 (node n0) at 1.250 s, op 17`. */
  whoAndWhen(op: Op): string {
    return `${who(op)} at ${seconds(op)}, op ${op.index}`;
  }

  key(key: number): string {
    return `key ${stringifyJson(this.logs.keys[key])}`;
  }

  message(message: number): string {
    return `message ${shorten(stringifyJson(this.logs.values[message]))}`;
  }

  /** Who sent a message, and how that ended. */
  sending(message: number): string {
    const writer = this.logs.writer[message];
    if (writer === NONE) return "sent by nobody";
    const { op, status } = this.logs.calls[writer];
    const end = status === Status.ok
      ? ""
      : status === Status.fail
      ? ", which failed"
      : ", and never acknowledged";
    return `sent by ${this.whoAndWhen(op)}${end}`;
  }

  /** Who polled a message first. */
  polling(message: number): string {
    const reader = this.logs.reader[message];
    if (reader === NONE) return "never polled";
    return `first polled by ${this.whoAndWhen(this.logs.calls[reader].op)}`;
  }

  /** The first offset of a message that has one. */
  offset(message: number): Integer {
    const [entry] = this.logs.entriesOf(message);
    return this.logs.offsetAt[entry];
  }

  /** A log around some ranks, which are marked, one entry a line. */
  excerpt(key: number, ranks: readonly number[]): string {
    const { logs } = this;
    const log = logs.log(key);
    const marked = new Set(ranks);
    const near = (rank: number) =>
      ranks.some((r) => Math.abs(rank - r) <= AROUND);
    const lines: string[] = [];
    const from = Math.max(0, Math.min(...ranks) - AROUND);
    let hidden = false;
    // Ranks are not places if an offset holds several messages.
    const first = countLeading(log.length, (i) => logs.rankAt(log[i]) < from);
    const end = Math.max(...ranks) + AROUND;
    for (let i = first; i < log.length; i++) {
      const rank = logs.rankAt(log[i]);
      if (rank > end) break;
      if (!near(rank)) {
        if (!hidden) lines.push("    ...");
        hidden = true;
        continue;
      }
      hidden = false;
      const message = logs.messageAt.at(log[i]);
      lines.push(
        `  ${marked.has(rank) ? ">" : " "} offset ${logs.offsetAt[log[i]]}: ` +
          `${this.message(message)}, ${this.sending(message)}, ` +
          this.polling(message),
      );
      if (lines.length >= MOST_LINES) {
        lines.push("    ...");
        break;
      }
    }
    return `The log of ${this.key(key)} there:\n${lines.join("\n")}`;
  }
}

/** What each anomaly is, most telling first. */
export const meanings: Readonly<Record<string, string>> = {
  "lost-write": "a message that must be in its log was never polled, though " +
    "later ones of the same key were",
  "G1a": "a message was polled whose send had failed",
  "garbage-read": "a message was polled that nobody sent",
  "inconsistent-offsets": "one offset of a log holds different messages",
  "duplicate": "one message stands at several offsets of its log",
  "int-poll-skip": "a poll left out messages in its midst",
  "int-nonmonotonic-poll": "a poll returned messages out of order, or twice",
  "poll-skip": "a client's polls went past messages without returning them",
  "start-skip": "a client's first poll of a key went past messages that " +
    "stand where it was to begin",
  "nonmonotonic-poll": "a client's polls went back to messages that it had " +
    "been given already, or before these",
  "int-nonmonotonic-send": "messages that one operation sent stand in the " +
    "log in another order",
  "nonmonotonic-send": "messages that one client sent, one after the other, " +
    "stand in the log in another order",
  "int-send-skip": "messages of others stand between those that one " +
    "operation sent",
  "precommitted-read": "a transaction polled what it sent itself, before it " +
    "was committed",
  "G1c": "information flowed between operations in a circle",
  "G1c-realtime": "information flowed between operations in a circle, given " +
    "their real time: a message was polled before it was sent",
  "commit-skip": "a committed offset is beyond what any client committed: " +
    "a client that starts there misses messages that nobody processed",
  "lost-commit": "an acknowledged commit was unknown to a node in the end, " +
    "when all could talk to each other",
  "nonmonotonic-commit": "a node told a lower committed offset than it had " +
    "told or acknowledged before",
  "unseen": "acknowledged messages were never polled, not even at the end, " +
    "when clients polled every key from its beginning",
  "unseen-at-node": "in the end a node's polls brought nothing more for " +
    "seconds, though others had been given messages after those that it told",
  "empty-transaction-graph": "too little happened to say anything: no " +
    "operation depends on another",
  "stale-commit": "a committed offset is lower than one that was " +
    "acknowledged before: messages would be processed again",
};
