/**
 * Which node gave out which id, and which were given out more than once.
 *
 * @module
 */
import { canonicalJson } from "../../workbench/json.ts";
import { type RunDocument } from "../run/document.ts";

export interface GivenIds {
  /** Of each that was answered: when, the node's position, and the operation's. */
  readonly times: Float64Array;
  readonly nodes: Int16Array;
  readonly operations: Uint32Array;
  /** In the order of their first repetition. */
  readonly duplicates: readonly DuplicateId[];
  readonly asked: number;
  /** Ids a second, from the first request to the last answer. */
  readonly rate: number;
  /** The first one of each node, as examples. */
  readonly examples: readonly { readonly node: string; readonly id: string }[];
}

export interface DuplicateId {
  /** As JSON. */
  readonly id: string;
  /** Positions of the operations that were answered with it. */
  readonly operations: readonly number[];
  readonly nodes: readonly string[];
}

export function idsOf({ operations, nodes }: RunDocument): GivenIds {
  const first = new Map<string, number>();
  const repeated = new Map<string, number[]>();
  const answered: number[] = [];
  const examples = new Map<string, string>();
  let asked = 0;
  const inOrder = operations.map((_, at) => at).toSorted((a, b) =>
    (operations[a].completed ?? Infinity) -
    (operations[b].completed ?? Infinity)
  );
  for (const at of inOrder) {
    const { f, type, result, node = "" } = operations[at];
    if (f !== "generate") continue;
    asked++;
    if (type !== "ok") continue;
    answered.push(at);
    const id = canonicalJson(result);
    const earlier = first.get(id);
    if (earlier === undefined) first.set(id, at);
    else repeated.getOrInsert(id, [earlier]).push(at);
    examples.getOrInsert(node, id);
  }
  const ends = answered.map((at) => operations[at].end ?? 0);
  const began = answered.reduce(
    (least, at) => Math.min(least, operations[at].start),
    Infinity,
  );
  const seconds = ((ends.at(-1) ?? 0) - began) / 1000;
  return {
    times: Float64Array.from(ends),
    nodes: Int16Array.from(
      answered,
      (at) => nodes.indexOf(operations[at].node ?? ""),
    ),
    operations: Uint32Array.from(answered),
    duplicates: [...repeated].map(([id, found]) => ({
      id,
      operations: found,
      nodes: found.map((at) => operations[at].node ?? "?"),
    })),
    asked,
    rate: seconds > 0 ? answered.length / seconds : 0,
    examples: [...examples].map(([node, id]) => ({ node, id })),
  };
}
