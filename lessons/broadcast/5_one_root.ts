#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/**
 * Broadcast, step 5: all values go to one node, the root, which tells them to
 * all, many at a time. Comparing notes repairs what is lost, as before.
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

/** To the root: spread this. */
const up = message("up", { runs: runsOf(json) });
const news = message("news", { runs: runsOf(json) });
const digest = message("digest", { have: versionVector });

const ROUND = 1000; // ms from one digest of a node to its next

export default function oneRoot(node: Node): void {
  /** How long a value waits at the root, in ms: `-- --wait 1000`. */
  const wait = node.option("wait", { default: 100, max: 5000 });
  const known = new Sequences<unknown>();
  const values = new Set<unknown>();
  /** At the root: what all will be told. */
  let batch: Run<unknown>[] = [];

  function learn(runs: readonly Run<unknown>[]): void {
    for (const [, , fresh] of known.add(runs)) {
      for (const value of fresh) values.add(value);
    }
  }

  function collect(runs: readonly Run<unknown>[]): void {
    if (batch.length === 0) node.after(wait, tellAll);
    batch.push(...runs);
  }

  function tellAll(): void {
    for (const peer of node.peers) node.send(peer, news({ runs: batch }));
    batch = [];
  }

  node.on(up, ({ runs }) => {
    learn(runs);
    collect(runs);
  });

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
      const [root] = node.ids;
      if (node.id === root) collect(runs);
      else node.send(root, up({ runs }));
      return { type: "broadcast_ok" };
    },
  });
}

if (import.meta.main) await run(oneRoot);
