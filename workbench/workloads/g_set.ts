import { workloads } from "../../lib/maelstrom.ts";
import { combine } from "../checkers/result.ts";
import { checkSetSessions } from "../checkers/sessions.ts";
import { checkSetFull } from "../checkers/set_full.ts";
import { elements, setFlags } from "./parts/elements.ts";
import { readOrChange } from "./parts/read_or_change.ts";
import { mix, once, workload } from "./workload.ts";

const { add, read } = workloads["g-set"];

/** `g-set`: a set that only grows. */
export const gSet = workload({
  name: "g-set",
  clients: "add 0, 1, 2, ... and read; at the end each reads once",
  checked: "[sets](workbench.md#sets-counters-ids)",
  rpcs: [
    { message: add, about: "Adds an element to the set." },
    { message: read, about: "Asks for all elements that the node has." },
  ],
  flags: setFlags,
  create(options) {
    const next = elements(options);
    return {
      generator: mix(
        options.random,
        () => ({ f: "add", value: next() }),
        () => ({ f: "read" }),
      ),
      finalGenerator: once({ f: "read", final: true }),
      openClient: (context) =>
        readOrChange(context, {
          read,
          valueOf: ({ value }) => value,
          change: add,
          fieldsOf: (value) => ({ element: value }),
        }),
      reusable: false,
      followsElements: options.own.forgiveVictims,
      check(history, knowledge) {
        const result = checkSetFull(history, { add: "add", knowledge });
        if (!options.own.checkSessions) return result;
        return combine(result, checkSetSessions(history, "add"));
      },
    };
  },
});
