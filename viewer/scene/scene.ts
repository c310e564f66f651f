/**
 * A run's picture, but for its pixels: where everything is, what is where, and
 * what hangs together.
 *
 * @module
 */
import { type RunDocument } from "../run/document.ts";
import { type Events } from "./causality.ts";
import { type Lanes, lanesOf } from "./lanes.ts";
import { MessageIndex } from "./message_index.ts";
import { type View } from "./view.ts";

/** Something that can be chosen. */
export type Selection =
  | { readonly kind: "message"; readonly at: number }
  | { readonly kind: "operation"; readonly at: number }
  | { readonly kind: "fault"; readonly at: number };

export interface Scene {
  readonly run: RunDocument;
  readonly lanes: Lanes;
  /** Absent if there is no journal. */
  readonly index?: MessageIndex;
  readonly events?: Events;
}

export function sceneOf(run: RunDocument): Scene {
  const lanes = lanesOf(run);
  const { messages, duration } = run;
  if (messages === undefined) return { run, lanes };
  const index = new MessageIndex(messages, lanes, duration);
  const { from, to } = index;
  const deaths = lanes.all.map(({ kind, name }) =>
    kind !== "node"
      ? []
      : run.faults.filter((it) => it.kind === "kill" && it.nodes.includes(name))
        .map(({ start }) => start)
  );
  return {
    run,
    lanes,
    index,
    events: { messages, from, to, deaths, duration },
  };
}

/** Where things are on the screen, in CSS pixels. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  /** Left of it are the lanes' names. */
  readonly left: number;
  /** Above it are the times. */
  readonly top: number;
  readonly view: View;
  /** How far the lanes are scrolled up. */
  readonly scroll: number;
}

/** A lane is at least so high, in pixels, and at most. */
const [LOWEST, HIGHEST] = [13, 58];

/** Pixels per unit of a lane's height. */
export function laneScale(lanes: Lanes, { height, top }: Frame): number {
  const fitting = (height - top - 8) / Math.max(1, lanes.height);
  return Math.min(HIGHEST, Math.max(LOWEST, fitting));
}

export const xOf = ({ left, width, view }: Frame, time: number) =>
  left + (time - view.start) / (view.end - view.start) * (width - left);

export const timeAt = ({ left, width, view }: Frame, x: number) =>
  view.start + (x - left) / (width - left) * (view.end - view.start);

export const yOf = (lanes: Lanes, frame: Frame, lane: number) =>
  frame.top + lanes.middles[lane] * laneScale(lanes, frame) - frame.scroll;

/** More messages than this are not drawn one by one. */
export const MAX_LINES = 3000;

/** What is at a place on the screen, the nearest within some pixels. */
export function hit(
  { run, lanes, index }: Scene,
  frame: Frame,
  x: number,
  y: number,
): Selection | undefined {
  const scale = laneScale(lanes, frame);
  const time = timeAt(frame, x);
  const slop = timeAt(frame, x + 3) - time;
  const operation = run.operations.findIndex((it) => {
    const lane = laneOfOperation(lanes, run, it);
    if (lane === undefined) return false;
    const middle = yOf(lanes, frame, lane);
    return Math.abs(y - middle) < scale * 0.3 && it.start - slop <= time &&
      time <= (it.end ?? run.duration) + slop;
  });
  if (operation >= 0) return { kind: "operation", at: operation };
  if (index !== undefined) {
    const { first, last } = index.within(frame.view.start, frame.view.end);
    let [best, distance] = [-1, 6];
    for (let i = first; i < last && last - first <= MAX_LINES; i++) {
      const line = lineOf(index, lanes, frame, i);
      const far = line && distanceTo(line, x, y);
      if (far !== undefined && far < distance) [best, distance] = [i, far];
    }
    if (best >= 0) return { kind: "message", at: best };
  }
  const fault = run.faults.findIndex((it) =>
    it.start <= time && time <= (it.end ?? run.duration) &&
    (y < frame.top || it.nodes.some((node) => {
      const lane = lanes.byId.get(node);
      return lane !== undefined &&
        Math.abs(y - yOf(lanes, frame, lane)) < scale / 2;
    }))
  );
  return fault >= 0 ? { kind: "fault", at: fault } : undefined;
}

/** The lane of the client that performed it. */
export function laneOfOperation(
  lanes: Lanes,
  run: RunDocument,
  { client }: RunDocument["operations"][number],
): number | undefined {
  lanesOfClients.getOrInsertComputed(
    lanes,
    () => new Map(lanes.all.map((lane, i) => [lane.client ?? -1, i])),
  );
  return run.clients[client] && lanesOfClients.get(lanes)?.get(client);
}

const lanesOfClients = new WeakMap<Lanes, Map<number, number>>();

export interface Line {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/** How far on its way a message is taken to have come that was lost. */
const LOST_AFTER = 0.5;

/** A message as it is drawn; undefined if one of its ends has no lane. */
export function lineOf(
  { messages, from, to }: MessageIndex,
  lanes: Lanes,
  frame: Frame,
  i: number,
): Line | undefined {
  if (from[i] < 0 || to[i] < 0) return undefined;
  const x1 = xOf(frame, messages.sent[i]);
  const y1 = yOf(lanes, frame, from[i]);
  const end = yOf(lanes, frame, to[i]);
  const arrives = messages.fate[i] === 0;
  const ended = messages.ended[i];
  const x2 = Number.isNaN(ended) ? x1 : xOf(frame, ended);
  if (arrives) return { x1, y1, x2, y2: end };
  const y2 = y1 + (end - y1) * LOST_AFTER;
  return { x1, y1, x2: Math.max(x2, x1 + 6), y2 };
}

function distanceTo({ x1, y1, x2, y2 }: Line, x: number, y: number): number {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const length = dx * dx + dy * dy;
  const share = length === 0
    ? 0
    : Math.min(1, Math.max(0, ((x - x1) * dx + (y - y1) * dy) / length));
  return Math.hypot(x - x1 - share * dx, y - y1 - share * dy);
}
