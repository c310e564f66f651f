#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/** Unique ids, step 1: each node counts. */
import { type Node, run } from "../../lib/maelstrom.ts";

export default function count(node: Node): void {
  let last = 0;

  node.serve("unique-ids", {
    generate: () => ({ type: "generate_ok", id: ++last }),
  });
}

if (import.meta.main) await run(count);
