/**
 * The decision of every model of transactions on registers, by name: which
 * method decides it, and which others it settles.
 *
 * @module
 */
import { type Anomalies } from "../anomalies.ts";
import {
  canonical,
  friendly,
  prohibitedAnomalies,
  weakerThan,
} from "../dependencies/consistency_models.ts";
import { type Registers } from "./registers.ts";
import { modelsOf, prohibitedBy, type TxnOptions } from "./result.ts";
import { decideGuarantees, type Replaced } from "./session_guarantees.ts";
import { decideOrder, type OrderDecision } from "./strong.ts";
import { type Transactions } from "./transactions.ts";
import { decideWeak } from "./weak_models.ts";

/**
 * Models of predicates, cursors, begin times or single objects, and ones between
 * those that are decided: there is no method for them here, nor are all of them
 * told in one way. They hold where a stronger model does.
 */
const open: ReadonlySet<string> = new Set([
  "1SR",
  "PL-2+",
  "PL-2L",
  "PL-3U",
  "PL-CS",
  "PL-FCV",
  "PL-MSR",
  "linearizable",
  "parallel-snapshot-isolation",
  "prefix",
  "sequential",
  "session-serializable",
  "update-atomic",
  "view-serializable",
]);

/** From weak to strong. */
const strong = [
  "snapshot-isolation",
  "serializable",
  "strong-session-serializable",
  "strict-serializable",
] as const;

/** What came of models about which certain edges leave doubts. */
export interface Decision {
  readonly holding: readonly string[];
  /** For which there is no verdict, and why. */
  readonly undecided: readonly string[];
  /** Whether `causal-cerone` holds. */
  readonly isCausal: boolean;
  /** Anomalies that were found besides. */
  readonly inferred: readonly string[];
}

/**
 * Decides the models that are asked for. Adds anomalies that rule one of them
 * out, if there are any.
 *
 * @param replaced versions of whose order one can be certain
 */
export function decideModels(
  txns: Transactions,
  registers: Registers,
  options: TxnOptions,
  anomalies: Anomalies,
  replaced: () => Iterable<Replaced>,
): Decision {
  const prohibited = prohibitedBy(options);
  const isBad = () => anomalies.hasAny(prohibited);
  const order = decideOrder(txns, registers, prohibited);
  const holding = new Set(order.holding);
  const left = (models: ReadonlySet<string>) =>
    models.difference(weakerThan([...holding]));
  const asked = weakerThan(modelsOf(options));
  const weak = decideWeak(txns, registers, left(asked), anomalies);
  for (const model of weak.holding) holding.add(model);
  const undecided = [...weak.undecided];
  if (!isBad()) {
    const sessions = decideGuarantees(
      txns,
      registers,
      left(asked),
      anomalies,
      replaced,
    );
    for (const model of sessions.holding) holding.add(model);
    undecided.push(...sessions.undecided);
  }
  // What rules out weaker models tells more.
  const inferred = isBad() ? [] : order.tell(anomalies);
  undecided.push(...order.undecided);
  if (!isBad()) {
    const orders = new Map<string, OrderDecision>();
    for (const model of left(new Set(modelsOf(options).map(canonical)))) {
      if (!open.has(model)) continue;
      const stronger = strong.find((it) => weakerThan([it]).has(model));
      const holds = stronger !== undefined &&
        orders.getOrInsertComputed(
          stronger,
          () => decideOrder(txns, registers, prohibitedAnomalies([stronger])),
        ).holding.some((it) => weakerThan([it]).has(model));
      if (holds) holding.add(model);
      else undecided.push(friendly(model));
    }
  }
  return {
    holding: [...holding],
    undecided: [...new Set(undecided)],
    isCausal: weakerThan([...holding]).has("causal-cerone"),
    inferred,
  };
}
