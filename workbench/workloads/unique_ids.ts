import { workloads } from "../../lib/maelstrom.ts";
import { checkUniqueIds } from "../checkers/unique_ids.ts";
import { failure, type Workload } from "./workload.ts";

const { generate } = workloads["unique-ids"];

/** `unique-ids`: no id is given out twice. */
export const uniqueIds: Workload = {
  name: "unique-ids",
  clients: "ask for ids",
  checked: "[no id twice](workbench.md#sets-counters-ids)",
  rpcs: [{ message: generate, about: "Asks for an id that nobody else got." }],
  create: () => ({
    generator: { next: () => ({ f: "generate" }) },
    openClient: ({ call }) => ({
      invoke(_, done) {
        call(generate, {}, (result) =>
          done(
            result.error
              ? failure(result)
              : { type: "ok", value: result.body.id },
          ));
      },
    }),
    reusable: true,
    check: checkUniqueIds,
  }),
};
