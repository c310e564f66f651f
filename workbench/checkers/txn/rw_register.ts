import {
  type CheckResult,
  type History,
  type Op,
  pairs,
} from "../../history.ts";
import { stringifyJson } from "../../json.ts";

type Mop = readonly ["r" | "w", key: unknown, value: unknown];

/** A transaction that happened, or may have. */
interface Txn {
  readonly op: Op;
  readonly mops: readonly Mop[];
}

interface Writer extends Txn {
  readonly status: "ok" | "info" | "fail";
  /** Whether this is the transaction's last write to the key. */
  readonly isFinal: boolean;
}

interface Edge {
  readonly to: number;
  readonly type: "ww" | "wr";
  readonly why: string;
}

/**
 * A first cut of Elle's rw-register checker: internal, aborted (G1a) and
 * intermediate (G1b) reads, and cycles of write-write (G0) and of write-write
 * and write-read edges (G1c). The order of two writes to a key is known where a
 * transaction read one and wrote the other, or where one read the initial state.
 *
 * Elle: Kingsbury and Alvaro, VLDB 2020. Anomalies: Adya's thesis, MIT 1999.
 */
export function checkRwRegister(
  history: History,
  _options: { readonly consistencyModels: readonly string[] },
): CheckResult {
  const txns: Txn[] = [];
  const writers = new Map<string, Writer>();
  for (const { invoke, complete } of pairs(history)) {
    const status = complete?.type ?? "info";
    if (status === "invoke") continue;
    const op = complete ?? invoke;
    const mops = (status === "ok" ? op.value : invoke.value) as readonly Mop[];
    if (status === "ok") txns.push({ op, mops });
    mops.forEach(([f, key, value], i) => {
      if (f !== "w") return;
      const isFinal = !mops.slice(i + 1).some(([f, k]) =>
        f === "w" && stringifyJson(k) === stringifyJson(key)
      );
      writers.set(version(key, value), { op, mops, status, isFinal });
    });
  }

  const anomalies: Record<string, string[]> = {
    "internal": [],
    "G1a": [],
    "G1b": [],
    "G0": [],
    "G1c": [],
  };
  for (const txn of txns) checkReads(txn, writers, anomalies);
  const edges = dependencies(txns, writers);
  const onlyWrites = edges.map((all) =>
    all.filter(({ type }) => type === "ww")
  );
  anomalies.G0 = cycles(onlyWrites).map((c) => explain(c, txns));
  anomalies.G1c = cycles(edges)
    .filter((cycle) => cycle.some(({ edge }) => edge.type === "wr"))
    .map((c) => explain(c, txns));

  const found = Object.entries(anomalies).filter(([, all]) => all.length > 0);
  return {
    valid: found.length > 0 ? false : txns.length === 0 ? "unknown" : true,
    anomalyTypes: found.map(([type]) => type),
    anomalies: Object.fromEntries(
      found.map(([type, all]) => [type, all.slice(0, 8)]),
    ),
    explanation: found.map(([type, all]) =>
      `txn, ${type} (${all.length}): ${all[0]}`
    ),
  };
}

const version = (key: unknown, value: unknown) =>
  `${stringifyJson(key)}=${stringifyJson(value)}`;

/** Internal, aborted and intermediate reads of one transaction. */
function checkReads(
  { op, mops }: Txn,
  writers: ReadonlyMap<string, Writer>,
  anomalies: Record<string, string[]>,
): void {
  const mine = new Map<string, unknown>();
  for (const [f, key, value] of mops) {
    const name = stringifyJson(key);
    const text = stringifyJson(value);
    if (f === "r" && mine.has(name)) {
      const expected = stringifyJson(mine.get(name));
      if (expected !== text) {
        anomalies.internal.push(
          `op ${op.index} read ${text} from key ${name}, where it had just ` +
            `seen or written ${expected}`,
        );
      }
    } else if (f === "r" && value !== null) {
      const writer = writers.get(version(key, value));
      if (writer?.status === "fail") {
        anomalies.G1a.push(
          `op ${op.index} read ${text} from key ${name}, which op ` +
            `${writer.op.index} wrote, that failed`,
        );
      } else if (writer && writer.op !== op && !writer.isFinal) {
        anomalies.G1b.push(
          `op ${op.index} read ${text} from key ${name}, which op ` +
            `${writer.op.index} overwrote in the same transaction`,
        );
      }
    }
    mine.set(name, value);
  }
}

