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
  canonicalJson,
  ErrorCode,
  integer,
  json,
  message,
  type Node,
  Raft,
  RpcError,
  run,
  string,
  tuple,
} from "../../lib/maelstrom.ts";

type Op = [f: string, key: unknown, value: unknown, to: unknown];
const op = tuple<Op>(string, json, json, json);
type Result = [error: number, value: unknown];
const result = tuple<Result>(integer, json);
const NONE = -1;

const forward = message("forward", { op }, { result });

export default function plainRaft(node: Node): void {
  let values = new Map<string, unknown>();

  function apply([f, key, value, to]: Op): Result {
    const name = canonicalJson(key);
    const found = values.get(name);
    if (f !== "write" && !values.has(name)) {
      return [ErrorCode.keyDoesNotExist, `there is no key ${name}`];
    }
    if (f === "read") return [NONE, found];
    if (f === "cas" && canonicalJson(found) !== canonicalJson(value)) {
      return [ErrorCode.preconditionFailed, "it has another value"];
    }
    values.set(name, f === "cas" ? to : value);
    return [NONE, null];
  }

  const raft = new Raft<Op, Result>(node, {
    command: op,
    apply,
    snapshot: () => [...values],
    restore(state) {
      if (Array.isArray(state)) values = new Map(state);
    },
  }, {
    ...{ disk: node.disk(), batchInterval: 0, eager: true },
    electionTimeout: node.option("election-timeout", { default: 1000 }),
  });

  node.on(forward, async ({ op }) => ({
    type: "forward_ok",
    result: await raft.propose(op),
  }));

  async function serve(...op: Op): Promise<unknown> {
    const leader = raft.leader ?? await raft.elected();
    const [error, value] = leader === node.id
      ? await raft.propose(op)
      : (await node.rpc(leader, forward({ op }))).result;
    if (error === NONE) return value;
    throw new RpcError(error, `${value}`);
  }

  node.serve("lin-kv", {
    async read({ key }) {
      return { type: "read_ok", value: await serve("read", key, null, null) };
    },
    async write({ key, value }) {
      await serve("write", key, value, null);
      return { type: "write_ok" };
    },
    async cas({ key, from, to }) {
      await serve("cas", key, from, to);
      return { type: "cas_ok" };
    },
  });
}

if (import.meta.main) await run(plainRaft);
