/**
 * Events as Jepsen prints them: columns of process, type, function, value, and
 * perhaps an error, in a log among other things, or alone as in `history.txt`.
 *
 * https://github.com/jepsen-io/jepsen/blob/main/jepsen/src/jepsen/print.clj
 *
 * @module
 */
import { ByLine } from "./by_line.ts";
import { EdnError, EdnReader } from "./edn.ts";
import {
  type Fields,
  HistoryError,
  quoted,
  type TextFormat,
} from "./format.ts";

/** Versions of Jepsen have had several layouts. */
const LOG =
  /^(?:INFO\s+(?:\[(?<old>[^\]]+)\])?.*?|(?<date>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[,.]\d{3})\S*\s+INFO\s.*?)\bjepsen\.(?:util|print)(?: -|:)?\s+(?<columns>:?\w+\s+:.*)$/s;

/** What columns have to have, whatever follows. */
const COLUMNS = /^(:?\w+)\s+:(\w+)\s+:(\S+)(?:\s+(\S.*))?$/s;

const jepsenLog: TextFormat = {
  name: "jepsen-log",
  about: "Jepsen's and Knossos's logs, such as jepsen.log",
  example: `INFO  jepsen.util - 0\t:invoke\t:write\t3
INFO  jepsen.util - 1\t:invoke\t:read\tnil
INFO  jepsen.util - 0\t:ok\t:write\t3
INFO  jepsen.util - 1\t:info\t:read\t:timed-out
`,
  matches: (head) =>
    head.split("\n").some((line) => LOG.test(line) || SETUP.test(line)),
  reader: (emit) => {
    let begin: number | undefined;
    return new ByLine((text, line) => {
      const found = loggedIn(text);
      if (found === undefined) return; // not about an operation
      const fields = columnsIn(found.columns, line);
      const { time } = found;
      if (Number.isNaN(time)) return emit(fields, line);
      // ns since 1970 would be more than a number holds exactly.
      begin ??= time;
      emit({ ...fields, time: (time - begin) * MS }, line);
    });
  },
};

/** How Jepsen's logs begin, long before the first event. */
const SETUP =
  /^(INFO\b|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\S*\s+INFO\b).*\bjepsen\./;

const MS = 1e6;

const jepsenText: TextFormat = {
  name: "jepsen-text",
  about: "Jepsen's history.txt",
  example: `0\t:invoke\t:write\t3
1\t:invoke\t:read\tnil
0\t:ok\t:write\t3
1\t:ok\t:read\t3
`,
  matches: (head) => /^\s*:?\w+[ \t]+:(invoke|info)[ \t]+:/.test(head),
  reader: (emit) =>
    new ByLine((text, line) => emit(columnsIn(text, line), line)),
};

export { jepsenLog, jepsenText };

/**
 * What a line of a log tells of an operation, and when it was written, in ms
 * since 1970; NaN if it doesn't say.
 */
export function loggedIn(
  line: string,
): { readonly columns: string; readonly time: number } | undefined {
  const groups = LOG.exec(line)?.groups;
  if (groups === undefined) return undefined;
  const { old, date = old ?? "", columns } = groups;
  const time = Date.parse(`${date.replace(" ", "T").replace(",", ".")}Z`);
  return { columns, time };
}

/** @throws {HistoryError} they are none */
export function columnsIn(text: string, line: number): Fields {
  const [, process, type, f, rest = "nil"] = COLUMNS.exec(text.trim()) ?? [];
  if (f === undefined) {
    throw new HistoryError(
      `${quoted(text)} has not the columns of an event: process, :type, ` +
        ":function and value",
      line,
    );
  }
  const [value, ...errors] = formsIn(rest, line);
  const error = errors.length > 1 ? errors : errors[0];
  const fields = {
    process: /^\d+$/.test(process) ? Number(process) : process.replace(":", ""),
    ...{ type, f },
  };
  // Of an operation that did not succeed, old versions print why in its place.
  return errors.length === 0 && type !== "ok" && /^:[a-z]/.test(rest)
    ? { ...fields, error: value }
    : error === undefined
    ? { ...fields, value }
    : { ...fields, value, error };
}

/** A value in EDN, and what else stands there: a text if it is none. */
function formsIn(text: string, line: number): unknown[] {
  const reader = new EdnReader(text);
  const forms: unknown[] = [];
  try {
    for (reader.skip(); reader.position < text.length; reader.skip()) {
      forms.push(reader.read());
    }
  } catch (error) {
    if (!(error instanceof EdnError)) throw error;
    if (forms.length === 0) {
      throw new HistoryError(
        `its value, ${quoted(text)}, can't be read: ${error.message}`,
        line,
      );
    }
    return [forms[0], text.slice(reader.position)];
  }
  return forms;
}
