/**
 * Whether clients met the messages of a log in its order: within an operation,
 * and from one operation to the next.
 *
 * @module
 */

import { type Op, who } from "../../load/history.ts";
import { type Integer, isInteger, successor } from "../../integers.ts";
import { type Anomalies, Status } from "../anomalies.ts";
import { capital } from "./contents.ts";
import {
  assigns,
  type Call,
  type Logs,
  NONE,
  seeksToBeginning,
  wasRebalanced,
} from "./logs.ts";
import { seconds } from "../words.ts";
import { type Teller } from "./words.ts";

/** How many skipped messages a result names. */
const SKIPPED_SHOWN = 8;

/**
 * What each process polled last, or sent, by key: a place in the list of all
 * that was.
 */
type Positions = Map<Op["process"], Map<number, number>>;

/** The least offset from which a process first polls a key, by key. */
type Starts = Map<Op["process"], Map<number, Integer>>;

export function findDisorder(
  logs: Logs,
  teller: Teller,
  anomalies: Anomalies,
): void {
  const polls: Positions = new Map();
  const sends: Positions = new Map();
  const starts: Starts = new Map();
  for (const event of logs.events.view()) {
    if (event >= 0) continue;
    const call = logs.calls[~event];
    if (!assigns(call.op.f)) follow(call);
    else if (call.status !== Status.fail) {
      restart(starts, polls, logs, call.op);
      reassign(polls, logs, call.op, seeksToBeginning(call.op));
      reassign(sends, logs, call.op, false);
    }
  }

  function follow(call: Call): void {
    const { op: { process }, status } = call;
    // Where polls lead that did not move the process on.
    const passing = status === Status.ok ? undefined : new Map();
    for (let r = call.firstRun; r < call.endRun; r++) {
      const isSend = logs.runIsSend.at(r) === 1;
      if (isSend && status === Status.fail) continue;
      const positions = isSend ? sends : polls;
      let mine = positions.get(process);
      if (mine === undefined) positions.set(process, mine = new Map());
      const moved = isSend ? mine : passing ?? mine;
      const key = logs.runKey.at(r);
      const start = logs.runStart.at(r);
      const end = logs.runStart.at(r + 1);
      let before: number = moved.get(key) ?? mine.get(key) ?? NONE;
      let from = before === NONE ? NONE : entryAt(before);
      if (!isSend && from === NONE && start < end) begin(call, key, start);
      for (let i = start; i < end; i++) {
        const to = entryAt(i);
        if (from !== NONE && to !== NONE) {
          const delta = logs.rankAt(to) - logs.rankAt(from);
          if (delta !== 1) report(isSend, before, i, delta);
        }
        from = to;
        before = i;
      }
      moved.set(key, before);
    }
  }

  /** The first messages that a process polls of a key begin at place `i`. */
  function begin(call: Call, key: number, i: number): void {
    const position = starts.get(call.op.process)?.get(key);
    const to = entryAt(i);
    if (position === undefined || to === NONE) return;
    const log = logs.log(key);
    const place = logs.placeOf(key, position);
    const first = log[place];
    const delta = logs.rankAt(to) - logs.rankAt(first);
    if (!(delta > 0)) return;
    anomalies.add("start-skip", () => {
      const skipped = [first, ...between(key, first, to)]
        .slice(0, SKIPPED_SHOWN);
      return {
        key: logs.keys[key],
        position,
        delta,
        value: logs.values[logs.messages.at(i)],
        skipped: skipped.map((e) => logs.values[logs.messageAt.at(e)]),
        op: call.op.index,
        explanation: `${capital(teller.whoAndWhen(call.op))}, polled ` +
          `${teller.key(key)}, was to begin at offset ${position}, and got ` +
          `offset ${logs.offsetAt[to]} first, past ${delta} before it.\n` +
          teller.excerpt(key, skipped.map((e) => logs.rankAt(e))),
      };
    });
  }

  function entryAt(i: number): number {
    return logs.entryOf(logs.messages.at(i), logs.offsets[i]);
  }

  /** What was at place `i` is followed `delta` ranks later by what was at `j`. */
  function report(isSend: boolean, i: number, j: number, delta: number): void {
    const before = logs.callAt(i);
    const call = logs.callAt(j);
    const [from, to] = [entryAt(i), entryAt(j)];
    const key = logs.keyOf.at(logs.messages.at(j));
    const isInternal = before === call;
    if (delta > 1 && isSend && !isInternal) return;
    if (isInternal && !isSend && wasRebalanced(call, logs.keys[key])) return;
    const kind = isSend ? "send" : "poll";
    const type = (isInternal ? "int-" : "") +
      (delta > 1 ? `${kind}-skip` : `nonmonotonic-${kind}`);
    anomalies.add(type, () => {
      const place = (e: number) =>
        `offset ${logs.offsetAt[e]} (${teller.message(logs.messageAt.at(e))})`;
      const did = isSend ? "sent to" : "polled";
      const where = isInternal
        ? `${capital(teller.whoAndWhen(call.op))}, ${did} ` +
          `${teller.key(key)}: after ${place(from)} came ${place(to)}`
        : `${capital(who(call.op))} ${did} ${teller.key(key)}: ` +
          `after ${place(from)} (${seconds(before.op)}, op ` +
          `${before.op.index}) came ${place(to)} (${seconds(call.op)}, op ` +
          `${call.op.index})`;
      const skipped = delta > 1 ? between(key, from, to) : [];
      const marked = skipped.length > 0 ? skipped : [from, to];
      return {
        key: logs.keys[key],
        delta,
        values: [from, to].map((e) => logs.values[logs.messageAt.at(e)]),
        skipped: skipped.map((e) => logs.values[logs.messageAt.at(e)]),
        ops: [before.op.index, call.op.index],
        explanation: where +
          (delta > 1
            ? `, past ${delta - 1} in between.\n`
            : delta === 0
            ? ", the same again.\n"
            : ", which stands before it.\n") +
          teller.excerpt(key, marked.map((e) => logs.rankAt(e))),
      };
    });
  }

  /** Some entries between two. */
  function between(key: number, from: number, to: number): number[] {
    const log = logs.log(key);
    const result: number[] = [];
    const first = logs.placeOf(key, logs.offsetAt[from]);
    for (let i = first; i < log.length; i++) {
      const rank = logs.rankAt(log[i]);
      if (rank === logs.rankAt(to) || result.length === SKIPPED_SHOWN) break;
      if (rank !== logs.rankAt(from)) result.push(log[i]);
    }
    return result;
  }
}

