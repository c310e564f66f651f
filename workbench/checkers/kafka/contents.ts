/**
 * What logs hold that they should not, or lack.
 *
 * @module
 */

import { compare } from "../../integers.ts";
import { Anomalies, Status } from "../anomalies.ts";
import { type Call, type Logs, NONE } from "./logs.ts";
import { type Teller } from "./words.ts";

/** How many of a key's unseen messages a result names. */
const UNSEEN_SHOWN = 32;
/** How many of a duplicate's offsets. */
const PLACES_SHOWN = 8;

/** Several messages at an offset, and messages at several offsets. */
export function findConflicts(
  logs: Logs,
  teller: Teller,
  anomalies: Anomalies,
): void {
  logs.keys.forEach((name, key) => {
    const log = logs.log(key);
    for (let i = 0, end = 0; i < log.length; i = end) {
      const rank = logs.rankAt(log[i]);
      while (end < log.length && logs.rankAt(log[end]) === rank) end++;
      if (end - i < 2) continue;
      anomalies.add("inconsistent-offsets", () => {
        const offset = logs.offsetAt[log[i]];
        const messages = [...log.subarray(i, end)]
          .map((e) => logs.messageAt.at(e));
        return {
          key: name,
          offset,
          index: rank,
          values: messages.map((m) => logs.values[m]),
          explanation: `Offset ${offset} of ${teller.key(key)} is said to ` +
            `hold ${messages.map((m) => teller.message(m)).join(" and ")}.\n` +
            teller.excerpt(key, [rank]),
        };
      });
    }
  });
  for (const [m, places] of logs.moved) {
    anomalies.add("duplicate", () => {
      const key = logs.keyOf.at(m);
      const shown = [...places].sort(([a], [b]) => compare(a, b)).slice(
        0,
        PLACES_SHOWN,
      );
      return {
        key: logs.keys[key],
        value: logs.values[m],
        count: places.size,
        offsets: shown.map(([offset]) => offset),
        explanation:
          `${capital(teller.message(m))} was sent once, and stands ` +
          `at ${places.size} offsets of ${teller.key(key)}: ` +
          `${shown.map(([offset]) => offset).join(", ")}.\n` +
          teller.excerpt(key, shown.map(([, e]) => logs.rankAt(e))),
      };
    });
  }
}

/** Polls of messages that are not there: their send failed, or never was. */
export function findPhantoms(
  logs: Logs,
  teller: Teller,
  anomalies: Anomalies,
): void {
  const { calls, messages, runIsSend, runStart, writer } = logs;
  for (const { op, status, firstRun, endRun } of calls) {
    for (let r = firstRun; r < endRun; r++) {
      if (runIsSend.at(r)) continue;
      for (let i = runStart.at(r); i < runStart.at(r + 1); i++) {
        const m = messages.at(i);
        const isFailed = writer[m] !== NONE &&
          calls[writer[m]].status === Status.fail;
        if (writer[m] !== NONE && !(isFailed && status === Status.ok)) continue;
        anomalies.add(isFailed ? "G1a" : "garbage-read", () => {
          const key = logs.keyOf.at(m);
          const entry = logs.entryOf(m, logs.offsets[i]);
          return {
            key: logs.keys[key],
            value: logs.values[m],
            writer: isFailed ? calls[writer[m]].op.index : null,
            reader: op.index,
            explanation:
              `${capital(teller.message(m))} of ${teller.key(key)}, ` +
              `${teller.sending(m)}, was polled by ${teller.whoAndWhen(op)}.` +
              (entry === NONE
                ? ""
                : `\n${teller.excerpt(key, [logs.rankAt(entry)])}`),
          };
        });
      }
    }
  }
}

