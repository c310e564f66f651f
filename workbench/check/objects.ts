/**
 * Objects that must be linearizable.
 *
 * @module
 */
import { looksKeyed } from "../checkers/linearizability/calls.ts";
import { checkLinearizability } from "../checkers/linearizability/check.ts";
import { type HistoryModel } from "../checkers/linearizability/model.ts";
import {
  fencedMutex,
  fifoQueue,
  keyValue,
  multiRegister,
  mutex,
  noop,
  ownerAwareMutex,
  reentrantMutex,
  semaphore,
  set,
  stack,
  unorderedQueue,
} from "../checkers/linearizability/models/mod.ts";
import { checkLinearizableRegisters } from "../checkers/linearizability/registers.ts";
import { type History } from "../load/history.ts";
import { type Judge } from "./judge.ts";

const checkRegisters = (history: History) =>
  checkLinearizableRegisters(history, { isKeyed: looksKeyed(history) });

const register: Judge = {
  name: "register",
  about: "a linearizable register, or one a key; a read of `null` saw nothing",
  functions: { read: "1", write: "1" },
  check: checkRegisters,
};

const casRegister: Judge = {
  ...register,
  name: "cas-register",
  aliases: ["linearizable-register"],
  about:
    "a linearizable register with compare-and-set, or one a key; a refusal " +
    "with error 20 or 22 tells what was there",
  functions: { ...register.functions, cas: "[1,2]" },
};

/** A model's judge, under the model's name. */
function linearizable<State, Operation>(
  model: HistoryModel<State, Operation>,
  about: string,
  functions: Judge["functions"],
): Judge {
  return {
    name: model.name,
    about,
    functions,
    check: (history) => checkLinearizability(history, model),
  };
}

const ofMutex = { acquire: "null", release: "null" };
const ofClients = { acquire: '{"client":1}', release: '{"client":1}' };
const ofFences = {
  acquire: '{"client":1,"fence":7}',
  release: '{"client":1}',
};
const ofQueue = { enqueue: "1", dequeue: "1" };

/** In the order of the docs. */
export const objectJudges: readonly Judge[] = [
  register,
  casRegister,
  linearizable(
    multiRegister(),
    "registers that are read and written several at once; a read of `null` " +
      "tells nothing, nor is known what was before the history",
    { txn: '[["read","x",1],["write","y",2]]' },
  ),
  linearizable(mutex, "a mutex that one holds at a time", ofMutex),
  linearizable(
    ownerAwareMutex,
    "a mutex that only who holds it may release: the value's client, or else " +
      "the process",
    ofClients,
  ),
  linearizable(
    reentrantMutex(),
    "a mutex that who holds it may acquire twice, and only they release",
    ofClients,
  ),
  linearizable(
    fencedMutex(),
    "a mutex of which each acquisition has a larger fence",
    ofFences,
  ),
  linearizable(
    fencedMutex(2),
    "a mutex with fences that grow, and that who holds it may acquire twice, " +
      "by the same fence",
    ofFences,
  ),
  linearizable(semaphore(), "a semaphore of two permits", ofClients),
  {
    ...linearizable(set, "a linearizable set", { add: "1", read: "[1,2]" }),
    name: "linearizable-set",
    aliases: ["knossos-set"],
  },
  linearizable(fifoQueue, "a queue, first in, first out", ofQueue),
  linearizable(unorderedQueue, "a queue that keeps no order", ofQueue),
  linearizable(stack, "a stack", { push: "1", pop: "1" }),
  linearizable(
    keyValue,
    'a string, or one a key, that can be extended; at first `""`',
    { get: '"ab"', put: '"a"', append: '"b"' },
  ),
  linearizable(
    noop,
    "anything at all: only whether the history can be read",
    {},
  ),
];
