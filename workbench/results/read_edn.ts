/**
 * What values in EDN stand for, as {@linkcode parseEdn} gives them.
 *
 * @module
 */
import { type Validity } from "../checkers/result.ts";

export type EdnMap = { readonly [key: string]: unknown };

/** What is no map has no fields. */
export function mapOf(value: unknown): EdnMap {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return {};
  }
  return { ...value };
}

/** Of a number of any size, or of a ratio such as 1/3. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  const [, over, under] = /^(-?\d+)\/(\d+)$/.exec(`${value}`) ?? [];
  return over === undefined ? undefined : Number(over) / Number(under);
}

export function validityOf(value: unknown): Validity {
  return typeof value === "boolean" ? value : "unknown";
}
