/**
 * All models by their names. Nothing here needs more than what the web has.
 *
 * @module
 */
import { checkKafka } from "../checkers/kafka.ts";
import { checkListAppend } from "../checkers/txn/list_append.ts";
import { checkRwRegister } from "../checkers/txn/rw_register.ts";
import { prohibitedBy, type TxnOptions } from "../checkers/txn/result.ts";
import { consistencyModels } from "./consistency_models.ts";
import { type Judge, judge } from "./judge.ts";
import { objectJudges } from "./objects.ts";
import { smallJudges } from "./small_judges.ts";

const ofTransactions = {
  flags: { "consistency-models": consistencyModels },
  // Only some models ask for an order that only clocks tell.
  needsRealTime: (options: TxnOptions) =>
    prohibitedBy(options).has("G0-realtime"),
  withoutRealTime: { consistencyModels: ["strong-session-serializable"] },
};

const rwRegister = judge({
  name: "rw-register",
  about: "transactions read and write registers, each value once a key, and " +
    "satisfy the consistency models",
  functions: { txn: '[["r","x",1],["w","y",2]]' },
  ...ofTransactions,
  check: checkRwRegister,
});

const listAppend = judge({
  name: "list-append",
  about: "transactions read lists and append to them, each element once a " +
    "key, and satisfy the consistency models",
  functions: { txn: '[["r","x",[1]],["append","x",2]]' },
  ...ofTransactions,
  check: checkListAppend,
});

const kafka = judge({
  name: "kafka",
  about: "logs lose nothing, show nothing twice, and keep their order",
  functions: {
    send: '[["send","k",[0,5]]]',
    poll: '[["poll",{"k":[[0,5]]}]]',
    txn: '[["send","k",[0,5]],["poll",{"k":[[0,5]]}]]',
    assign: '["k"]',
    subscribe: '["k"]',
    crash: "null",
    "debug-topic-partitions": '["k"]',
    list_committed_offsets: '{"k":1}',
    commit: '{"k":1}',
  },
  needsRealTime: () => false,
  check: (history) => checkKafka(history),
});

/** All models, in the order of the docs. */
export const judges: readonly Judge[] = [
  listAppend,
  rwRegister,
  kafka,
  ...objectJudges,
  ...smallJudges,
];

/** A model by its name, or by what others call it. */
export const knownModel = (name: string): Judge | undefined =>
  judges.find((it) => it.name === name) ??
    judges.find(({ aliases = [] }) => aliases.includes(name));
