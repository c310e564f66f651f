/**
 * Where times and lanes are on the screen.
 *
 * @module
 */
import { type Lanes } from "./lanes.ts";
import { type View } from "./view.ts";

/** A piece of the screen, in CSS pixels. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  /** Left of it are the lanes' names. */
  readonly left: number;
  /** Above it are the times and the faults' names. */
  readonly top: number;
  readonly view: View;
  /** How far the lanes are scrolled up. */
  readonly scroll: number;
}

/** A node's lane is at least so high, in pixels, and at most. */
const [LOWEST, HIGHEST] = [14, 58];
/** Above the first lane, for the names of its operations, and below the last. */
const [HEAD, FOOT] = [10, 8];

/** Pixels per unit of a lane's height. */
export function laneScale(lanes: Lanes, { height, top }: Frame): number {
  const fitting = (height - top - HEAD - FOOT) / Math.max(1, lanes.height);
  return Math.min(HIGHEST, Math.max(LOWEST, fitting));
}

/** How far the lanes can be scrolled up, in pixels. */
export function scrollRoom(lanes: Lanes, frame: Frame): number {
  const high = lanes.height * laneScale(lanes, frame) + frame.top + HEAD + FOOT;
  return Math.max(0, Math.ceil(high - frame.height));
}

/** So high is a picture with all lanes, as low as they can be, in pixels. */
export const leastHeight = ({ height }: Lanes, top: number): number =>
  Math.ceil(height * LOWEST + top + HEAD + FOOT);

/** Room for the longest name, but not for more than a share of the width. */
export function gutterOf({ all }: Lanes, width: number): number {
  const longest = Math.max(0, ...all.map(({ name }) => name.length));
  return Math.min(Math.max(56, longest * 6.4 + 24), 190, width * 0.3);
}

export const xOf = ({ left, width, view }: Frame, time: number) =>
  left + (time - view.start) / (view.end - view.start) * (width - left);

export const timeAt = ({ left, width, view }: Frame, x: number) =>
  view.start + (x - left) / (width - left) * (view.end - view.start);

export const yOf = (lanes: Lanes, frame: Frame, lane: number) =>
  frame.top + HEAD + lanes.middles[lane] * laneScale(lanes, frame) -
  frame.scroll;

/** The same for many at once. */
export interface Projection {
  readonly frame: Frame;
  readonly scale: number;
  /** The middle of each lane. */
  readonly ys: Float64Array;
  readonly perMs: number;
}

export function projection(lanes: Lanes, frame: Frame): Projection {
  const scale = laneScale(lanes, frame);
  const { left, width, top, scroll, view } = frame;
  return {
    frame,
    scale,
    ys: Float64Array.from(
      lanes.middles,
      (middle) => top + HEAD + middle * scale - scroll,
    ),
    perMs: (width - left) / (view.end - view.start),
  };
}
