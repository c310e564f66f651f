/** What a fault did to messages. @module */
import { CUT_OFF, type RunDocument, UNDELIVERED } from "../run/document.ts";
import { lowerBound } from "./spans.ts";

/** Number of messages that a partition cut off, or that met a dead node. */
export function tollOf(
  { messages, faults, duration }: RunDocument,
  fault: number,
): number {
  if (messages === undefined) return 0;
  const { kind, start, end = duration, nodes, unheard } = faults[fault];
  const { names, from, to, sent, fate } = messages;
  const isHit = names.map((name) => nodes.includes(name));
  let toll = 0;
  const last = lowerBound(sent, end, true);
  for (let i = lowerBound(sent, start); i < last; i++) {
    const isEaten = kind === "partition"
      ? fate[i] === CUT_OFF &&
        (unheard === undefined ||
          unheard[names[to[i]]]?.includes(names[from[i]]) === true)
      : fate[i] === UNDELIVERED && isHit[to[i]];
    if (isEaten) toll++;
  }
  return toll;
}
