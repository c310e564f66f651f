/**
 * Numbered sequences of values, one for each origin, and version vectors that
 * say which of them a replica has.
 *
 * A version vector (Parker et al., "Detection of mutual inconsistency in
 * distributed systems", 1983) has one number for each origin, and so needs
 * values in order and without gaps. Here it has ranges: what overtook others,
 * or lies behind a value that nobody has any more, is told and repaired like
 * all else. Such vectors are known as version vectors with exceptions (Malkhi
 * and Terry, "Concise version vectors in WinFS", 2005) and as interval version
 * vectors (Mukund, Shenoy and Suresh, "Optimized OR-sets without ordering
 * constraints", 2014).
 *
 * @module
 */
import {
  array,
  integer,
  isObject,
  type Shape,
  string,
  tuple,
} from "./shapes.ts";

/**
 * Successive values of one origin: its name, the first value's number, they.
 *
 * @example
 * ```ts
 * import { type Run } from "@gossip-glomers/maelstrom";
 *
 * export const run: Run<string> = ["n0.k3", 5, ["a", "b"]]; // numbers 5 and 6
 * ```
 */
export type Run<T> = [origin: string, start: number, values: T[]];

/**
 * Numbers from the first to before the second, the third to the fourth, ...
 *
 * @example
 * ```ts
 * import { type Ranges } from "@gossip-glomers/maelstrom";
 *
 * export const ranges: Ranges = [0, 3, 5, 6]; // 0, 1, 2 and 5
 * ```
 */
export type Ranges = readonly number[];

/**
 * What a replica has: by origin, the numbers of its values.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Sequences, type VersionVector } from "@gossip-glomers/maelstrom";
 *
 * const theirs: VersionVector = { n0: [0, 3], n1: [0, 1] };
 * assert.ok(new Sequences().lacks(theirs));
 * ```
 */
export type VersionVector = Readonly<Record<string, Ranges>>;

/** The number of a value: an integer from 0. */
const number: Shape<number> = {
  expected: "integer from 0",
  test: (v): v is number => integer.test(v) && v >= 0 && v < 2 ** 52,
};

/**
 * Runs in a message, with values of this shape.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { integer, message, runsOf } from "@gossip-glomers/maelstrom";
 *
 * const repair = message("repair", { runs: runsOf(integer) });
 * assert.ok(repair.request.test({ runs: [["n0", 0, [7, 8]]] }));
 * assert.ok(!repair.request.test({ runs: [["n0", -1, [7, 8]]] }));
 * ```
 */
export const runsOf = <T>(value: Shape<T>): Shape<Run<T>[]> =>
  array(tuple<Run<T>>(string, number, array(value)));

/**
 * A version vector in a message.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { message, versionVector } from "@gossip-glomers/maelstrom";
 *
 * const digest = message("digest", { have: versionVector });
 * assert.ok(digest.request.test({ have: { n0: [0, 3, 5, 6] } }));
 * assert.ok(!digest.request.test({ have: { n0: [3, 0] } }));
 * ```
 */
export const versionVector: Shape<VersionVector> = {
  expected: "{string: [integer from 0, each above the one before]}",
  test: (v): v is VersionVector =>
    isObject(v) &&
    Object.entries(v).every(([origin, ranges]) =>
      string.test(origin) && isRanges(ranges)
    ),
};

const isRanges = (v: unknown): v is Ranges =>
  Array.isArray(v) && v.length % 2 === 0 &&
  v.every((n, i) => number.test(n) && (i === 0 || n > v[i - 1]));

const union = (a: Ranges, b: Ranges) => combine(a, b, (inA, inB) => inA || inB);
const intersection = (a: Ranges, b: Ranges) =>
  combine(a, b, (inA, inB) => inA && inB);
const difference = (a: Ranges, b: Ranges) =>
  combine(a, b, (inA, inB) => inA && !inB);

