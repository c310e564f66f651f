#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/**
 * Transactions, second try: each node has a copy of all data and asks nobody.
 * What it writes it tells the others at once.
 */
import { json, message, type Node, run } from "../../lib/maelstrom.ts";

const written = message("written", { key: json, value: json });

export default function transactions(node: Node): void {
  const store = new Map<unknown, unknown>();

  function write(key: unknown, value: unknown): void {
    store.set(key, value);
    for (const peer of node.peers) node.send(peer, written({ key, value }));
  }

  node.on(written, ({ key, value }) => void store.set(key, value));

  node.serve("txn-rw-register", {
    txn({ txn: ops }) {
      for (const op of ops) {
        const [f, key, value] = op;
        if (f === "w") write(key, value);
        else op[2] = store.get(key) ?? null;
      }
      return { type: "txn_ok", txn: ops };
    },
  });
}

if (import.meta.main) await run(transactions);
