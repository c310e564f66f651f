/**
 * Makes what a report shows from what a run left behind.
 *
 * @module
 */
import {
  type Client,
  type Fault,
  type Figure,
  type Finding,
  type Messages,
  type Operation,
  ROUNDING,
  type RunDocument,
  type Setting,
} from "./document.ts";
import {
  faultPeriods,
  pointOf,
  stopOf,
  victimsOf,
} from "../../workbench/checkers/faults.ts";
import {
  type Evidence,
  type Validity,
} from "../../workbench/checkers/result.ts";
import { type History } from "../../workbench/load/history.ts";
import { isClient, shortened } from "./recording.ts";
import { deafnessOf, sidesOf, type Unheard } from "./sides.ts";

/** An anomaly, as a checker's result has it. */
export interface FoundAnomaly {
  readonly type?: string;
  readonly explanation?: readonly string[];
  /** Indices in the history. */
  readonly operations?: readonly number[];
}

/** What a run left behind. */
export interface RunRemains {
  readonly workload: string;
  readonly valid: Validity;
  readonly explanation: readonly string[];
  readonly anomalies: readonly FoundAnomaly[];
  /** Operations by their indices in the history. */
  readonly evidence?: readonly Evidence[];
  readonly notes: readonly string[];
  readonly figures: readonly Figure[];
  readonly settings: readonly Setting[];
  readonly command?: string;
  readonly date?: string;
  /** Empty: those that the history and the messages name. */
  readonly nodes: readonly string[];
  /** Number of client threads. @default each process is a thread */
  readonly concurrency?: number;
  readonly history: History;
  readonly messages?: Messages;
  readonly files?: readonly string[];
  /** ms; when the last message was sent or arrived. */
  readonly end: number;
}

export function compose(remains: RunRemains): RunDocument {
  const { history, messages, explanation, anomalies } = remains;
  const operations = operationsOf(history);
  const omitted = omitAnswers(operations);
  const nodes = remains.nodes.length > 0
    ? remains.nodes
    : [...new Set(history.flatMap(({ node }) => node ?? []))];
  const names = messages?.names ?? [];
  const services = names.filter((name) =>
    !isClient(name) && !nodes.includes(name)
  );
  const clients = clientsOf(
    operations,
    messages,
    remains.concurrency ?? Infinity,
  );
  const operationAt = positionsOf(operations);
  const last = history.at(-1)?.time ?? 0;
  return {
    format: 1,
    workload: remains.workload,
    valid: remains.valid,
    findings: explanation.map((text) => {
      const anomaly = anomalies.find((it) =>
        it.explanation?.some((it) => text.endsWith(it))
      );
      const named = [...text.matchAll(/\bop (\d+)\b/g)].map(([, n]) => +n);
      const shown = named.length > 0 ? named : anomaly?.operations ?? [];
      const found = new Set(
        shown.flatMap((index) => operationAt.get(index) ?? []),
      );
      return finding(text, anomaly?.type, [...found], operations);
    }),
    notes: omitted === 0 ? remains.notes : [
      ...remains.notes,
      `The answers are too long to be kept all: this page leaves out ` +
      `${omitted} of ${operations.length}.`,
    ],
    command: remains.command,
    date: remains.date,
    settings: remains.settings,
    figures: remains.figures,
    duration: Math.max(remains.end, last / 1e6),
    nodes,
    services,
    clients,
    operations: operations.map((operation) => ({
      ...operation,
      client: clients.findIndex(({ processes }) =>
        processes.has(operation.process)
      ),
    })),
    faults: faultsOf(history),
    messages,
    files: remains.files,
    evidence: (remains.evidence ?? []).map((it) => positioned(it, operationAt)),
  };
}

type Unassigned = Omit<Operation, "client">;

function operationsOf(history: History): Mutable<Unassigned>[] {
  const operations: Mutable<Unassigned>[] = [];
  const open = new Map<number | string, Mutable<Unassigned>>();
  for (const op of history) {
    const { process, type, time } = op;
    if (typeof process !== "number") continue;
    if (type === "invoke") {
      const { index, node, f, value, final } = op;
      const begun: Mutable<Unassigned> = {
        ...{ index, process, node, f, value: brief(value), final },
        type: "open",
        start: time / 1e6,
      };
      open.set(process, begun);
      operations.push(begun);
      continue;
    }
    const begun = open.get(process);
    open.delete(process);
    if (begun === undefined) continue;
    begun.type = type === "ok" || type === "fail" ? type : "info";
    begun.completed = op.index;
    begun.end = time / 1e6;
    begun.result = brief(op.value);
    begun.error = brief(op.error);
    if (op.committed !== undefined) begun.committed = op.committed;
  }
  return operations;
}

