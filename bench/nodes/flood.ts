/** Broadcast at its dearest: each value goes to each node, which says thanks. */
import { json, message, type Node, run } from "../../lib/maelstrom.ts";

const value = message("value", { message: json }, {});

export default function flood(node: Node): void {
  const messages: unknown[] = [];
  node.on(value, ({ message }) => {
    messages.push(message);
    return { type: "value_ok" };
  });
  node.serve("broadcast", {
    topology: () => ({ type: "topology_ok" }),
    read: () => ({ type: "read_ok", messages }),
    broadcast({ message }) {
      messages.push(message);
      for (const peer of node.peers) {
        node.rpc(peer, value({ message })).catch(() => {});
      }
      return { type: "broadcast_ok" };
    },
  });
}

if (import.meta.main) await run(flood);
