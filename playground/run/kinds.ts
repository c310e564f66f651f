/**
 * Which types of messages have a colour of their own.
 *
 * @module
 */
import { type RunDocument } from "../../viewer/run/document.ts";
import { isClient } from "../../viewer/run/recording.ts";

/** There are so many colours. */
export const HUES = 5;

/** A type of messages, as it is drawn. */
export interface Kind {
  readonly name: string;
  /** Position of its colour; a request and its reply have the same. */
  readonly hue: number;
  /** Replies are hollow. */
  readonly isReply: boolean;
}

/** As Maelstrom's protocol names replies. */
export const isReply = (type: string): boolean =>
  type.endsWith("_ok") || type === "error";

/**
 * The types of messages between servers, the most frequent first. Further ones,
 * and clients', have no colour.
 */
export function kindsOf(
  { messages }: Pick<RunDocument, "messages">,
): Kind[] {
  if (messages === undefined) return [];
  const { count, names, types, from, to, type } = messages;
  const server = names.map((name) => !isClient(name));
  const counts = new Uint32Array(types.length);
  for (let i = 0; i < count; i++) {
    if (server[from[i]] && server[to[i]]) counts[type[i]]++;
  }
  const hues: string[] = [];
  return [...types.keys()].filter((i) => counts[i] > 0)
    .toSorted((a, b) => counts[b] - counts[a])
    .flatMap((i): Kind[] => {
      const name = types[i];
      const request = name.replace(/_ok$/, "");
      let hue = hues.indexOf(request);
      if (hue < 0) hue = hues.push(request) - 1;
      return hue < HUES ? [{ name, hue, isReply: isReply(name) }] : [];
    });
}
