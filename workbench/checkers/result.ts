/**
 * What a checker finds, and how the findings of several become one.
 *
 * A checker is a function of a history. All that others look at has a name
 * here; what is peculiar to a checker stands in its `details`, which are
 * written to the results and which nobody else reads.
 *
 * @module
 */

/**
 * `"unknown"`: neither proven right nor wrong, e.g. nothing was ever read.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { type Validity } from "@gossip-glomers/maelstrom/checkers";
 *
 * const words = (valid: Validity) =>
 *   valid === "unknown" ? "unknown" : valid ? "valid" : "invalid";
 * assert.equal(words(false), "invalid");
 * ```
 */
export type Validity = boolean | "unknown";

/**
 * Something that is wrong, or that leaves open whether all is right.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import {
 *   type Anomaly,
 *   check,
 *   readHistory,
 * } from "@gossip-glomers/maelstrom/checkers";
 *
 * // A transaction reads one write of another, and misses the other.
 * const file = "w(1,10,0,0)\nw(2,20,0,0)\nr(2,20,1,1)\nr(1,0,1,1)\n";
 * const read = await readHistory(new Blob([file]).stream());
 *
 * const { anomalies = [] } = check(read, "rw-register");
 * const told = ({ type, count }: Anomaly) => `${count} x ${type}`;
 * assert.match(anomalies.map(told).join(), /^1 x G-single/);
 * ```
 */
export interface Anomaly {
  /** Its name, the same for all of its kind: `lost`, `G1a`. */
  readonly type: string;
  /** How often it was found. */
  readonly count: number;
  /** Some of the times that it was found, each a paragraph for a person. */
  readonly explanation?: readonly string[];
  /** Indices of operations in the history that show it. */
  readonly operations?: readonly number[];
}

/**
 * Why one transaction or operation comes before another, in a cycle.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import {
 *   check,
 *   type CycleStep,
 *   readHistory,
 * } from "@gossip-glomers/maelstrom/checkers";
 *
 * // A transaction reads one write of another, and misses the other.
 * const file = "w(1,10,0,0)\nw(2,20,0,0)\nr(2,20,1,1)\nr(1,0,1,1)\n";
 * const read = await readHistory(new Blob([file]).stream());
 *
 * const { evidence = [] } = check(read, "rw-register");
 * const steps: readonly CycleStep[] = evidence.flatMap((it) =>
 *   it.kind === "cycle" ? it.steps : []
 * );
 * assert.deepEqual(steps.map(({ kind }) => kind).sort(), ["rw", "wr"]);
 * ```
 */
export interface CycleStep {
  /** Index in the history of the one that comes first, to the next step's. */
  readonly operation: number;
  /** `ww`, `wr`, `rw`, `process` or `realtime`. */
  readonly kind: string;
  /** In words, where `T1` is the first step's operation. */
  readonly why: string;
  /** The key that they share; absent for the orders of time. */
  readonly key?: unknown;
  /** What the first one wrote or read there. */
  readonly value?: unknown;
  /** What the second one put in its place, if it did. */
  readonly next?: unknown;
}

/**
 * What a picture of a finding needs beyond the history.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import {
 *   check,
 *   type Evidence,
 *   readHistory,
 * } from "@gossip-glomers/maelstrom/checkers";
 *
 * // A transaction reads one write of another, and misses the other.
 * const file = "w(1,10,0,0)\nw(2,20,0,0)\nr(2,20,1,1)\nr(1,0,1,1)\n";
 * const read = await readHistory(new Blob([file]).stream());
 *
 * const kindOf = ({ kind }: Evidence) => kind;
 * const { evidence = [] } = check(read, "rw-register");
 * assert.deepEqual(evidence.map(kindOf), ["cycle"]);
 * ```
 */
export type Evidence =
  /** Each step comes before the next one, and the last before the first. */
  | {
    readonly kind: "cycle";
    readonly anomaly: string;
    readonly steps: readonly CycleStep[];
  }
  /** The longest order of a key's operations that works, by their indices. */
  | {
    readonly kind: "linearization";
    readonly key: unknown;
    readonly order: readonly number[];
    /** How many operations of the order come before those of `order`. */
    readonly omitted: number;
    /** What fits nowhere after it. */
    readonly stuck: readonly number[];
  }
  /** Operations that show an anomaly at a key. */
  | {
    readonly kind: "operations";
    readonly anomaly: string;
    /** In words. */
    readonly why: string;
    readonly operations: readonly number[];
    readonly key: unknown;
    /** What was read or written there and is at issue; absent: everything. */
    readonly values?: readonly unknown[];
    /** In a log, the place at issue. */
    readonly offset?: unknown;
  };

