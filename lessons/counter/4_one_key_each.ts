#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/**
 * A counter, fourth try: each node has a key of its own, which it alone writes,
 * so that nobody comes between. The counter is the sum of all keys: a G-counter
 * (Shapiro et al., "Conflict-free replicated data types", 2011).
 */
import { integer, type Node, run } from "../../lib/maelstrom.ts";

export default function counter(node: Node): void {
  const retry = { retry: true };
  /** What this node has added, all in all. */
  let own = 0;

  const sync = () => node.seqKv.write(`sync/${node.id}`, node.random(), retry);
  const fetch = (id: string) => node.seqKv.readOr(id, 0, integer, retry);

  // A node that was killed goes on where it was.
  node.onInit(async () => {
    await sync();
    own = await fetch(node.id);
  });

  node.serve("g-counter", {
    async add({ delta }) {
      own += delta;
      await node.seqKv.write(node.id, own, retry);
      return { type: "add_ok" };
    },
    async read() {
      await sync();
      const sums = await Promise.all(node.ids.map(fetch));
      return { type: "read_ok", value: sums.reduce((a, b) => a + b, 0) };
    },
  });
}

if (import.meta.main) await run(counter);
