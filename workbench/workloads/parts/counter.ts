import { workloads } from "../../../lib/maelstrom.ts";
import { checkCounter } from "../../checkers/counter.ts";
import { combine } from "../../checkers/result.ts";
import { checkCounterSessions } from "../../checkers/sessions.ts";
import { toggle, type Values } from "../../cli/flags.ts";
import {
  once,
  type Rpc,
  type WorkloadOptions,
  type WorkloadSpec,
} from "../workload.ts";
import { readOrChange } from "./read_or_change.ts";
import { sessionFlags } from "./sessions.ts";

const { add, read } = workloads["pn-counter"];

export const rpcs: readonly Rpc[] = [
  { message: add, about: "Adds an integer to the sum." },
  { message: read, about: "Asks for the sum, as far as the node knows." },
];

export const counterFlags = {
  ...sessionFlags,
  "check-convergence": toggle("final reads must be equal"),
};

/** A run of one of the counters. */
export function counter(
  { own }: WorkloadOptions<Values<typeof counterFlags>>,
  generator: WorkloadSpec["generator"],
): WorkloadSpec {
  return {
    generator,
    finalGenerator: once({ f: "read", final: true }),
    openClient: (context) =>
      readOrChange(context, {
        read,
        valueOf: ({ value }) => value,
        change: add,
        fieldsOf: (value) => ({ delta: value }),
      }),
    reusable: false,
    check(history) {
      const result = checkCounter(history, own);
      if (!own.checkSessions) return result;
      return combine(result, checkCounterSessions(history));
    },
  };
}