/** The numbers to keep, by whether they are in `a` and in `b`. */
function combine(
  a: Ranges,
  b: Ranges,
  keep: (inA: boolean, inB: boolean) => boolean,
): Ranges {
  const result: number[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    const edge = Math.min(a[i] ?? Infinity, b[j] ?? Infinity);
    while (a[i] <= edge) i++;
    while (b[j] <= edge) j++;
    const isIn = keep(i % 2 === 1, j % 2 === 1);
    if (isIn !== (result.length % 2 === 1)) result.push(edge);
  }
  return result;
}

/** An origin of a vector that came as JSON may be named `constructor`. */
const rangesIn = (vector: VersionVector, origin: string): Ranges =>
  Object.hasOwn(vector, origin) ? vector[origin] : [];

/**
 * Appends values to a list of runs; what follows on its last one joins that.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { appendRun, type Run } from "@gossip-glomers/maelstrom";
 *
 * const runs: Run<string>[] = [];
 * appendRun(runs, "n0", 0, ["a"]);
 * appendRun(runs, "n0", 1, ["b"]); // follows on the last
 * appendRun(runs, "n1", 0, ["c"]);
 * assert.deepEqual(runs, [["n0", 0, ["a", "b"]], ["n1", 0, ["c"]]]);
 * ```
 */
export function appendRun<T>(
  runs: Run<T>[],
  origin: string,
  start: number,
  values: Iterable<T>,
): void {
  const last = runs.at(-1);
  if (last && last[0] === origin && last[1] + last[2].length === start) {
    for (const value of values) last[2].push(value);
  } else runs.push([origin, start, [...values]]);
}

interface Sequence<T> {
  readonly values: Map<number, T>;
  known: Ranges;
}

/**
 * How much is asked for.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { type MissingOptions, Sequences } from "@gossip-glomers/maelstrom";
 *
 * const log = new Sequences<string>();
 * log.add([["n0", 0, ["a", "b", "c"]]]);
 * const few: MissingOptions = { limit: 2 };
 * assert.deepEqual(log.missing({}, few), [["n0", 0, ["a", "b"]]]);
 * ```
 */
export interface MissingOptions {
  /** The most values to return. @default Infinity */
  readonly limit?: number;
  /** Return none but these. @default all that are known */
  readonly among?: VersionVector;
}

/**
 * Values of many origins, each with a number in its origin's sequence. Replicas
 * that exchange version vectors and what the other one is missing become equal,
 * whatever was lost, repeated or reordered on the way.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Sequences } from "@gossip-glomers/maelstrom";
 *
 * const here = new Sequences<string>();
 * here.append("n0.k3", "a");
 * here.append("n0.k3", "b");
 *
 * const there = new Sequences<string>();
 * there.add([["n0.k3", 1, ["b"]]]); // "a" was lost
 * assert.deepEqual(there.versions(), { "n0.k3": [1, 2] });
 *
 * const missing = here.missing(there.versions());
 * assert.deepEqual(missing, [["n0.k3", 0, ["a"]]]);
 * assert.deepEqual(there.add(missing), missing); // all of it was new
 * assert.deepEqual(there.versions(), here.versions());
 * ```
 */
export class Sequences<T> {
  readonly #sequences = new Map<string, Sequence<T>>();

