/** A node with two handlers for one type. */
import { type Node, run } from "../../lib/maelstrom.ts";

export default function twice(node: Node): void {
  node.serve("echo", { echo: ({ echo }) => ({ type: "echo_ok", echo }) });
  node.serve("echo", { echo: () => ({ type: "echo_ok", echo: "other" }) });
}

if (import.meta.main) await run(twice);
