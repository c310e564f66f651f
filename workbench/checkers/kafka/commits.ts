/**
 * Whether committed offsets do what they are for: a client that begins to
 * consume a key is told of an offset from which it misses nothing, and that
 * repeats no more than it must. Jepsen does not look at them.
 *
 * `assign` operations that ended well show in `committed` what the node said,
 * and polls that did not in `commit` what they tried to commit. Operations that
 * are `final` begin when the nodes have had time to recover from the faults:
 * then nothing that was acknowledged before may be missing.
 *
 * @module
 */

import { type Op } from "../../history.ts";
import { type Anomalies } from "../txn/result.ts";
import { Status } from "../txn/transactions.ts";
import { capital } from "./contents.ts";
import { assigns, type Call, countLeading, type Logs, NONE } from "./logs.ts";
import { type Teller } from "./words.ts";

/** The highest offset of a key that some call committed. */
interface Commit {
  readonly offset: number;
  readonly call: Call;
}

export function findCommitAnomalies(
  logs: Logs,
  teller: Teller,
  anomalies: Anomalies,
): void {
  // By key.
  const asked: Commit[] = [];
  const acknowledged: Commit[] = [];
  // What was acknowledged when an assign began.
  const known = new Map<Call, ReadonlyMap<string, Commit>>();
  // What was acknowledged when the first of the final operations began.
  let settled: readonly Commit[] | undefined;
  for (const event of logs.events.view()) {
    const call = logs.calls[event < 0 ? ~event : event];
    if (isFinal(call)) settled ??= acknowledged.slice();
    const isAssign = assigns(call.op.f);
    const isOk = call.status === Status.ok;
    if (event >= 0) {
      if (isAssign) known.set(call, snapshot(call.op));
      else if (isOk) raise(asked, call);
      else raiseTried(call);
    } else if (isOk) {
      if (isAssign) judge(call, known.get(call) ?? new Map());
      else raise(acknowledged, call);
    }
  }

  /** A client commits all that it has polled. */
  function raise(commits: Commit[], call: Call): void {
    for (let r = call.firstRun; r < call.endRun; r++) {
      if (logs.runIsSend.at(r)) continue;
      const offset = logs.runEnd[r];
      const key = logs.runKey.at(r);
      if (!(offset <= (commits[key]?.offset ?? -Infinity))) {
        commits[key] = { offset, call };
      }
    }
  }

  function raiseTried(call: Call): void {
    const { commit } = call.op;
    if (typeof commit !== "object" || commit === null) return;
    for (const [name, offset] of Object.entries(commit)) {
      const key = logs.find(name);
      const isHigher = typeof offset === "number" && key !== NONE &&
        !(offset <= (asked[key]?.offset ?? -Infinity));
      if (isHigher) asked[key] = { offset, call };
    }
  }

  function snapshot(op: Op): ReadonlyMap<string, Commit> {
    return new Map(
      keysOf(op).flatMap((name) => {
        const commit = acknowledged[logs.find(name)];
        return commit === undefined ? [] : [[name, commit]];
      }),
    );
  }

  function judge(call: Call, before: ReadonlyMap<string, Commit>): void {
    const { op } = call;
    const { committed } = op;
    if (typeof committed !== "object" || committed === null) return;
    const told = new Map<string, unknown>(Object.entries(committed));
    for (const key of keysOf(op)) {
      const offset = told.get(key) ?? NONE;
      if (typeof offset !== "number") continue;
      const said = `${capital(teller.whoAndWhen(op))}, was told ` +
        (offset === NONE ? "of no committed offset" : `offset ${offset}`) +
        ` for key "${key}"`;
      const due = isFinal(call) ? settled?.[logs.find(key)] : undefined;
      const earlier = before.get(key);
      if (due && due.offset > offset) {
        anomalies.add("lost-commit", () => ({
          key,
          offset,
          committed: due.offset,
          ops: [due.call.op.index, op.index],
          explanation: `${said}, long after the last fault, though ` +
            `${teller.whoAndWhen(due.call.op)}, had committed ${due.offset}.`,
        }));
      } else if (earlier && earlier.offset > offset) {
        anomalies.add("stale-commit", () => ({
          key,
          offset,
          committed: earlier.offset,
          ops: [earlier.call.op.index, op.index],
          explanation: `${said}, though ` +
            `${teller.whoAndWhen(earlier.call.op)}, had ` +
            `committed ${earlier.offset}.`,
        }));
      }
      const highest = asked[logs.find(key)]?.offset ?? NONE;
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
    const place = countLeading(
      log.length,
      (i) => logs.offsetAt[log[i]] <= committed,
    );
    const isMissed = place < log.length && logs.offsetAt[log[place]] < start;
    return isMissed ? log[place] : NONE;
  }
}

/** Whether a call begins only when the nodes have recovered. */
export function isFinal({ invocation }: Call): boolean {
  return invocation.final === true;
}

function keysOf({ value }: Op): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
