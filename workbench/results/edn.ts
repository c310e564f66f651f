/**
 * Results in EDN, under the keys and in the types that Maelstrom's users know:
 * `valid` becomes `:valid?`, `msgsPerOp` becomes `:msgs-per-op`, the names of
 * anomalies become keywords, consistency models a set of them.
 *
 * https://github.com/edn-format/edn,
 * https://github.com/jepsen-io/maelstrom/blob/main/doc/results.md
 *
 * @module
 */
import { floatText, parseJson } from "../json.ts";

/** @param indent what the lines after the first begin with */
type Writer = (value: unknown, indent: string) => string;

/** Below these keys stands what JSON has no type for. */
const writers: Readonly<Record<string, Writer>> = {
  valid: keyword,
  // Of an operation, and of a step in a cycle.
  type: keyword,
  f: keyword,
  // Elle's, and those of kafka.
  anomalyTypes: sequence("(", ")", keyword),
  not: sequence("#{", "}", keyword),
  alsoNot: sequence("#{", "}", keyword),
  badErrorTypes: sequence("(", ")", keyword),
  errorTypes: sequence("(", ")", keyword),
  // Of sets, counters and echo.
  lost: sequence("(", ")", data),
  neverRead: sequence("(", ")", data),
  stale: sequence("(", ")", data),
  missing: sequence("(", ")", data),
  forgiven: sequence("(", ")", data),
  phantoms: sequence("(", ")", data),
  worstStale: sequence("(", ")", toEdn),
  finalReads: sequence("(", ")", toEdn),
  acceptable: sequence("(", ")", toEdn),
  errors: sequence("(", ")", toEdn),
  duplicated: byElement,
  okFraction: float,
  msgsPerOp: float,
  // What clients and nodes said: these are no names of ours.
  value: data,
  sent: data,
  received: data,
  element: data,
};

export function toEdn(value: unknown, indent = ""): string {
  if (Array.isArray(value)) return sequence("[", "]", toEdn)(value, indent);
  if (typeof value !== "object" || value === null) return atom(value);
  const float = floatText(value);
  if (float !== undefined) return float;
  // Numbers as keys are quantiles: in their order, not JavaScript's.
  const sorted = Object.entries(value).sort(([a], [b]) =>
    Number(a) - Number(b) || 0
  );
  return map(
    sorted.map(([key, item]) => [
      keyToEdn(key),
      (inner) => (writers[key] ?? toEdn)(item, inner),
    ]),
    indent,
  );
}

/** One key and its value a line, for `grep`. */
function map(
  entries: readonly (readonly [key: string, write: (_: string) => string])[],
  indent: string,
): string {
  const inner = `${indent} `;
  const lines = entries.map(([key, write]) =>
    `${key} ${write(`${inner}${" ".repeat(key.length + 1)}`)}`
  );
  return `{${lines.join(`,\n${inner}`)}}`;
}

function sequence(open: string, close: string, write: Writer): Writer {
  return (value, indent) => {
    if (!Array.isArray(value)) return toEdn(value, indent);
    const inner = indent + " ".repeat(open.length);
    const items = value.map((item) => write(item, inner));
    const oneLine = `${open}${items.join(" ")}${close}`;
    return oneLine.length <= 80 && !oneLine.includes("\n")
      ? oneLine
      : `${open}${items.join(`\n${inner}`)}${close}`;
  };
}

function keyword(value: unknown, indent: string): string {
  return typeof value === "string" ? `:${value}` : toEdn(value, indent);
}

function float(value: unknown): string {
  return Number.isInteger(value) ? `${value}.0` : atom(value);
}

function atom(value: unknown): string {
  if (value === null || value === undefined) return "nil";
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value !== "number" || Number.isFinite(value)) return `${value}`;
  return Number.isNaN(value) ? "##NaN" : value > 0 ? "##Inf" : "##-Inf";
}

/** An object whose keys are JSON. */
function byElement(value: unknown, indent: string): string {
  if (typeof value !== "object" || value === null) return atom(value);
  return map(
    Object.entries(value).map(([key, count]) => [
      data(parseJson(key), indent),
      () => atom(count),
    ]),
    indent,
  );
}

/** JSON as Maelstrom decodes it: keys become keywords as they are. */
function data(value: unknown, indent: string): string {
  if (Array.isArray(value)) return sequence("[", "]", data)(value, indent);
  if (typeof value !== "object" || value === null) return atom(value);
  const float = floatText(value);
  if (float !== undefined) return float;
  return map(
    Object.entries(value).map(([key, item]) => [
      /^[A-Za-z][\w-]*$/.test(key) ? `:${key}` : JSON.stringify(key),
      (inner) => data(item, inner),
    ]),
    indent,
  );
}

function keyToEdn(key: string): string {
  if (key === "valid") return ":valid?";
  if (/^\d+(\.\d+)?$/.test(key)) return key;
  if (!/^[A-Za-z][\w-]*$/.test(key)) return JSON.stringify(key);
  // But G1c, the name of an anomaly, stays.
  const kebab = key.replaceAll(
    /(?<=[a-z\d])[A-Z]/g,
    (c) => `-${c.toLowerCase()}`,
  );
  return `:${kebab}`;
}
