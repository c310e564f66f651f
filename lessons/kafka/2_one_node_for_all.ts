#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/**
 * Logs, second try: the first node keeps all logs. The others pass on what their
 * clients ask, and hand back what it answers.
 */
import { type Node, run, workloads } from "../../lib/maelstrom.ts";

const { send, poll, commit_offsets, list_committed_offsets } = workloads.kafka;

export default function kafka(node: Node): void {
  const logs = new Map<string, unknown[]>();
  const committed = new Map<string, number>();

  const isLeader = () => node.id === node.ids[0];
  const leader = () => node.ids[0];

  node.serve("kafka", {
    send({ key, msg }) {
      if (!isLeader()) return node.rpc(leader(), send({ key, msg }));
      const log = logs.getOrInsert(key, []);
      return { type: "send_ok", offset: log.push(msg) - 1 };
    },
    poll({ offsets }) {
      if (!isLeader()) return node.rpc(leader(), poll({ offsets }));
      const msgs = Object.entries(offsets).map(([key, from]) => {
        const news = (logs.get(key) ?? []).slice(from);
        return [key, news.map((msg, i) => [from + i, msg])];
      });
      return { type: "poll_ok", msgs: Object.fromEntries(msgs) };
    },
    commit_offsets({ offsets }) {
      if (!isLeader()) return node.rpc(leader(), commit_offsets({ offsets }));
      for (const [key, offset] of Object.entries(offsets)) {
        // Of two clients the slower one may speak last.
        committed.set(key, Math.max(offset, committed.get(key) ?? 0));
      }
      return { type: "commit_offsets_ok" };
    },
    list_committed_offsets({ keys }) {
      if (!isLeader()) {
        return node.rpc(leader(), list_committed_offsets({ keys }));
      }
      const known = committed.entries().filter(([key]) => keys.includes(key));
      const offsets = Object.fromEntries(known);
      return { type: "list_committed_offsets_ok", offsets };
    },
  });
}

if (import.meta.main) await run(kafka);
