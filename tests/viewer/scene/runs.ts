/** Small runs to draw. */
import {
  type Fate,
  fates,
  type Fault,
  type Messages,
  type Operation,
  type RunDocument,
} from "../../../viewer/run/document.ts";

export interface MessageRow {
  readonly from: string;
  readonly to: string;
  readonly sent: number;
  readonly ended?: number;
  /** @default arrived */
  readonly fate?: Fate;
  readonly body?: unknown;
}

/** Rows must be in the order of sending. */
export function messagesOf(rows: readonly MessageRow[]): Messages {
  const names = [...new Set(rows.flatMap(({ from, to }) => [from, to]))];
  return {
    count: rows.length,
    names,
    types: ["t"],
    from: Uint16Array.from(rows, ({ from }) => names.indexOf(from)),
    to: Uint16Array.from(rows, ({ to }) => names.indexOf(to)),
    type: new Uint16Array(rows.length),
    sent: Float64Array.from(rows, ({ sent }) => sent),
    ended: Float64Array.from(rows, ({ ended = NaN }) => ended),
    fate: Uint8Array.from(
      rows,
      ({ fate = "arrived" }) => fates.indexOf(fate),
    ),
    bodies: rows.map(({ body = { type: "t" } }) => JSON.stringify(body)),
    duplicates: [],
    sampling: 1,
  };
}

/** By default two nodes, each with a client: c0 at n0, c1 at n1. */
export function runOf({ rows, nodes = ["n0", "n1"], ...rest }:
  & Partial<RunDocument>
  & { readonly rows?: readonly MessageRow[] }): RunDocument {
  return {
    format: 1,
    workload: "broadcast",
    valid: true,
    findings: [],
    notes: [],
    settings: [],
    figures: [],
    duration: 1000,
    nodes,
    services: [],
    clients: nodes.map((node, i) => ({
      name: `client ${i}`,
      node,
      ids: [`c${i}`],
    })),
    operations: [],
    faults: [],
    messages: rows && messagesOf(rows),
    evidence: [],
    ...rest,
  };
}

export const operationOf = (rest: Partial<Operation>): Operation => ({
  index: 0,
  process: 0,
  client: 0,
  f: "read",
  type: "ok",
  start: 0,
  ...rest,
});

export const faultOf = (rest: Partial<Fault>): Fault => ({
  kind: "partition",
  f: "start-partition",
  start: 0,
  nodes: ["n0", "n1"],
  label: "n0 | n1",
  ...rest,
});
