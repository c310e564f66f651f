/**
 * Reads histories from files of any kind, as they stream in.
 *
 * Nothing here needs more than what the web has, so that it runs in browsers
 * and in Node.js too.
 *
 * @module
 */
import { type History } from "../load/history.ts";
import { iteratorOf, joined } from "./bytes.ts";
import { edn } from "./edn_history.ts";
import {
  type BinaryFormat,
  type Emit,
  type Format,
  type FormatInfo,
  HistoryError,
  quoted,
  type Reader,
  type TextFormat,
} from "./format.ts";
import { dbcop } from "./dbcop.ts";
import { jepsenLog, jepsenText } from "./jepsen_log.ts";
import { jsonArray } from "./json_array.ts";
import { kv } from "./kv.ts";
import { transactionLines } from "./transaction_lines.ts";
import { jsonl } from "./jsonl.ts";
import { textOf } from "./text.ts";
import { WellFormedHistory } from "./well_formed.ts";

export { type FormatInfo, HistoryError } from "./format.ts";

/**
 * A history from a file.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import {
 *   type ReadHistory,
 *   readHistory,
 * } from "@gossip-glomers/maelstrom/checkers";
 *
 * const file = new Blob(["w(1,10,0,0)\nr(1,10,1,1)\n"]);
 * const read: ReadHistory = await readHistory(file.stream());
 * assert.equal(read.model, "rw-register");
 * assert.ok(!read.hasRealTime);
 * ```
 */
export interface ReadHistory {
  /** All events. */
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
  /** Whether the file tells when events were; else they are a ms apart. */
  readonly hasTimes: boolean;
}

/**
 * How a file is read.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import {
 *   HistoryError,
 *   readHistory,
 *   type ReadOptions,
 * } from "@gossip-glomers/maelstrom/checkers";
 *
 * const options: ReadOptions = { format: "edn" };
 * const file = new Blob(["w(1,10,0,0)\n"]);
 * await assert.rejects(readHistory(file.stream(), options), HistoryError);
 * ```
 */
export interface ReadOptions {
  /** A format's name. @default told by the file's content */
  readonly format?: string;
}

/** In the order in which they are tried. */
const textFormats: readonly TextFormat[] = [
  jsonl,
  jsonArray,
  transactionLines,
  jepsenLog,
  jepsenText,
  kv,
  edn,
];

const binaryFormats: readonly BinaryFormat[] = [dbcop];

const allFormats: readonly Format[] = [...textFormats, ...binaryFormats];

/**
 * All formats that {@linkcode readHistory} knows.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { formats, readHistory } from "@gossip-glomers/maelstrom/checkers";
 *
 * const { example } = formats.find(({ name }) => name === "edn") ?? {};
 * const { format } = await readHistory(new Blob([`${example}`]).stream());
 * assert.equal(format, "edn");
 * ```
 */
export const formats: readonly FormatInfo[] = allFormats;

/** So many bytes are looked at to tell what is no text. */
const BEGIN = 64;

/** So many characters are looked at to tell a format. */
const HEAD = 1 << 16;

/**
 * Reads a history, of whatever format it is.
 *
 * @param chunks the file's bytes, in pieces of any size: what Node.js's
 * `createReadStream`, `fetch` in a response's `body`, or a `Blob`'s `stream()`
 * gives
 * @throws {HistoryError} saying on which line which fault is; the caller adds
 * the file's name
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readHistory } from "@gossip-glomers/maelstrom/checkers";
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
  chunks: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>,
  { format: name }: ReadOptions = {},
): Promise<ReadHistory> {
  const named = name === undefined ? undefined : formatNamed(name);
  const { head, bytes } = await begin(chunks);
  const format = named ?? binaryFormats.find((it) => it.matches(head));
  if (format?.isBinary) {
    const reading = new Reading(format, format.reader);
    for await (const piece of bytes) reading.reader.add(piece);
    return reading.end();
  }
  let text = "";
  let reading: Reading<string> | undefined;
  const start = () => {
    const found = format ?? textFormatOf(text);
    const started = new Reading<string>(found, found.reader);
    started.reader.add(text);
    return started;
  };
  for await (const piece of textOf(bytes)) {
    if (reading !== undefined) reading.reader.add(piece);
    else if ((text += piece).length >= HEAD) reading = start();
  }
  if (text.trim() === "") throw new HistoryError("the file is empty");
  return (reading ?? start()).end();
}

/** A file that is being read. */
class Reading<Content> {
  readonly #events = new WellFormedHistory();
  readonly reader: Reader<Content>;

  constructor(
    private readonly format: Format,
    reader: (emit: Emit) => Reader<Content>,
  ) {
    this.reader = reader((fields, line) => this.#events.add(fields, line));
  }

  end(): ReadHistory {
    const { format, reader } = this;
    reader.end();
    const { history, notes, ...has } = this.#events.end();
    return {
      history,
      format: format.name,
      notes: [...reader.notes ?? [], ...notes],
      model: format.model,
      hasRealTime: format.hasRealTime ?? true,
      ...has,
    };
  }
}

/** All bytes, of which the first piece is enough to tell what is no text. */
async function begin(
  chunks: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>,
): Promise<{ head: Uint8Array; bytes: AsyncIterable<Uint8Array> }> {
  const rest = iteratorOf(chunks);
  const first: Uint8Array[] = [];
  for (let length = 0; length < BEGIN;) {
    const { done, value } = await rest.next();
    if (done) break;
    first.push(value);
    length += value.length;
  }
  const head = joined(first);
  async function* all() {
    try {
      yield head;
      yield* { [Symbol.asyncIterator]: () => rest };
    } finally {
      await rest.return?.(); // also if nobody wants more than the head
    }
  }
  return { head, bytes: all() };
}

function formatNamed(name: string): Format {
  const found = allFormats.find((it) => it.name === name);
  if (found !== undefined) return found;
  throw new HistoryError(
    `there is no format ${name}: there are ${listed()}`,
  );
}

function textFormatOf(head: string): TextFormat {
  const found = textFormats.find((it) => it.matches(head));
  if (found !== undefined) return found;
  throw new HistoryError(
    `no history begins with ${quoted(head)}: formats are ${listed()}`,
  );
}

const listed = () => formats.map(({ name }) => name).join(", ");
