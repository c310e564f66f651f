/** A program with a bug in what it does first. */
import { type Node, run } from "../../lib/maelstrom.ts";

export default function unable(node: Node): void {
  const table = new Map<string, { readonly size: number }>();
  node.log(`${table.get("n0")!.size}`);
}

if (import.meta.main) await run(unable);
