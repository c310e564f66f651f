#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/**
 * A grow-only set, the smallest state-based CRDT: Shapiro, Preguiça, Baquero and
 * Zawirski, "Conflict-free Replicated Data Types", 2011.
 *
 * A node's state is the set. Now and then it sends all of it to a random peer,
 * which takes the union of both. A union does not mind in which order, how often
 * or by which way its parts come, so that nothing is numbered, acknowledged or
 * sent again on purpose: the next gossip says it all anyway.
 *
 * Promises: every request is answered at once, whoever is cut off. An element
 * that a node has accepted reaches all, under partition, loss, duplication,
 * reordering and pause; a kill loses only what no other node had heard of.
 */
import {
  array,
  canonicalJson,
  json,
  message,
  type Node,
  run,
} from "../lib/maelstrom.ts";

/**
 * The sender's whole state. A delta, what the peer has not acknowledged yet,
 * would keep messages small however large the set grows, for a memory of what
 * each peer knows (Almeida, Shoker and Baquero, "Delta State Replicated Data
 * Types", 2018).
 */
const state = message("state", { elements: array(json) });

export default function gSet(node: Node): void {
  /** Time between two messages of a node, in ms. */
  const gap = node.option("gossip-interval", { default: 500, min: 1 });

  /** By their texts, for equal JSON is one element. */
  const set = new Map<string, unknown>();

  /** The least upper bound of two states is their union. */
  function merge(elements: readonly unknown[]): void {
    for (const element of elements) set.set(canonicalJson(element), element);
  }

  const elements = () => [...set.values()];

  node.on(state, ({ elements }) => merge(elements));

  node.onInit(() => {
    if (node.peers.length === 0) return;
    node.every(gap, () => {
      node.send(node.pick(node.peers), state({ elements: elements() }));
    });
  });

  node.serve("g-set", {
    add({ element }) {
      merge([element]);
      return { type: "add_ok" };
    },
    read: () => ({ type: "read_ok", value: elements() }),
  });
}

if (import.meta.main) await run(gSet);