/**
 * Maelstrom's verdict on the same history.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import {
 *   check,
 *   type MaelstromVerdict,
 *   readHistory,
 * } from "@gossip-glomers/maelstrom/checkers";
 *
 * const lines = '{"process":0,"type":"invoke","f":"add","value":1}';
 * const read = await readHistory(new Blob([lines]).stream());
 * const { valid, asMaelstrom } = check(read, "set-full");
 * const maelstroms: MaelstromVerdict = asMaelstrom ?? { valid, ignores: [] };
 * assert.equal(maelstroms.valid, "unknown");
 * ```
 */
export interface MaelstromVerdict {
  /** It may be another one: it looks at less. */
  readonly valid: Validity;
  /** What it does not look at, as nouns: `values that nobody sent`. */
  readonly ignores: readonly string[];
}

/** Times in ms by quantile: 0, 0.5, 0.95, 0.99, 1. */
export type Quantiles = Readonly<Record<string, number>>;

/** What JSON has no type for, and EDN has. */
export type Form =
  /** A name: `:ok`. */
  | "keyword"
  /** A list of names. */
  | "keywords"
  /** A set of names. */
  | "keyword-set"
  /** A list `(...)`. */
  | "list"
  /** What a client or a node said: its strings and keys are no names of ours. */
  | "value"
  /** A list of such values. */
  | "values"
  /** An object whose keys are such values, as JSON. */
  | "by-value"
  /** A number that is no integer, even if it looks like one. */
  | "float";

/** The forms of fields, by their names, wherever they stand in the details. */
export type Forms = Readonly<Record<string, Form>>;

/**
 * What a checker found. Everything in it can be written as JSON.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import {
 *   check,
 *   type CheckResult,
 *   readHistory,
 * } from "@gossip-glomers/maelstrom/checkers";
 *
 * // A transaction reads one write of another, and misses the other.
 * const file = "w(1,10,0,0)\nw(2,20,0,0)\nr(2,20,1,1)\nr(1,0,1,1)\n";
 * const read = await readHistory(new Blob([file]).stream());
 *
 * const result: CheckResult = check(read, "rw-register");
 * assert.equal(result.valid, false);
 * assert.match(result.explanation?.join() ?? "", /op 1/);
 * ```
 */
export interface CheckResult {
  /** The verdict. */
  readonly valid: Validity;
  /** Set if Maelstrom's verdict would be another one, or less. */
  readonly asMaelstrom?: MaelstromVerdict;
  /** What is wrong, or in doubt, most telling first. */
  readonly anomalies?: readonly Anomaly[];
  /** What is written to the results besides, in the order in which it stands. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** For pictures. */
  readonly evidence?: readonly Evidence[];
  /**
   * How details are written where JSON says too little.
   *
   * @internal
   */
  readonly forms?: Forms;
  /**
   * From when an element is known until every read shows it.
   *
   * @internal
   */
  readonly stableLatencies?: Quantiles;
  /**
   * From when a lost element was known until no read showed it any more.
   *
   * @internal
   */
  readonly lostLatencies?: Quantiles;
  /**
   * What the report says besides: `forgiven` is `3, known to ...`.
   *
   * @internal
   */
  readonly figures?: Readonly<Record<string, string>>;
  /**
   * What is wrong, for a person, most telling first; each a paragraph that
   * names the operations involved. Empty if valid.
   */
  readonly explanation?: readonly string[];
  /** What is odd, but allowed, each a paragraph. */
  readonly notes?: readonly string[];
}

/** The worst of several verdicts: invalid over unknown over valid. */
export function worst(verdicts: Iterable<Validity>): Validity {
  let result: Validity = true;
  for (const verdict of verdicts) {
    if (verdict === false) return false;
    if (verdict === "unknown") result = verdict;
  }
  return result;
}

