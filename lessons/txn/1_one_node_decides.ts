#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/**
 * Transactions, first try: the first node has the data and runs all
 * transactions, one after the other. The others pass theirs on.
 */
import { type Node, run, workloads } from "../../lib/maelstrom.ts";

const { txn } = workloads["txn-rw-register"];

export default function transactions(node: Node): void {
  const store = new Map<unknown, unknown>();

  node.serve("txn-rw-register", {
    txn({ txn: ops }) {
      const [first] = node.ids;
      if (node.id !== first) return node.rpc(first, txn({ txn: ops }));
      for (const op of ops) {
        const [f, key, value] = op;
        if (f === "w") store.set(key, value);
        else op[2] = store.get(key) ?? null;
      }
      return { type: "txn_ok", txn: ops };
    },
  });
}

if (import.meta.main) await run(transactions);
