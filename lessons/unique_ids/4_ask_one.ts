#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/** Unique ids, step 4: one node counts for all. */
import { integer, message, type Node, run } from "../../lib/maelstrom.ts";

const next = message("next", {}, { number: integer });

export default function askOne(node: Node): void {
  let last = 0;

  node.on(next, () => ({ type: "next_ok", number: ++last }));

  node.serve("unique-ids", {
    async generate() {
      const [first] = node.ids;
      if (node.id === first) return { type: "generate_ok", id: ++last };
      const { number } = await node.rpc(first, next());
      return { type: "generate_ok", id: number };
    },
  });
}

if (import.meta.main) await run(askOne);
