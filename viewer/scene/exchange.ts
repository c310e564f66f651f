/**
 * What an operation sent and was answered.
 *
 * @module
 */
import { ROUNDING } from "../run/document.ts";
import { lowerBound } from "./spans.ts";
import { type Scene } from "./scene.ts";

/**
 * The requests that its client sent in its time, and the replies to them,
 * those included that came too late.
 *
 * @returns messages, in the order of sending
 */
export function exchangeOf(
  { run: { messages, operations, clients, duration } }: Scene,
  operation: number,
): number[] {
  if (messages === undefined) return [];
  const { client, start, end = duration } = operations[operation];
  const ids = new Set(clients[client]?.ids ?? []);
  const isOwn = messages.names.map((name) => ids.has(name));
  const { count, sent, from, to, bodies } = messages;
  const found: number[] = [];
  /** Of what asked: the client's id and the message's. */
  const asked = new Set<string>();
  const first = lowerBound(sent, start - ROUNDING);
  for (let i = first; i < count; i++) {
    if (isOwn[from[i]]) {
      const id = numberOf(bodies[i], "msg_id");
      // The next operation has begun: only replies may still come.
      if (sent[i] > end + ROUNDING || id === undefined) continue;
      asked.add(`${from[i]} ${id}`);
      found.push(i);
    } else if (isOwn[to[i]] && asked.size > 0) {
      const id = numberOf(bodies[i], "in_reply_to");
      if (asked.has(`${to[i]} ${id}`)) found.push(i);
    }
  }
  return found;
}

/** A number of an envelope, without parsing the body. */
const numberOf = (body: string, name: string): string | undefined =>
  new RegExp(`"${name}":(\\d+)`).exec(body)?.[1];
