#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/**
 * A counter, first try: the sum is kept under one key of seq-kv. To add is to
 * read the sum, and to write a larger one.
 */
import { integer, type Node, run } from "../../lib/maelstrom.ts";

export default function counter(node: Node): void {
  node.serve("g-counter", {
    async add({ delta }) {
      const sum = await node.seqKv.readOr("sum", 0, integer);
      // Here, while we wait, another node may read the same sum.
      await node.seqKv.write("sum", sum + delta);
      return { type: "add_ok" };
    },
    async read() {
      const value = await node.seqKv.readOr("sum", 0, integer);
      return { type: "read_ok", value };
    },
  });
}

if (import.meta.main) await run(counter);
