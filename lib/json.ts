/**
 * JSON without loss: integers of any size are exact.
 *
 * @module
 */

export function parse(text: string): unknown {
  if (!hasLongNumber(text)) return JSON.parse(text);
  return JSON.parse(
    text,
    (_key, value: unknown, { source = "" }: { source?: string } = {}) =>
      typeof value === "number" && !Number.isSafeInteger(value) &&
        /^-?\d+$/.test(source)
        ? BigInt(source)
        : value,
  );
}

/**
 * Whether there may be 16 digits in a row, the fewest that a number may not be
 * able to hold: they would cover two neighbours of every eighth place.
 */
function hasLongNumber(text: string): boolean {
  for (let i = 7, digits = 0; i < text.length; i += 8) {
    digits = isDigit(text.charCodeAt(i)) ? digits + 1 : 0;
    if (digits === 2) return /\d{16}/.test(text);
  }
  return false;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** @throws {TypeError} for what JSON has no form for, such as cycles */
export function stringify(value: unknown, space?: number): string {
  try {
    return JSON.stringify(value, undefined, space);
  } catch {
    return JSON.stringify(
      value,
      (_key, item: unknown) =>
        typeof item === "bigint" ? rawJSON(item.toString()) : item,
      space,
    );
  }
}

/**
 * The same text for equal JSON values, in whatever order an object has its keys.
 * For what a {@linkcode json} shape has let pass.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { canonicalJson } from "@gossip-glomers/maelstrom";
 *
 * assert.equal(canonicalJson({ b: [1], a: 2n }), '{"a":2,"b":[1]}');
 * ```
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === "bigint") return `${value}`;
  if (typeof value !== "object" || value === null || isRawJSON(value)) {
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson)}]`;
  const fields = Object.entries(value).map(([key, item]) =>
    `${JSON.stringify(key)}:${canonicalJson(item)}`
  );
  return `{${fields.sort()}}`;
}

/**
 * The sum of integers of any size, as {@linkcode parseMessage} would give it: a
 * bigint only if a number can't hold it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { exactSum } from "@gossip-glomers/maelstrom";
 *
 * assert.equal(exactSum([1, 2]), 3);
 * assert.equal(exactSum([Number.MAX_SAFE_INTEGER, 1]), 2n ** 53n);
 * ```
 */
export function exactSum(integers: Iterable<number | bigint>): number | bigint {
  let sum = 0n;
  for (const n of integers) sum += BigInt(n);
  const number = Number(sum);
  return Number.isSafeInteger(number) ? number : sum;
}

/** Part of ES2026; not yet in the types that Deno ships. */
interface RawJson {
  rawJSON(text: string): unknown;
  isRawJSON(value: unknown): boolean;
}

export const { rawJSON, isRawJSON } = JSON as typeof JSON & RawJson;
