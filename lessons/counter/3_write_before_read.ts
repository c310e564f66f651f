#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/**
 * A counter, third try: before a node reads, it writes something. From then on
 * seq-kv shows it nothing older. And what gets no answer is asked again.
 */
import {
  ErrorCode,
  integer,
  isCode,
  type Node,
  run,
} from "../../lib/maelstrom.ts";

export default function counter(node: Node): void {
  const retry = { retry: true };

  async function readSum(): Promise<number> {
    await node.seqKv.write(`sync/${node.id}`, node.random(), retry);
    return await node.seqKv.readOr("sum", 0, integer, retry);
  }

  async function add(delta: number): Promise<void> {
    for (;;) {
      const from = await readSum();
      const to = from + delta;
      try {
        return await node.seqKv.cas("sum", from, to, {
          create: true,
          ...retry,
        });
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
