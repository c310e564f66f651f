/**
 * From anomalies to a verdict and words.
 *
 * @module
 */

import { type Anomalies } from "../anomalies.ts";
import {
  prohibitedAnomalies,
  prohibitedByElle,
  ruledOut,
} from "../dependencies/consistency_models.ts";
import { Rel } from "../dependencies/cycles.ts";
import { type EdgeList } from "../dependencies/graph.ts";
import {
  addProcessOrder,
  addRealtimeOrder,
} from "../dependencies/order_of_time.ts";
import { type Doubts } from "../dependencies/told.ts";
import { type Anomaly, type CheckResult } from "../result.ts";
import { type Transactions } from "./transactions.ts";

/** What must hold, by the names of Elle's models. */
export interface TxnOptions {
  /** @default ["strict-serializable"], also if empty */
  readonly consistencyModels: readonly string[];
}

/**
 * Adds the orders of time that the models ask for.
 *
 * @param prohibited what the models rule out
 */
export function addTimeOrders(
  txns: Transactions,
  edges: EdgeList,
  prohibited: ReadonlySet<string>,
  isVertex: Uint8Array,
): void {
  if (prohibited.has("G0-realtime")) {
    addRealtimeOrder(txns, edges, Rel.realtime, isVertex);
  } else if (prohibited.has("G0-process")) {
    addProcessOrder(txns, edges, Rel.process, isVertex);
  }
}

/** What none of the models asked for allows. */
export function prohibitedBy(options: TxnOptions): ReadonlySet<string> {
  return prohibitedAnomalies(modelsOf(options));
}

/** The models asked for. */
export function modelsOf({ consistencyModels }: TxnOptions): readonly string[] {
  return consistencyModels.length > 0
    ? consistencyModels
    : ["strict-serializable"];
}

/** What each anomaly is, in a sentence for someone who sees it first. */
const meanings: Readonly<Record<string, string>> = {
  "duplicate-elements": "a read showed an element twice that was appended once",
  "garbage-read": "a transaction read what nobody wrote",
  "reordered-appends": "a read showed a transaction's appends in another " +
    "order than that in which it made them",
  "incompatible-order": "reads showed appends in different orders",
  "cyclic-versions": "what transactions read and replaced puts the versions " +
    "of a key in a circle",
  "G0": "transactions overwrote each other's writes in a circle",
  "G1a": "a transaction read what an aborted one wrote",
  "dirty-update": "what an aborted transaction wrote became part of what a " +
    "committed one wrote",
  "G1b": "a transaction read what another one had written only on the way " +
    "to its final write",
  "future-read": "a transaction read what it was to write only later",
  "G1c": "information flowed between transactions in a circle",
  "internal": "a transaction did not see its own reads and writes",
  "missed-own-write": "a transaction did not see what it had just written",
  "fractured-read": "a transaction saw a part of another one, and missed " +
    "the rest",
  "observed-transaction-vanishes": "a transaction saw a part of another one, " +
    "and after that missed the rest",
  "causality-violation": "a transaction saw an effect without its cause: it " +
    "read what depends on a write that it missed",
  "missing-your-writes": "a session did not see what it had written itself",
  "non-monotonic-reads": "a session did not see any more what it had seen",
  "session-order-violation": "what sessions wrote and read puts the versions " +
    "of a key in a circle",
  "lost-update": "transactions read the same version of a key, and each " +
    "replaced it: all but one update is lost",
  "G-single-item": "transactions depend on each other in a circle, one of " +
    "them did not see a write that it must have seen",
  "G-nonadjacent-item": "transactions depend on each other in a circle, " +
    "which no snapshots explain",
  "G2-item": "transactions missed each other's writes in a circle",
  "empty-transaction-graph": "No transaction depends on another: nothing can " +
    "be said of how they were isolated.",
  "undecided":
    "Nothing was found that rules out what was asked for, but that " +
    "does not decide whether it holds",
  "cycle-search-timeout": "Transactions depend on each other in circles, too " +
    "many to find out whether one is of those that the models rule out.",
};

/** What spoils the order of versions, then from weak models to strong ones. */
const severity = Object.keys(meanings);

/** An anomaly's name without what it needs of process order and real time. */
const baseOf = (type: string) => type.replace(/-(process|realtime)$/, "");

function meaningOf(type: string): string {
  const meaning = meanings[baseOf(type)] ?? type;
  if (type.endsWith("-realtime")) return `${meaning}, given their real time`;
  if (type.endsWith("-process")) {
    return `${meaning}, given the order in each process`;
  }
  return meaning;
}