/** Transactions that polled what they sent themselves. */
export function findPrecommittedReads(
  logs: Logs,
  teller: Teller,
  anomalies: Anomalies,
): void {
  const { calls, messages, runIsSend, runStart, writer } = logs;
  calls.forEach(({ op, firstRun, endRun }, c) => {
    if (op.f !== "txn") return;
    for (let r = firstRun; r < endRun; r++) {
      if (runIsSend.at(r)) continue;
      for (let i = runStart.at(r); i < runStart.at(r + 1); i++) {
        const m = messages.at(i);
        if (writer[m] !== c) continue;
        anomalies.add("precommitted-read", () => ({
          key: logs.keys[logs.keyOf.at(m)],
          value: logs.values[m],
          op: op.index,
          explanation: `${capital(teller.whoAndWhen(op))}, both sent and ` +
            `polled ${teller.message(m)} of ` +
            `${teller.key(logs.keyOf.at(m))}.`,
        }));
      }
    }
  });
}

/**
 * Messages that must have happened and that nobody polled. If a later message
 * of the key was polled, they are *lost*; all acknowledged ones are *unseen*.
 *
 * One that was acknowledged only after the last poll had begun need not be in
 * any; how many of these there are is returned.
 *
 * Where a message stands at several offsets, the first is taken for how far
 * the log was polled, and the last for whether it should have been seen.
 */
export function findMissing(
  logs: Logs,
  teller: Teller,
  anomalies: Anomalies,
): number {
  const { calls, reader, writer } = logs;
  const lost = new Set<number>();
  logs.keys.forEach((name, key) => {
    const log = logs.log(key);
    let bound = NONE;
    let last = NONE;
    for (const e of log) {
      const m = logs.messageAt.at(e);
      if (reader[m] === NONE) continue;
      const first = logs.firstRank(m);
      if (first <= bound) continue;
      bound = first;
      last = m;
    }
    for (const e of log) {
      const rank = logs.rankAt(e);
      if (rank > bound) break;
      const m = logs.messageAt.at(e);
      if (reader[m] !== NONE || writer[m] === NONE) continue;
      if (logs.lastRank(m) !== rank) continue;
      if (!logs.mustHaveHappened(calls[writer[m]])) continue;
      lost.add(m);
      anomalies.add("lost-write", () => ({
        key: name,
        value: logs.values[m],
        index: rank,
        maxReadIndex: bound,
        writer: calls[writer[m]].op.index,
        maxRead: calls[reader[last]].op.index,
        explanation: `${capital(teller.message(m))} of ${teller.key(key)}, ` +
          `${teller.sending(m)}, got offset ${teller.offset(m)}. Nobody ` +
          `ever polled it, though offset ${teller.offset(last)} was polled ` +
          `by ${teller.whoAndWhen(calls[reader[last]].op)}.` +
          `${teller.meanwhile(calls[writer[m]].op, calls[reader[last]].op)}\n` +
          teller.excerpt(key, [rank]),
      }));
    }
  });

  const lastPoll = calls.findLast(polls)?.invocation.index ?? -1;
  let late = 0;
  const unseen = new Map<number, number[]>();
  reader.forEach((r, m) => {
    if (r !== NONE || writer[m] === NONE) return;
    const { status, op } = calls[writer[m]];
    if (status !== Status.ok) return;
    if (op.index > lastPoll && !lost.has(m)) {
      late++;
      return;
    }
    unseen.getOrInsertComputed(logs.keyOf.at(m), () => []).push(m);
  });
  // What is lost was explained already.
  const byKey = [...unseen].map(([key, messages]) => ({
    key,
    messages,
    first: messages.find((m) => !lost.has(m)),
  })).sort((a, b) =>
    Number(a.first === undefined) - Number(b.first === undefined)
  );
  for (const { key, messages, first } of byKey) {
    anomalies.add("unseen", () => ({
      key: logs.keys[key],
      count: messages.length,
      messages: messages.slice(0, UNSEEN_SHOWN).map((m) => logs.values[m]),
      explanation: `${messages.length} of ${teller.key(key)}` +
        (first === undefined
          ? ", all of them lost."
          : `. ${capital(teller.message(first))}, ${teller.sending(first)}, ` +
            `got offset ${teller.offset(first)}.\n` +
            teller.excerpt(key, [logs.firstRank(first)])),
    }));
  }
  return late;
}

/** Whether a call asks for messages. */
function polls({ invocation: { f, value } }: Call): boolean {
  return f === "poll" || f === "txn" && Array.isArray(value) &&
      value.some((mop) => Array.isArray(mop) && mop[0] === "poll");
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
