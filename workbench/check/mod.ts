/**
 * Checkers of histories: whether what clients of a database, a queue or a lock
 * were told can be explained by a consistency model. They run wherever
 * JavaScript does: in Deno, in Node.js and in browsers.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { check, readHistory } from "@gossip-glomers/maelstrom/checkers";
 *
 * const file = new Blob([`
 * {:process 0, :type :invoke, :f :txn, :value [[:append :x 1]]}
 * {:process 0, :type :ok, :f :txn, :value [[:append :x 1]]}
 * {:process 1, :type :invoke, :f :txn, :value [[:r :x nil]]}
 * {:process 1, :type :ok, :f :txn, :value [[:r :x [1 1]]]}
 * `]);
 * const result = check(await readHistory(file.stream()), "list-append");
 * assert.equal(result.valid, false);
 * assert.equal(result.anomalies?.[0].type, "duplicate-elements");
 * ```
 *
 * @module
 */
export { check, type CheckOptions } from "./check_history.ts";
export { type ModelInfo, type ModelOption, models } from "./models.ts";
export {
  type FormatInfo,
  formats,
  HistoryError,
  type ReadHistory,
  readHistory,
  type ReadOptions,
} from "../histories/read.ts";
export { consistencyModelNames } from "../checkers/dependencies/consistency_models.ts";
export {
  type Call,
  type HistoryModel,
  type Model,
} from "../checkers/linearizability/model.ts";
export { type Limits } from "../checkers/linearizability/search.ts";
export {
  type Anomaly,
  type CheckResult,
  type CycleStep,
  type Evidence,
  type MaelstromVerdict,
  type Validity,
} from "../checkers/result.ts";
export {
  type History,
  NEMESIS,
  type Op,
  type OpType,
} from "../load/history.ts";
