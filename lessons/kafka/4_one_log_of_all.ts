#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/**
 * Logs, fourth try: all changes are one log in lin-kv, many in each slot. The
 * first node, its owner, writes it; all read it and do what it says, in order.
 */
import {
  array,
  either,
  groupCommit,
  integer,
  message,
  type Node,
  type Of,
  run,
  workloads,
} from "../../lib/maelstrom.ts";

const { send, commit_offsets } = workloads.kafka;
const command = either(send.request, commit_offsets.request);
type Command = Of<typeof command>;
const commands = array(command);
const append = message("append", { command }, { offset: integer });

export default function kafka(node: Node): void {
  const logs = new Map<string, unknown[]>();
  const committed = new Map<string, number>();
  /** What came of each slot's commands: as many as there are slots. */
  const outcomes: number[][] = [];

  function apply(command: Command): number {
    if ("key" in command) {
      return logs.getOrInsert(command.key, []).push(command.msg) - 1;
    }
    for (const [key, offset] of Object.entries(command.offsets)) {
      committed.set(key, Math.max(offset, committed.get(key) ?? 0));
    }
    return 0;
  }

  /** Carries out what was written since. */
  async function catchUp(): Promise<void> {
    const slot = outcomes.length;
    const retry = { retry: true };
    const found = await node.linKv.readOr(`slot/${slot}`, [], commands, retry);
    if (found.length === 0) return; // no slot is empty that was written
    if (slot === outcomes.length) outcomes.push(found.map(apply));
    await catchUp();
  }

  const commit = groupCommit(node, 10, async (group: readonly Command[]) => {
    const slot = outcomes.length;
    await node.linKv.cas(`slot/${slot}`, null, group, { create: true })
      .finally(catchUp); // no answer: it may have been written all the same
    return outcomes[slot];
  });

  node.onInit(catchUp);
  node.on(append, async ({ command }) => {
    return { type: "append_ok", offset: await commit(command) };
  });
  const ask = (command: Command) => node.rpc(node.ids[0], append({ command }));

  node.serve("kafka", {
    async send({ key, msg }) {
      const { offset } = await ask({ key, msg });
      return { type: "send_ok", offset };
    },
    async poll({ offsets }) {
      await catchUp();
      const msgs = Object.entries(offsets).map(([key, from]) => {
        const news = (logs.get(key) ?? []).slice(from);
        return [key, news.map((msg, i) => [from + i, msg])];
      });
      return { type: "poll_ok", msgs: Object.fromEntries(msgs) };
    },
    async commit_offsets({ offsets }) {
      await ask({ offsets });
      return { type: "commit_offsets_ok" };
    },
    async list_committed_offsets({ keys }) {
      await catchUp();
      const known = committed.entries().filter(([key]) => keys.includes(key));
      const offsets = Object.fromEntries(known);
      return { type: "list_committed_offsets_ok", offsets };
    },
  });
}

if (import.meta.main) await run(kafka);
