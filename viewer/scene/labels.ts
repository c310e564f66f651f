/** Room for words in a picture. @module */
import { countLeading } from "../../workbench/checkers/count_leading.ts";

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Rows in which boxes are looked for, in pixels. */
const ROW = 32;

/** Words that were placed, which no others may cover. */
export class Labels {
  readonly #rows = new Map<number, Box[]>();

  /** Takes the first of some places that is free; undefined if none is. */
  place(places: readonly Box[]): Box | undefined {
    const free = places.find((box) =>
      rowsOf(box).every((row) =>
        this.#rows.get(row)?.every((other) => !overlap(box, other)) ?? true
      )
    );
    if (free === undefined) return undefined;
    for (const row of rowsOf(free)) {
      this.#rows.getOrInsertComputed(row, () => []).push(free);
    }
    return free;
  }
}

function rowsOf({ y, height }: Box): number[] {
  const first = Math.floor(y / ROW);
  const count = Math.floor((y + height) / ROW) - first + 1;
  return Array.from({ length: count }, (_, i) => first + i);
}

const overlap = (a: Box, b: Box) =>
  a.x < b.x + b.width && b.x < a.x + a.width &&
  a.y < b.y + b.height && b.y < a.y + a.height;

/** A text with an ellipsis, if it would be wider; undefined: no room at all. */
export function fitted(
  text: string,
  width: number,
  widthOf: (text: string) => number,
): string | undefined {
  if (widthOf(text) <= width) return text;
  const cut = (length: number) => `${text.slice(0, length)}…`;
  const most = countLeading(text.length, (i) => widthOf(cut(i + 1)) <= width);
  return most === 0 ? undefined : cut(most);
}
