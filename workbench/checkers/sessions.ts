/**
 * What a client sees of what it wrote and saw itself, in sets and counters. To
 * be eventually consistent promises none of it, so it is asked for only where a
 * node promises more (`--check-sessions`). Transactions have consistency models
 * that say the same.
 *
 * A session is a process, which talks to one node, until that node is killed:
 * what it had in its memory is gone.
 *
 * @module
 */
import { type CheckResult, stricter } from "./result.ts";
import { isKeptFromClient, victimsOf } from "./faults.ts";
import { type History, NEMESIS, type Op } from "../load/history.ts";
import { tell } from "./words.ts";
import { isInteger } from "../integers.ts";
import { stringifyJson } from "../json.ts";

/** How many findings are told. */
const SHOWN = 3;

/** A read that its session did not have to expect. */
interface Finding {
  readonly read: Op;
  readonly text: string;
}

/** Calls back for each operation that ended ok, with its session's state. */
function eachInSession<S>(
  history: History,
  begin: () => S,
  visit: (op: Op, session: S) => void,
  invoked: (op: Op) => void = () => {},
): void {
  const sessions = new Map<Op["process"], { node: unknown; state: S }>();
  const invocations = new Map<Op["process"], number>();
  /** When each node was last killed, and last had a reply of its held up. */
  const kills = new Map<unknown, number>();
  const delays = new Map<unknown, number>();
  for (const op of history) {
    if (op.type === "invoke") {
      invoked(op);
      invocations.set(op.process, op.index);
    }
    if (op.process !== NEMESIS) {
      if (op.type !== "ok") continue;
      // An answer of a node's earlier life tells nothing of this one.
      const since = invocations.get(op.process) ?? op.index;
      const isOld = [kills, delays].every((it) =>
        (it.get(op.node) ?? -1) > since
      );
      if (isOld) continue;
      const { state } = sessions.getOrInsertComputed(
        op.process,
        () => ({ node: op.node, state: begin() }),
      );
      visit(op, state);
    } else if (op.f === "delay" && isKeptFromClient(op)) {
      for (const node of victimsOf({ begin: op })) delays.set(node, op.index);
    } else if (op.f === "kill" && Array.isArray(op.value)) {
      for (const node of op.value) kills.set(node, op.index);
      for (const [process, { node }] of sessions) {
        const isVictim = node === undefined || op.value.includes(node);
        if (isVictim) sessions.delete(process);
      }
    }
  }
}

/** Every read shows what its session added, and what it showed before. */
export function checkSetSessions(
  history: History,
  add: "broadcast" | "add",
): CheckResult {
  const found: Finding[] = [];
  /** By element when the session added or saw it. */
  const begin = () => new Map<string, Op>();
  eachInSession(history, begin, (op, known) => {
    if (op.f === add) known.getOrInsert(stringifyJson(op.value), op);
    const values = op.value ?? [];
    if (op.f !== "read" || !Array.isArray(values)) return;
    const shown = new Set(values.map((value) => stringifyJson(value)));
    const missed = [...known].filter(([element]) => !shown.has(element));
    for (const element of shown) known.getOrInsert(element, op);
    if (missed.length === 0) return;
    const [[element, since]] = missed;
    found.push({
      read: op,
      text: `set: the read that ended at ${tell(op)} misses ` +
        `${element}, which the same session had ` +
        `${since.f === "read" ? "read" : "added"} by op ${since.index}` +
        (missed.length > 1 ? `, and ${missed.length - 1} more` : ""),
    });
  });
  return resultOf(found);
}

interface CounterSession {
  /** What it added itself: in all, and of that what was below 0. */
  own: bigint;
  ownNegative: bigint;
  last: { readonly value: bigint; readonly op: Op } | undefined;
}

/**
 * Every read is a sum that is possible at its time: of all that its session had
 * added, and of some of what others had begun to add. Where nothing negative
 * is added, it is not below an earlier read of the session.
 */
export function checkCounterSessions(history: History): CheckResult {
  const found: Finding[] = [];
  let [positive, negative] = [0n, 0n];
  eachInSession<CounterSession>(
    history,
    () => ({ own: 0n, ownNegative: 0n, last: undefined }),
    (op, session) => {
      if (!isInteger(op.value)) return;
      const value = BigInt(op.value);
      if (op.f === "add") {
        session.own += value;
        if (value < 0n) session.ownNegative += value;
        return;
      }
      if (op.f !== "read") return;
      const { own, ownNegative, last } = session;
      const least = own + negative - ownNegative;
      const most = own + positive - (own - ownNegative);
      const find = (why: string) =>
        found.push({
          read: op,
          text: `counter: the read that ended at ${tell(op)} is ${value}, ` +
            why,
        });
      if (value < least || value > most) {
        find(
          `but its session had added ${own}, and with all that others had ` +
            `begun to add a sum of ${least} to ${most} is possible`,
        );
      } else if (negative === 0n && last !== undefined && value < last.value) {
        find(
          `but op ${last.op.index} of the same session had read ` +
            `${last.value} already`,
        );
      }
      session.last = { value, op };
    },
    ({ f, value }) => {
      if (f !== "add" || !isInteger(value)) return;
      if (value < 0) negative += BigInt(value);
      else positive += BigInt(value);
    },
  );
  return resultOf(found);
}

function resultOf(found: readonly Finding[]): CheckResult {
  const result = {
    valid: true,
    details: { sessionErrorCount: found.length },
  } as const;
  return stricter(
    result,
    {
      type: "session",
      count: found.length,
      explanation: found.slice(0, SHOWN).map(({ text }) => text),
      operations: found.map(({ read }) => read.index),
    },
    "what clients read before the end",
  );
}
