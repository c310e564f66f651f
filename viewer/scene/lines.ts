/**
 * A message as a line.
 *
 * @module
 */
import { ARRIVED, DROPPED_BY_HAND, LOST, UNDER_WAY } from "../run/document.ts";
import { type Projection } from "./frame.ts";
import { type MessageIndex } from "./message_index.ts";

export interface Line {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/** How far on its way a message is taken to have come that was lost. */
const LOST_AFTER = 0.5;
/** How much is seen of one of which it is not known what became of it. */
const STUB = 14;
/** What did not arrive is at least so long, in pixels. */
const SHORTEST = 6;

/**
 * From the sender's lane to the receiver's; what was lost ends at half way,
 * what was cut off or met nobody ends where the receiver's band begins.
 *
 * @returns undefined if one of its ends has no lane, or both have the same
 */
export function lineOf(
  { messages: { sent, ended, fate }, from, to }: MessageIndex,
  { frame: { left, view }, scale, ys, perMs }: Projection,
  i: number,
): Line | undefined {
  if (from[i] < 0 || to[i] < 0 || from[i] === to[i]) return undefined;
  const x1 = left + (sent[i] - view.start) * perMs;
  const [y1, end] = [ys[from[i]], ys[to[i]]];
  const x2 = Number.isNaN(ended[i])
    ? x1 + SHORTEST
    : left + (ended[i] - view.start) * perMs;
  if (fate[i] === ARRIVED) return { x1, y1, x2, y2: end };
  const way = end - y1;
  const far = fate[i] === LOST || fate[i] === DROPPED_BY_HAND
    ? Math.abs(way) * LOST_AFTER
    : fate[i] === UNDER_WAY
    ? Math.min(STUB, Math.abs(way) * LOST_AFTER)
    : Math.max(Math.abs(way) - scale / 2 + 1, Math.abs(way) * LOST_AFTER);
  return {
    x1,
    y1,
    x2: Math.max(x2, x1 + SHORTEST),
    y2: y1 + Math.sign(way) * far,
  };
}

/** In pixels. */
export function distanceTo(
  { x1, y1, x2, y2 }: Line,
  x: number,
  y: number,
): number {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const length = dx * dx + dy * dy;
  const share = length === 0
    ? 0
    : Math.min(1, Math.max(0, ((x - x1) * dx + (y - y1) * dy) / length));
  return Math.hypot(x - x1 - share * dx, y - y1 - share * dy);
}
