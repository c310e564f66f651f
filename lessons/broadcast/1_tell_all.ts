#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/** Broadcast, step 1: whoever is given a value tells it to all others, once. */
import { json, message, type Node, run } from "../../lib/maelstrom.ts";

const news = message("news", { value: json });

export default function tellAll(node: Node): void {
  const values = new Set<unknown>();

  node.on(news, ({ value }): void => {
    values.add(value);
  });

  node.serve("broadcast", {
    topology: () => ({ type: "topology_ok" }),
    read: () => ({ type: "read_ok", messages: [...values] }),
    broadcast({ message }) {
      values.add(message);
      for (const peer of node.peers) node.send(peer, news({ value: message }));
      return { type: "broadcast_ok" };
    },
  });
}

if (import.meta.main) await run(tellAll);
