import { checkCounter } from "../checkers/counter.ts";
import { combine } from "../checkers/result.ts";
import { checkCounterSessions } from "../checkers/sessions.ts";
import {
  indefinite,
  mix,
  once,
  type WorkloadOptions,
  type WorkloadSpec,
} from "./workload.ts";

/** `pn-counter`: integers are added, and the sum is read. */
export function pnCounter(options: WorkloadOptions): WorkloadSpec {
  const { random } = options;
  return counter(
    options,
    mix(
      random,
      () => ({ f: "add", value: random.integer(10) - 5 }),
      () => ({ f: "read" }),
    ),
  );
}

/** `g-counter`: the same without negative integers. */
export function gCounter(options: WorkloadOptions): WorkloadSpec {
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
}

function counter(
  { checkConvergence, checkSessions }: WorkloadOptions,
  generator: WorkloadSpec["generator"],
): WorkloadSpec {
  return {
    generator,
    finalGenerator: once({ f: "read", final: true }),
    openClient: ({ node, rpc }) => ({
      invoke({ f, value }, done) {
        const body = f === "read"
          ? { type: "read" }
          : { type: "add", delta: value };
        rpc.call("pn-counter", node, body, (result) =>
          done(
            result.error
              ? indefinite(result)
              : { type: "ok", value: result.body.value ?? value },
          ));
      },
    }),
    reusable: false,
    check(history) {
      const result = checkCounter(history, { checkConvergence });
      if (!checkSessions) return result;
      return combine(result, checkCounterSessions(history));
    },
  };
}
