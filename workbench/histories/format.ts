/**
 * What the readers of history files have in common.
 *
 * @module
 */

/**
 * A file that can't be read as a history; the message names line and fault.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { HistoryError, readHistory } from "@gossip-glomers/maelstrom/checkers";
 *
 * const file = new Blob(['{"type":"ok","process":0,"f":"read"}']);
 * await assert.rejects(
 *   readHistory(file.stream()),
 *   (error) =>
 *     error instanceof HistoryError && error.line === 1 &&
 *     error.message === `line 1: ${error.fault}`,
 * );
 * ```
 */
export class HistoryError extends Error {
  /** "HistoryError". */
  override readonly name = "HistoryError";

  /**
   * A fault of a file.
   *
   * @param fault in words
   * @param line from 1; undefined: it is the file as a whole
   */
  constructor(readonly fault: string, readonly line?: number) {
    super(line === undefined ? fault : `line ${line}: ${fault}`);
  }
}

/** An event's fields as its file has them, by the names of an `Op`'s. */
export interface Fields {
  readonly process?: unknown;
  readonly type?: unknown;
  readonly f?: unknown;
  readonly value?: unknown;
  readonly time?: unknown;
  readonly index?: unknown;
  readonly [extra: string]: unknown;
}

/** Takes an event, and the line that it stands on. */
export type Emit = (fields: Fields, line: number) => void;

/** Reads a file's text, or its bytes, which come in pieces of any size. */
export interface Reader<Content = string> {
  add(content: Content): void;
  /** Nothing more comes. */
  end(): void;
  /** What the format leaves open, in sentences; asked for after the end. */
  readonly notes?: readonly string[];
}

/**
 * A kind of file that histories are kept in.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { type FormatInfo, formats } from "@gossip-glomers/maelstrom/checkers";
 *
 * const ofRegisters = ({ model }: FormatInfo) => model === "rw-register";
 * const names = formats.filter(ofRegisters).map(({ name }) => name);
 * assert.ok(names.includes("transaction-lines"));
 * ```
 */
export interface FormatInfo {
  /** As `readHistory`'s option names it. */
  readonly name: string;
  /** Whose format it is, in a few words. */
  readonly about: string;
  /** A small file. */
  readonly example: string | Uint8Array;
  /** A model that the format implies. */
  readonly model?: string;
  /**
   * Whether events that follow one another in the file did so in time, and an
   * operation that ended before another began really came first.
   *
   * @default {true}
   */
  readonly hasRealTime?: boolean;
}

interface FormatOf<Content extends string | Uint8Array> extends FormatInfo {
  /** A small file. */
  readonly example: Content;
  /** @param head what the file begins with: some KiB, or all of it */
  matches(head: Content): boolean;
  /** @throws {HistoryError} by its `add` and `end` */
  reader(emit: Emit): Reader<Content>;
}

/** One that is text. */
export interface TextFormat extends FormatOf<string> {
  readonly isBinary?: false;
}

export interface BinaryFormat extends FormatOf<Uint8Array> {
  readonly isBinary: true;
}

export type Format = TextFormat | BinaryFormat;

/** The longest line, or event, that is read, in characters: 64 Mi. */
export const MAX_LENGTH = 1 << 26;

/** @throws {HistoryError} always */
export function tooLong(what: string, line: number): never {
  throw new HistoryError(
    `${what} is longer than ${MAX_LENGTH} characters, the most that is read`,
    line,
  );
}

/** As much of a text as a message has room for. */
export function quoted(text: string): string {
  const [line] = text.trimStart().split("\n");
  return `"${line.length > 60 ? `${line.slice(0, 60)}...` : line}"`;
}
