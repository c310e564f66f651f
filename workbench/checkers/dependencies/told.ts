/**
 * Cycles as anomalies, told step by step.
 *
 * @module
 */
import { type Op, who } from "../../load/history.ts";
import { type Anomalies, type Instance } from "../anomalies.ts";
import { type CycleStep } from "../result.ts";
import { brief, show } from "../words.ts";
import { type Cycle, findCycles, type RelName } from "./cycles.ts";
import { type EdgeList, Graph } from "./graph.ts";

/** Why one transaction comes before another, for a step of a cycle. */
export interface Reason {
  /** Words, with the names of the two transactions. */
  readonly words: (before: string, after: string) => string;
  readonly [detail: string]: unknown;
}

/** Operations that may be part of a cycle. */
interface Operations {
  /** The completion; the invocation if there is none. */
  readonly ops: readonly Op[];
  readonly invocations: readonly Op[];
}

/**
 * Adds the cycles of a graph to the anomalies.
 *
 * @param reason says why there is an edge of one of the relations ww, wr, rw
 * @param asksCausality see {@linkcode findCycles}
 * @returns what is in doubt after that
 */
export function addCycles(
  txns: Operations & { readonly count: number },
  edges: EdgeList,
  anomalies: Anomalies,
  reason: (before: number, after: number, rel: RelName) => Reason,
  asksCausality = false,
): Doubts {
  const { cycles, isIncomplete } = findCycles(
    Graph.of(txns.count, edges),
    asksCausality,
  );
  for (const cycle of cycles) {
    anomalies.add(cycle.type, () => describe(txns, cycle, reason));
  }
  return { isEmpty: edges.length === 0, isIncomplete };
}

/** Why a history without anomalies may be wrong all the same. */
export interface Doubts {
  /** No dependency between transactions was found. */
  readonly isEmpty: boolean;
  /** Whether a search was given up that might have found one more cycle. */
  readonly isIncomplete: boolean;
}

/**
 * A cycle, told step by step.
 *
 * @param reason see {@linkcode addCycles}
 */
export function describe(
  txns: Operations,
  { type, steps }: Cycle,
  reason: (before: number, after: number, rel: RelName) => Reason,
): Instance {
  const names = new Map(steps.map(({ from }, i) => [from, `T${i + 1}`]));
  const details = steps.map(({ from, to, rel }) => {
    const before = names.get(from) ?? "";
    const after = names.get(to) ?? "";
    const { words, ...detail } = timeReason(txns, from, to, rel) ??
      reason(from, to, rel);
    const why = words(before, after);
    return { type: rel, before, after, ...detail, why };
  });
  const cycle = steps.map(({ from }) => brief(txns.ops[from]));
  return {
    type,
    cycle,
    steps: details,
    ...(steps.length <= PICTURED && {
      evidence: {
        kind: "cycle",
        anomaly: type,
        steps: details.map((step, i) => pictured(cycle[i].index, step)),
      },
    }),
    explanation: [
      "Let",
      ...elide(cycle.map(introduce)),
      "Then",
      ...elide(details.map(({ before, after, why }, i) => {
        const but = i === details.length - 1 ? "but " : "";
        return `  - ${but}${before} < ${after}, because ${why}`;
      })),
    ].join("\n") + ": a cycle.",
  };
}

/** A transaction, which is called `T1` if it is the first. */
export function introduce(op: ReturnType<typeof brief>, place: number): string {
  return `  T${place + 1} = op ${op.index} of ${who(op)}, ${op.type}: ` +
    show(op.value);
}

/** Of longer cycles nobody wants a picture. */
const PICTURED = 60;

function pictured(
  operation: number,
  { type, why, ...detail }:
    & { readonly type: string; readonly why: string }
    & Readonly<Record<string, unknown>>,
): CycleStep {
  const { key, value, "value'": next } = detail;
  return {
    ...{ operation, kind: type, why },
    ...(key !== undefined && { key }),
    ...(value !== undefined && { value }),
    ...(next !== undefined && { next }),
  };
}

/** Of many lines the first and the last ones. */
function elide(lines: readonly string[]): string[] {
  const most = 10;
  if (lines.length <= most) return [...lines];
  const left = lines.length - most;
  return [...lines.slice(0, most / 2), `  … ${left} more …`].concat(
    lines.slice(-most / 2),
  );
}

/** Why an order of time holds; undefined of other relations. */
export function timeReason(
  { ops, invocations }: Operations,
  before: number,
  after: number,
  rel: RelName,
): Reason | undefined {
  if (rel === "process") {
    const { process } = ops[before];
    return {
      process,
      words: (a, b) => `process ${process} ran ${a} before ${b}`,
    };
  }
  if (rel !== "realtime") return undefined;
  const end = ops[before];
  const begin = invocations[after];
  const ms = (begin.time - end.time) / 1e6;
  return {
    end: end.index,
    begin: begin.index,
    words: (a, b) =>
      `${a} ended (op ${end.index})${ms > 0 ? ` ${ms.toFixed(3)} ms` : ""} ` +
      `before ${b} began (op ${begin.index})`,
  };
}
