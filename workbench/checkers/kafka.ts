import { type CheckResult, type History, type Op } from "../history.ts";
import { stringifyJson } from "../json.ts";

/** One log, as far as sends and polls of it were acknowledged. */
interface Log {
  /** Messages by offset; more than one is an inconsistency. */
  readonly messages: Map<number, Map<string, Op>>;
  /** Offsets of a message; more than one is a duplicate. */
  readonly offsets: Map<string, Set<number>>;
  readonly sent: Map<string, Op>;
  readonly polled: Set<string>;
  /** Known offsets in order, and the place of each. */
  order: number[];
  rank: Map<number, number>;
}

type Pairs = readonly (readonly [offset: number, message: unknown])[];
type Mop =
  | readonly ["send", string, readonly [number, unknown]]
  | readonly ["poll", Readonly<Record<string, Pairs>>];

interface Anomaly {
  readonly key: string;
  readonly text: string;
  readonly [detail: string]: unknown;
}

/**
 * Looks for lost, duplicate and unseen messages, inconsistent offsets, and polls
 * and sends that go back or skip, as Jepsen's kafka workload. Time and memory
 * are linear in the number of messages, whatever their offsets.
 */
export function checkKafka(history: History): CheckResult {
  const ops = history.filter((op) =>
    op.type === "ok" && (op.f === "send" || op.f === "poll" || op.f === "txn")
  );
  const logs = readLogs(ops);
  const anomalies: Record<string, Anomaly[]> = {
    "duplicate": duplicates(logs),
    "inconsistent-offsets": inconsistentOffsets(logs),
    "lost-write": lostWrites(logs),
    "unseen": unseen(logs),
    "int-nonmonotonic-poll": [],
    "nonmonotonic-poll": [],
    "int-poll-skip": [],
    "poll-skip": [],
    "int-nonmonotonic-send": [],
    "nonmonotonic-send": [],
  };
  findOrderAnomalies(history, logs, anomalies);
  const found = Object.entries(anomalies).filter(([, all]) => all.length > 0);
  return {
    valid: found.length === 0,
    badErrorTypes: found.map(([type]) => type),
    errorTypes: found.map(([type]) => type),
    errors: Object.fromEntries(
      found.map(([type, all]) => [
        type,
        { count: all.length, errs: all.slice(0, 8) },
      ]),
    ),
    explanation: found.map(([type, all]) =>
      `kafka, ${type} (${all.length}): ${all[0].text}`
    ),
  };
}

function readLogs(ops: History): Map<string, Log> {
  const logs = new Map<string, Log>();
  const log = (key: string): Log =>
    logs.getOrInsertComputed(key, () => ({
      messages: new Map(),
      offsets: new Map(),
      sent: new Map(),
      polled: new Set(),
      order: [],
      rank: new Map(),
    }));
  const note = ({ messages, offsets }: Log, at: number, m: string, op: Op) => {
    messages.getOrInsert(at, new Map()).getOrInsert(m, op);
    offsets.getOrInsert(m, new Set()).add(at);
  };
  for (const op of ops) {
    for (const mop of op.value as readonly Mop[]) {
      if (mop[0] === "send") {
        const [, key, [offset, message]] = mop;
        const m = stringifyJson(message);
        const it = log(key);
        it.sent.set(m, op);
        note(it, offset, m, op);
      } else {
        for (const [key, pairs] of Object.entries(mop[1])) {
          const it = log(key);
          for (const [offset, message] of pairs) {
            const m = stringifyJson(message);
            it.polled.add(m);
            note(it, offset, m, op);
          }
        }
      }
    }
  }
  for (const it of logs.values()) {
    it.order = [...it.messages.keys()].sort((a, b) => a - b);
    it.rank = new Map(it.order.map((offset, i) => [offset, i]));
  }
  return logs;
}

function duplicates(logs: ReadonlyMap<string, Log>): Anomaly[] {
  return [...logs].flatMap(([key, { offsets }]) =>
    [...offsets].filter(([, at]) => at.size > 1).map(([message, at]) => ({
      key,
      value: message,
      offsets: [...at],
      text: `message ${message} stands at offsets ${
        [...at].join(" and ")
      } of key ${key}`,
    }))
  );
}

