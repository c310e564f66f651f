/**
 * Cycles between operations, as Jepsen looks for them here: of the edges wr
 * (one operation polled what the other sent) and real time. Sends don't order
 * operations by where messages stand in the log: they are never isolated from
 * one another.
 *
 * @module
 */

import { EdgeList } from "../txn/graph.ts";
import { Rel } from "../txn/cycles.ts";
import { addRealtimeOrder } from "../txn/order_of_time.ts";
import { addCycles, type Anomalies } from "../txn/result.ts";
import { type Logs, NONE, touchesMessages } from "./logs.ts";
import { type Teller } from "./words.ts";

export function findKafkaCycles(
  logs: Logs,
  teller: Teller,
  anomalies: Anomalies,
): void {
  const { calls, messages, runIsSend, runStart, writer } = logs;
  const count = calls.length;
  const edges = new EdgeList();
  calls.forEach(({ firstRun, endRun }, c) => {
    for (let r = firstRun; r < endRun; r++) {
      if (runIsSend.at(r)) continue;
      for (let i = runStart.at(r); i < runStart.at(r + 1); i++) {
        const w = writer[messages.at(i)];
        if (w !== NONE && w !== c) edges.push(w, c, Rel.wr);
      }
    }
  });
  const status = Uint8Array.from(calls, (call) => call.status);
  const isVertex = Uint8Array.from(
    calls,
    ({ op }) => touchesMessages(op.f) ? 1 : 0,
  );
  const events = logs.events.view();
  addRealtimeOrder({ count, events, status }, edges, Rel.realtime, isVertex);
  if (edges.length === 0) {
    anomalies.add("empty-transaction-graph", () => ({
      explanation: "There are not even two operations of which one came " +
        "after the other.",
    }));
    return;
  }

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
