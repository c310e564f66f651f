#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/**
 * Logs, first try: each node keeps what its own clients send. The number of a
 * message, its offset, is its place in the list.
 */
import { type Node, run } from "../../lib/maelstrom.ts";

export default function kafka(node: Node): void {
  const logs = new Map<string, unknown[]>();
  const committed = new Map<string, number>();

  node.serve("kafka", {
    send({ key, msg }) {
      const log = logs.getOrInsert(key, []);
      return { type: "send_ok", offset: log.push(msg) - 1 };
    },
    poll({ offsets }) {
      const msgs = Object.entries(offsets).map(([key, from]) => {
        const news = (logs.get(key) ?? []).slice(from);
        return [key, news.map((msg, i) => [from + i, msg])];
      });
      return { type: "poll_ok", msgs: Object.fromEntries(msgs) };
    },
    commit_offsets({ offsets }) {
      for (const [key, offset] of Object.entries(offsets)) {
        committed.set(key, offset);
      }
      return { type: "commit_offsets_ok" };
    },
    list_committed_offsets({ keys }) {
      const known = committed.entries().filter(([key]) => keys.includes(key));
      const offsets = Object.fromEntries(known);
      return { type: "list_committed_offsets_ok", offsets };
    },
  });
}

if (import.meta.main) await run(kafka);
