/**
 * JSON without loss: integers beyond 2^53, such as Snowflake ids, stay exact,
 * and 2.0 is another value than 2, as in Maelstrom, where it is no integer.
 *
 * @module
 */
import { isRawJSON, parse, rawJSON, stringify } from "../lib/json.ts";

export { canonicalJson } from "../lib/json.ts";

/** Whether there may be a float; the second is slow, but no uuid fulfils it. */
const mayBeFloat = /\d[.eE][-+\d]/;
const looksLikeFloat = /(?:^|[\s:,[])-?\d+[.eE]/;

const hasFloat = (text: string) =>
  mayBeFloat.test(text) && looksLikeFloat.test(text);

/**
 * Parses JSON. Integers that a number can't hold become bigints, and floats
 * whose value is an integer become what `JSON.rawJSON` makes of their text.
 */
export function parseJson(text: string): unknown {
  return hasFloat(text)
    ? JSON.parse(text, (_key, value: unknown, context?: JsonContext) => {
      if (typeof value !== "number") return value;
      return exactly(value, context?.source ?? "");
    })
    : parseNumbers(text);
}

/** The same, where floats are numbers like others, as for a JavaScript node. */
export const parseNumbers: (text: string) => unknown = parse;

const isDigits = (source: string) => /^-?\d+$/.test(source);

function exactly(value: number, source: string): unknown {
  if (isDigits(source)) {
    return Number.isSafeInteger(value) ? value : BigInt(source);
  }
  if (!Number.isFinite(value)) return rawJSON(source);
  if (!Number.isInteger(value)) return value;
  const text = `${value}`; // 2.00 and 2e0 are both 2.0
  return rawJSON(text.includes("e") ? text : `${text}.0`);
}

/** The text of a float whose value is an integer. */
export function floatText(value: object): string | undefined {
  return "rawJSON" in value && isRawJSON(value)
    ? stringifyJson(value)
    : undefined;
}

interface JsonContext {
  readonly source?: string;
}

/** Writes JSON; bigints are written as numbers. */
export const stringifyJson: (value: unknown, space?: number) => string =
  stringify;

/** What {@linkcode parseNumbers} would make of a value's JSON. */
export function copyJson<T>(value: T): T;
export function copyJson(value: unknown): unknown {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => copyJson(item) ?? null);
  const float = floatText(value);
  if (float !== undefined) return Number(float);
  const copy: Record<string, unknown> = { ...value };
  for (const key in copy) {
    const item = copy[key];
    if (item === undefined) delete copy[key];
    else if (typeof item !== "string") copy[key] = copyJson(item);
  }
  return copy;
}

/** Whether two JSON values are the same, whatever the order of keys. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object") return false;
  if (a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length &&
      a.every((x, i) => sameJson(x, b[i]));
  }
  const left = Object.entries(a);
  const right = new Map(Object.entries(b));
  return left.length === right.size &&
    left.every(([k, v]) => right.has(k) && sameJson(v, right.get(k)));
}
