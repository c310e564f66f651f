#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/**
 * A counter, second try: a sum is replaced only if it is still the one that was
 * read (compare-and-set). Else another node was faster, and we begin again.
 */
import {
  ErrorCode,
  integer,
  isCode,
  type Node,
  run,
} from "../../lib/maelstrom.ts";

export default function counter(node: Node): void {
  const readSum = () => node.seqKv.readOr("sum", 0, integer);

  async function add(delta: number): Promise<void> {
    for (;;) {
      const sum = await readSum();
      try {
        return await node.seqKv.cas("sum", sum, sum + delta, { create: true });
      } catch (error) {
        if (!isCode(error, ErrorCode.preconditionFailed)) throw error;
      }
    }
  }

  node.serve("g-counter", {
    async add({ delta }) {
      await add(delta);
      return { type: "add_ok" };
    },
    read: async () => ({ type: "read_ok", value: await readSum() }),
  });
}

if (import.meta.main) await run(counter);