/** So many types of anomalies are explained, the others only named. */
const EXPLAINED = 3;

/** Anomalies after which the order of versions, and so cycles, are a guess. */
const spoilers: ReadonlySet<string> = new Set([
  "duplicate-elements",
  "garbage-read",
  "reordered-appends",
  "incompatible-order",
]);
const isCycle = (type: string) => /^(G0|G1c|G2|G-|causality)/.test(type);

/**
 * The verdict. `valid` is false if there is an anomaly that one of the models
 * rules out; other anomalies count only for `not` and `alsoNot`, which list the
 * models that can't hold.
 *
 * @param ours anomalies that Elle does not look for, and what that leaves out
 */
export function verdict(
  anomalies: Anomalies,
  options: TxnOptions,
  doubts: Doubts & {
    /** Models that perhaps don't hold though nothing speaks against them. */
    readonly undecided?: readonly string[];
  },
  ours: Readonly<Record<string, string>> = {},
): CheckResult {
  const models = modelsOf(options);
  const prohibited = prohibitedAnomalies(models);
  const bad = [...anomalies.counts.keys()].filter((t) => prohibited.has(t))
    .sort((a, b) => severity.indexOf(baseOf(a)) - severity.indexOf(baseOf(b)));
  const { undecided = [] } = doubts;
  const unsure = [
    ...(doubts.isEmpty ? ["empty-transaction-graph"] : []),
    // Only the search for G-single, or a part of it, is ever given up. Where
    // G-nonadjacent is ruled out too, that finds whatever it would have found.
    ...(doubts.isIncomplete && prohibited.has("causality-violation") &&
        !prohibited.has("G-nonadjacent-item")
      ? ["cycle-search-timeout"]
      : []),
  ];
  const unknown = undecided.length > 0 ? [...unsure, "undecided"] : unsure;
  if (bad.length + unknown.length === 0) return { valid: true };
  const out = ruledOut(anomalies.counts.keys());
  const elles = prohibitedByElle(models);
  const stricter = bad.filter((type) => type in ours || !elles.has(type));
  const ignores = [
    ...stricter.map((type) => ours[type] ?? "what sessions must see"),
    ...(unknown.length > unsure.length && bad.length === 0
      ? ["whether a model holds against which it found nothing"]
      : []),
  ];
  return {
    valid: bad.length > 0 ? false : "unknown",
    ...(ignores.length > 0 && {
      asMaelstrom: {
        valid: bad.length > stricter.length
          ? false
          : unsure.length > 0
          ? "unknown"
          : true,
        ignores: [...new Set(ignores)],
      },
    }),
    ...named(
      [
        ...anomalies.found(bad),
        ...unknown.map((type) => ({ type, count: 1 })),
      ],
      {
        anomalyCounts: Object.fromEntries(
          bad.map((type) => [type, anomalies.counts.get(type)]),
        ),
        anomalies: Object.fromEntries(bad.map((t) => [t, anomalies.of(t)])),
        ...out,
      },
    ),
    evidence: anomalies.evidence(bad),
    explanation: bad.length > 0
      ? explain(bad, anomalies, models, out.not)
      : unknown.map((type) =>
        type === "undecided"
          ? `${meanings[type]}: ${undecided.join(" and ")}.`
          : meanings[type]
      ),
  };
}

/** Anomalies, also as Elle's results name them. */
export function named(
  anomalies: readonly Anomaly[],
  details: Readonly<Record<string, unknown>> = {},
): Pick<CheckResult, "anomalies" | "details" | "forms"> {
  return {
    anomalies,
    details: { anomalyTypes: anomalies.map(({ type }) => type), ...details },
    forms: {
      anomalyTypes: "keywords",
      not: "keyword-set",
      alsoNot: "keyword-set",
      element: "value",
    },
  };
}

function explain(
  types: readonly string[],
  anomalies: Anomalies,
  models: readonly string[],
  not: readonly string[],
): string[] {
  const title = (type: string) => `${type} (${anomalies.counts.get(type)})`;
  const isSpoiled = types.some((type) => spoilers.has(type));
  const explained = types.filter((type) => !(isSpoiled && isCycle(type)))
    .slice(0, EXPLAINED);
  const others = types.filter((type) => !explained.includes(type));
  return [
    ...explained.map((type) =>
      `${title(type)}: ${meaningOf(type)}.\n${
        anomalies.of(type)[0].explanation
      }`
    ),
    ...(others.length > 0 ? [`Also: ${others.map(title).join(", ")}.`] : []),
    `This rules out ${not.join(" and ")}, and whatever is stronger; ` +
    `${models.join(" and ")} was asked for.`,
  ];
}
