import { counter, counterFlags, rpcs } from "./parts/counter.ts";
import { mix, workload } from "./workload.ts";

/** `pn-counter`: integers are added, and the sum is read. */
export const pnCounter = workload({
  name: "pn-counter",
  clients: "add -5 to 4, and read; at the end each reads once",
  checked: "[sums](workbench.md#sets-counters-ids)",
  rpcs,
  flags: counterFlags,
  create(options) {
    const { random } = options;
    return counter(
      options,
      mix(
        random,
        () => ({ f: "add", value: random.integer(10) - 5 }),
        () => ({ f: "read" }),
      ),
    );
  },
});
