#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/**
 * Echo: https://fly.io/dist-sys/1/
 *
 * The reply carries what the request carried.
 */
import { type Node, run } from "./lib/maelstrom.ts";

export default function echo(node: Node): void {
  node.serve("echo", { echo: ({ echo }) => ({ type: "echo_ok", echo }) });
}

if (import.meta.main) await run(echo);
