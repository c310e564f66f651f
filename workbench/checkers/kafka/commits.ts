/**
 * Whether committed offsets do what they are for: a client that begins to
 * consume a key is told of an offset from which it misses nothing, and that
 * repeats no more than it must. Jepsen does not look at them.
 *
 * `assign` operations that ended well show in `committed` what the node said,
 * and polls that did not in `commit` what they tried to commit.
 *
 * @module
 */

import { type Op } from "../../history.ts";
import { type Anomalies } from "../txn/result.ts";
import { Status } from "../txn/transactions.ts";
import { capital } from "./contents.ts";
import { assigns, type Call, type Logs, NONE } from "./logs.ts";
import { type Teller } from "./words.ts";

/** The highest offset of each key that some call committed. */
type Commits = Map<string, { readonly offset: number; readonly call: Call }>;

export function findCommitAnomalies(
  logs: Logs,
  teller: Teller,
  anomalies: Anomalies,
): void {
  const asked: Commits = new Map();
  const acknowledged: Commits = new Map();
  // What was acknowledged when an assign began.
  const known = new Map<Call, Commits>();
  for (const event of logs.events.view()) {
    const call = logs.calls[event < 0 ? ~event : event];
    const isAssign = assigns(call.op.f);
    if (event >= 0 && isAssign) {
      known.set(
        call,
        new Map(
          keysOf(call.op).flatMap((key) => {
            const commit = acknowledged.get(key);
            return commit === undefined ? [] : [[key, commit]];
          }),
        ),
      );
    } else if (event >= 0) raise(asked, call);
    else if (!isAssign && call.status === Status.ok) raise(acknowledged, call);
    else if (isAssign && call.status === Status.ok) {
      judge(call, known.get(call) ?? new Map());
    }
  }

  function raise(commits: Commits, call: Call): void {
    for (const [key, offset] of commitOf(logs, call)) {
      const before = commits.get(key);
      if (before && before.offset >= offset) continue;
      commits.set(key, { offset, call });
    }
  }

  function judge({ op }: Call, before: Commits): void {
    const { committed } = op;
    if (typeof committed !== "object" || committed === null) return;
    const told = new Map<string, unknown>(Object.entries(committed));
    for (const key of keysOf(op)) {
      const offset = told.get(key) ?? NONE;
      if (typeof offset !== "number") continue;
      const said = `${capital(teller.whoAndWhen(op))}, was told ` +
        (offset === NONE ? "of no committed offset" : `offset ${offset}`) +
        ` for key "${key}"`;
      const earlier = before.get(key);
      if (earlier && earlier.offset > offset) {
        const { call } = earlier;
        anomalies.add("stale-commit", () => ({
          key,
          offset,
          committed: earlier.offset,
          ops: [call.op.index, op.index],
          explanation: `${said}, though ${teller.whoAndWhen(call.op)}, had ` +
            `committed ${earlier.offset}.`,
        }));
      }
      const highest = asked.get(key)?.offset ?? NONE;
      const skipped = missed(key, highest, offset);
      if (skipped === NONE) continue;
      anomalies.add("commit-skip", () => ({
        key,
        offset,
        committed: highest === NONE ? null : highest,
        op: op.index,
        explanation: `${said}, though ` +
          (highest === NONE
            ? "nobody had committed anything"
            : `the highest that anyone had committed was ${highest}`) +
          `. Who starts at ${offset} misses ` +
          `${teller.message(logs.messageAt.at(skipped))} at offset ` +
          `${logs.offsetAt[skipped]}.\n` +
          teller.excerpt(logs.find(key), [logs.rankAt(skipped)]),
      }));
    }
  }

  /** An entry after `committed` and before `start`. */
  function missed(name: string, committed: number, start: number): number {
    const key = logs.find(name);
    if (key === NONE) return NONE;
    const log = logs.log(key);
    let place = logs.placeOf(key, committed);
    while (place < log.length && logs.offsetAt[log[place]] <= committed) {
      place++;
    }
    const isMissed = place < log.length && logs.offsetAt[log[place]] < start;
    return isMissed ? log[place] : NONE;
  }
}

/** The offsets that a call committed, or tried to. */
function* commitOf(
  logs: Logs,
  { op, status, firstRun, endRun }: Call,
): Iterable<[key: string, offset: number]> {
  if (status !== Status.ok) {
    if (typeof op.commit !== "object" || op.commit === null) return;
    for (const [key, offset] of Object.entries(op.commit)) {
      if (typeof offset === "number") yield [key, offset];
    }
    return;
  }
  for (let r = firstRun; r < endRun; r++) {
    if (logs.runIsSend.at(r)) continue;
    let highest = -Infinity;
    for (let i = logs.runStart.at(r); i < logs.runStart.at(r + 1); i++) {
      if (logs.offsets[i] > highest) highest = logs.offsets[i];
    }
    if (highest > -Infinity) yield [logs.keys[logs.runKey.at(r)], highest];
  }
}

function keysOf({ value }: Op): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
