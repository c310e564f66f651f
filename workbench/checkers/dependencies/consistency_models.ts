/**
 * Which anomaly each consistency model rules out, and which model implies
 * which, as Elle documents it after Adya (Weak Consistency, MIT 1999), Bailis
 * et al. (Highly Available Transactions, VLDB 2014), Cerone et al. (A Framework
 * for Transactional Consistency Models, CONCUR 2015) and others.
 *
 * https://github.com/jepsen-io/elle, https://jepsen.io/consistency
 *
 * @module
 */

type Relation = Readonly<Record<string, readonly string[]>>;

/** Other names of the same models. */
const canonicalNames: Readonly<Record<string, string>> = {
  "consistent-view": "PL-2+",
  "conflict-serializable": "PL-3",
  "cursor-stability": "PL-CS",
  "forward-consistent-view": "PL-FCV",
  "monotonic-snapshot-read": "PL-MSR",
  "monotonic-view": "PL-2L",
  "read-committed": "PL-2",
  "read-uncommitted": "PL-1",
  "repeatable-read": "PL-2.99",
  "serializable": "PL-3",
  "snapshot-isolation": "PL-SI",
  "strict-serializable": "PL-SS",
  "strong-serializable": "PL-SS",
  "update-serializable": "PL-3U",
  "strong-session-read-uncommitted": "strong-session-PL-1",
  "strong-session-read-committed": "strong-session-PL-2",
  "strong-read-uncommitted": "strong-PL-1",
  "strong-read-committed": "strong-PL-2",
};

const friendlyNames: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Object.entries(canonicalNames).map(([name, canonical]) => [
      canonical,
      name,
    ]),
  ),
  "PL-3": "serializable",
  "PL-SS": "strong-serializable",
};

/** A model's name in `weakerThan`: often Adya's. */
export const canonical = (model: string): string =>
  canonicalNames[model] ?? model;
/** A model's name for people. */
export const friendly = (model: string): string =>
  friendlyNames[model] ?? model;

/** A history that satisfies the first satisfies the others too. */
const weakerModels: Relation = {
  "causal-cerone": ["read-atomic"],
  "PL-2+": ["PL-CS", "PL-2L"],
  "PL-3": [
    "view-serializable",
    "PL-2.99",
    "PL-3U",
    "PL-SI",
  ],
  "PL-CS": ["PL-2"],
  "PL-FCV": ["PL-2+"],
  "PL-2": ["PL-1"],
  "PL-3U": ["PL-FCV"],
  "monotonic-atomic-view": ["PL-2"],
  "PL-2L": ["PL-2"],
  "PL-MSR": ["PL-2"],
  "parallel-snapshot-isolation": ["causal-cerone", "update-atomic"],
  "prefix": ["causal-cerone"],
  "read-atomic": ["monotonic-atomic-view"],
  "PL-2.99": ["PL-CS", "monotonic-atomic-view"],
  "update-atomic": ["read-atomic"],
  "session-serializable": ["1SR"],
  "PL-SI": [
    "PL-FCV",
    "monotonic-atomic-view",
    "PL-MSR",
    "parallel-snapshot-isolation",
    "prefix",
  ],
  "PL-SS": [
    "PL-3",
    "linearizable",
    "PL-SI",
    "strong-snapshot-isolation",
    "strong-session-serializable",
    "session-serializable",
  ],
  "strong-session-PL-1": ["PL-1"],
  "strong-session-PL-2": ["PL-2", "strong-session-PL-1"],
  "strong-PL-1": ["strong-session-PL-1"],
  "strong-PL-2": ["strong-session-PL-2", "strong-PL-1"],
  "strong-session-serializable": [
    "PL-3",
    "strong-session-snapshot-isolation",
  ],
  "strong-session-snapshot-isolation": ["PL-SI", "strong-session-PL-2"],
  "strong-snapshot-isolation": [
    "strong-session-snapshot-isolation",
    "strong-PL-2",
  ],
  "linearizable": ["sequential"],
  "sequential": ["causal"],
  "causal": ["writes-follow-reads", "PRAM"],
  "PRAM": ["monotonic-reads", "monotonic-writes", "read-your-writes"],
};

/**
 * What is asked here beyond Elle. Causal consistency of transactions, and models
 * with the order of each session, as Biswas and Enea define them (On the
 * Complexity of Checking Transactional Consistency, OOPSLA 2019).
 */
