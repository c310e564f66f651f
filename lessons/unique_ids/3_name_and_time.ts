#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/** Unique ids, step 3: a node's name and the time, which no restart turns back. */
import { type Node, run } from "../../lib/maelstrom.ts";

export default function nameAndTime(node: Node): void {
  let last = 0;

  node.serve("unique-ids", {
    generate() {
      // Two in one millisecond: the second takes the next one.
      last = Math.max(Math.floor(node.now()), last + 1);
      return { type: "generate_ok", id: `${node.id}-${last}` };
    },
  });
}

if (import.meta.main) await run(nameAndTime);
