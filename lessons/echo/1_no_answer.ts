#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/** Echo, step 1: hears, and says nothing. */
import { json, message, type Node, run } from "../../lib/maelstrom.ts";

const echo = message("echo", { echo: json });

export default function noAnswer(node: Node): void {
  node.on(echo, ({ echo }): void => {
    node.log(`heard ${echo}`);
  });
}

if (import.meta.main) await run(noAnswer);
