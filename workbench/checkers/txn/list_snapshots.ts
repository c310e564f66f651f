/**
 * Snapshot isolation where appends were never seen.
 *
 * They come after all others, but in which order among each other nobody can
 * tell. Models that forbid cycles only are decided without it: take any order
 * that the rest allows. Under snapshot isolation, of two transactions that
 * append to the same key one ends before the other begins, which can be
 * impossible either way. So that is decided as for registers, with the order
 * that the lists show.
 *
 * @module
 */
import { type Anomalies, Status } from "../anomalies.ts";
import { Rel } from "../dependencies/cycles.ts";
import { components, EdgeList, Graph } from "../dependencies/graph.ts";
import { addWriteOrder } from "./list_contradictions.ts";
import { type ListVersions, NOBODY, UNSEEN } from "./list_versions.ts";
import { registersOf } from "./registers.ts";
import { decideOrder } from "./strong.ts";
import { NIL } from "./transactions.ts";

/** What came of it. */
export interface SnapshotDecision {
  /** Models for which there is no verdict, each with why. */
  readonly undecided: readonly string[];
  /** The types of anomalies that were added. */
  readonly added: readonly string[];
}

/**
 * Decides that for lists that are right otherwise.
 *
 * @param edges all that is certain, with the orders of time that are asked for
 * @param prohibited what the models asked for rule out
 */
export function decideUnseen(
  lists: ListVersions,
  edges: EdgeList,
  prohibited: ReadonlySet<string>,
  anomalies: Anomalies,
): SnapshotDecision {
  const nothing = { undecided: [], added: [] };
  const snapshots = new Set(
    [...prohibited].filter((it) => it.startsWith("G-nonadjacent-item")),
  );
  if (snapshots.size === 0) return nothing;
  if (anomalies.hasAny(prohibited)) return nothing;
  const { txns } = lists;
  const happened = happenedOf(lists);
  if (!hasFreeOrder(lists, happened)) return nothing;
  // If no cycle at all is there, even an order of transactions is.
  const { ww, wr, rw, process, realtime } = Rel;
  const graph = Graph.of(txns.count, edges);
  const { sizes } = components(graph, ww | wr | rw | process | realtime);
  if (sizes.length === txns.count) return nothing;
  const registers = registersOf(
    txns,
    happened,
    (version) => lists.writerOf(version),
  );
  const order = new EdgeList();
  addWriteOrder(lists, order);
  const known = new EdgeList();
  known.pushAll(order, registers.numberOf);
  const decision = decideOrder(txns, registers, snapshots, known);
  return {
    undecided: decision.undecided,
    added: decision.tell(anomalies),
  };
}

/** 1 for transactions that were acknowledged, or seen. */
function happenedOf(lists: ListVersions): Uint8Array {
  const { count, start, isWrite, key, version, status } = lists.txns;
  const happened = status.map((it) => it === Status.ok ? 1 : 0);
  for (let t = 0; t < count; t++) {
    if (status[t] !== Status.info) continue;
    for (let m = start[t]; m < start[t + 1]; m++) {
      const isSeen = isWrite[m] === 1 && lists.longest[key[m]] !== NIL &&
        lists.place[version[m]] !== UNSEEN;
      if (isSeen) happened[t] = 1;
    }
  }
  return happened;
}

/** Whether two transactions made appends to one key that nobody saw. */
function hasFreeOrder(lists: ListVersions, happened: Uint8Array): boolean {
  const { keys, keyOf, values } = lists.txns;
  const first = new Int32Array(keys.length).fill(NOBODY);
  for (let v = 0; v < values.length; v++) {
    const writer = lists.writer[v];
    if (lists.place[v] !== UNSEEN || writer === NOBODY) continue;
    if (happened[writer] === 0) continue;
    const k = keyOf[v];
    if (first[k] !== NOBODY && first[k] !== writer) return true;
    first[k] = writer;
  }
  return false;
}
