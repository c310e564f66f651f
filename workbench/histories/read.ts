/**
 * Reads histories from files of any kind, as they stream in.
 *
 * Nothing here needs more than what the web has, so that it runs in browsers
 * and in Node.js too.
 *
 * @module
 */
import { type History } from "../load/history.ts";
import { edn } from "./edn_history.ts";
import { type Format, HistoryError, quoted } from "./format.ts";
import { jepsenLog, jepsenText } from "./jepsen_log.ts";
import { jsonArray } from "./json_array.ts";
import { kv } from "./kv.ts";
import { transactionLines } from "./transaction_lines.ts";
import { jsonl } from "./jsonl.ts";
import { textOf } from "./text.ts";
import { WellFormedHistory } from "./well_formed.ts";

export { type Format, HistoryError } from "./format.ts";

/** A history from a file. */
export interface ReadHistory {
  readonly history: History;
  /** The name of the format that it was in. */
  readonly format: string;
  /** What was assumed, each a sentence. */
  readonly notes: readonly string[];
  /** The model that the format implies, if it does. */
  readonly model?: string;
  /**
   * Whether an operation that ends in the history before another one begins
   * really came first. If not, only the order of each process is known.
   */
  readonly hasRealTime: boolean;
  /** Whether the file tells which process an event is of. */
  readonly hasProcesses: boolean;
}

/** How a file is read. */
export interface ReadOptions {
  /** A format's name. @default told by the file's content */
  readonly format?: string;
}

/** All formats, in the order in which they are tried. */
export const formats: readonly Format[] = [
  jsonl,
  jsonArray,
  transactionLines,
  jepsenLog,
  jepsenText,
  kv,
  edn,
];

/** So many characters are looked at to tell a format. */
const HEAD = 1 << 16;

/**
 * Reads a history, of whatever format it is.
 *
 * @param chunks the file's bytes, in pieces of any size
 * @throws {HistoryError} saying on which line which fault is; the caller adds
 * the file's name
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readHistory } from "./read.ts";
 *
 * const lines = `{"type":"invoke","process":0,"f":"read","value":null}
 * {"type":"ok","process":0,"f":"read","value":3}
 * `;
 * const { history, format } = await readHistory(new Blob([lines]).stream());
 * assert.equal(format, "jsonl");
 * assert.deepEqual(history.map(({ value }) => value), [null, 3]);
 * ```
 */
export async function readHistory(
  chunks: AsyncIterable<Uint8Array>,
  { format: name }: ReadOptions = {},
): Promise<ReadHistory> {
  const begin = (head: string) => {
    const format = name === undefined ? formatOf(head) : formatNamed(name);
    const events = new WellFormedHistory(format.hasRealTime);
    const reader = format.reader((fields, line) => events.add(fields, line));
    reader.add(head);
    return { format, events, reader };
  };
  let head = "";
  let begun;
  for await (const text of textOf(chunks)) {
    if (begun !== undefined) begun.reader.add(text);
    else if ((head += text).length >= HEAD) begun = begin(head);
  }
  if (head.trim() === "") throw new HistoryError("the file is empty");
  const { format, events, reader } = begun ?? begin(head);
  reader.end();
  const { history, notes, hasProcesses } = events.end();
  return {
    history,
    format: format.name,
    notes: [...format.notes ?? [], ...reader.notes ?? [], ...notes],
    model: reader.model ?? format.model,
    hasRealTime: format.hasRealTime ?? true,
    hasProcesses,
  };
}

function formatNamed(name: string): Format {
  const found = formats.find((it) => it.name === name);
  if (found !== undefined) return found;
  throw new HistoryError(
    `there is no format ${name}: there are ${listed()}`,
  );
}

function formatOf(head: string): Format {
  const found = formats.find((it) => it.matches(head));
  if (found !== undefined) return found;
  throw new HistoryError(
    `no history begins with ${quoted(head)}: formats are ${listed()}`,
  );
}

const listed = () => formats.map(({ name }) => name).join(", ");
