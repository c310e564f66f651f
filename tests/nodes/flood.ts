#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/**
 * A broadcast with a bug, for docs/simulation.md: a node tells its peers of
 * each value once, and never asks whether they heard it.
 */
import { json, message, type Node, run } from "../../lib/maelstrom.ts";

const gossip = message("gossip", { message: json });

export default function flood(node: Node): void {
  const messages = new Set<unknown>();

  function learn(message: unknown): void {
    if (messages.has(message)) return;
    messages.add(message);
    for (const peer of node.peers) {
      node.send(peer, gossip({ message }));
    }
  }

  node.on(gossip, ({ message }) => learn(message));

  node.serve("broadcast", {
    topology: () => ({ type: "topology_ok" }),
    broadcast({ message }) {
      learn(message);
      return { type: "broadcast_ok" };
    },
    read: () => ({ type: "read_ok", messages: [...messages] }),
  });
}

if (import.meta.main) await run(flood);
