import { recognisableElements } from "../../cluster/knowledge.ts";
import { type WorkloadOptions } from "../workload.ts";

/** Makes up elements: 0, 1, 2, ..., unless they are to be recognisable. */
export function elements(
  { forgiveVictims, random }: WorkloadOptions,
): () => number {
  if (forgiveVictims) return recognisableElements(random);
  let next = 0;
  return () => next++;
}
