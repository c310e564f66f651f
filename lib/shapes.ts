/**
 * What values must look like: tests, with their form in words.
 *
 * @module
 */

/**
 * What a JSON value must look like: a test, and its form in words.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { integer, type Shape } from "@gossip-glomers/maelstrom";
 *
 * const port: Shape<number> = {
 *   expected: "integer in [1, 65535]",
 *   test: (v): v is number => integer.test(v) && 1 <= v && v <= 65535,
 * };
 * assert.ok(port.test(80) && !port.test("80"));
 * ```
 */
export interface Shape<T> {
  /** Its form in words, for errors. */
  readonly expected: string;
  /** Whether a value looks so. */
  test(value: unknown): value is T;
  /** Of an object: the fields that it is known to have. */
  readonly fields?: readonly string[];
}

/**
 * The type that a shape describes.
 *
 * @example
 * ```ts
 * import { integer, object, type Of, string } from "@gossip-glomers/maelstrom";
 *
 * const user = object({ name: string, age: integer });
 *
 * export const ann: Of<typeof user> = { name: "Ann", age: 44 };
 * ```
 */
export type Of<S> = S extends Shape<infer T> ? T : never;

/**
 * Any JSON value, `null` included, that every node will read as it was written:
 * its numbers are integers or in a double's range, its strings are Unicode, and
 * it is not nested so deep that there is no stack for it. A field of this shape
 * must be present.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { json } from "@gossip-glomers/maelstrom";
 *
 * assert.ok(json.test({ a: [1, null, "x"] }));
 * assert.ok(!json.test(undefined) && !json.test(NaN));
 * ```
 */
export const json: Shape<unknown> = {
  expected: "any",
  test: (v): v is unknown => v !== undefined && isWritable(v, MAX_DEPTH),
};

const MAX_DEPTH = 500;

function isWritable(value: unknown, depth: number): boolean {
  if (typeof value === "string") return value.isWellFormed();
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null) return true;
  if (depth === 0) return false;
  if (Array.isArray(value)) return value.every((x) => isWritable(x, depth - 1));
  return Object.entries(value).every(([key, x]) =>
    key.isWellFormed() && isWritable(x, depth - 1)
  );
}

/**
 * A string of Unicode: no half of a surrogate pair.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { string } from "@gossip-glomers/maelstrom";
 *
 * assert.ok(string.test("\u{1F422}") && !string.test("\uD83D"));
 * ```
 */
export const string: Shape<string> = {
  expected: "string",
  test: (v): v is string => typeof v === "string" && v.isWellFormed(),
};
/**
 * `true` or `false`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { boolean } from "@gossip-glomers/maelstrom";
 *
 * assert.ok(boolean.test(false) && !boolean.test(0));
 * ```
 */
export const boolean: Shape<boolean> = {
  expected: "boolean",
  test: (v) => typeof v === "boolean",
};
/**
 * An integer that a number holds exactly: it is below 2^53.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { integer } from "@gossip-glomers/maelstrom";
 *
 * assert.ok(integer.test(-1) && !integer.test(2 ** 53) && !integer.test(0.5));
 * ```
 */
export const integer: Shape<number> = {
  expected: "integer",
  test: (v): v is number => Number.isSafeInteger(v),
};
/**
 * A count, an index, an offset: an integer from 0 that a number holds exactly.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { natural } from "@gossip-glomers/maelstrom";
 *
 * assert.ok(natural.test(0) && !natural.test(-1) && !natural.test(2 ** 53));
 * ```
 */
export const natural: Shape<number> = {
  expected: "integer from 0 to 2^53 - 1",
  test: (v): v is number => integer.test(v) && v >= 0,
};

/**
 * An integer of any size: beyond 2^53 it is a bigint.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { bigInteger } from "@gossip-glomers/maelstrom";
 *
 * assert.ok(bigInteger.test(1) && bigInteger.test(2n ** 64n));
 * assert.ok(!bigInteger.test(2 ** 64)); // which integer is it?
 * ```
 */
export const bigInteger: Shape<number | bigint> = {
  expected: "integer",
  test: (v): v is number | bigint =>
    typeof v === "bigint" || Number.isSafeInteger(v),
};

/**
 * Exactly this string or `null`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { either, literal } from "@gossip-glomers/maelstrom";
 *
 * const level = either(literal("low"), literal("high"));
 * assert.ok(level.test("low") && !level.test("medium"));
 * ```
 */
export function literal<const T extends string | null>(value: T): Shape<T> {
  return {
    expected: JSON.stringify(value),
    test: (v): v is T => v === value,
  };
}

/**
 * An array, each item of the same shape.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { array, integer } from "@gossip-glomers/maelstrom";
 *
 * const integers = array(integer);
 * assert.ok(integers.test([1, 2]) && !integers.test([1, "2"]));
 * assert.equal(integers.expected, "[integer]");
 * ```
 */
export function array<T>(item: Shape<T>): Shape<T[]> {
  return {
    expected: `[${item.expected}]`,
    test: (v): v is T[] => Array.isArray(v) && v.every((x) => item.test(x)),
  };
}

/**
 * An array, or `null` if it is empty: so Go encodes a nil slice.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { integer, list } from "@gossip-glomers/maelstrom";
 *
 * const integers = list(integer);
 * assert.ok(integers.test([1]) && integers.test([]) && integers.test(null));
 * ```
 */