/**
 * Who seeks to the beginning polls from 0; others go on from the committed
 * offset that they were told, where they had no position yet. The message that
 * stands there was processed: some begin with it, and some after it.
 */
function restart(
  starts: Starts,
  polls: Positions,
  logs: Logs,
  op: Op,
): void {
  const { process, value, committed } = op;
  const isAnew = seeksToBeginning(op);
  const old = starts.get(process);
  const told = typeof committed === "object" && committed !== null
    ? new Map<string, unknown>(Object.entries(committed))
    : undefined;
  const mine = new Map<number, Integer>();
  for (const name of Array.isArray(value) ? value.map(String) : []) {
    const key = logs.find(name);
    const isKept = (polls.get(process)?.get(key) ?? NONE) !== NONE;
    if (key === NONE || isKept && !isAnew) continue;
    const offset = isAnew
      ? 0
      : old?.get(key) ?? (told && startAfter(told.get(name)));
    if (offset !== undefined) mine.set(key, offset);
  }
  starts.set(process, mine);
}

const startAfter = (committed: unknown): Integer =>
  isInteger(committed) ? successor(committed) : 0;

/** Positions of keys that stay assigned are kept. */
function reassign(
  positions: Positions,
  logs: Logs,
  { process, value }: Op,
  seekToBeginning: boolean,
): void {
  const mine = positions.get(process);
  if (mine === undefined) return;
  const assigned = new Set(Array.isArray(value) ? value.map(String) : []);
  for (const key of mine.keys()) {
    if (seekToBeginning || !assigned.has(logs.keys[key])) mine.delete(key);
  }
}
