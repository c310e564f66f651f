/**
 * What a node prints: one message per line, or anything else.
 *
 * @module
 */
import { parseJson } from "../json.ts";

/** What Maelstrom takes for a message, too: these fields and no others. */
export interface Envelope {
  readonly src: string;
  readonly dest: string;
  readonly body: unknown;
}

/**
 * Takes what Maelstrom takes: these fields and no others, but whatever a node
 * likes as the body. What others make of it is their business.
 *
 * @throws {TypeError} saying what is wrong with the line, and what to do
 */
export function parseEnvelope(line: string): Envelope {
  let value: unknown;
  try {
    value = parseJson(line);
  } catch {
    throw new TypeError(`not JSON. ${likelyCause(line)}`);
  }
  if (isEnvelope(value)) return value;
  throw new TypeError(
    `not a message: expected {src: string, dest: string, body: any} and ` +
      `nothing else, but ${difference(value)}`,
  );
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isEnvelope(value: unknown): value is Envelope {
  if (!isObject(value)) return false;
  const { src, dest, body, id, ...others } = value;
  return typeof src === "string" && typeof dest === "string" &&
    body !== undefined && (id === undefined || Number.isInteger(id)) &&
    Object.keys(others).length === 0;
}

/** How a value of JSON differs from a message. */
function difference(value: unknown): string {
  if (!isObject(value)) {
    return "it is no object. If it is a line of a log, print it to stderr";
  }
  const { src: _, dest: __, body: ___, id, ...others } = value;
  for (const field of ["src", "dest"]) {
    if (value[field] === undefined) return `"${field}" is missing`;
    if (typeof value[field] !== "string") return `"${field}" is no string`;
  }
  if (value.body === undefined) return `"body" is missing`;
  if (id !== undefined && !Number.isInteger(id)) return `"id" is no integer`;
  const [unknown] = Object.keys(others);
  return `there is no field "${unknown}": what is said belongs in "body"`;
}

/** What a line that is no JSON probably is, and what to do. */
function likelyCause(line: string): string {
  const text = line.trim();
  if (text === "") return "It is empty: print nothing between messages";
  if (line.startsWith("\uFEFF")) {
    return "It begins with a byte order mark (U+FEFF): print UTF-8 without one";
  }
  if (/[“”„]/.test(text) && /[{[]/.test(text)) {
    return "It has typographic quotation marks, as pasted from a page: JSON " +
      'has straight ones, "';
  }
  if (/\}\s*\{/.test(text)) {
    return "It looks like several messages: end each with a newline";
  }
  if (/^\{\s*'/.test(text)) {
    return "It looks like a dictionary as Python prints it: print " +
      "json.dumps(message) instead";
  }
  if (/^[{[}\]],?$/.test(text) || /^"[^"]*"\s*:/.test(text)) {
    return "It looks like a part of a message that is spread over several " +
      "lines: print each message on one line, without indentation";
  }
  if (/^\{/.test(text)) {
    return "It begins like a message, but is cut off or has a mistake in it";
  }
  return "If it is a line of a log, print it to stderr: stdout is for " +
    "messages only";
}
