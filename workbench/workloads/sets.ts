import { combine } from "../checkers/result.ts";
import { checkSetSessions } from "../checkers/sessions.ts";
import { checkSetFull } from "../checkers/set_full.ts";
import { recognisableElements } from "../cluster/knowledge.ts";
import { topologies } from "../cluster/topology.ts";
import {
  failure,
  indefinite,
  mix,
  once,
  type WorkloadOptions,
  type WorkloadSpec,
} from "./workload.ts";

/** Makes up elements: 0, 1, 2, ..., unless they are to be recognisable. */
function elements({ forgiveVictims, random }: WorkloadOptions): () => number {
  if (forgiveVictims) return recognisableElements(random);
  let next = 0;
  return () => next++;
}

/** `broadcast`: a value that one node was given reaches them all. */
export function broadcast(options: WorkloadOptions): WorkloadSpec {
  const topology = topologies[options.topology](options.nodeIds);
  const next = elements(options);
  return {
    generator: mix(
      options.random,
      () => ({ f: "broadcast", value: next() }),
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
    check: (history, knowledge) => {
      const result = checkSetFull(history, { add: "broadcast", knowledge });
      if (!options.checkSessions) return result;
      return combine(result, checkSetSessions(history, "broadcast"));
    },
  };
}

/** `g-set`: a set that only grows. */
export function gSet(options: WorkloadOptions): WorkloadSpec {
  const next = elements(options);
  return {
    generator: mix(
      options.random,
      () => ({ f: "add", value: next() }),
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
    check: (history, knowledge) => {
      const result = checkSetFull(history, { add: "add", knowledge });
      if (!options.checkSessions) return result;
      return combine(result, checkSetSessions(history, "add"));
    },
  };
}
