/**
 * All that a file with one's own workload needs from the workbench, see
 * docs/workloads.md.
 *
 * @module
 */
export { checkAvailability } from "../checkers/availability.ts";
export { checkConvergence } from "../checkers/convergence.ts";
export { checkCounter } from "../checkers/counter.ts";
export { checkEcho } from "../checkers/echo.ts";
export { checkKafka } from "../checkers/kafka.ts";
export {
  checkLinearizableRegisters,
  linearize,
  type Model,
} from "../checkers/linearizable.ts";
export {
  type Anomaly,
  type CheckResult,
  combine,
  quantiles,
} from "../checkers/result.ts";
export {
  checkCounterSessions,
  checkSetSessions,
} from "../checkers/sessions.ts";
export { checkSetFull } from "../checkers/set_full.ts";
export { checkListAppend } from "../checkers/txn/list_append.ts";
export { checkRwRegister } from "../checkers/txn/rw_register.ts";
export { checkUniqueIds } from "../checkers/unique_ids.ts";
export { number, oneOf, optional, text, toggle } from "../cli/flags.ts";
export { type History, type Op, pairs, who } from "../load/history.ts";
export {
  type ClientContext,
  type Completion,
  failure,
  type Generator,
  indefinite,
  type Invocation,
  mix,
  once,
  type Rpc,
  type Workload,
  workload,
  type WorkloadClient,
  type WorkloadOptions,
  type WorkloadSpec,
} from "./workload.ts";
