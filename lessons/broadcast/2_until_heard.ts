#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/** Broadcast, step 2: a value is told again until its receiver says "heard". */
import { json, message, type Node, run } from "../../lib/maelstrom.ts";

/** A request: it is answered with `news_ok`. */
const news = message("news", { value: json }, {});

export default function untilHeard(node: Node): void {
  /** How long to wait for an answer, in ms: `-- --patience 1000`. */
  const patience = node.option("patience", { default: 100, min: 1 });
  const values = new Set<unknown>();

  node.on(news, ({ value }) => {
    values.add(value);
    return { type: "news_ok" };
  });

  async function tell(peer: string, value: unknown): Promise<void> {
    let isHeard = false;
    while (!isHeard) {
      isHeard = await node.rpc(peer, news({ value }), { timeout: patience })
        .then(() => true, () => false);
    }
  }

  node.serve("broadcast", {
    topology: () => ({ type: "topology_ok" }),
    read: () => ({ type: "read_ok", messages: [...values] }),
    broadcast({ message }) {
      values.add(message);
      for (const peer of node.peers) tell(peer, message);
      return { type: "broadcast_ok" };
    },
  });
}

if (import.meta.main) await run(untilHeard);
