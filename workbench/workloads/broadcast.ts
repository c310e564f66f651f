import { workloads } from "../../lib/maelstrom.ts";
import { combine } from "../checkers/result.ts";
import { checkSetSessions } from "../checkers/sessions.ts";
import { checkSetFull } from "../checkers/set_full.ts";
import { oneOf } from "../cli/flags.ts";
import { topologies } from "../cluster/topology.ts";
import { elements, setFlags } from "./parts/elements.ts";
import { readOrChange } from "./parts/read_or_change.ts";
import { failure, mix, once, workload } from "./workload.ts";

const { topology, broadcast: send, read } = workloads["broadcast"];

/** `broadcast`: a value that one node was given reaches them all. */
export const broadcast = workload({
  name: "broadcast",
  clients: "broadcast 0, 1, 2, ... and read; at the end each reads once",
  checked: "[sets](workbench.md#sets-counters-ids)",
  rpcs: [
    {
      message: topology,
      about: "Tells a node, before anything else, of each node's neighbours " +
        "in `--topology`; it may ignore them.",
    },
    { message: send, about: "Gives a node a value that all are to have." },
    { message: read, about: "Asks for all values that the node has." },
  ],
  flags: {
    "topology": oneOf(Object.keys(topologies), {
      value: "NAME",
      help: "what nodes are told: `line`, `grid`, `tree` or `tree2`, " +
        "`tree3`, `tree4`, `total`",
      default: "grid",
      anywhere: true,
    }),
    ...setFlags,
  },
  create(options) {
    const { nodeIds, own } = options;
    const neighbours = topologies[own.topology](nodeIds);
    const next = elements(options);
    return {
      generator: mix(
        options.random,
        () => ({ f: "broadcast", value: next() }),
        () => ({ f: "read" }),
      ),
      finalGenerator: once({ f: "read", final: true }),
      openClient: (context) =>
        readOrChange(context, {
          read,
          valueOf: ({ messages }) => messages,
          change: send,
          fieldsOf: (value) => ({ message: value }),
          failed: failure,
        }),
      setup: ({ call }, done) => call(topology, { topology: neighbours }, done),
      reusable: false,
      followsElements: own.forgiveVictims,
      check(history, knowledge) {
        const result = checkSetFull(history, { add: "broadcast", knowledge });
        if (!own.checkSessions) return result;
        return combine(result, checkSetSessions(history, "broadcast"));
      },
    };
  },
});
