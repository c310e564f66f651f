import { checkSetFull } from "../checkers/set_full.ts";
import { topologies } from "../topology.ts";
import {
  failure,
  indefinite,
  mix,
  once,
  type WorkloadOptions,
  type WorkloadSpec,
} from "../workload.ts";

/** `broadcast`: a value that one node was given reaches them all. */
export function broadcast(options: WorkloadOptions): WorkloadSpec {
  const topology = topologies[options.topology](options.nodeIds);
  let next = 0;
  return {
    generator: mix(
      options.random,
      () => ({ f: "broadcast", value: next++ }),
      () => ({ f: "read" }),
    ),
    finalGenerator: once({ f: "read", final: true }),
    openClient: ({ node, rpc }) => ({
      invoke({ f, value }, done) {
        const isRead = f === "read";
        const body = isRead
          ? { type: "read" }
          : { type: "broadcast", message: value };
        rpc.call("broadcast", node, body, (result) => {
          if (result.error) return done(failure(result, isRead));
          done({ type: "ok", value: isRead ? result.body.messages : value });
        });
      },
    }),
    setup: () => ({ type: "topology", topology }),
    reusable: false,
    check: (history) => checkSetFull(history, { add: "broadcast" }),
  };
}

/** `g-set`: a set that only grows. */
export function gSet({ random }: WorkloadOptions): WorkloadSpec {
  let next = 0;
  return {
    generator: mix(
      random,
      () => ({ f: "add", value: next++ }),
      () => ({ f: "read" }),
    ),
    finalGenerator: once({ f: "read", final: true }),
    openClient: ({ node, rpc }) => ({
      invoke({ f, value }, done) {
        const isRead = f === "read";
        const body = isRead
          ? { type: "read" }
          : { type: "add", element: value };
        rpc.call("g-set", node, body, (result) => {
          if (result.error) return done(indefinite(result));
          done({ type: "ok", value: isRead ? result.body.value : value });
        });
      },
    }),
    reusable: false,
    check: (history) => checkSetFull(history, { add: "add" }),
  };
}
