/**
 * A cycle as a ring of boxes: from left to right above, and back below, so that
 * what is read stands in lines.
 *
 * @module
 */

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** An arrow from one box to the next, and where its words stand. */
export interface Arrow {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  /** Middle of the words, or of their lower or upper edge. */
  readonly label: {
    readonly x: number;
    readonly y: number;
    readonly side: "above" | "below" | "over";
  };
}

export interface Ring {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  /** The one at `i` leads from box `i` to the next. */
  readonly arrows: readonly Arrow[];
}

/** All in pixels. */
export interface RingSizes {
  readonly boxWidth: number;
  /** Between boxes beside each other: words fit in. */
  readonly gapX: number;
  /** Between boxes above each other. */
  readonly gapY: number;
}

/** @param heights of the boxes, of which there is at least one */
export function ringOf(heights: readonly number[], sizes: RingSizes): Ring {
  const { boxWidth, gapX, gapY } = sizes;
  const places = placesOf(heights.length);
  const rows = Math.max(...places.map(({ row }) => row)) + 1;
  const columns = Math.max(...places.map(({ column }) => column)) + 1;
  const rowHeights = Array.from(
    { length: rows },
    (_, row) =>
      Math.max(...heights.filter((_, i) => places[i].row === row), 40),
  );
  const tops = rowHeights.map((_, row) =>
    MARGIN + rowHeights.slice(0, row).reduce((sum, it) => sum + it + gapY, 0)
  );
  const boxes = places.map(({ row, column }, i): Box => ({
    x: column * (boxWidth + gapX),
    y: tops[row] + (rowHeights[row] - heights[i]) / 2,
    width: boxWidth,
    height: heights[i],
  }));
  return {
    width: Math.ceil(columns) * (boxWidth + gapX) - gapX,
    height: tops[rows - 1] + rowHeights[rows - 1] + MARGIN,
    boxes,
    arrows: boxes.map((from, i) => {
      const to = boxes[(i + 1) % boxes.length];
      return boxes.length === 2
        ? sideBySide(from, to, i === 0)
        : arrow(from, to);
    }),
  };
}

/** Room for words above the first row and below the last. */
const MARGIN = 30;
/** Columns of a long ring: a page is so wide. */
const COLUMNS = 3;

interface Place {
  readonly row: number;
  readonly column: number;
}

/** Clockwise around a rectangle. */
function placesOf(count: number): Place[] {
  if (count <= 2) {
    return Array.from({ length: count }, (_, column) => ({ row: 0, column }));
  }
  const columns = count <= 4 ? 2 : COLUMNS;
  const rows = 2 + Math.max(0, Math.ceil((count - 2 * columns) / 2));
  const across = Array.from({ length: columns }, (_, column) => column);
  const down = Array.from({ length: rows - 2 }, (_, row) => row + 1);
  const all = [
    ...across.map((column) => ({ row: 0, column })),
    ...down.map((row) => ({ row, column: columns - 1 })),
    ...across.toReversed().map((column) => ({ row: rows - 1, column })),
    ...down.toReversed().map((row) => ({ row, column: 0 })),
  ];
  // Of three, the last stands in the middle.
  if (count === 3) return [all[0], all[1], { row: 1, column: 0.5 }];
  return all.slice(0, count);
}

/** Two boxes have an arrow there above, and one back below. */
function sideBySide(from: Box, to: Box, isThere: boolean): Arrow {
  const middle = Math.max(from.y, to.y) +
    Math.min(from.height, to.height) / 2;
  const y = middle + (isThere ? -10 : 10);
  const [x1, x2] = isThere
    ? [from.x + from.width, to.x]
    : [from.x, to.x + to.width];
  const side = isThere ? "above" : "below";
  return { x1, x2, y1: y, y2: y, label: { x: (x1 + x2) / 2, y, side } };
}

function arrow(from: Box, to: Box): Arrow {
  const [a, b] = [middleOf(from), middleOf(to)];
  const [start, end] = [edgeOf(from, b), edgeOf(to, a)];
  const label = { x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 };
  const isLevel = Math.abs(a.y - b.y) < 20;
  return {
    ...{ x1: start.x, y1: start.y, x2: end.x, y2: end.y },
    label: { ...label, side: isLevel ? "above" : "over" },
  };
}

interface Point {
  readonly x: number;
  readonly y: number;
}

const middleOf = ({ x, y, width, height }: Box): Point => ({
  x: x + width / 2,
  y: y + height / 2,
});

/** Where the line from a box's middle to a point leaves the box. */
function edgeOf(box: Box, to: Point): Point {
  const { x, y } = middleOf(box);
  const [dx, dy] = [to.x - x, to.y - y];
  const share = Math.min(
    box.width / 2 / Math.abs(dx || 1e-9),
    box.height / 2 / Math.abs(dy || 1e-9),
  );
  return { x: x + dx * share, y: y + dy * share };
}
