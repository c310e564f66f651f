#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/**
 * Broadcast, step 4: as step 3, but a node keeps its own values for a while, and
 * tells them together.
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

const news = message("news", { runs: runsOf(json) });
const digest = message("digest", { have: versionVector });

const ROUND = 1000; // ms from one digest of a node to its next

export default function waitTogether(node: Node): void {
  /** How long a value waits for others, in ms: `-- --wait 2000`. */
  const wait = node.option("wait", { default: 1000, max: 5000 });
  const known = new Sequences<unknown>();
  const values = new Set<unknown>();
  /** Numbers of own values that the others were not told yet. */
  let waiting: number[] = [];

  function learn(runs: readonly Run<unknown>[]): void {
    for (const [, , fresh] of known.add(runs)) {
      for (const value of fresh) values.add(value);
    }
  }

  function tellAll(): void {
    const runs = known.pick(node.incarnation, waiting);
    for (const peer of node.peers) node.send(peer, news({ runs }));
    waiting = [];
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
      if (waiting.length === 0) node.after(wait, tellAll);
      waiting.push(known.append(node.incarnation, message));
      return { type: "broadcast_ok" };
    },
  });
}

if (import.meta.main) await run(waitTogether);
