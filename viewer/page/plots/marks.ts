/**
 * Marks that can be told apart without colours: shapes for kinds of operations,
 * how they are filled for how they ended, dashes for lines.
 *
 * @module
 */
import { type Outcome } from "../../measures/latency.ts";
import { type Colours } from "../colours.ts";

type Point = readonly [x: number, y: number];

const regular = (corners: number, turn = 0): Point[] =>
  Array.from({ length: corners }, (_, i) => {
    const angle = (i / corners + turn) * 2 * Math.PI;
    return [Math.sin(angle), -Math.cos(angle)];
  });

/** Corners, about the origin, at a distance of about 1. */
const shapes: readonly (readonly Point[])[] = [
  regular(16),
  regular(4, 1 / 8).map(([x, y]) => [x * 1.2, y * 1.2]),
  regular(3).map(([x, y]) => [x * 1.25, y * 1.25]),
  regular(4).map(([x, y]) => [x * 1.2, y * 1.2]),
  regular(3, 1 / 2).map(([x, y]) => [x * 1.25, y * 1.25]),
  regular(5),
];

/** For the nth kind of operations. */
export const shapeOf = (kind: number): readonly Point[] =>
  shapes[kind % shapes.length];

/** Ok is full; unknown is half full: it may have happened; failed is hollow. */
export const outcomeColours: Readonly<Record<Outcome, keyof Colours>> = {
  ok: "ink",
  info: "amber",
  fail: "grey",
};

export const outcomeWords: Readonly<Record<Outcome, string>> = {
  ok: "ok",
  info: "unknown",
  fail: "failed",
};

/** The part of a shape that is filled. */
export function filledPart(
  shape: readonly Point[],
  outcome: Outcome,
): readonly Point[] {
  if (outcome === "fail") return [];
  if (outcome === "ok") return shape;
  return shape.map(([x, y]) => [Math.min(0, x), y]);
}

/** How a line is drawn. */
export interface LineStyle {
  readonly colour: keyof Colours;
  readonly width: number;
  /** Lengths of strokes and gaps in pixels. */
  readonly dash: readonly number[];
}

/** The first are the strongest. */
export const lineStyles: readonly LineStyle[] = [
  { colour: "ink", width: 1.75, dash: [] },
  { colour: "ink", width: 1.25, dash: [5, 3] },
  { colour: "grey", width: 1.25, dash: [] },
  { colour: "ink", width: 1.25, dash: [1.5, 2.5] },
  { colour: "grey", width: 1.25, dash: [8, 3, 2, 3] },
  { colour: "grey", width: 2.5, dash: [2, 4] },
];

export const lineStyle = (n: number): LineStyle =>
  lineStyles[n % lineStyles.length];

/** A point that is drawn by itself. */
export interface PointStyle {
  readonly colour: keyof Colours;
  /** From 0 to 1. @default 1 */
  readonly opacity?: number;
  /** Adds a point, of which x and y are in device pixels. */
  mark(fill: Path2D, outline: Path2D, x: number, y: number): void;
}

/** The marks of a kind of operations that ended in one way. */
export function pointStyle(
  kind: number,
  outcome: Outcome,
  { radius = 3, opacity = 1 } = {},
): PointStyle {
  const shape = shapeOf(kind);
  const filled = filledPart(shape, outcome);
  return {
    colour: outcomeColours[outcome],
    opacity,
    mark(fill, outline, x, y) {
      trace(fill, filled, x, y, radius * devicePixelRatio);
      trace(outline, shape, x, y, radius * devicePixelRatio);
    },
  };
}

/** Adds a polygon to a path. */
export function trace(
  path: Path2D,
  corners: readonly Point[],
  x: number,
  y: number,
  radius: number,
): void {
  corners.forEach(([dx, dy], i) => {
    if (i === 0) path.moveTo(x + dx * radius, y + dy * radius);
    else path.lineTo(x + dx * radius, y + dy * radius);
  });
  if (corners.length > 0) path.closePath();
}
