#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/**
 * Replicated log: https://fly.io/dist-sys/5a/
 *
 * All sends and commits of offsets are commands to a replicated state machine:
 * they go through one log in lin-kv, whose slots are each written once, and
 * every node carries them out in their order. So all agree on dense offsets,
 * and polls are local. One node, the owner, normally does the writing for all;
 * whoever gets no answer writes by itself.
 *
 * Promises, under partition, loss, duplication, reordering, pause and kill: an
 * acknowledged send or commit is durable and applied exactly once; offsets have
 * no gaps and mean the same message on every node; committed offsets never go
 * back. A poll may be behind by what a node has not heard of yet.
 */
import {
  either,
  ErrorCode,
  json,
  natural,
  type Node,
  record,
  RpcError,
  run,
  StateMachine,
  string,
  tuple,
} from "./lib/maelstrom.ts";

/** A send, or offsets to commit. */
type Command = [key: string, message: unknown] | Record<string, number>;

const offsetsByKey = record(natural);
const send = tuple<[string, unknown]>(string, json);
const command = either<Command, Command>(send, offsetsByKey);

/** Most messages of one key in the answer to a poll. */
const POLL_SIZE = 512;

/** @throws {RpcError} malformedRequest */
function check(isRight: boolean, wanted: string): void {
  const { malformedRequest } = ErrorCode;
  if (!isRight) throw new RpcError(malformedRequest, `expected ${wanted}`);
}

export default function kafka(node: Node): void {
  /** Least time between two slots, in ms. */
  const interval = node.option("commit-interval", { default: 2, max: 1000 });

  const logs = new Map<string, unknown[]>();
  const committed = new Map<string, number>();

  const machine = new StateMachine(node, "kafka", { command, apply, interval });

  /** Returns a send's offset; committed offsets never go back. */
  function apply(command: Command): number {
    if (Array.isArray(command)) {
      const [key, message] = command;
      return logs.getOrInsert(key, []).push(message) - 1;
    }
    for (const [key, offset] of Object.entries(command)) {
      committed.set(key, Math.max(offset, committed.get(key) ?? 0));
    }
    return 0;
  }

  node.serve("kafka", {
    send: async ({ key, msg }) => {
      const offset = await machine.submit([key, msg]);
      return { type: "send_ok", offset };
    },
    poll: ({ offsets }) => {
      check(offsetsByKey.test(offsets), offsetsByKey.expected);
      const msgs = Object.entries(offsets).map(([key, from]) => {
        const page = (logs.get(key) ?? []).slice(from, from + POLL_SIZE);
        return [key, page.map((message, i) => [from + i, message])];
      });
      return { type: "poll_ok", msgs: Object.fromEntries(msgs) };
    },
    commit_offsets: async ({ offsets }) => {
      check(offsetsByKey.test(offsets), offsetsByKey.expected);
      const news = Object.entries(offsets) // the rest is durable already
        .filter(([key, offset]) => offset > (committed.get(key) ?? -1));
      if (news.length > 0) await machine.submit(Object.fromEntries(news));
      return { type: "commit_offsets_ok" };
    },
    list_committed_offsets: ({ keys }) => {
      const offsets = keys.filter((key) => committed.has(key))
        .map((key) => [key, committed.get(key) ?? 0]);
      return {
        type: "list_committed_offsets_ok",
        offsets: Object.fromEntries(offsets),
      };
    },
  });
}

if (import.meta.main) await run(kafka);
