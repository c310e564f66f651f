/**
 * Reads EDN as Clojure prints it: keywords become strings, lists and sets
 * arrays, maps and records objects.
 *
 * https://github.com/edn-format/edn
 *
 * @module
 */
import { parseEDNString } from "edn-data";
import { type Validity } from "../checkers/result.ts";

export type EdnMap = { readonly [key: string]: unknown };

/** Strings, characters, and numbers such as ##NaN. */
const literals = /"(?:[^"\\]|\\.)*"|\\(?:\w+|.)|##-?\w+/gs;

/** @throws {Error} it is no EDN */
export function parseEdn(text: string): unknown {
  // The parser takes the last for a tag, and the character \" for a string.
  const readable = text.replaceAll(
    literals,
    (found) =>
      found.startsWith("##")
        ? "nil"
        : found.startsWith("\\")
        ? JSON.stringify(found.slice(1))
        : found,
  );
  return parseEDNString(readable, {
    mapAs: "object",
    setAs: "array",
    listAs: "array",
    keywordAs: "string",
    symbolAs: "string",
    charAs: "string",
  });
}

/** A map, or a record: a map with a name. */
export function mapOf(value: unknown): EdnMap {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return {};
  }
  return "tag" in value && "val" in value ? mapOf(value.val) : { ...value };
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