  #of(origin: string): Sequence<T> {
    return this.#sequences.getOrInsertComputed(
      origin,
      () => ({ values: new Map(), known: [] }),
    );
  }

  /**
   * Appends a value to a sequence that nobody else appends to.
   *
   * @returns its number
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { Sequences } from "@gossip-glomers/maelstrom";
   *
   * const log = new Sequences<string>();
   * assert.equal(log.append("n0", "a"), 0);
   * assert.equal(log.append("n0", "b"), 1);
   * ```
   */
  append(origin: string, value: T): number {
    const number = this.#of(origin).known.at(-1) ?? 0;
    this.add([[origin, number, [value]]]);
    return number;
  }

  /**
   * Takes values in, and returns those whose numbers were new.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { Sequences } from "@gossip-glomers/maelstrom";
   *
   * const log = new Sequences<string>();
   * log.add([["n0", 0, ["a"]]]);
   * const fresh = log.add([["n0", 0, ["a", "b"]]]);
   * assert.deepEqual(fresh, [["n0", 1, ["b"]]]);
   * ```
   */
  add(runs: Iterable<Run<T>>): Run<T>[] {
    const fresh: Run<T>[] = [];
    for (const [origin, start, values] of runs) {
      const sequence = this.#of(origin);
      values.forEach((value, i) => {
        if (sequence.values.has(start + i)) return;
        sequence.values.set(start + i, value);
        appendRun(fresh, origin, start + i, [value]);
      });
      sequence.known = union(sequence.known, [start, start + values.length]);
    }
    return fresh;
  }

  /**
   * The values that are known of these numbers of an origin.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { Sequences } from "@gossip-glomers/maelstrom";
   *
   * const log = new Sequences<string>();
   * log.add([["n0", 0, ["a", "b", "c"]]]);
   * assert.deepEqual(log.pick("n0", [1, 2, 9]), [["n0", 1, ["b", "c"]]]);
   * ```
   */
  pick(origin: string, numbers: Iterable<number>): Run<T>[] {
    const runs: Run<T>[] = [];
    const { values } = this.#of(origin);
    for (const n of numbers) {
      if (values.has(n)) appendRun(runs, origin, n, [values.get(n)!]);
    }
    return runs;
  }

  /**
   * Whether values of an origin are known, but not all before them.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { Sequences } from "@gossip-glomers/maelstrom";
   *
   * const log = new Sequences<string>();
   * log.add([["n0", 1, ["b"]]]);
   * assert.ok(log.hasHole("n0"));
   * log.add([["n0", 0, ["a"]]]);
   * assert.ok(!log.hasHole("n0"));
   * ```
   */
  hasHole(origin: string): boolean {
    const known = this.#sequences.get(origin)?.known ?? [];
    return known[0] > 0 || known.length > 2;
  }

  /**
   * What is known now; a snapshot, which costs little.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { Sequences } from "@gossip-glomers/maelstrom";
   *
   * const log = new Sequences<string>();
   * log.add([["n0", 0, ["a", "b"]], ["n0", 4, ["e"]]]);
   * assert.deepEqual(log.versions(), { n0: [0, 2, 4, 5] });
   * ```
   */
  versions(): VersionVector {
    return Object.fromEntries(
      this.#sequences.entries().map(([origin, { known }]) => [origin, known]),
    );
  }

  /**
   * Whether a replica with this vector has what is not here.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { Sequences } from "@gossip-glomers/maelstrom";
   *
   * const log = new Sequences<string>();
   * log.append("n0", "a");
   * assert.ok(!log.lacks({ n0: [0, 1] }));
   * assert.ok(log.lacks({ n0: [0, 2] }));
   * ```
   */
  lacks(theirs: VersionVector): boolean {
    return Object.entries(theirs).some(([origin, ranges]) =>
      difference(ranges, this.#sequences.get(origin)?.known ?? []).length > 0
    );
  }

  /**
   * What a replica with this vector lacks, lower numbers first.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { Sequences } from "@gossip-glomers/maelstrom";
   *
   * const log = new Sequences<string>();
   * log.add([["n0", 0, ["a", "b", "c"]]]);
   * assert.deepEqual(log.missing({ n0: [1, 2] }), [
   *   ["n0", 0, ["a"]],
   *   ["n0", 2, ["c"]],
   * ]);
   * ```
   */
  missing(theirs: VersionVector, options: MissingOptions = {}): Run<T>[] {
    const { limit = Infinity, among } = options;
    const runs: Run<T>[] = [];
    let room = limit;
    for (const [origin, { values, known }] of this.#sequences) {
      const offered = among
        ? intersection(known, rangesIn(among, origin))
        : known;
      const lacking = difference(offered, rangesIn(theirs, origin));
      for (let i = 0; i < lacking.length && room > 0; i += 2) {
        const end = Math.min(lacking[i + 1], lacking[i] + room);
        room -= end - lacking[i];
        const run: Run<T> = [origin, lacking[i], []];
        for (let n = lacking[i]; n < end; n++) run[2].push(values.get(n)!);
        runs.push(run);
      }
    }
    return runs;
  }
}
