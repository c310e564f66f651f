/**
 * Integers of any size, as JSON has them: a number where that is exact, else a
 * bigint. So equal ones are the same (`===`), and `<` compares them all.
 *
 * @module
 */

export type Integer = number | bigint;

export function isInteger(value: unknown): value is Integer {
  return Number.isInteger(value) || typeof value === "bigint";
}

/** The integer that a bigint stands for. */
export function integerOf(value: bigint): Integer {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

export function successor(n: Integer): Integer {
  return typeof n === "number" && n < Number.MAX_SAFE_INTEGER
    ? n + 1
    : integerOf(BigInt(n) + 1n);
}

export function max(a: Integer, b: Integer): Integer {
  return a < b ? b : a;
}

/** For sorting. */
export function compare(a: Integer, b: Integer): number {
  return a < b ? -1 : Number(a > b);
}
