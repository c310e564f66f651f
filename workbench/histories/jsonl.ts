/**
 * An event a line in JSON: what a run of this workbench leaves in its
 * `history.jsonl`, and what a recorder of one's own writes. Every field means
 * what it does in an `Op`; `index` and `time` may be left out.
 *
 * Numbers stay exact, as in the run: integers beyond 2^53 are bigints.
 *
 * @module
 */
import { messageOf } from "../../lib/errors.ts";
import { parseJson } from "../json.ts";
import { ByLine } from "./by_line.ts";
import {
  type Emit,
  type Fields,
  HistoryError,
  quoted,
  type TextFormat,
} from "./format.ts";

export const jsonl: TextFormat = {
  name: "jsonl",
  about: "an event a line in JSON: this workbench's, and one's own",
  example: `{"type":"invoke","process":0,"f":"write","value":["x",1]}
{"type":"invoke","process":1,"f":"read","value":["x",null]}
{"type":"ok","process":0,"f":"write","value":["x",1]}
{"type":"ok","process":1,"f":"read","value":["x",1]}
`,
  matches: (head) => /^\s*\{\s*["}]/.test(head),
  reader: (emit: Emit) =>
    new ByLine((text, line) => emit(eventIn(text, line), line)),
};

/** @throws {HistoryError} it is no event in JSON */
export function eventIn(text: string, line: number): Fields {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    throw new HistoryError(
      `${quoted(text)} is no JSON: ${messageOf(error)}`,
      line,
    );
  }
  if (!isFields(value)) {
    throw new HistoryError(
      `${quoted(text)} is no event: one is an object such as ` +
        '{"type":"invoke","process":0,"f":"read","value":null}',
      line,
    );
  }
  return value;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