/**
 * One result of several: as valid as the worst of them, with all that they
 * found. Lists among the details that share a name are joined; else the last
 * one with a field of some name counts.
 */
export function combine(...results: readonly CheckResult[]): CheckResult {
  const last: CheckResult = results.reduce(
    (all, result) => ({ ...all, ...result }),
    { valid: true },
  );
  /** A field that somebody set. */
  const merge = <K extends keyof CheckResult>(
    key: K,
    merged: () => CheckResult[K],
  ) => last[key] === undefined ? {} : { [key]: merged() };
  const all = <T>(of: (result: CheckResult) => readonly T[] | undefined): T[] =>
    results.flatMap((result) => of(result) ?? []);
  const details = () => results.map((it) => it.details ?? {}).reduce(join, {});
  return {
    ...last,
    valid: worst(results.map(({ valid }) => valid)),
    ...merge("asMaelstrom", () => asMaelstrom(results)),
    ...merge("anomalies", () => all((it) => it.anomalies)),
    ...merge("details", details),
    ...merge("evidence", () => all((it) => it.evidence)),
    ...merge("forms", () => Object.assign({}, ...all((it) => [it.forms]))),
    ...merge("figures", () => Object.assign({}, ...all((it) => [it.figures]))),
    ...merge("explanation", () => all((it) => it.explanation)),
    ...merge("notes", () => all((it) => it.notes)),
  };
}

function join(
  a: Readonly<Record<string, unknown>>,
  b: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const both = Object.entries(b).map(([key, value]) => {
    const before = a[key];
    const joins = Array.isArray(before) && Array.isArray(value);
    return [key, joins ? [...before, ...value] : value];
  });
  return { ...a, ...Object.fromEntries(both) };
}

/**
 * A result with a finding that Maelstrom's checker would not have.
 *
 * @param anomaly it is nothing if there is no explanation
 * @param ignores what Maelstrom does not look at, as a noun
 */
export function stricter(
  result: CheckResult,
  anomaly: Anomaly,
  ignores: string,
): CheckResult {
  const { explanation = [] } = anomaly;
  if (explanation.length === 0) return result;
  return combine(result, {
    valid: false,
    asMaelstrom: { valid: true, ignores: [ignores] },
    anomalies: [anomaly],
    explanation,
  });
}

/** What Maelstrom would say of a run with these results. */
export function asMaelstrom(results: readonly CheckResult[]): MaelstromVerdict {
  return {
    valid: worst(results.map((result) => (result.asMaelstrom ?? result).valid)),
    ignores: [
      ...new Set(results.flatMap((it) => it.asMaelstrom?.ignores ?? [])),
    ],
  };
}

export const wordOf = (valid: Validity): "valid" | "invalid" | "unknown" =>
  valid === "unknown" ? valid : valid ? "valid" : "invalid";

/** Such as `Maelstrom would say: valid; it does not look at ...` */
export function tellMaelstroms({ valid, ignores }: MaelstromVerdict): string {
  const but = ignores.length > 0
    ? `; it does not look at ${ignores.join(", nor at ")}`
    : "";
  return `Maelstrom would say: ${wordOf(valid)}${but}.`;
}

/** The types of what is wrong; `wrong` of what has no name. */
export function anomalyTypes({ valid, anomalies = [] }: CheckResult): string[] {
  if (anomalies.length === 0 && valid === false) return ["wrong"];
  return anomalies.map(({ type }) => type);
}

/** Quantiles of times in ms; undefined if there are none. */
export function quantiles(values: readonly number[]): Quantiles | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  return Object.fromEntries(
    [0, 0.5, 0.95, 0.99, 1].map((q) => [q, quantile(sorted, q)]),
  );
}

/** The middle one of some numbers, of which there is at least one. */
export const median = (values: readonly number[]): number =>
  quantile(values.toSorted((a, b) => a - b), 0.5);

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];

/** The details in their place, without what is for the workbench alone. */
export function written(result: CheckResult): Record<string, unknown> {
  const { anomalies: _, evidence: __, forms: ___, figures: ____, ...rest } =
    result;
  return Object.fromEntries(
    Object.entries<unknown>(rest).flatMap(([key, value]) =>
      key === "details" ? Object.entries(result.details ?? {}) : [[key, value]]
    ).filter(([, value]) => value !== undefined),
  );
}
