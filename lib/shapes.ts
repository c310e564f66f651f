/**
 * What values must look like: tests, with their form in words.
 *
 * @module
 */

/** What a JSON value must look like: a test, and its form in words. */
export interface Shape<T> {
  /** Its form in words, for errors. */
  readonly expected: string;
  /** Whether a value looks so. */
  test(value: unknown): value is T;
  /** Of an object: the fields that it is known to have. */
  readonly fields?: readonly string[];
}

/** The type that a shape describes. */
export type Of<S> = S extends Shape<infer T> ? T : never;

/**
 * Any JSON value, `null` included, that every node will read as it was written:
 * its numbers are integers or in a double's range, its strings are Unicode, and
 * it is not nested so deep that there is no stack for it. A field of this shape
 * must be present.
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

/** A string of Unicode: no half of a surrogate pair. */
export const string: Shape<string> = {
  expected: "string",
  test: (v): v is string => typeof v === "string" && v.isWellFormed(),
};
/** `true` or `false`. */
export const boolean: Shape<boolean> = {
  expected: "boolean",
  test: (v) => typeof v === "boolean",
};
/** An integer that a number holds exactly: it is below 2^53. */
export const integer: Shape<number> = {
  expected: "integer",
  test: (v): v is number => Number.isSafeInteger(v),
};

/** An integer of any size: beyond 2^53 it is a bigint. */
export const bigInteger: Shape<number | bigint> = {
  expected: "integer",
  test: (v): v is number | bigint =>
    typeof v === "bigint" || Number.isSafeInteger(v),
};

/** Exactly this string or `null`. */
export function literal<const T extends string | null>(value: T): Shape<T> {
  return {
    expected: JSON.stringify(value),
    test: (v): v is T => v === value,
  };
}

/** An array, each item of the same shape. */
export function array<T>(item: Shape<T>): Shape<T[]> {
  return {
    expected: `[${item.expected}]`,
    test: (v): v is T[] => Array.isArray(v) && v.every((x) => item.test(x)),
  };
}

/** An array, or `null` if it is empty: so Go encodes a nil slice. */
export function list<T>(item: Shape<T>): Shape<T[] | null> {
  const items = array(item);
  return {
    expected: items.expected,
    test: (v): v is T[] | null => v === null || items.test(v),
  };
}

/** An array of fixed length, each place with a shape of its own. */
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

/** A value of one shape or the other. */
export function either<A, B>(a: Shape<A>, b: Shape<B>): Shape<A | B> {
  return {
    expected: `${a.expected} or ${b.expected}`,
    test: (v): v is A | B => a.test(v) || b.test(v),
  };
}

/** A field that may be absent. */
export function optional<T>(inner: Shape<T>): Shape<T | undefined> {
  return {
    expected: `${inner.expected}?`,
    test: (v): v is T | undefined => v === undefined || inner.test(v),
  };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An object used as a map from strings. */
export function record<T>(value: Shape<T>): Shape<Record<string, T>> {
  return {
    expected: `{string: ${value.expected}}`,
    test: (v): v is Record<string, T> =>
      isObject(v) &&
      Object.entries(v).every(([key, x]) => string.test(key) && value.test(x)),
  };
}

/** The shapes of an object's fields, by name. */
export type Fields = Record<string, Shape<unknown>>;
/** The same type, written as one object. */
export type Flat<T> = { [K in keyof T]: T[K] };
/** Whether a field may be absent: `unknown` is any value, not any absence. */
export type IsOptional<T> = unknown extends T ? false
  : undefined extends T ? true
  : false;
/** The type of an object with such fields. */
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

/** An object with at least these fields. */
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
