#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/**
 * Transactions, fourth try: each transaction has a time, by a clock that counts
 * (Lamport, 1978). Of two writes of a key the later one stays, on every node, in
 * whatever order they come.
 */
import {
  array,
  integer,
  json,
  message,
  type Node,
  run,
  string,
  tuple,
} from "../../lib/maelstrom.ts";

/** When: of two that are equal, the name decides. */
type Time = [count: number, node: string];

const committed = message("committed", {
  time: tuple<Time>(integer, string),
  writes: array(tuple<[key: unknown, value: unknown]>(json, json)),
});

const isAfter = ([a, x]: Time, [b, y]: Time) => a > b || (a === b && x > y);

export default function transactions(node: Node): void {
  const store = new Map<unknown, { value: unknown; time: Time }>();
  let clock = 0;

  function write(key: unknown, value: unknown, time: Time): void {
    const old = store.get(key);
    if (!old || isAfter(time, old.time)) store.set(key, { value, time });
  }

  node.on(committed, ({ time, writes }) => {
    clock = Math.max(clock, time[0]); // what comes next here is later
    for (const [key, value] of writes) write(key, value, time);
  });

  node.serve("txn-rw-register", {
    txn({ txn: ops }) {
      const writes = new Map<unknown, unknown>();
      for (const op of ops) {
        const [f, key, value] = op;
        if (f === "w") writes.set(key, value);
        else op[2] = writes.get(key) ?? store.get(key)?.value ?? null;
      }
      const time: Time = [++clock, node.id];
      for (const [key, value] of writes) write(key, value, time);
      if (writes.size > 0) {
        const news = committed({ time, writes: [...writes] });
        for (const peer of node.peers) node.send(peer, news);
      }
      return { type: "txn_ok", txn: ops };
    },
  });
}

if (import.meta.main) await run(transactions);