/** A value whose long texts are shortened. */
function brief(value: unknown): unknown {
  if (typeof value === "string") return shortened(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(brief);
  return Object.fromEntries(
    Object.entries(value).map(([key, it]) => [shortened(key), brief(it)]),
  );
}

/** Elements of the answers of all operations together. */
const MAX_ELEMENTS = 1_000_000;
/** Shorter answers are always kept. */
const SHORT = 100;

/**
 * Leaves out answers where they are too long together: at equal distances, and
 * none of the final reads'.
 *
 * @returns how many
 */
function omitAnswers(operations: readonly Mutable<Unassigned>[]): number {
  const long = operations.filter(({ result, final }) =>
    !final && sizeOf(result) > SHORT
  );
  const total = long.reduce((n, { result }) => n + sizeOf(result), 0);
  const every = Math.ceil(total / MAX_ELEMENTS);
  const left = long.filter((_, i) => i % every !== 0);
  for (const operation of left) {
    operation.omitted = sizeOf(operation.result);
    operation.result = undefined;
  }
  return left.length;
}

const sizeOf = (value: unknown): number =>
  Array.isArray(value)
    ? value.length
    : typeof value === "object" && value !== null
    ? Object.keys(value).length
    : 1;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The position of its operation, by the index of an event in the history. */
const positionsOf = (operations: readonly Unassigned[]): Map<number, number> =>
  new Map(
    operations.flatMap(({ index, completed }, at): [number, number][] => [
      [index, at],
      ...completed === undefined ? [] : [[completed, at] as [number, number]],
    ]),
  );

/** Evidence whose operations are positions, instead of indices. */
function positioned(
  evidence: Evidence,
  operationAt: ReadonlyMap<number, number>,
): Evidence {
  const of = (indices: readonly number[]) =>
    indices.flatMap((index) => operationAt.get(index) ?? []);
  if (evidence.kind === "linearization") {
    const { order, stuck } = evidence;
    return { ...evidence, order: of(order), stuck: of(stuck) };
  }
  if (evidence.kind === "operations") {
    return { ...evidence, operations: of(evidence.operations) };
  }
  const steps = evidence.steps.flatMap((step) =>
    of([step.operation]).map((operation) => ({ ...step, operation }))
  );
  return { ...evidence, steps };
}

/** A sentence about what some operation wrote is about that. */
function finding(
  text: string,
  type: string | undefined,
  found: readonly number[],
  operations: readonly Unassigned[],
): Finding {
  const subject = found.map((at) => operations[at].value)
    .find((value) => typeof value === "number" || typeof value === "string");
  return { type, text: shortened(text), operations: found, subject };
}

/**
 * The clients in the network of each process. A history does not name them, but
 * each sends its first request when its process begins its first operation.
 */
function clientsOf(
  operations: readonly Unassigned[],
  messages: Messages | undefined,
  concurrency: number,
): (Client & { readonly processes: ReadonlySet<number> })[] {
  const firsts = new Map<number, Unassigned>();
  for (const operation of operations) {
    if (!firsts.has(operation.process)) {
      firsts.set(operation.process, operation);
    }
  }
  const idOf = matchIds(firsts, messages);
  // As in Jepsen, a process p that crashed is followed by p + concurrency.
  const threads = new Map<
    number,
    { processes: Set<number>; node: string; ids: string[] }
  >();
  for (const [process, { node = "" }] of firsts) {
    const thread = threads.getOrInsertComputed(
      process % concurrency,
      () => ({ processes: new Set<number>(), node, ids: [] }),
    );
    thread.processes.add(process);
    const id = idOf.get(process);
    if (id !== undefined) thread.ids.push(id);
  }
  return [...threads].toSorted(([a], [b]) => a - b)
    .map(([thread, it]) => ({ name: `client ${thread}`, ...it }));
}

/** The client in the network that each process is. */
function matchIds(
  firsts: ReadonlyMap<number, Unassigned>,
  messages: Messages | undefined,
): Map<number, string> {
  const found = new Map<number, string>();
  if (messages === undefined) return found;
  const { names, from, to, sent } = messages;
  const requests: { id: string; node: string; at: number }[] = [];
  const seen = new Set<number>();
  for (let i = 0; i < messages.count; i++) {
    if (seen.has(from[i]) || !isClient(names[from[i]])) continue;
    seen.add(from[i]);
    requests.push({ id: names[from[i]], node: names[to[i]], at: sent[i] });
  }
  const taken = new Set<string>();
  for (const [process, { node, start }] of firsts) {
    const request = requests.find((it) =>
      !taken.has(it.id) && it.node === node && it.at >= start - ROUNDING
    );
    if (request === undefined) continue;
    taken.add(request.id);
    found.set(process, request.id);
  }
  return found;
}

const kinds: ReadonlyMap<string, Fault["kind"]> = new Map([
  ["start-partition", "partition"],
  ["start-one-way", "partition"],
  ["kill", "kill"],
  ["pause", "pause"],
]);

const handKinds: typeof kinds = new Map([...kinds, ["cut", "partition"]]);

const faultsOf = (history: History): Fault[] =>
  faultPeriods(history).map((period) => {
    const { f, begin, end } = period;
    const byHand = begin.byHand === true;
    const kind = (byHand ? handKinds : kinds).get(f) ?? "other";
    const victims = victimsOf(period);
    const why = stopOf(begin);
    const unheard = kind !== "partition"
      ? undefined
      : byHand
      ? eachOther(victims)
      : grudgeOf(begin.value);
    const nodes = unheard
      ? Object.keys(unheard)
      : victims.filter((name) => !isClient(name));
    return {
      kind,
      f,
      ...byHand && { byHand },
      ...why !== undefined && { why },
      start: begin.time / 1e6,
      end: end && end.time / 1e6,
      nodes,
      unheard,
      label: pointOf(begin)?.text ??
        (unheard === undefined
          ? nodes.join(", ") + (period.isUnsure ? ", perhaps" : "") +
            (why === undefined ? "" : `: ${why}`)
          : f === "start-one-way"
          ? deafnessOf(unheard)
          : sides(unheard)),
    };
  });

/** Two who do not hear each other. */
const eachOther = ([a, b]: readonly string[]): Unheard => ({
  [a]: [b],
  [b]: [a],
});

function grudgeOf(value: unknown): Record<string, string[]> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([id, cut]) =>
      Array.isArray(cut) && cut.length > 0 ? [[id, cut.map(String)]] : []
    ),
  );
}

/** `n1 | n0, n2`, or, of a ring, how many each hears. */
function sides(unheard: Unheard): string {
  const ids = Object.keys(unheard);
  return sidesOf(unheard)?.map((side) => side.join(", ")).join(" | ") ??
    `each hears only ${ids.length - unheard[ids[0]].length} of ${ids.length}`;
}
