/**
 * Whether committed offsets do what they are for: a client that begins to
 * consume a key is told of an offset from which it misses nothing, and that
 * repeats no more than it must. Jepsen does not look at them.
 *
 * What any node owes is little: in the end one that acknowledged commits knows
 * some offset that was committed. It may be the latest rather than the highest,
 * and need not come from another node: many programs keep offsets in seq-kv,
 * where they may be old, or overwrite them. If convergence is to be checked,
 * all nodes owe the highest in the end, and none may ever go back.
 *
 * `assign` operations that ended well show in `committed` what the node said,
 * and polls that did not in `commit` what they tried to commit. Operations that
 * are `final` begin when the nodes have had time to recover from the faults:
 * then nothing that was acknowledged before may be missing.
 *
 * @module
 */

import { type Op } from "../../load/history.ts";
import { type Integer, isInteger } from "../../integers.ts";
import { type Anomalies, Status } from "../anomalies.ts";
import { capital } from "./contents.ts";
import { countLeading } from "../count_leading.ts";
import { assigns, type Call, type Logs, NONE } from "./logs.ts";
import { type Teller } from "./words.ts";

/** The highest offset of a key that some call committed. */
interface Commit {
  readonly offset: Integer;
  readonly call: Call;
}

/** By key. */
type Commits = Commit[];

/** What nodes are known to know when an assign begins. */
interface Known {
  /** What any had acknowledged, by key. */
  readonly acknowledged: ReadonlyMap<string, Commit>;
  /** What the node that is asked had acknowledged or told. */
  readonly here: ReadonlyMap<string, Commit>;
}

export function findCommitAnomalies(
  logs: Logs,
  teller: Teller,
  anomalies: Anomalies,
  checkConvergence: boolean,
): void {
  const asked: Commits = [];
  // By key, the lowest offset that anyone tried to commit.
  const lowest: Integer[] = [];
  const acknowledged: Commits = [];
  // What a node acknowledged, and what it acknowledged or told.
  const acknowledgedAt = new Map<string, Commits>();
  const knownAt = new Map<string, Commits>();
  const known = new Map<Call, Known>();
  // What was acknowledged when the first of the final operations began.
  let settled: readonly Commit[] | undefined;
  for (const event of logs.events.view()) {
    const call = logs.calls[event < 0 ? ~event : event];
    if (isFinal(call)) settled ??= acknowledged.slice();
    const isAssign = assigns(call.op.f);
    const isOk = call.status === Status.ok;
    if (event >= 0) {
      if (isAssign) {
        known.set(call, {
          acknowledged: snapshot(acknowledged, call.op),
          here: snapshot(at(knownAt, call.op), call.op),
        });
      } else {
        for (const [key, offset] of isOk ? committedBy(call) : triedBy(call)) {
          raise(asked, key, offset, call);
          if (!(lowest[key] <= offset)) lowest[key] = offset;
        }
      }
    } else if (isOk) {
      if (isAssign) judge(call, known.get(call));
      else {
        for (const [key, offset] of committedBy(call)) {
          raise(acknowledged, key, offset, call);
          raise(at(acknowledgedAt, call.op), key, offset, call);
          raise(at(knownAt, call.op), key, offset, call);
        }
      }
    }
  }

  function raise(
    commits: Commits,
    key: number,
    offset: Integer,
    call: Call,
  ): void {
    if (offset <= (commits[key]?.offset ?? -Infinity)) return;
    commits[key] = { offset, call };
  }

  /** A client commits all that it has polled. */
  function* committedBy(call: Call): Iterable<[key: number, offset: Integer]> {
    for (let r = call.firstRun; r < call.endRun; r++) {
      if (logs.runIsSend.at(r) || logs.runEnd[r] === -Infinity) continue;
      yield [logs.runKey.at(r), logs.runEnd[r]];
    }
  }

  function* triedBy({ op }: Call): Iterable<[key: number, offset: Integer]> {
    const { commit } = op;
    if (typeof commit !== "object" || commit === null) return;
    for (const [name, offset] of Object.entries(commit)) {
      const key = logs.find(name);
      if (isInteger(offset) && key !== NONE) yield [key, offset];
    }
  }

  /** Of the node that was asked; of nobody, if that is not known. */
  function at(nodes: Map<string, Commits>, op: Op): Commits {
    const { node } = op;
    return node === undefined
      ? []
      : nodes.getOrInsertComputed(node, (): Commits => []);
  }

  function snapshot(commits: Commits, op: Op): ReadonlyMap<string, Commit> {
    return new Map(
      keysOf(op).flatMap((name) => {
        const commit = commits[logs.find(name)];
        return commit === undefined ? [] : [[name, commit]];
      }),
    );
  }

  /** What a node owes in the end, and why. */
  function dueOf(call: Call, key: number): [Commit, Integer] | undefined {
    if (!isFinal(call)) return undefined;
    const commit = checkConvergence
      ? settled?.[key]
      : at(acknowledgedAt, call.op)[key];
    if (commit === undefined) return undefined;
    return [commit, checkConvergence ? commit.offset : lowest[key]];
  }

  function judge(call: Call, before?: Known): void {
    const { op } = call;
    const { committed } = op;
    if (typeof committed !== "object" || committed === null) return;
    const told = new Map<string, unknown>(Object.entries(committed));
    const here = at(knownAt, op);
    for (const key of keysOf(op)) {
      const offset = told.get(key) ?? NONE;
      if (!isInteger(offset)) continue;
      const number = logs.find(key);
      if (number !== NONE) raise(here, number, offset, call);
      const said = `${capital(teller.whoAndWhen(op))}, was told ` +
        (offset === NONE ? "of no committed offset" : `offset ${offset}`) +
        ` for key "${key}"`;
      const due = dueOf(call, number);
      const earlier = before?.acknowledged.get(key);
      const mine = before?.here.get(key);
      if (due && due[1] > offset) {
        const [commit, least] = due;
        anomalies.add("lost-commit", () => ({
          key,
          offset,
          committed: least,
          ops: [commit.call.op.index, op.index],
          explanation: `${said}, long after the last fault, though ` +
            `${teller.whoAndWhen(commit.call.op)}, had committed ` +
            `${commit.offset}` +
            (checkConvergence
              ? "."
              : `, and nobody any offset below ${least}.`),
        }));
      } else if (checkConvergence && mine && mine.offset > offset) {
        anomalies.add("nonmonotonic-commit", () => ({
          key,
          offset,
          committed: mine.offset,
          ops: [mine.call.op.index, op.index],
          explanation: `${said}, though ${teller.whoAndWhen(mine.call.op)}, ` +
            (assigns(mine.call.op.f) ? "was told " : "had committed ") +
            `${mine.offset} there.`,
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
      const highest = asked[number]?.offset ?? NONE;
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
          teller.excerpt(number, [logs.rankAt(skipped)]),
      }));
    }
  }

  /** An entry after `committed` and before `start`. */
  function missed(name: string, committed: Integer, start: Integer): number {
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
