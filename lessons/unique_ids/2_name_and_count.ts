#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/** Unique ids, step 2: each node counts, and says its name. */
import { type Node, run } from "../../lib/maelstrom.ts";

export default function nameAndCount(node: Node): void {
  let last = 0;

  node.serve("unique-ids", {
    generate: () => ({ type: "generate_ok", id: `${node.id}-${++last}` }),
  });
}

if (import.meta.main) await run(nameAndCount);
