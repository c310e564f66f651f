#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/**
 * Unique ID generation: https://fly.io/dist-sys/2/
 *
 * An id is the node's incarnation, which is its name and a random tag, and a
 * counter. Names differ between nodes, tags between a node's lives, counters
 * within a life: no coordination, no disk, and no clock that could jump back.
 *
 * Promise: ids are unique under every fault. Two lives of one node draw the same
 * tag of 104 bits with a probability of 2^-104; after a million restarts it is
 * still below 10^-19.
 */
import { type Node, run } from "./lib/maelstrom.ts";

export default function uniqueIds(node: Node): void {
  let count = 0;

  node.serve("unique-ids", {
    generate: () => ({
      type: "generate_ok",
      id: `${node.incarnation}-${++count}`,
    }),
  });
}

if (import.meta.main) await run(uniqueIds);
