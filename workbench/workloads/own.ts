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
  type FaultPeriod,
  faultPeriods,
  meanwhile,
} from "../checkers/faults.ts";
export {
  checkLinearizability,
  type LinearizabilityOptions,
} from "../checkers/linearizability/check.ts";
export { linearize } from "../checkers/linearizability/linearize.ts";
export {
  type Call,
  type HistoryModel,
  type Interval,
  type Model,
} from "../checkers/linearizability/model.ts";
export { checkLinearizableRegisters } from "../checkers/linearizability/registers.ts";
export {
  type Limits,
  type Linearization,
} from "../checkers/linearizability/search.ts";
export {
  type Anomaly,
  type CheckResult,
  combine,
  type Evidence,
  type Form,
  type Forms,
  type Quantiles,
  quantiles,
  type Validity,
} from "../checkers/result.ts";
export {
  checkCounterSessions,
  checkSetSessions,
} from "../checkers/sessions.ts";
export { checkSetFull } from "../checkers/set_full.ts";
export { checkListAppend } from "../checkers/txn/list_append.ts";
export { checkRwRegister } from "../checkers/txn/rw_register.ts";
export { checkUniqueIds } from "../checkers/unique_ids.ts";
export {
  type Flag,
  type Flags,
  number,
  oneOf,
  optional,
  text,
  toggle,
} from "../cli/flags.ts";
export { type Random } from "../clock/random.ts";
export { type Knowledge } from "../cluster/knowledge.ts";
export {
  type History,
  NEMESIS,
  type Op,
  type OpType,
  type Pair,
  pairs,
  who,
} from "../load/history.ts";
export { type RpcResult } from "../load/rpc_client.ts";
export {
  type ClientContext,
  type Completion,
  type Context,
  failure,
  type Generator,
  indefinite,
  type Invocation,
  mix,
  once,
  type RequestShape,
  type Rpc,
  type Workload,
  workload,
  type WorkloadClient,
  type WorkloadOptions,
  type WorkloadSpec,
} from "./workload.ts";
