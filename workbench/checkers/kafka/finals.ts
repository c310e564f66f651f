/**
 * Whether each node shows everything in the end. Jepsen is content if anybody
 * was ever given a message: it finds neither a node that hides what others tell
 * nor a log that lost what it once told.
 *
 * @module
 */

import { type Op, who } from "../../load/history.ts";
import { type Integer, successor } from "../../integers.ts";
import { type Anomalies, Status } from "../anomalies.ts";
import { isFinal } from "./commits.ts";
import { capital } from "./contents.ts";
import {
  assigns,
  type Call,
  type Logs,
  NONE,
  seeksToBeginning,
} from "./logs.ts";
import { seconds } from "../words.ts";
import { type Teller } from "./words.ts";

/** So many polls, one after the other, must have brought nothing, */
const MOST_EMPTY_POLLS = 5;
/** for so long, in ns. A node may be behind, or have a turn for each key. */
const LONGEST_WAIT = 3e9;

/** How far a process of the final phase came. */
interface Reader {
  /** By key: the offset from which it polls next. */
  readonly positions: Map<number, Integer>;
  /** Its last polls, as far as they brought nothing. */
  empty: Call[];
}

export function findMissingAtNodes(
  logs: Logs,
  teller: Teller,
  anomalies: Anomalies,
): void {
  const readers = new Map<Op["process"], Reader>();
  /** When the first final operation began. */
  let settled = Infinity;
  for (const event of logs.events.view()) {
    const call = logs.calls[event < 0 ? ~event : event];
    if (isFinal(call)) settled = Math.min(settled, call.invocation.index);
    // Another process follows, and begins anew.
    if (call.status === Status.info) readers.delete(call.op.process);
    if (event >= 0 || call.status !== Status.ok) continue;
    if (assigns(call.op.f)) {
      // Who only asks for committed offsets goes on where it was.
      if (!isFinal(call)) assign(call);
    } else if (isFinal(call)) poll(call);
  }
  for (const reader of readers.values()) judge(reader);

  function assign({ op }: Call): void {
    const { process, value } = op;
    readers.delete(process);
    if (!seeksToBeginning(op) || !Array.isArray(value)) return;
    readers.set(process, {
      positions: new Map(
        value.map((name): [number, Integer] => [logs.find(`${name}`), 0]),
      ),
      empty: [],
    });
  }

  function poll(call: Call): void {
    const reader = readers.get(call.op.process);
    if (reader === undefined) return;
    let isEmpty = true;
    for (let r = call.firstRun; r < call.endRun; r++) {
      if (logs.runEnd[r] === -Infinity) continue;
      isEmpty = false;
      reader.positions.set(logs.runKey.at(r), successor(logs.runEnd[r]));
    }
    if (isEmpty) reader.empty.push(call);
    else reader.empty = [];
  }

  function judge({ positions, empty }: Reader): void {
    const [first, last] = [empty[0], empty[empty.length - 1]];
    if (empty.length < MOST_EMPTY_POLLS) return;
    if (last.op.time - first.invocation.time < LONGEST_WAIT) return;
    for (const [key, position] of positions) {
      if (key === NONE) continue;
      const missing = [...logs.log(key).subarray(logs.placeOf(key, position))]
        .filter((e) => wasKnown(logs.messageAt.at(e)));
      if (missing.length === 0) continue;
      anomalies.add("unseen-at-node", () => ({
        key: logs.keys[key],
        position,
        count: missing.length,
        op: last.op.index,
        explanation: `${capital(who(last.op))} polled ` +
          `${teller.key(key)} from offset ${position} and got nothing, ` +
          `${empty.length} times from ${seconds(first.invocation)} to ` +
          `${seconds(last.op)}, op ${last.op.index}. ${missing.length} ` +
          `${missing.length === 1 ? "message" : "messages"} that others had ` +
          `been given stood there.\n` +
          teller.excerpt(key, [logs.rankAt(missing[0])]),
      }));
    }
  }

  /** What nobody was given is unseen everywhere: see {@linkcode findMissing}. */
  function wasKnown(message: number): boolean {
    const reader = logs.reader[message];
    return reader !== NONE && logs.calls[reader].op.index < settled;
  }
}
