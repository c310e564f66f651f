import { ErrorCode, errorName } from "../../lib/errors.ts";
import { seconds } from "./words.ts";
import { type History, NEMESIS, type Op, pairs } from "../load/history.ts";
import { stringifyJson } from "../json.ts";

/** The protocol's code in an operation's error, if a node or client gave one. */
function codeOf({ error }: Op): number | undefined {
  const [code] = Array.isArray(error) ? error : [];
  return typeof code === "number" ? code : undefined;
}

/** Whether the client waited in vain, as far as it was told. */
export const isTimeout = (op: Op): boolean => codeOf(op) === ErrorCode.timeout;

/** An error by its code: `error 13, crash`. */
export function errorTitle(code: number): string {
  if (code === ErrorCode.timeout) return "timeout";
  if (Number.isNaN(code)) return "error whose code is no integer";
  const name = errorName(code);
  return `error ${code}${name === undefined ? "" : `, ${name}`}`;
}

/** What kind of error it was. */
function kindOf(op: Op): string {
  const code = codeOf(op);
  if (code !== undefined) return errorTitle(code);
  const [kind] = `${op.error ?? "no reason given"}`.split(/[:\n]/, 1);
  return kind === "MalformedReply" ? "malformed reply" : kind;
}

/** Why an operation did not end ok, in one line, as the node told it. */
export function errorWords(op: Op): string {
  const text = Array.isArray(op.error) ? `${op.error[1] ?? ""}` : "";
  const kind = kindOf(op);
  return text === "" ? kind : `${kind}: ${shorten(text.split("\n", 1)[0])}`;
}

/** Kinds of failure that are listed; the rest are counted. */
const MAX_KINDS = 8;

/**
 * How many operations did not end ok, and why: by kind of operation and of
 * error, the most frequent first, with one example each. Empty if all did.
 *
 * @param neverOk kinds of operation that can't succeed, and so don't count
 */
export function summarizeFailures(
  history: History,
  neverOk: readonly string[] = [],
): string[] {
  const groups = new Map<string, { count: number; invoke: Op; end: Op }>();
  let [failed, all] = [0, 0];
  for (const { invoke, complete } of pairs(history)) {
    if (neverOk.includes(invoke.f)) continue;
    all++;
    if (complete === undefined || complete.type === "ok") continue;
    failed++;
    const key = `${complete.f}: ${kindOf(complete)}`;
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, { count: 1, invoke, end: complete });
    } else group.count++;
  }
  if (failed === 0) return [];
  const sorted = [...groups].toSorted(([, a], [, b]) => b.count - a.count);
  const lines = sorted.slice(0, MAX_KINDS).map(([key, { count, ...example }]) =>
    `  ${count} x ${key}; for example ${describe(example.invoke, example.end)}`
  );
  const more = sorted.length - lines.length;
  return [
    `${failed} of ${all} operations did not succeed:`,
    ...lines,
    ...(more > 0 ? [`  and ${more} more kinds`] : []),
  ];
}

/** Why operations of one kind failed: `12 x timeout, 1 x error 13, crash`. */
export function whyNone(history: History, f: string): string {
  const counts = new Map<string, number>();
  for (const op of history) {
    if (op.process === NEMESIS || op.type === "invoke" || op.f !== f) continue;
    counts.set(kindOf(op), (counts.get(kindOf(op)) ?? 0) + 1);
  }
  return [...counts].toSorted(([, a], [, b]) => b - a)
    .map(([kind, count]) => `${count} x ${kind}`).join(", ");
}

function describe(invoke: Op, end: Op): string {
  const { f, value, node } = invoke;
  const what = value === undefined || value === null
    ? f
    : `${f} ${shorten(stringifyJson(value))}`;
  const where = node === undefined ? "" : ` at ${node}`;
  const text = Array.isArray(end.error) && end.error[1]
    ? `: ${shorten(`${end.error[1]}`.split("\n", 1)[0])}`
    : "";
  return `${what}${where}, ${seconds(invoke)}${text}`;
}

const MAX_TEXT = 160;

function shorten(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}…`;
}
