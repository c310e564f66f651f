/**
 * What is lit, and what it is dimmed for.
 *
 * @module
 */
import { cone, type Lit } from "./causality.ts";
import { type Scene, type Selection } from "./scene.ts";
import { spreadOf } from "./spread.ts";

/** All, what hangs together with the chosen, or a value's way. */
export type Lighting = "all" | "cone" | "value";

/** @returns undefined if nothing is dimmed */
export function litBy(
  lighting: Lighting,
  scene: Scene,
  selection: Selection | undefined,
  subject: string | number | undefined,
): Lit | undefined {
  const { events } = scene;
  if (events === undefined || lighting === "all") return undefined;
  if (lighting === "value") {
    return subject === undefined ? undefined : spreadOf(events, subject);
  }
  if (selection === undefined || selection.kind === "fault") return undefined;
  const { kind, at } = selection;
  const { run, lanes } = scene;
  if (kind === "message") {
    const { from, to, messages: { sent, ended } } = events;
    if (from[at] < 0) return undefined;
    const start = { lane: from[at], time: sent[at] };
    const end = to[at] < 0 || Number.isNaN(ended[at])
      ? start
      : { lane: to[at], time: ended[at] };
    return cone(events, start, end);
  }
  const { node = "", start, end = start } = run.operations[at];
  const lane = lanes.byId.get(node);
  if (lane === undefined) return undefined;
  // What it read was there before its end; what it wrote, from its begin on.
  return cone(events, { lane, time: end }, { lane, time: start });
}
