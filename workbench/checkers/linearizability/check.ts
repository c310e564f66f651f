/**
 * Whether a history is linearizable, by any model.
 *
 * @module
 */
import { parseJson } from "../../json.ts";
import { type History } from "../../load/history.ts";
import { type Anomaly, type CheckResult, type Validity } from "../result.ts";
import { looksKeyed, partsOf } from "./calls.ts";
import { DEFAULT_LIMITS } from "./linearize.ts";
import { type Call, type HistoryModel, type Model } from "./model.ts";
import { decide, evidenceOf, type Finding, type Told } from "./parts.ts";
import { type Limits } from "./search.ts";

/** How a history is checked. */
export interface LinearizabilityOptions {
  /**
   * Whether values are `[key, value]`, each key an object of its own.
   *
   * @default as it seems: whether all values are pairs, and some that were asked
   * for have `null` in the second place
   */
  readonly isKeyed?: boolean;
  /**
   * When the search is given up. Then the verdict is `"unknown"`.
   *
   * @default 20 million configurations, 900 MB: about a minute
   */
  readonly limits?: Limits;
}

/**
 * Whether a history is linearizable: whether each operation can have taken
 * effect at a moment between its invocation and its completion, so that the
 * model explains what all of them returned.
 *
 * The verdict is complete: valid if there is an order, invalid if there is none.
 * It is `"unknown"` if the search was given up.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { checkLinearizability } from "./check.ts";
 * import { type Call } from "./model.ts";
 *
 * // A counter that says what it was.
 * const model = {
 *   name: "fetch-and-add",
 *   init: 0,
 *   step: (state: number, { input, output }: Call) =>
 *     output === undefined || output === state ? state + Number(input) : undefined,
 * };
 * const op = (index: number, type: "invoke" | "ok", value: number) =>
 *   ({ index, time: index, type, process: 0, f: "add", value });
 * const history = [op(0, "invoke", 5), op(1, "ok", 0), op(2, "invoke", 1)];
 * assert.equal(checkLinearizability([...history, op(3, "ok", 5)], model).valid, true);
 * assert.equal(checkLinearizability([...history, op(3, "ok", 0)], model).valid, false);
 * ```
 *
 * @throws {TypeError} an operation is none of the model's, or has no key
 */
export function checkLinearizability<State>(
  history: History,
  model: Model<State>,
  options?: LinearizabilityOptions,
): CheckResult;
export function checkLinearizability<State, Operation>(
  history: History,
  model: HistoryModel<State, Operation>,
  options?: LinearizabilityOptions,
): CheckResult;
export function checkLinearizability<State>(
  history: History,
  model: Model<State>,
  options: LinearizabilityOptions = {},
): CheckResult {
  return checkModel(history, ofCalls(model), options);
}

function checkModel<State, Operation>(
  history: History,
  model: HistoryModel<State, Operation>,
  { isKeyed = looksKeyed(history), limits = DEFAULT_LIMITS }:
    LinearizabilityOptions,
): CheckResult {
  const parts = partsOf(history, model, isKeyed);
  const findings = decide(model, parts, limits);
  const told = parts.map(({ key }, i) => ({ key, found: findings[i] }));
  const hasKeys = isKeyed || model.partition !== undefined;
  return resultOf(findings, told, hasKeys ? parts.length : undefined);
}

/** The model with operations that are calls, if it doesn't say what they are. */
function ofCalls<State>(model: Model<State>): HistoryModel<State, Call> {
  const operation = (call: Call) => call.type === "fail" ? undefined : call;
  return "operation" in model
    ? model as HistoryModel<State, Call>
    : Object.assign(Object.create(model), { operation });
}

/**
 * @param findings what the verdict is of
 * @param told what is shown
 * @param keyCount undefined if there is but one object
 */
export function resultOf(
  findings: readonly Finding[],
  told: readonly Told[],
  keyCount: number | undefined,
): CheckResult {
  const wrong = anomalyOf("nonlinearizable", findings, false);
  const open = anomalyOf("undecided", findings, "unknown");
  const anomalies = [wrong, open].filter(({ count }) => count > 0);
  const keys = (verdict: Validity) =>
    told.flatMap(({ key, found }) =>
      key !== undefined && found.linearizable === verdict
        ? [parseJson(key)]
        : []
    );
  const undecided = keys("unknown");
  const evidence = evidenceOf(told);
  return {
    valid: wrong.count > 0 ? false : open.count > 0 ? "unknown" : true,
    ...(anomalies.length > 0 && { anomalies }),
    ...(keyCount !== undefined && {
      details: {
        keyCount,
        failures: keys(false),
        ...(undecided.length > 0 && { undecided }),
      },
    }),
    ...(evidence.length > 0 && { evidence }),
    explanation: anomalies.flatMap((it) => it.explanation),
  };
}

/** All findings of a verdict, of which the first ones are told. */
export function anomalyOf(
  type: string,
  findings: readonly (Finding | undefined)[],
  verdict: Validity,
): Anomaly & { readonly explanation: readonly string[] } {
  const all = findings.flatMap((it) =>
    it?.linearizable === verdict ? [it.explanation] : []
  );
  return { type, count: all.length, explanation: all.slice(0, 3) };
}
