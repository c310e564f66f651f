/**
 * Which operations a table shows, and in which order.
 *
 * @module
 */
import { type Operation, type RunDocument } from "../run/document.ts";
import { type View } from "../scene/view.ts";
import { latencyOf } from "./latency.ts";

export const operationColumns = [
  "at",
  "took",
  "node",
  "kind",
  "ended",
] as const;
export type OperationColumn = typeof operationColumns[number];

/** `not ok`: failed, unknown, or never ended; `named`: in a finding. */
export type OperationFilter = "all" | "in sight" | "not ok" | "named";

const keys: Readonly<
  Record<OperationColumn, (operation: Operation) => number | string>
> = {
  at: ({ start }) => start,
  // What never ended took longest.
  took: (it) => it.end === undefined ? Infinity : latencyOf(it),
  node: ({ node = "" }) => node,
  kind: ({ f }) => f,
  ended: ({ type }) => type,
};

/** Positions of the operations that findings name. */
export const namedIn = (findings: RunDocument["findings"]): Set<number> =>
  new Set(findings.flatMap(({ operations }) => operations));

/** @returns positions in the run's operations */
export function rowsOf(
  { operations, findings, duration }: RunDocument,
  filter: OperationFilter,
  view: View,
  column: OperationColumn,
  isDescending: boolean,
): number[] {
  const named = namedIn(findings);
  const isShown = ({ start, end = duration, type }: Operation, at: number) => {
    if (filter === "in sight") return start <= view.end && end >= view.start;
    if (filter === "not ok") return type !== "ok";
    return filter === "all" || named.has(at);
  };
  const rows = operations.flatMap((it, at) => isShown(it, at) ? [at] : []);
  const key = keys[column];
  const sign = isDescending ? -1 : 1;
  return rows.toSorted((a, b) => {
    const [x, y] = [key(operations[a]), key(operations[b])];
    return x === y
      ? operations[a].start - operations[b].start || a - b
      : typeof x === "string" && typeof y === "string"
      ? sign * x.localeCompare(y, "en", { numeric: true })
      : x < y
      ? -sign
      : sign;
  });
}