/** What each transaction must come before. */
function dependencies(
  txns: readonly Txn[],
  writers: ReadonlyMap<string, Writer>,
): Edge[][] {
  const place = new Map(txns.map(({ op }, i) => [op, i]));
  const edges: Edge[][] = txns.map(() => []);
  txns.forEach(({ op, mops }, to) => {
    const read = new Map<string, unknown>();
    for (const [f, key, value] of mops) {
      const name = stringifyJson(key);
      const source = f === "r" ? value : read.get(name);
      if (source !== undefined && source !== null) {
        const writer = writers.get(version(key, source));
        const from = writer && place.get(writer.op);
        if (from !== undefined && from !== to) {
          edges[from].push({
            to,
            type: f === "r" ? "wr" : "ww",
            why: f === "r"
              ? `op ${op.index} read its write of ${name} = ${
                stringifyJson(source)
              }`
              : `op ${op.index} replaced its write of ${name} = ${
                stringifyJson(source)
              } by ${stringifyJson(value)}`,
          });
        }
      }
      if (f === "r") {
        if (!read.has(name)) read.set(name, value);
      } else read.delete(name);
    }
  });
  return edges;
}

interface Step {
  readonly from: number;
  readonly edge: Edge;
}

/** A shortest cycle through a node of each strongly connected component. */
function cycles(edges: readonly (readonly Edge[])[]): Step[][] {
  return components(edges).filter((all) => all.size > 1).map((all) => {
    const [start] = all;
    const cameBy = new Map<number, Step>();
    const queue = [start];
    for (const from of queue) {
      for (const edge of edges[from]) {
        if (!all.has(edge.to) || cameBy.has(edge.to)) continue;
        cameBy.set(edge.to, { from, edge });
        queue.push(edge.to);
      }
    }
    const cycle: Step[] = [];
    let at = start;
    do {
      const step = cameBy.get(at);
      if (step === undefined) break;
      cycle.unshift(step);
      at = step.from;
    } while (at !== start);
    return cycle;
  });
}

/** Tarjan's strongly connected components, without recursion. */
function components(edges: readonly (readonly Edge[])[]): Set<number>[] {
  const result: Set<number>[] = [];
  const order = new Int32Array(edges.length).fill(-1);
  const low = new Int32Array(edges.length);
  const onStack = new Uint8Array(edges.length);
  const stack: number[] = [];
  let count = 0;
  const enter = (v: number) => {
    order[v] = low[v] = count++;
    stack.push(v);
    onStack[v] = 1;
    return { v, next: 0 };
  };
  for (let root = 0; root < edges.length; root++) {
    if (order[root] >= 0) continue;
    const path = [enter(root)];
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const { v } = top;
      const edge = edges[v][top.next++];
      if (edge !== undefined) {
        if (order[edge.to] < 0) path.push(enter(edge.to));
        else if (onStack[edge.to]) low[v] = Math.min(low[v], order[edge.to]);
        continue;
      }
      path.pop();
      const parent = path.at(-1);
      if (parent) low[parent.v] = Math.min(low[parent.v], low[v]);
      if (low[v] !== order[v]) continue;
      const component = new Set(stack.splice(stack.lastIndexOf(v)));
      for (const w of component) onStack[w] = 0;
      result.push(component);
    }
  }
  return result;
}

function explain(cycle: readonly Step[], txns: readonly Txn[]): string {
  return cycle.map(({ from, edge }) =>
    `op ${txns[from].op.index} ${
      stringifyJson(txns[from].mops)
    } comes before ` +
    `op ${txns[edge.to].op.index}, for ${edge.why}`
  ).join("; ") + ": a cycle";
}
