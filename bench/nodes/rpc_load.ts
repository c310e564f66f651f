#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/**
 * Answers an echo after as many reads of lin-kv as `--reads` says, `--at-once`
 * of them under way at any time.
 */
import { type Node, run } from "../../lib/maelstrom.ts";

export default function rpcLoad(node: Node): void {
  const reads = node.option("reads", { default: 1, integer: true });
  const atOnce = node.option("at-once", { default: 1, min: 1, integer: true });

  node.serve("echo", {
    async echo({ echo }) {
      let left = reads;
      await Promise.all(Array.from({ length: atOnce }, async () => {
        while (left-- > 0) await node.linKv.readOr("key", null);
      }));
      return { type: "echo_ok", echo };
    },
  });
}

if (import.meta.main) await run(rpcLoad);
