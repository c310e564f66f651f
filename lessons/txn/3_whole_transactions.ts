#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/**
 * Transactions, third try: what a transaction writes is told in one message,
 * when it has ended, and only the last value of each key.
 */
import {
  array,
  json,
  message,
  type Node,
  run,
  tuple,
} from "../../lib/maelstrom.ts";

const committed = message("committed", {
  writes: array(tuple<[key: unknown, value: unknown]>(json, json)),
});

export default function transactions(node: Node): void {
  const store = new Map<unknown, unknown>();

  node.on(committed, ({ writes }) => {
    for (const [key, value] of writes) store.set(key, value);
  });

  node.serve("txn-rw-register", {
    txn({ txn: ops }) {
      const writes = new Map<unknown, unknown>();
      for (const op of ops) {
        const [f, key, value] = op;
        if (f === "w") writes.set(key, value), store.set(key, value);
        else op[2] = store.get(key) ?? null;
      }
      if (writes.size > 0) {
        const news = committed({ writes: [...writes] });
        for (const peer of node.peers) node.send(peer, news);
      }
      return { type: "txn_ok", txn: ops };
    },
  });
}

if (import.meta.main) await run(transactions);