const weakerBeyondElle: Relation = {
  "strong-session-monotonic-atomic-view": [
    "monotonic-atomic-view",
    "strong-session-PL-2",
  ],
  "strong-session-read-atomic": [
    "read-atomic",
    "strong-session-monotonic-atomic-view",
  ],
  "causal": ["causal-cerone", "strong-session-read-atomic"],
  "strong-session-snapshot-isolation": ["causal"],
  "strong-session-serializable": ["sequential"],
};

/** What each model rules out beyond what its weaker models do. */
const directlyProhibited: Relation = {
  // Elle can't tell these two from read-atomic and from read-committed.
  "causal-cerone": ["internal", "G1a", "causality-violation"],
  "monotonic-atomic-view": ["observed-transaction-vanishes"],
  "PL-CS": ["G1", "G-cursor", "lost-update"],
  "PL-2L": ["G1", "G-monotonic"],
  "PL-MSR": ["G1", "G-MSR"],
  "PL-2+": ["G1", "G-single"],
  "PL-FCV": ["G1", "G-SIb"],
  "parallel-snapshot-isolation": ["internal", "G1a"],
  "PL-3": ["G1", "G2", "internal", "predicate-read-miss"],
  "PL-2": ["G1"],
  // What no order of writes can show. Elle does not look for the last of them.
  "PL-1": [
    "G0",
    "duplicate-elements",
    "cyclic-versions",
    "garbage-read",
    "reordered-appends",
  ],
  "prefix": ["internal", "G1a"],
  "PL-SI": ["internal", "G1", "G-SI", "G-nonadjacent"],
  "read-atomic": ["internal", "G1a", "future-read", "fractured-read"],
  "read-your-writes": ["missing-your-writes"],
  "monotonic-reads": ["non-monotonic-reads"],
  "PL-2.99": ["G1", "G2-item", "lost-update"],
  "update-atomic": ["lost-update"],
  "PL-SS": ["G1", "G1c-realtime", "G2-realtime"],
  "strong-session-PL-1": ["G0-process"],
  "strong-session-PL-2": ["G1c-process"],
  "strong-PL-1": ["G0-realtime"],
  "strong-PL-2": ["G1c-realtime"],
  "strong-session-snapshot-isolation": [
    "internal",
    "G1-process",
    "G-nonadjacent-process",
  ],
  "strong-snapshot-isolation": [
    "internal",
    "G1-realtime",
    "G-nonadjacent-realtime",
  ],
  "strong-session-serializable": ["G1-process", "G2-process"],
  "PL-3U": ["G1", "G-update"],
  "strong-session-monotonic-atomic-view": [
    "observed-transaction-vanishes-process",
    "missed-own-write",
  ],
  "strong-session-read-atomic": ["fractured-read-process"],
  "causal": ["causality-violation-process"],
  "PRAM": ["session-order-violation"],
};

/** Where there is the first anomaly, there are the others too. */
const impliedAnomalies: Relation = {
  ...cycleImplications("G0", ["G1c"]),
  "G1a": ["G1"],
  "G1b": ["G1"],
  "G1c": ["G1", "G1c-process"],
  "G1c-process": ["G1c-realtime", "G1-process"],
  "G1c-realtime": ["G1-realtime"],
  "G1": ["G1-process"],
  "G1-process": ["G1-realtime"],
  ...cycleImplications("G-single-item", ["G-single", "G-nonadjacent-item"]),
  ...cycleImplications("G-single", ["G-nonadjacent"]),
  ...cycleImplications("G-nonadjacent-item", ["G-nonadjacent", "G2-item"]),
  ...cycleImplications("G-nonadjacent", ["G2"]),
  ...cycleImplications("G2-item", ["G2"]),
  "G2": ["G2-process"],
  "G2-process": ["G2-realtime"],
  "incompatible-order": ["G1a"],
  "future-read": ["G1c"],
  "fractured-read": ["G-single-item", "fractured-read-process"],
  "fractured-read-process": ["G-single-item-process"],
  "observed-transaction-vanishes": [
    "fractured-read",
    "observed-transaction-vanishes-process",
  ],
  "observed-transaction-vanishes-process": ["fractured-read-process"],
  "causality-violation": ["G-single-item", "causality-violation-process"],
  "causality-violation-process": ["G-single-item-process"],
  "missing-your-writes": ["fractured-read-process", "session-order-violation"],
  "non-monotonic-reads": ["session-order-violation"],
  "session-order-violation": ["causality-violation-process"],
  "dirty-update": ["G1a"],
  "lost-update": ["write-skew", "G2-item"],
  "write-skew": ["G2"],
};

