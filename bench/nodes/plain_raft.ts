#!/usr/bin/env -S deno run --allow-read=data --allow-write=data
/**
 * What beyond/lin_kv.ts is held against: the plain Raft of Ongaro and
 * Ousterhout's Figure 2. Every request goes to the leader by itself, every one,
 * reads too, is an entry, and every entry goes to all others by itself. The rest
 * is lib/raft.ts's: pre-votes, pipelining, group commit to the disk.
 *
 * Nothing is tried again: of what got no answer nobody knows whether it is done.
 */
import {
  type Op,
  op,
  type Result,
  result,
  serveClients,
  Values,
} from "../../beyond/lin_kv.ts";
import { message, type Node, Raft, run } from "../../lib/maelstrom.ts";

const forward = message("forward", { op }, { result });

export default function plainRaft(node: Node): void {
  const values = new Values();
  const raft = new Raft<Op, Result>(node, {
    command: op,
    apply: (op) => values.do(op),
    snapshot: () => [...values.byKey],
    restore(state) {
      if (Array.isArray(state)) values.byKey = new Map(state);
    },
  }, {
    ...{ disk: node.disk(), batchInterval: 0, eager: true },
    electionTimeout: node.option("election-timeout", { default: 1000 }),
  });

  node.on(forward, async ({ op }) => ({
    type: "forward_ok",
    result: await raft.propose(op),
  }));

  serveClients(node, async (op) => {
    const leader = raft.leader ?? await raft.elected();
    if (leader === node.id) return await raft.propose(op);
    return (await node.rpc(leader, forward({ op }))).result;
  });
}

if (import.meta.main) await run(plainRaft);
