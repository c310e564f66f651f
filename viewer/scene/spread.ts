/**
 * How a value spread: which messages carried it, and who had it from when on.
 *
 * @module
 */
import { ARRIVED, type Messages } from "../run/document.ts";
import { type Events, type Lit, Lives } from "./causality.ts";

/** Numbers that say which message this is, and nothing else. */
const ENVELOPE = /"(?:msg_id|in_reply_to)":\d+/g;

/**
 * The messages whose bodies have a value in them, as a number or a text of its
 * own; for a small number these may be some that mean something else by it.
 *
 * @returns 1 for each that has
 */
export function carriersOf(
  { bodies }: Pick<Messages, "bodies">,
  value: string | number,
): Uint8Array {
  const text = JSON.stringify(value)
    .replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const token = typeof value === "number"
    ? new RegExp(`(?<![\\w."-])${text}(?![\\w."])`)
    : new RegExp(text);
  return Uint8Array.from(
    bodies,
    (body) => token.test(body.replaceAll(ENVELOPE, "")) ? 1 : 0,
  );
}

/** Searching all bodies takes long, and more than one part of a page asks. */
const known = new WeakMap<Events, Map<string | number, Lit>>();

/** Who had a value, from the first message of it until a kill. */
export const spreadOf = (events: Events, value: string | number): Lit =>
  known.getOrInsertComputed(events, () => new Map())
    .getOrInsertComputed(value, () => search(events, value));

function search(events: Events, value: string | number): Lit {
  const { messages, from, to } = events;
  const { count, sent, ended, fate } = messages;
  const carriers = carriersOf(messages, value);
  const lives = new Lives(events);
  for (let i = 0; i < count; i++) {
    if (carriers[i] === 0) continue;
    if (from[i] >= 0) lives.reachFrom(from[i], sent[i]);
    if (fate[i] === ARRIVED && to[i] >= 0) lives.reachFrom(to[i], ended[i]);
  }
  return { messages: carriers, lanes: lives.spans() };
}