/** A cycle is a trivial process cycle, and that a trivial realtime cycle. */
function cycleImplications(
  anomaly: string,
  implied: readonly string[],
): Relation {
  const variant = (suffix: string) => implied.map((a) => `${a}${suffix}`);
  return {
    [anomaly]: [...implied, `${anomaly}-process`],
    [`${anomaly}-process`]: [...variant("-process"), `${anomaly}-realtime`],
    [`${anomaly}-realtime`]: variant("-realtime"),
  };
}

function invert(relation: Relation): Relation {
  const result: Record<string, string[]> = {};
  for (const [a, all] of Object.entries(relation)) {
    for (const b of all) (result[b] ??= []).push(a);
  }
  return result;
}

/** Everything that can be reached, the start included. */
function closure(relation: Relation, start: Iterable<string>): Set<string> {
  const result = new Set(start);
  for (const a of result) for (const b of relation[a] ?? []) result.add(b);
  return result;
}

/** All relations of some of these together. */
function union(...relations: readonly Relation[]): Relation {
  const result: Record<string, string[]> = {};
  for (const relation of relations) {
    for (const [a, all] of Object.entries(relation)) {
      (result[a] ??= []).push(...all);
    }
  }
  return result;
}

const allWeakerModels = union(weakerModels, weakerBeyondElle);
const strongerModels = invert(allWeakerModels);
const prohibitedBy = invert(directlyProhibited);
const implyingAnomalies = invert(impliedAnomalies);

/**
 * Every name of a consistency model that checkers take, sorted.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { consistencyModelNames } from "@gossip-glomers/maelstrom/checkers";
 *
 * assert.ok(consistencyModelNames.includes("causal-cerone"));
 * assert.ok(consistencyModelNames.includes("snapshot-isolation"));
 * ```
 */
export const consistencyModelNames: readonly string[] = [
  ...new Set([
    ...Object.keys(canonicalNames),
    ...Object.entries(allWeakerModels).flatMap(([a, all]) => [a, ...all]),
  ]),
].sort();

/** The anomalies that none of which may be there for these models to hold. */
export function prohibitedAnomalies(
  models: readonly string[],
): ReadonlySet<string> {
  return prohibitedWith(allWeakerModels, models);
}

/** Those that Elle would rule out. */
export function prohibitedByElle(
  models: readonly string[],
): ReadonlySet<string> {
  return prohibitedWith(weakerModels, models);
}

function prohibitedWith(
  weaker: Relation,
  models: readonly string[],
): ReadonlySet<string> {
  const all = closure(weaker, models.map(canonical));
  const direct = [...all].flatMap((m) => directlyProhibited[m] ?? []);
  return closure(implyingAnomalies, direct);
}

/** Models and all that are weaker, by the names that are Adya's or friendly. */
export function weakerThan(models: readonly string[]): ReadonlySet<string> {
  return closure(allWeakerModels, models.map(canonical));
}

/** These anomalies and all that they imply. */
export function impliedBy(anomalies: Iterable<string>): ReadonlySet<string> {
  return closure(impliedAnomalies, anomalies);
}

/** The models that anomalies rule out: the weakest, and all the others. */
export function ruledOut(
  anomalies: Iterable<string>,
): { not: string[]; alsoNot: string[] } {
  const direct = [...impliedBy(anomalies)].flatMap((a) =>
    prohibitedBy[a] ?? []
  );
  const impossible = closure(strongerModels, direct);
  const not: string[] = [];
  const alsoNot: string[] = [];
  for (const model of impossible) {
    const weaker = closure(allWeakerModels, [model]);
    weaker.delete(model);
    const isWeakest = ![...weaker].some((m) => impossible.has(m));
    (isWeakest ? not : alsoNot).push(friendly(model));
  }
  return { not: not.sort(), alsoNot: alsoNot.sort() };
}
