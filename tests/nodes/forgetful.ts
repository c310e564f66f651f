/** A broadcast that tells the others once: what is lost stays lost. */
import { json, message, type Node, run } from "../../lib/maelstrom.ts";

const value = message("value", { message: json });

export default function forgetful(node: Node): void {
  const messages: unknown[] = [];
  node.on(value, ({ message }): void => {
    messages.push(message);
  });
  node.serve("broadcast", {
    topology: () => ({ type: "topology_ok" }),
    read: () => ({ type: "read_ok", messages }),
    broadcast({ message }) {
      messages.push(message);
      for (const peer of node.peers) {
        node.send(peer, value({ message }));
      }
      return { type: "broadcast_ok" };
    },
  });
}

if (import.meta.main) await run(forgetful);
