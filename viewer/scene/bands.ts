/**
 * Faults as bands, and what they leave of nodes' lives.
 *
 * @module
 */
import { type Fault, type RunDocument } from "../run/document.ts";
import { namesOf, sidesOf } from "../run/sides.ts";
import { type Span } from "./causality.ts";

/** A fault's name over the times. */
export interface Band extends Span {
  /** Position in the run's faults. */
  readonly fault: number;
  /** Which of the rows over the lanes. */
  readonly row: number;
  readonly label: string;
}

/** There are no more rows than this; further faults share the last. */
const MOST_ROWS = 3;

/** Faults that overlap are in different rows. */
export function bandsOf({ faults, duration }: RunDocument): Band[] {
  const ends: number[] = [];
  return faults.map((fault, i): Band => {
    const { start, end = duration } = fault;
    const free = ends.findIndex((it) => it <= start);
    const row = Math.min(free >= 0 ? free : ends.length, MOST_ROWS - 1);
    ends[row] = Math.max(end, ends[row] ?? 0);
    return { fault: i, row, start, end, label: labelOf(fault) };
  });
}

/** Number of rows. */
export const rowsOf = (bands: readonly Band[]) =>
  Math.max(0, ...bands.map(({ row }) => row + 1));

function labelOf(fault: Fault): string {
  const { kind, f, nodes, unheard, label, byHand, why } = fault;
  const names = (side: readonly string[]) => namesOf(side) || "nobody";
  const hand = byHand ? " by hand" : "";
  switch (kind) {
    case "partition":
      if (byHand) return `cut by hand: ${nodes.join(" – ")}`;
      return unheard && sidesOf(unheard)?.map(names).join(" | ") || label;
    case "kill":
      return `${why ? "stopped by itself" : `killed${hand}`}: ${names(nodes)}`;
    case "pause":
      return `paused${hand}: ${names(nodes)}`;
    case "other":
      if (byHand) return `by hand: ${label}`;
      return `${f === "remove-member" ? "no member" : f}: ${label}`;
  }
}

/** Which side of a partition each node is on, the smallest first. */
export function sideOf({ unheard }: Fault): ReadonlyMap<string, number> {
  const sides = unheard && sidesOf(unheard);
  return new Map(
    sides?.flatMap((side, i) => side.map((id) => [id, i] as const)),
  );
}

/** Whom a node does not hear, in words; undefined without a partition. */
export function cutOffAt(
  { unheard }: Fault,
  node: string | undefined,
): string | undefined {
  const others = node === undefined ? undefined : unheard?.[node];
  return others && `${node} does not hear ${others.join(" ")}`;
}

/** From each start of a node to its next kill. */
export function livesOf(
  { faults, duration }: RunDocument,
  node: string,
): Span[] {
  const lives: Span[] = [];
  let start = 0;
  for (const it of faults) {
    if (it.kind !== "kill" || !it.nodes.includes(node)) continue;
    if (it.start > start) lives.push({ start, end: it.start });
    start = Math.max(start, it.end ?? Infinity);
  }
  if (start <= duration) lives.push({ start, end: duration });
  return lives;
}
