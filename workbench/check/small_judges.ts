/**
 * Models of sets, counters, queues, and those of Jepsen's small tests.
 *
 * @module
 */
import { checkBank } from "../checkers/bank.ts";
import { checkCausalRegister } from "../checkers/causal_register.ts";
import { checkCausalReverse } from "../checkers/causal_reverse.ts";
import { checkCounter } from "../checkers/counter.ts";
import { checkLinearizableCounter } from "../checkers/linearizable_counter.ts";
import { checkLongFork } from "../checkers/long_fork.ts";
import { checkQueue, checkTotalQueue } from "../checkers/queue.ts";
import { checkSet } from "../checkers/set.ts";
import { checkSetFull } from "../checkers/set_full.ts";
import { checkG2, checkSequential } from "../checkers/small_tests.ts";
import { checkUniqueIds } from "../checkers/unique_ids.ts";
import { list, number, optional, toggle } from "../cli/flags.ts";
import { type Judge, judge } from "./judge.ts";

const addAndRead = { add: "1", read: "[1,2]" };
const queueFunctions = { enqueue: "1", dequeue: "1", drain: "[1,2]" };

/** For histories that tell which of their reads are the last. */
const convergence = {
  "check-convergence": toggle("all final reads must be the same"),
};

const counter = judge({
  name: "counter",
  about: "each read of a counter is what had been added, at some moment " +
    "between its beginning and its end",
  functions: { add: "1", read: "3" },
  check: checkLinearizableCounter,
});

const pnCounter = judge({
  name: "pn-counter",
  aliases: ["g-counter"],
  about: "each final read of a counter is what was added",
  functions: { add: "-1", read: "3" },
  flags: convergence,
  check: checkCounter,
});

const set = judge({
  name: "set",
  about: "the last read has all that was added, and nothing else",
  functions: addAndRead,
  check: checkSet,
});

const setFull = judge({
  name: "set-full",
  aliases: ["g-set"],
  about: "what was added is in every read after some time, and nothing else is",
  functions: addAndRead,
  flags: {
    "linearizable": toggle(
      "each read must show what was known when it began, and all fit in one " +
        "order",
    ),
  },
  check: (history, { linearizable }) =>
    checkSetFull(history, { add: "add", linearizable }),
});

const queue = judge({
  name: "queue",
  about: "a queue without order gives out what was put in, once",
  functions: queueFunctions,
  check: checkQueue,
});

const totalQueue = judge({
  name: "total-queue",
  about: "what was put into a queue comes out of it, and nothing else",
  functions: queueFunctions,
  check: checkTotalQueue,
});

const uniqueIds = judge({
  name: "unique-ids",
  about: "no two of the ids that were generated are the same",
  functions: { generate: '"n1-17"' },
  needsRealTime: () => false,
  check: checkUniqueIds,
});

const bank = judge({
  name: "bank",
  about: "reads of all accounts have the total that there is, and no debts",
  functions: {
    read: '{"0":10,"1":5}',
    transfer: '{"from":0,"to":1,"amount":5}',
  },
  flags: {
    "accounts": optional<readonly string[]>({
      value: "NAMES",
      help: "the names of all accounts, separated by commas",
      default: [],
      defaultText: "those of the first read, and of all transfers",
      read: list,
      write: (names) => names.join(),
    }),
    "total-amount": optional(number("natural", {
      value: "N",
      help: "the sum of all balances",
      default: 100,
      defaultText: "that of the first read",
    })),
    "allow-negative-balances": toggle("balances may be below 0"),
  },
  needsRealTime: () => false,
  check: checkBank,
});

const longFork = judge({
  name: "long-fork",
  about: "of a group of keys, each written once, no two reads each see what " +
    "the other misses",
  functions: {
    read: '[["r",0,1],["r",1,null]]',
    write: '[["w",0,1]]',
    txn: '[["w",0,1]]',
  },
  flags: {
    "group-size": optional(number("count", {
      value: "N",
      help: "how many keys each read asks for",
      default: 3,
      defaultText: "as many as the first read",
    })),
  },
  needsRealTime: () => false,
  check: checkLongFork,
});

const causalRegister = judge({
  name: "causal-register",
  aliases: ["causal"],
  about: "one session sees what it read and wrote of a register, in order",
  functions: { "read-init": '["k",0]', read: '["k",1]', write: '["k",1]' },
  needsRealTime: () => false,
  check: checkCausalRegister,
});

const causalReverse = judge({
  name: "causal-reverse",
  aliases: ["comments"],
  about: "who sees a write sees all that ended before it began",
  functions: { write: "1", read: "[1,2]" },
  check: checkCausalReverse,
});

const adyaG2 = judge({
  name: "adya-g2",
  aliases: ["g2", "adya"],
  about: "of two inserts that each look for the other first, only one succeeds",
  functions: { insert: '["k",[1,null]]' },
  needsRealTime: () => false,
  check: checkG2,
});

const sequential = judge({
  name: "sequential",
  about: "who sees a part of what one client wrote in order sees all before it",
  functions: { write: "1", read: '[1,["1_1","1_0"]]' },
  needsRealTime: () => false,
  check: checkSequential,
});

/** In the order of the docs. */
export const smallJudges: readonly Judge[] = [
  ...[counter, pnCounter, set, setFull, queue, totalQueue, uniqueIds, bank],
  ...[longFork, causalRegister, causalReverse, adyaG2, sequential],
];