export function list<T>(item: Shape<T>): Shape<T[] | null> {
  const items = array(item);
  return {
    expected: items.expected,
    test: (v): v is T[] | null => v === null || items.test(v),
  };
}

/**
 * An array of fixed length, each place with a shape of its own.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { integer, string, tuple } from "@gossip-glomers/maelstrom";
 *
 * const entry = tuple<[string, number]>(string, integer);
 * assert.ok(entry.test(["a", 1]) && !entry.test(["a"]));
 * ```
 */
export function tuple<T extends unknown[]>(
  ...items: { [I in keyof T]: Shape<T[I]> }
): Shape<T> {
  return {
    expected: `[${items.map((item) => item.expected).join(", ")}]`,
    test: (v): v is T =>
      Array.isArray(v) && v.length === items.length &&
      items.every((item, i) => item.test(v[i])),
  };
}

/**
 * A value of one shape or the other.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { either, integer, string } from "@gossip-glomers/maelstrom";
 *
 * const id = either(string, integer);
 * assert.ok(id.test("a") && id.test(1) && !id.test(null));
 * assert.equal(id.expected, "string or integer");
 * ```
 */
export function either<A, B>(a: Shape<A>, b: Shape<B>): Shape<A | B> {
  return {
    expected: `${a.expected} or ${b.expected}`,
    test: (v): v is A | B => a.test(v) || b.test(v),
  };
}

/**
 * A field that may be absent.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { integer, object, optional } from "@gossip-glomers/maelstrom";
 *
 * const options = object({ limit: optional(integer) });
 * assert.ok(options.test({}) && options.test({ limit: 1 }));
 * assert.ok(!options.test({ limit: null }));
 * ```
 */
export function optional<T>(inner: Shape<T>): Shape<T | undefined> {
  return {
    expected: `${inner.expected}?`,
    test: (v): v is T | undefined => v === undefined || inner.test(v),
  };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * An object used as a map from strings.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { integer, record } from "@gossip-glomers/maelstrom";
 *
 * const offsets = record(integer);
 * assert.ok(offsets.test({ a: 1, b: 2 }) && !offsets.test({ a: "1" }));
 * ```
 */
export function record<T>(value: Shape<T>): Shape<Record<string, T>> {
  return {
    expected: `{string: ${value.expected}}`,
    test: (v): v is Record<string, T> =>
      isObject(v) &&
      Object.entries(v).every(([key, x]) => string.test(key) && value.test(x)),
  };
}

/**
 * The shapes of an object's fields, by name.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import {
 *   type Fields,
 *   integer,
 *   object,
 *   string,
 * } from "@gossip-glomers/maelstrom";
 *
 * const named = (fields: Fields) => object({ name: string, ...fields });
 * assert.equal(named({ age: integer }).expected, "{name: string, age: integer}");
 * ```
 */
export type Fields = Record<string, Shape<unknown>>;
/**
 * The same type, written as one object.
 *
 * @example
 * ```ts
 * import { type Flat } from "@gossip-glomers/maelstrom";
 *
 * type Point = Flat<{ readonly x: number } & { readonly y: number }>;
 *
 * export const origin: Point = { x: 0, y: 0 };
 * ```
 */
export type Flat<T> = { [K in keyof T]: T[K] };
/**
 * Whether a field may be absent: `unknown` is any value, not any absence.
 *
 * @example
 * ```ts
 * import { type IsOptional } from "@gossip-glomers/maelstrom";
 *
 * export const yes: IsOptional<string | undefined> = true;
 * export const no: IsOptional<unknown> = false;
 * ```
 */
export type IsOptional<T> = unknown extends T ? false
  : undefined extends T ? true
  : false;
/**
 * The type of an object with such fields.
 *
 * @example
 * ```ts
 * import {
 *   integer,
 *   type ObjectOf,
 *   optional,
 *   string,
 * } from "@gossip-glomers/maelstrom";
 *
 * const fields = { name: string, age: optional(integer) };
 *
 * export const ann: ObjectOf<typeof fields> = { name: "Ann" };
 * ```
 */
export type ObjectOf<F extends Fields> = Flat<
  & {
    readonly [K in keyof F as IsOptional<Of<F[K]>> extends true ? never : K]:
      Of<F[K]>;
  }
  & {
    readonly [K in keyof F as IsOptional<Of<F[K]>> extends true ? K : never]?:
      Of<F[K]>;
  }
>;

/**
 * An object with at least these fields.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { integer, object } from "@gossip-glomers/maelstrom";
 *
 * const point = object({ x: integer, y: integer });
 * assert.ok(point.test({ x: 1, y: 2, colour: "red" }) && !point.test({ x: 1 }));
 * assert.equal(point.expected, "{x: integer, y: integer}");
 * ```
 */
export function object<F extends Fields>(fields: F): Shape<ObjectOf<F>> {
  const keys = Object.keys(fields);
  const shapes = Object.values(fields);
  return {
    expected: `{${keys.map((k) => `${k}: ${fields[k].expected}`).join(", ")}}`,
    fields: keys,
    test: (v): v is ObjectOf<F> => {
      if (!isObject(v)) return false;
      for (let i = 0; i < keys.length; i++) {
        if (!shapes[i].test(v[keys[i]])) return false;
      }
      return true;
    },
  };
}
