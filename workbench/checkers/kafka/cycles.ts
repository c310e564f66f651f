/**
 * Cycles between operations, as Jepsen looks for them here: of the edges wr
 * (one operation polled what the other sent) and real time. Where messages
 * stand in a log orders no operations: sends are never isolated from one
 * another.
 *
 * @module
 */

import { Rel } from "../dependencies/cycles.ts";
import { EdgeList } from "../dependencies/graph.ts";
import { addRealtimeOrder } from "../dependencies/order_of_time.ts";
import { addCycles } from "../dependencies/told.ts";
import { type Anomalies, Status } from "../anomalies.ts";
import { type Logs, NONE, touchesMessages } from "./logs.ts";
import { type Teller } from "./words.ts";

export function findKafkaCycles(
  logs: Logs,
  teller: Teller,
  anomalies: Anomalies,
): void {
  const { calls, messages, runStart, writer } = logs;
  if (!hasEdges(logs)) {
    anomalies.add("empty-transaction-graph", () => ({
      explanation: "There are not even two operations of which one came " +
        "after the other.",
    }));
    return;
  }
  if (!mayHaveCycles(logs)) return;

  const edges = new EdgeList();
  for (const [w, c] of writersAndReaders(logs)) edges.push(w, c, Rel.wr);
  const count = calls.length;
  const status = Uint8Array.from(calls, (call) => call.status);
  const isVertex = Uint8Array.from(
    calls,
    ({ op }) => touchesMessages(op.f) ? 1 : 0,
  );
  const events = logs.events.view();
  addRealtimeOrder({ count, events, status }, edges, Rel.realtime, isVertex);

  const ops = calls.map(({ op }) => op);
  const invocations = calls.map(({ invocation }) => invocation);
  addCycles({ count, ops, invocations }, edges, anomalies, (before, after) => {
    const m = polledOf(before, after);
    const key = logs.keyOf.at(m);
    return {
      key: logs.keys[key],
      value: logs.values[m],
      words: (a, b) =>
        `${a} sent ${teller.message(m)} to ${teller.key(key)}, which ${b} ` +
        "polled",
    };
  });

  /** A message that one call sent and the other polled. */
  function polledOf(sender: number, poller: number): number {
    const { firstRun, endRun } = calls[poller];
    for (let i = runStart.at(firstRun); i < runStart.at(endRun); i++) {
      if (writer[messages.at(i)] === sender) return messages.at(i);
    }
    return NONE;
  }
}

/** Pairs of calls of which one polled what another sent. */
function* writersAndReaders(
  { calls, messages, runIsSend, runStart, writer }: Logs,
): Iterable<readonly [writer: number, reader: number]> {
  for (let c = 0; c < calls.length; c++) {
    for (let r = calls[c].firstRun; r < calls[c].endRun; r++) {
      if (runIsSend.at(r)) continue;
      for (let i = runStart.at(r); i < runStart.at(r + 1); i++) {
        const w = writer[messages.at(i)];
        if (w !== NONE && w !== c) yield [w, c];
      }
    }
  }
}

function hasEdges(logs: Logs): boolean {
  let hasEnded = false;
  for (const event of logs.events.view()) {
    const { op, status } = logs.calls[event < 0 ? ~event : event];
    if (!touchesMessages(op.f)) continue;
    if (event >= 0 && hasEnded) return true;
    if (event < 0 && status === Status.ok) hasEnded = true;
  }
  for (const _ of writersAndReaders(logs)) return true;
  return false;
}

/**
 * If each operation only sends or only polls, then a wr edge leads from a send
 * to a poll, and the cycle goes on in real time. So, if each send began before
 * what polled its message had ended, each send of a cycle would begin after the
 * one before it: there is no cycle, and no need for the graph of a long history.
 */
function mayHaveCycles(logs: Logs): boolean {
  const { calls, runIsSend } = logs;
  const begin = new Int32Array(calls.length);
  const end = new Int32Array(calls.length).fill(2 ** 31 - 1);
  logs.events.view().forEach((event, i) => {
    if (event < 0) end[~event] = i;
    else begin[event] = i;
  });
  const isMixed = calls.some(({ firstRun, endRun }) => {
    for (let r = firstRun + 1; r < endRun; r++) {
      if (runIsSend.at(r) !== runIsSend.at(firstRun)) return true;
    }
    return false;
  });
  if (isMixed) return true;
  for (const [w, c] of writersAndReaders(logs)) {
    if (end[c] < begin[w]) return true;
  }
  return false;
}
