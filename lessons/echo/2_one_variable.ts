#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/** Echo, step 2: answers, after some work, with what it remembered. */
import { type Node, run } from "../../lib/maelstrom.ts";

export default function oneVariable(node: Node): void {
  let text: unknown;

  node.serve("echo", {
    async echo(request) {
      text = request.echo;
      await node.sleep(100); // as if there were something to look up
      return { type: "echo_ok", echo: text };
    },
  });
}

if (import.meta.main) await run(oneVariable);
