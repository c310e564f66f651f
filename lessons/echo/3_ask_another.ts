#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/** Echo, step 3: lets another node do it. */
import { json, message, type Node, run } from "../../lib/maelstrom.ts";

/** A request between nodes: `ask_ok` brings the text back. */
const ask = message("ask", { text: json }, { text: json });

export default function askAnother(node: Node): void {
  node.on(ask, ({ text }) => ({ type: "ask_ok", text }));

  node.serve("echo", {
    async echo({ echo }) {
      const other = node.pick(node.peers);
      const { text } = await node.rpc(other, ask({ text: echo }));
      return { type: "echo_ok", echo: text };
    },
  });
}

if (import.meta.main) await run(askAnother);