function inconsistentOffsets(logs: ReadonlyMap<string, Log>): Anomaly[] {
  return [...logs].flatMap(([key, { messages }]) =>
    [...messages].filter(([, all]) => all.size > 1).map(([offset, all]) => ({
      key,
      offset,
      values: [...all.keys()],
      text: `offset ${offset} of key ${key} holds ` +
        [...all].map(([m, op]) => `${m} for op ${op.index}`).join(", but "),
    }))
  );
}

/** Messages before the last polled one that nobody ever polled. */
function lostWrites(logs: ReadonlyMap<string, Log>): Anomaly[] {
  return [...logs].flatMap(([key, { sent, polled, offsets }]) => {
    let last = -Infinity;
    for (const m of polled) {
      for (const offset of offsets.get(m) ?? []) last = Math.max(last, offset);
    }
    return [...sent].filter(([m]) =>
      !polled.has(m) && Math.max(...offsets.get(m) ?? []) < last
    ).map(([m, op]) => ({
      key,
      value: m,
      text: `message ${m} of key ${key}, acknowledged by op ${op.index} at ` +
        `offset ${
          [...offsets.get(m) ?? []].join()
        }, was never polled, though ` +
        `offset ${last} was`,
    }));
  });
}

/** Acknowledged messages that nobody ever polled. */
function unseen(logs: ReadonlyMap<string, Log>): Anomaly[] {
  return [...logs].flatMap(([key, { sent, polled }]) => {
    const missing = [...sent].filter(([m]) => !polled.has(m));
    return missing.length === 0 ? [] : [{
      key,
      messages: missing.slice(0, 32).map(([m]) => m),
      text:
        `${missing.length} acknowledged messages of key ${key} were never ` +
        `polled, the first is ${missing[0][0]} of op ${missing[0][1].index}`,
    }];
  });
}

/** Polls and sends, within an operation and from one to the next. */
function findOrderAnomalies(
  history: History,
  logs: ReadonlyMap<string, Log>,
  anomalies: Record<string, Anomaly[]>,
): void {
  interface Position {
    readonly offset: number;
    readonly op: Op;
  }
  const polls = new Map<Op["process"], Map<string, Position>>();
  const sends = new Map<Op["process"], Map<string, Position>>();

  const step = (
    kind: "poll" | "send",
    positions: Map<string, Position>,
    key: string,
    offset: number,
    op: Op,
  ) => {
    const before = positions.get(key);
    positions.set(key, { offset, op });
    if (before === undefined) return;
    const rank = logs.get(key)?.rank;
    const delta = (rank?.get(offset) ?? 0) - (rank?.get(before.offset) ?? 0);
    const inside = before.op === op ? "int-" : "";
    const text = `process ${op.process} went from offset ${before.offset} ` +
      `(op ${before.op.index}) to ${offset} (op ${op.index}) of key ${key}`;
    if (delta <= 0) {
      anomalies[`${inside}nonmonotonic-${kind}`].push({ key, delta, text });
    } else if (delta > 1 && kind === "poll") {
      anomalies[`${inside}poll-skip`].push({
        key,
        delta,
        text: `${text}, and skipped ${delta - 1} messages between`,
      });
    }
  };

  for (const op of history) {
    const { process, f } = op;
    if (op.type !== "ok") continue;
    if (f === "assign" || f === "subscribe") {
      // Positions of keys that stay assigned are kept.
      const assigned = new Set(op.value as readonly string[]);
      const mine = polls.get(process);
      for (const key of mine?.keys() ?? []) {
        if (!assigned.has(key) || op.seek_to_beginning) mine?.delete(key);
      }
      continue;
    }
    if (f !== "send" && f !== "poll" && f !== "txn") continue;
    for (const mop of op.value as readonly Mop[]) {
      if (mop[0] === "send") {
        const [, key, [offset]] = mop;
        step("send", sends.getOrInsert(process, new Map()), key, offset, op);
      } else {
        const mine = polls.getOrInsert(process, new Map());
        for (const [key, pairs] of Object.entries(mop[1])) {
          for (const [offset] of pairs) step("poll", mine, key, offset, op);
        }
      }
    }
  }
}
