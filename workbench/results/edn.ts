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
import { type Form, type Forms } from "../checkers/result.ts";
import { floatText, parseJson } from "../json.ts";

/** @param indent what the lines after the first begin with */
type Writer = (value: unknown, indent: string) => string;

/** What stands in every result, wherever it comes from. */
const common: Forms = {
  valid: "keyword",
  // Of an operation, and of a step in a cycle.
  type: "keyword",
  f: "keyword",
  value: "value",
  // Of the network.
  msgsPerOp: "float",
};

/**
 * Writes a result.
 *
 * @param forms how fields are written, by their names, where JSON says too
 * little
 */
export function toEdn(value: unknown, forms: Forms = {}): string {
  const all: Forms = { ...common, ...forms };
  const write: Writer = (value, indent) => {
    if (Array.isArray(value)) return sequence("[", "]", write)(value, indent);
    if (typeof value !== "object" || value === null) return atom(value);
    const float = floatText(value);
    if (float !== undefined) return float;
    // Numbers as keys are quantiles: in their order, not JavaScript's.
    const sorted = Object.entries(value).sort(([a], [b]) =>
      Number(a) - Number(b) || 0
    );
    return map(
      sorted.map(([key, item]) => {
        const form = Object.hasOwn(all, key) ? all[key] : undefined;
        const writer = form === undefined ? write : writers[form];
        return [keyToEdn(key), (inner) => writer(item, inner)];
      }),
      indent,
    );
  };
  const keyword: Writer = (value, indent) =>
    typeof value === "string" ? `:${value}` : write(value, indent);
  const writers: Readonly<Record<Form, Writer>> = {
    "keyword": keyword,
    "keywords": sequence("(", ")", keyword, write),
    "keyword-set": sequence("#{", "}", keyword, write),
    "list": sequence("(", ")", write),
    "value": data,
    "values": sequence("(", ")", data, write),
    "by-value": byElement,
    "float": float,
  };
  return write(value, "");
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

/** @param otherwise writes what is no array */
function sequence(
  open: string,
  close: string,
  write: Writer,
  otherwise: Writer = write,
): Writer {
  return (value, indent) => {
    if (!Array.isArray(value)) return otherwise(value, indent);
    const inner = indent + " ".repeat(open.length);
    const items = value.map((item) => write(item, inner));
    const oneLine = `${open}${items.join(" ")}${close}`;
    return oneLine.length <= 80 && !oneLine.includes("\n")
      ? oneLine
      : `${open}${items.join(`\n${inner}`)}${close}`;
  };
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
