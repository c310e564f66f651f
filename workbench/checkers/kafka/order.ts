/**
 * Whether clients met the messages of a log in its order: within an operation,
 * and from one operation to the next.
 *
 * @module
 */

import { type Op } from "../../history.ts";
import { type Anomalies } from "../txn/result.ts";
import { Status } from "../txn/transactions.ts";
import { capital } from "./contents.ts";
import { assigns, type Call, type Logs, NONE } from "./logs.ts";
import { seconds, type Teller } from "./words.ts";

/** How many skipped messages a result names. */
const SKIPPED_SHOWN = 8;

type Kind = "poll" | "send";

/** Where a process is in a log. */
interface Position {
  /** An entry, {@linkcode NONE} if its place is unknown. */
  readonly entry: number;
  readonly call: Call;
}

/** Positions of each process in each log. */
type Positions = Map<Op["process"], Map<number, Position>>;

export function findDisorder(
  logs: Logs,
  teller: Teller,
  anomalies: Anomalies,
): void {
  const polls: Positions = new Map();
  const sends: Positions = new Map();
  for (const event of logs.events.view()) {
    if (event >= 0) continue;
    const call = logs.calls[~event];
    if (assigns(call.op.f)) {
      if (call.status === Status.fail) continue;
      reassign(polls, logs, call.op, call.op.seek_to_beginning === true);
      reassign(sends, logs, call.op, false);
    } else {
      step("poll", polls, call);
      step("send", sends, call);
    }
  }

  function step(kind: Kind, positions: Positions, call: Call): void {
    const { op, status, firstRun, endRun } = call;
    const isSend = kind === "send" ? 1 : 0;
    const mine = positions.getOrInsertComputed(op.process, () => new Map());
    // What did not happen moves nobody; what is unknown moves no reader.
    const moves = status === Status.ok || isSend && status === Status.info;
    const after = new Map<number, Position>();
    for (let r = firstRun; r < endRun; r++) {
      if (logs.runIsSend.at(r) !== isSend) continue;
      const key = logs.runKey.at(r);
      let before = after.get(key);
      const start = logs.runStart.at(r);
      const end = logs.runStart.at(r + 1);
      let last = NONE;
      for (let i = start; i < end; i++) {
        const entry = logs.entryOf(logs.messages.at(i), logs.offsets[i]);
        if (i > start) compare(kind, key, last, call, entry, call);
        else if (before) compare(kind, key, before.entry, call, entry, call);
        else {
          before = mine.get(key);
          const isCounted = isSend === 0 || moves;
          if (before && isCounted) {
            compare(kind, key, before.entry, before.call, entry, call);
          }
        }
        last = entry;
      }
      if (end > start) after.set(key, { entry: last, call });
    }
    if (!moves) return;
    for (const [key, position] of after) mine.set(key, position);
  }

  function compare(
    kind: Kind,
    key: number,
    from: number,
    before: Call,
    to: number,
    call: Call,
  ): void {
    if (from === NONE || to === NONE) return;
    const delta = logs.rankAt(to) - logs.rankAt(from);
    if (delta === 1) return;
    const isInternal = before === call;
    if (delta > 1 && kind === "send" && !isInternal) return;
    const type = `${isInternal ? "int-" : ""}${
      delta > 1 ? "" : "nonmonotonic-"
    }${kind}${delta > 1 ? "-skip" : ""}`;
    anomalies.add(type, () => {
      const place = (e: number) =>
        `offset ${logs.offsetAt[e]} (${teller.message(logs.messageAt.at(e))})`;
      const did = kind === "send" ? "sent to" : "polled";
      const where = isInternal
        ? `${capital(teller.whoAndWhen(call.op))}, ${did} ` +
          `${teller.key(key)}: after ${place(from)} came ${place(to)}`
        : `${capital(teller.who(call.op))} ${did} ${teller.key(key)}: ` +
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
