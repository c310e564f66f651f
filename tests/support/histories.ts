/**
 * Reads histories from texts, for tests of formats.
 *
 * @module
 */
import {
  HistoryError,
  type ReadHistory,
  readHistory,
} from "../../workbench/histories/read.ts";

/** A file's bytes in pieces of so many. */
async function* chunksOf(
  bytes: Uint8Array,
  size: number,
): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < bytes.length; i += size) yield bytes.slice(i, i + size);
}

/** @param size of the pieces in which the file comes */
export function readText(
  text: string | Uint8Array,
  size = 1 << 16,
): Promise<ReadHistory> {
  const bytes = typeof text === "string"
    ? new TextEncoder().encode(text)
    : text;
  return readHistory(chunksOf(bytes, size));
}

/** What is said of a file that can't be read. */
export async function faultOf(text: string | Uint8Array): Promise<string> {
  try {
    await readText(text);
  } catch (error) {
    if (error instanceof HistoryError) return error.message;
    throw error;
  }
  return "none";
}

/** Events in JSON, a line each. */
export const jsonLines = (events: readonly unknown[]): string =>
  events.map((it) => JSON.stringify(it) + "\n").join("");
