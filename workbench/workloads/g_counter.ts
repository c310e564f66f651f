import { counter, counterFlags, rpcs } from "./parts/counter.ts";
import { mix, workload } from "./workload.ts";

/** `g-counter`: the same as `pn-counter`, without negative integers. */
export const gCounter = workload({
  name: "g-counter",
  clients: "add 0 to 4, and read; at the end each reads once",
  checked: "[sums](workbench.md#sets-counters-ids)",
  rpcs,
  flags: counterFlags,
  create(options) {
    const { random } = options;
    // As in Maelstrom, which drops negative adds from the mix: a third are adds.
    return counter(
      options,
      mix(
        random,
        () => ({ f: "add", value: random.integer(5) }),
        () => ({ f: "read" }),
        () => ({ f: "read" }),
      ),
    );
  },
});
