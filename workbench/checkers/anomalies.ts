/**
 * What checkers of long histories share: anomalies that are counted, of which a
 * few are shown.
 *
 * @module
 */
import { type Anomaly, type CheckResult, type Evidence } from "./result.ts";

/** What is known of an operation's end. */
export const Status = { ok: 0, info: 1, fail: 2 } as const;

/** The history is not one that can be checked, and says why. */
export class UncheckableError extends Error {
  override readonly name = "UncheckableError";
}

/** The result for a history that can't be checked. */
export function uncheckable(error: Error): CheckResult {
  return {
    valid: "unknown",
    details: { error: error.message },
    explanation: [`The history can't be checked: ${error.message}.`],
  };
}

/** An operation, by its index or as it is shown. */
type Shown = number | { readonly index: number };

/** One instance of an anomaly, with a sentence that explains it. */
export interface Instance {
  readonly explanation: string;
  /** Operations that show it. */
  readonly op?: Shown;
  readonly ops?: readonly Shown[];
  readonly txns?: readonly Shown[];
  readonly cycle?: readonly Shown[];
  readonly other?: Shown;
  readonly writer?: Shown | null;
  readonly reader?: Shown;
  readonly maxRead?: Shown;
  /** The key that it is about. */
  readonly key?: unknown;
  /**
   * For its picture, and in no results. By default its operations, and what it
   * says of its key.
   */
  readonly evidence?: Evidence;
  readonly [detail: string]: unknown;
}

function operationsOf(instance: Instance): number[] {
  const { op, ops, txns, cycle, other, writer, reader, maxRead } = instance;
  return [op, ops, txns, cycle, other, writer, reader, maxRead].flat()
    .filter((it) => it !== undefined && it !== null)
    .map((it) => typeof it === "number" ? it : it.index);
}

/** What an instance says of its key, if it is about one. */
function evidenceOf(anomaly: string, instance: Instance): Evidence[] {
  const { key, explanation, skipped, messages, element, values, value } =
    instance;
  const offset = instance.offset ?? instance.position;
  if (key === undefined) return [];
  const found = [skipped, messages, values].find((it) =>
    Array.isArray(it) && it.length > 0
  );
  const at = element ?? value;
  return [{
    kind: "operations",
    anomaly,
    why: explanation,
    operations: operationsOf(instance),
    key,
    ...(Array.isArray(found)
      ? { values: found }
      : at === undefined
      ? {}
      : { values: [at] }),
    ...(offset !== undefined && { offset }),
  }];
}

/** How many instances of each are told in words. */
const TOLD = 3;

/**
 * A history is valid if nothing was found in it.
 *
 * @param ours anomalies that Jepsen's checker does not look for, and what that
 * leaves out, as a noun
 */
export function verdictOf(
  anomalies: Anomalies,
  ours: Readonly<Record<string, string>> = {},
): CheckResult {
  const types = [...anomalies.counts.keys()];
  const stricter = types.filter((type) => type in ours);
  return {
    valid: types.length === 0,
    ...(stricter.length > 0 && {
      asMaelstrom: {
        valid: types.length === stricter.length,
        ignores: [...new Set(stricter.map((type) => ours[type]))],
      },
    }),
    ...(types.length > 0 && {
      anomalies: anomalies.found(types),
      evidence: anomalies.evidence(types),
    }),
    explanation: types.flatMap((type) =>
      anomalies.of(type).slice(0, TOLD).map(({ explanation }) => explanation)
    ),
  };
}

/** The result if there is nothing to be judged, which Jepsen calls valid. */
export function nothingRead(what: string): CheckResult {
  return {
    valid: "unknown",
    asMaelstrom: { valid: true, ignores: ["that nothing was read"] },
    explanation: [`${what}, so nothing is decided`],
  };
}

/** How many instances of each anomaly a result shows; it counts them all. */
const SHOWN = 16;
/** How many of these have a picture. */
const PICTURED = 5;
/** How many pictures a result has. */
const PICTURES = 40;

/** Collects anomalies by type. */
export class Anomalies {
  readonly #shown = new Map<string, Instance[]>();
  readonly #evidence = new Map<string, Evidence[]>();
  readonly counts = new Map<string, number>();

  /** @param describe called only if the anomaly is shown */
  add(type: string, describe: () => Instance): void {
    const count = this.counts.get(type) ?? 0;
    this.counts.set(type, count + 1);
    if (count >= SHOWN) return;
    const { evidence, ...instance }: Instance = describe();
    this.#shown.getOrInsert(type, []).push(instance);
    const evidences = this.#evidence.getOrInsert(type, []);
    if (evidences.length >= PICTURED) return;
    evidences.push(...(evidence ? [evidence] : evidenceOf(type, instance)));
  }

  /** Whether one of these types was found. */
  hasAny(types: ReadonlySet<string>): boolean {
    return !types.isDisjointFrom(this.counts);
  }

  of(type: string): readonly Instance[] {
    return this.#shown.get(type) ?? [];
  }

  /** What pictures show of the anomalies of these types. */
  evidence(types: readonly string[]): Evidence[] {
    return types.flatMap((type) => this.#evidence.get(type) ?? [])
      .slice(0, PICTURES);
  }

  /** The anomalies of these types, for a result. */
  found(types: readonly string[]): Anomaly[] {
    return types.map((type) => {
      const instances = this.of(type);
      return {
        type,
        count: this.counts.get(type) ?? 0,
        explanation: instances.map(({ explanation }) => explanation),
        operations: [...new Set(instances.flatMap(operationsOf))],
      };
    });
  }
}
