/**
 * What shows that transactions were not isolated: a cycle of them, or some in
 * the order of time, with the micro-operations that are at issue.
 *
 * @module
 */
import { type Evidence } from "../../workbench/checkers/result.ts";
import { type RunDocument } from "../run/document.ts";

/** A micro-operation, such as `append 3 7`. */
export interface MicroOperation {
  readonly text: string;
  /** Whether the anomaly is about this one. */
  readonly isAtIssue: boolean;
}

export interface Transaction {
  /** Its position. */
  readonly operation: number;
  /** `T1` */
  readonly name: string;
  readonly micros: readonly MicroOperation[];
}

/** Why one transaction comes before another, both by their places. */
export interface Edge {
  readonly from: number;
  readonly to: number;
  /** `ww`, `wr`, `rw`, `process` or `realtime`. */
  readonly kind: string;
  readonly why: string;
}

/** One time that an anomaly was found. */
export interface Story {
  readonly anomaly: string;
  /** In words; absent for a cycle, whose edges say it. */
  readonly why?: string;
  readonly transactions: readonly Transaction[];
  /** Those of a cycle: each leads to the next, and the last to the first. */
  readonly edges: readonly Edge[];
}

/** All that there is evidence of, most telling first. */
export function storiesOf({ evidence, operations }: RunDocument): Story[] {
  return evidence.flatMap((it): Story[] => {
    if (it.kind === "cycle") return [cycle(it, operations)];
    return it.kind === "operations" ? [inTime(it, operations)] : [];
  });
}

/** What each kind of edge says. */
export const kinds: Readonly<Record<string, string>> = {
  ww: "wrote what the other replaced",
  wr: "wrote what the other read",
  rw: "read what the other replaced",
  process: "came before it in the same process",
  realtime: "had ended before the other began",
};

type Operations = RunDocument["operations"];

/** Whether a micro-operation is at issue. */
type Asks = (micro: Micro) => boolean;

interface Micro {
  readonly isRead: boolean;
  readonly key: unknown;
  readonly value: unknown;
}

function cycle(
  { anomaly, steps }: Extract<Evidence, { kind: "cycle" }>,
  operations: Operations,
): Story {
  const transactions = steps.map(({ operation }, i) => {
    const before = steps.at(i - 1);
    const asked = [first(steps[i]), ...before ? [second(before)] : []];
    return {
      ...{ operation, name: `T${i + 1}` },
      micros: microsOf(
        operations[operation],
        (micro) => asked.some((asks) => asks(micro)),
        [steps[i].value, before?.value],
      ),
    };
  });
  const edges = steps.map(({ kind, why }, from) => ({
    ...{ from, to: (from + 1) % steps.length, kind, why },
  }));
  return { anomaly, transactions, edges };
}

type Step = Extract<Evidence, { kind: "cycle" }>["steps"][number];

/** What the first of two transactions did. */
const first = ({ kind, key, value }: Step): Asks => (micro) =>
  key !== undefined && same(micro.key, key) &&
  (kind === "rw"
    ? micro.isRead && shows(micro, value)
    : !micro.isRead && same(micro.value, value));

/** What the second one did. */
const second = ({ kind, key, value, next }: Step): Asks => (micro) =>
  key !== undefined && same(micro.key, key) &&
  (kind === "wr"
    ? micro.isRead && shows(micro, value)
    : !micro.isRead && same(micro.value, next));

const same = (a: unknown, b: unknown) =>
  a === b || JSON.stringify(a) === JSON.stringify(b);

/** Whether a value, or the last element of a list, is this version. */
function shows({ value }: Micro, version: unknown): boolean {
  if (!Array.isArray(value)) return same(value ?? null, version ?? null);
  return same(value, version) || same(value.at(-1) ?? null, version ?? null);
}

function inTime(
  { anomaly, why, operations: at, key, values = [] }: Extract<
    Evidence,
    { kind: "operations" }
  >,
  operations: Operations,
): Story {
  const ofKey: Asks = (micro) => same(micro.key, key);
  const ofValue: Asks = (micro) =>
    ofKey(micro) && values.some((it) =>
      same(micro.value, it) ||
      Array.isArray(micro.value) && micro.value.some((el) => same(el, it))
    );
  const transactions = at.toSorted((a, b) =>
    operations[a].start - operations[b].start
  ).map((operation, i): Transaction => {
    const all = microsOf(operations[operation], ofValue, values);
    // Where the value is missing, that is what is at issue.
    const isTold = anomaly !== "lost-update" &&
      all.some(({ isAtIssue }) => isAtIssue);
    const micros = isTold ? all : microsOf(operations[operation], ofKey, []);
    return { operation, name: `T${i + 1}`, micros };
  });
  return { anomaly, why, transactions, edges: [] };
}

function microsOf(
  { value, result, type }: Operations[number],
  asks: Asks,
  kept: readonly unknown[],
): MicroOperation[] {
  const all: unknown = type === "ok" ? result ?? value : value;
  if (!Array.isArray(all)) return [];
  return all.flatMap((it: unknown) => {
    if (!Array.isArray(it)) return [];
    const [f, key, value] = it;
    const micro = { isRead: f === "r", key, value };
    const name = f === "r" ? "read" : f === "w" ? "write" : f;
    const shown = Array.isArray(value)
      ? list(value, kept)
      : micro.isRead && (value ?? null) === null
      ? type === "ok" ? "nothing" : "?"
      : JSON.stringify(value);
    const text = `${name} ${JSON.stringify(key)}: ${shown}`;
    return [{ text, isAtIssue: asks(micro) }];
  });
}

/** Of a long list its ends, and those elements that must be seen. */
export function list(
  values: readonly unknown[],
  kept: readonly unknown[],
): string {
  const wanted = new Set(kept.map((it) => JSON.stringify(it)));
  const parts: string[] = [];
  values.forEach((value, i) => {
    const text = JSON.stringify(value);
    const isSeen = values.length <= 8 || i === 0 || i >= values.length - 4 ||
      wanted.has(text);
    if (isSeen) parts.push(text);
    else if (parts.at(-1) !== "…") parts.push("…");
  });
  return `[${parts.join(" ")}]`;
}

/** At most so many micro-operations, those at issue among them. */
export function shortened(
  micros: readonly MicroOperation[],
  most: number,
): { readonly shown: readonly MicroOperation[]; readonly omitted: number } {
  const others = most - micros.filter(({ isAtIssue }) => isAtIssue).length;
  let left = others;
  const shown = micros.filter(({ isAtIssue }) => isAtIssue || left-- > 0);
  return { shown, omitted: micros.length - shown.length };
}
