import { workloads } from "../../../lib/maelstrom.ts";
import { checkCounter } from "../../checkers/counter.ts";
import { combine } from "../../checkers/result.ts";
import { checkCounterSessions } from "../../checkers/sessions.ts";
import {
  once,
  type Rpc,
  type WorkloadOptions,
  type WorkloadSpec,
} from "../workload.ts";
import { readOrChange } from "./read_or_change.ts";

const { add, read } = workloads["pn-counter"];

export const rpcs: readonly Rpc[] = [
  { message: add, about: "Adds an integer to the sum." },
  { message: read, about: "Asks for the sum, as far as the node knows." },
];

/** A run of one of the counters. */
export function counter(
  { checkConvergence, checkSessions }: WorkloadOptions,
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
      const result = checkCounter(history, { checkConvergence });
      if (!checkSessions) return result;
      return combine(result, checkCounterSessions(history));
    },
  };
}
