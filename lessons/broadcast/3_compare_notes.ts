#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/**
 * Broadcast, step 3: each value is told once, and now and then a node asks
 * another what it lacks, whatever the reason.
 */
import {
  json,
  message,
  type Node,
  type Run,
  run,
  runsOf,
  Sequences,
  versionVector,
} from "../../lib/maelstrom.ts";

/** Values in a row: whose they are, the number of the first, the values. */
const news = message("news", { runs: runsOf(json) });
/** How many values of each origin somebody has. */
const digest = message("digest", { have: versionVector });

const ROUND = 1000; // ms from one digest of a node to its next

export default function compareNotes(node: Node): void {
  const known = new Sequences<unknown>();
  const values = new Set<unknown>();

  function learn(runs: readonly Run<unknown>[]): void {
    for (const [, , fresh] of known.add(runs)) {
      for (const value of fresh) values.add(value);
    }
  }

  node.on(news, ({ runs }) => learn(runs));

  node.on(digest, ({ have }, { src }): void => {
    const runs = known.missing(have);
    if (runs.length > 0) node.send(src, news({ runs }));
  });

  node.onInit(() => {
    if (node.peers.length === 0) return;
    node.every(ROUND, () => {
      const peer = node.pick(node.peers);
      node.send(peer, digest({ have: known.versions() }));
    });
  });

  node.serve("broadcast", {
    topology: () => ({ type: "topology_ok" }),
    read: () => ({ type: "read_ok", messages: [...values] }),
    broadcast({ message }) {
      values.add(message);
      const number = known.append(node.incarnation, message);
      const runs = known.pick(node.incarnation, [number]);
      for (const peer of node.peers) node.send(peer, news({ runs }));
      return { type: "broadcast_ok" };
    },
  });
}

if (import.meta.main) await run(compareNotes);
