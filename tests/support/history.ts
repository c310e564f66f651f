/**
 * Histories for tests, short to write.
 *
 * @module
 */

import { type History, type Op } from "../../workbench/load/history.ts";

/** An event of a history; its place gives it the index and the time. */
export type Event = Pick<Op, "process" | "type" | "f"> & Partial<Op>;

/** Fills in indices, and times of one ms each. */
export function history(...events: readonly Event[]): History {
  return events.map((event, index) => ({ index, time: index * 1e6, ...event }));
}

/** An operation that nothing else overlaps. */
export function op(
  process: number,
  f: string,
  value: unknown,
  result: unknown = value,
  type: Op["type"] = "ok",
  extra: Partial<Op> = {},
): Event[] {
  return [
    { process, type: "invoke", f, value, ...extra },
    { process, type, f, value: result, ...extra },
  ];
}

/**
 * Transactions, one a line: micro-operations with commas between, `_` for
 * `null`, and in front, if it is not the line's number and `ok`, the process
 * and how the transaction ended.
 *
 * ```text
 *         w x 1, r y _
 * 0 fail: append x 2, r x [1 2]
 * ```
 *
 * Transactions on neighbouring lines run at the same time; an empty line, or
 * the next transaction of the same process, waits for those before it to end.
 */
export function transactionHistory(text: string): History {
  const events: Event[] = [];
  let running: [begin: Event, end: Event][] = [];
  const finish = () => {
    events.push(...running.map(([, end]) => end));
    running = [];
  };
  const lines = text.trim().split("\n").map((line) => line.trim());
  lines.forEach((line, i) => {
    if (line === "") return finish();
    const [, process = `${i}`, type = "ok", mops] =
      /^(?:(\d+)? *(ok|fail|info)?:)? *(.*)$/.exec(line) ?? [];
    const number = Number(process);
    if (running.some(([{ process }]) => process === number)) finish();
    const value = mops.split(", ").map(microOperation);
    const asked = value.map(([f, k, v]) => [f, k, f === "r" ? null : v]);
    const isKnown = type === "ok";
    const begin: Event = {
      process: number,
      type: "invoke",
      f: "txn",
      value: asked,
    };
    const end: Event = {
      ...begin,
      type: isKnown ? "ok" : type === "fail" ? "fail" : "info",
      value: isKnown ? value : asked,
    };
    events.push(begin);
    running.push([begin, end]);
  });
  finish();
  return history(...events);
}

function microOperation(text: string): [string, string, unknown] {
  const [, f, key, value] = /^(r|w|append) (\w+) (.*)$/.exec(text) ?? [];
  if (f === undefined) throw new TypeError(`no micro-operation: ${text}`);
  if (value === "_") return [f, key, null];
  return [f, key, JSON.parse(value.replaceAll(" ", ","))];
}

/** A history whose processes talk to these nodes. */
export function atNodes(
  nodeOf: (process: number) => string,
  history: History,
): History {
  return history.map((op) =>
    typeof op.process === "number" ? { ...op, node: nodeOf(op.process) } : op
  );
}
