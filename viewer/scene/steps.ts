/**
 * From one message to the next: along the chain of causes, or along a lane.
 *
 * @module
 */
import { causeOf, effectsOf } from "./causality.ts";
import { exchangeOf } from "./exchange.ts";
import { type Scene, type Selection } from "./scene.ts";
import { Traffic } from "./traffic.ts";

/**
 * The last message that the chosen one's sender had received, or the first that
 * its receiver sent upon it; of an operation its request, or its reply.
 */
export function alongChain(
  scene: Scene,
  selection: Selection,
  direction: -1 | 1,
): Selection | undefined {
  const { events } = scene;
  if (events === undefined || selection.kind === "fault") return undefined;
  const { kind, at } = selection;
  if (kind === "operation") {
    const messages = exchangeOf(scene, at);
    return message(messages.at(direction === -1 ? 0 : -1));
  }
  return message(
    direction === -1 ? causeOf(events, at) : effectsOf(events, at)[0],
  );
}

/** The message that the chosen one's sender sent before or after it. */
export function alongLane(
  { events }: Scene,
  { kind, at }: Selection,
  direction: -1 | 1,
): Selection | undefined {
  if (kind !== "message" || events === undefined || events.from[at] < 0) {
    return undefined;
  }
  const all = Traffic.of(events).sentBy(events.from[at]);
  return message(all[all.indexOf(at) + direction]);
}

const message = (at: number | undefined): Selection | undefined =>
  at === undefined ? undefined : { kind: "message", at };
