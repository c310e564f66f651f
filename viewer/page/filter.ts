/** Which messages a person wants to see. @module */
import { type RunDocument } from "../run/document.ts";

/**
 * Words that are all in a message: in its type, sender, receiver or body.
 *
 * @returns 1 for each message that is shown; undefined if all are
 */
export function shownBy(
  filter: string,
  { messages }: RunDocument,
): Uint8Array | undefined {
  const words = filter.toLowerCase().split(/\s+/).filter((it) => it !== "");
  if (words.length === 0 || messages === undefined) return undefined;
  const { names, from, to, bodies, count } = messages;
  return Uint8Array.from({ length: count }, (_, i) => {
    const text = `${names[from[i]]} ${names[to[i]]} ${bodies[i]}`.toLowerCase();
    return words.every((word) => text.includes(word)) ? 1 : 0;
  });
}
