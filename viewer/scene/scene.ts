/**
 * A run's picture, but for its pixels: where everything is, what is where, and
 * what hangs together.
 *
 * @module
 */
import { type RunDocument } from "../run/document.ts";
import { type Band, bandsOf } from "./bands.ts";
import { type Events, type Lit } from "./causality.ts";
import { type Frame, projection, timeAt } from "./frame.ts";
import { type Lanes, lanesOf } from "./lanes.ts";
import { lateOf } from "./late.ts";
import { distanceTo, lineOf } from "./lines.ts";
import { MessageIndex } from "./message_index.ts";
import { OperationIndex } from "./operation_index.ts";

/** Something that can be chosen. */
export type Selection =
  | { readonly kind: "message"; readonly at: number }
  | { readonly kind: "operation"; readonly at: number }
  | {
    readonly kind: "fault";
    readonly at: number;
    /** On whose lane it is pointed at. */
    readonly node?: string;
  };

export interface Scene {
  readonly run: RunDocument;
  readonly lanes: Lanes;
  readonly bands: readonly Band[];
  readonly operations: OperationIndex;
  /** 1 for each message that came late; found out when first asked. */
  readonly late: () => Uint8Array;
  /** Absent if there is no journal. */
  readonly index?: MessageIndex;
  readonly events?: Events;
}

export function sceneOf(run: RunDocument): Scene {
  const lanes = lanesOf(run);
  const { messages, duration } = run;
  let late: Uint8Array | undefined;
  const scene: Scene = {
    run,
    lanes,
    bands: bandsOf(run),
    operations: new OperationIndex(run, lanes),
    late: () => late ??= lateOf(run),
  };
  if (messages === undefined) return scene;
  const index = new MessageIndex(messages, lanes);
  const { from, to } = index;
  const deaths = lanes.all.map(({ kind, name }) =>
    kind !== "node"
      ? []
      : run.faults.filter((it) => it.kind === "kill" && it.nodes.includes(name))
        .map(({ start }) => start)
  );
  return {
    ...scene,
    index,
    events: { messages, from, to, deaths, duration },
  };
}

/** More messages than this are not drawn one by one. */
export const MAX_LINES = 1500;

/** Where the faults' names are, in pixels from the top. */
export const [BANDS_TOP, BAND_ROW] = [24, 17];

/** How near the pointer must be to a message, in pixels. */
const NEAR = 6;

/** What is at a place on the screen, the nearest within some pixels. */
export function hit(
  { run, lanes, bands, index, operations }: Scene,
  frame: Frame,
  x: number,
  y: number,
  { light, shown }: { readonly light?: Lit; readonly shown?: Uint8Array } = {},
): Selection | undefined {
  if (x < frame.left) return undefined;
  const time = timeAt(frame, x);
  if (y < frame.top) {
    const band = bands.find(({ start, end, row }) =>
      start <= time && time <= end &&
      Math.floor((y - BANDS_TOP) / BAND_ROW) === row
    );
    return band && { kind: "fault", at: band.fault };
  }
  const place = projection(lanes, frame);
  const { scale, ys } = place;
  const slop = 3 / place.perMs;
  let found = -1;
  operations.visit({ start: time - slop, end: time + slop }, (i, lane) => {
    if (found < 0 && Math.abs(y - ys[lane]) < scale * 0.3) found = i;
  });
  if (found >= 0) return { kind: "operation", at: found };
  if (index !== undefined) {
    let [best, distance] = [-1, NEAR];
    const { lit, dimmed } = index.inSight(frame.view, {
      ...{ light: light?.messages, shown, most: MAX_LINES },
    });
    const look = (messages: readonly number[]) => {
      for (const i of messages) {
        const line = lineOf(index, place, i);
        const far = line && distanceTo(line, x, y);
        if (far !== undefined && far < distance) [best, distance] = [i, far];
      }
    };
    look(lit);
    if (best < 0) look(dimmed);
    if (best >= 0) return { kind: "message", at: best };
  }
  const lane = ys.findIndex((it) => Math.abs(y - it) < scale / 2);
  const { kind = "client", name = "" } = lanes.all[lane] ?? {};
  if (kind !== "node") return undefined;
  const fault = run.faults.findIndex(({ start, end = run.duration, nodes }) =>
    start <= time && time <= end && nodes.includes(name)
  );
  return fault >= 0 ? { kind: "fault", at: fault, node: name } : undefined;
}
