/**
 * The models of objects that are checked for linearizability.
 *
 * @module
 */
export {
  fifoQueue,
  set,
  type SetOperation,
  stack,
  unorderedQueue,
} from "./collections.ts";
export { type ElementOperation } from "./queue_order.ts";
export { keyValue, type KeyValueOperation } from "./key_value.ts";
export {
  type MicroOperation,
  multiRegister,
  type Registers,
} from "./multi_register.ts";
export {
  fencedMutex,
  mutex,
  type MutexOperation,
  ownerAwareMutex,
  reentrantMutex,
  semaphore,
} from "./mutex.ts";
export { noop } from "./noop.ts";
export { casRegister, type RegisterOperation } from "./register.ts";
