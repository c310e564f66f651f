/**
 * JSON without loss: integers beyond 2^53, such as Snowflake ids, stay exact.
 *
 * @module
 */

const longDigits = /\d{16}/;

/** Parses JSON; integers that a number can't hold become bigints. */
export function parseJson(text: string): unknown {
  if (!longDigits.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_key, value: unknown, context?: JsonContext) => {
    if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
    const source = context?.source ?? "";
    return /^-?\d+$/.test(source) ? BigInt(source) : value;
  });
}

interface JsonContext {
  readonly source?: string;
}

/** Writes JSON; bigints are written as numbers. */
export function stringifyJson(value: unknown, space?: number): string {
  try {
    return JSON.stringify(value, undefined, space);
  } catch {
    // A function for each value takes many times as long.
    return JSON.stringify(
      value,
      (_key, item: unknown) =>
        typeof item === "bigint" ? rawJson(item.toString()) : item,
      space,
    );
  }
}

// Part of ES2026; not yet in the types that Deno ships.
const { rawJSON: rawJson } = JSON as typeof JSON & {
  rawJSON(text: string): unknown;
};

/** What parsing the JSON of a value would give. */
export function copyJson<T>(value: T): T;
export function copyJson(value: unknown): unknown {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => copyJson(item) ?? null);
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
