import { toggle, type Values } from "../../cli/flags.ts";
import { recognisableElements } from "../../cluster/knowledge.ts";
import { type WorkloadOptions } from "../workload.ts";
import { sessionFlags } from "./sessions.ts";

/** Flags of the workloads whose clients add elements to a set. */
export const setFlags = {
  ...sessionFlags,
  "forgive-victims": toggle(
    "an element may be lost if all nodes that had heard of it were killed",
    "[victims](workbench.md#what-only-victims-knew)",
  ),
};

/** Makes up elements: 0, 1, 2, ..., unless they are to be recognisable. */
export function elements(
  { random, own }: WorkloadOptions<Values<typeof setFlags>>,
): () => number {
  if (own.forgiveVictims) return recognisableElements(random);
  let next = 0;
  return () => next++;
}
