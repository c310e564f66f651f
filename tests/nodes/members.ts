#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/**
 * A store with members. The first node decides who they are, and keeps what each
 * of them has; it does so also when it is no member itself. Nodes that are none
 * answer no client.
 */
import {
  ErrorCode,
  json,
  message,
  type Program,
  RpcError,
  run,
  string,
} from "../../lib/maelstrom.ts";

const asking = message(
  "ask",
  { what: string, key: string, value: json, from: json },
  { value: json },
);
const adding = message("add_member", { node_id: string }, {});
const removing = message("remove_member", { node_id: string }, {});

/** What is stored, and at whom. */
class Shards {
  #members: readonly string[];
  #of = new Map<string, Map<string, unknown>>();

  constructor(ids: readonly string[], readonly handsOver: boolean) {
    this.#members = ids;
  }

  /** What the member has to which a key belongs. */
  at(key: string): Map<string, unknown> {
    const home = this.#members[Number(key) % this.#members.length];
    return this.#of.getOrInsertComputed(home, () => new Map());
  }

  get values(): unknown[] {
    return [...this.#of.values()].flatMap((it) => [...it.values()]);
  }

  has(id: string): boolean {
    return this.#members.includes(id);
  }

  change(members: readonly string[]): void {
    const [before, left] = [this.#of, members];
    this.#members = members;
    this.#of = new Map();
    for (const [owner, entries] of before) {
      if (!this.handsOver && !left.includes(owner)) continue;
      for (const [key, value] of entries) this.at(key).set(key, value);
    }
  }

  add(id: string): void {
    if (!this.has(id)) this.change([...this.#members, id]);
  }

  remove(id: string): void {
    if (!this.has(id)) return;
    if (this.#members.length === 1) {
      throw new RpcError(ErrorCode.preconditionFailed, "it is the only one");
    }
    this.change(this.#members.filter((it) => it !== id));
  }
}

/**
 * @param handsOver whether what a member has outlives its removal
 */
export const members = (
  workload: "lin-kv" | "g-set",
  { handsOver = true } = {},
): Program =>
(node) => {
  const first = () => node.ids[0];
  let shards = new Shards([], handsOver);
  node.onInit(() => {
    shards = new Shards(node.ids, handsOver);
  });

  node.on(asking, ({ what, key, value, from }, { src }) => {
    if (!shards.has(src)) {
      throw new RpcError(ErrorCode.notAMember, `${src} was removed`);
    }
    if (what === "all") return { type: "ask_ok", value: shards.values };
    const shard = shards.at(key);
    if (what !== "write" && !shard.has(key)) {
      throw new RpcError(ErrorCode.keyDoesNotExist, `no ${key}`);
    }
    if (what === "cas" && shard.get(key) !== from) {
      throw new RpcError(ErrorCode.preconditionFailed, `not ${from}`);
    }
    if (what !== "read") shard.set(key, value);
    return { type: "ask_ok", value: shard.get(key) };
  });
  node.on(adding, async ({ node_id }) => {
    if (node.id === first()) shards.add(node_id);
    else await node.rpc(first(), adding({ node_id }));
    return { type: "add_member_ok" };
  });
  node.on(removing, async ({ node_id }) => {
    if (node.id === first()) shards.remove(node_id);
    else await node.rpc(first(), removing({ node_id }));
    return { type: "remove_member_ok" };
  });

  const ask = async (
    what: string,
    key: unknown,
    value: unknown = null,
    from: unknown = null,
  ) => {
    const request = asking({ what, key: `${key}`, value, from });
    return (await node.rpc(first(), request)).value;
  };
  if (workload === "g-set") {
    node.serve(workload, {
      add: async ({ element }) => {
        await ask("write", element, element);
        return { type: "add_ok" };
      },
      read: async () => {
        const value = await ask("all", 0);
        return { type: "read_ok", value: Array.isArray(value) ? value : [] };
      },
    });
  } else {
    node.serve(workload, {
      read: async ({ key }) => ({
        type: "read_ok",
        value: await ask("read", key),
      }),
      write: async ({ key, value }) => {
        await ask("write", key, value);
        return { type: "write_ok" };
      },
      cas: async ({ key, from, to }) => {
        await ask("cas", key, to, from);
        return { type: "cas_ok" };
      },
    });
  }
};

const program = members("lin-kv");
export default program;

if (import.meta.main) await run(program);
