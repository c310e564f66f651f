/**
 * Kafka nodes on logs in lin-kv, with some of what they do replaced: wrong in
 * one way each.
 *
 * @module
 */
import { type Node, type Program } from "../../lib/maelstrom.ts";

export type Pair = [offset: number, message: unknown];

/** What a node does for its clients. */
export interface Logs {
  /** The new message's offset. */
  append(key: string, message: unknown): Promise<number>;
  /** Messages from an offset on, so many at most. */
  read(key: string, from: number, most?: number): Promise<Pair[]>;
  commit(key: string, offset: number): Promise<void>;
  committed(key: string): Promise<number | undefined>;
}

/** Most messages of one key in the answer to a poll. */
export const PAGE = 512;

/** Logs in lin-kv, each in one piece: slow, and right. */
function inLinKv({ linKv }: Node): Logs {
  const readLog = async (key: string): Promise<unknown[]> => {
    const log = await linKv.readOr(`log ${key}`, []);
    return Array.isArray(log) ? log : [];
  };
  return {
    async append(key, message) {
      const log = await linKv.update(
        `log ${key}`,
        (log) => Array.isArray(log) ? [...log, message] : [message],
        [],
      );
      return Array.isArray(log) ? log.length - 1 : 0;
    },
    async read(key, from, most = PAGE) {
      const log = await readLog(key);
      return log.slice(from, from + most).map((msg, i) => [from + i, msg]);
    },
    async commit(key, offset) {
      const name = `committed ${key}`;
      await linKv.update(name, (old) => Math.max(Number(old), offset), -1);
    },
    async committed(key) {
      const offset = await linKv.readOr(`committed ${key}`, undefined);
      return offset === undefined ? undefined : Number(offset);
    },
  };
}

/**
 * A node on such logs, with some of what they do replaced.
 *
 * @param empty what a poll answers for a key without messages
 */
export function node(
  change: (logs: Logs, node: Node) => Partial<Logs>,
  empty?: null,
): Program {
  return (node) => {
    const base = inLinKv(node);
    const logs = { ...base, ...change(base, node) };
    const present = <T>(entries: (readonly [string, T | undefined])[]) =>
      Object.fromEntries(
        entries.flatMap(([key, it]) => it === undefined ? [] : [[key, it]]),
      );
    node.serve("kafka", {
      async send({ key, msg }) {
        return { type: "send_ok", offset: await logs.append(key, msg) };
      },
      async poll({ offsets }) {
        const msgs = await Promise.all(
          Object.entries(offsets).map(async ([key, from]) => {
            const pairs = await logs.read(key, from);
            return [key, pairs.length > 0 ? pairs : empty] as const;
          }),
        );
        return { type: "poll_ok", msgs: present(msgs) };
      },
      async commit_offsets({ offsets }) {
        await Promise.all(
          Object.entries(offsets).map(([key, o]) => logs.commit(key, o)),
        );
        return { type: "commit_offsets_ok" };
      },
      async list_committed_offsets({ keys }) {
        const offsets = await Promise.all(
          keys.map(async (key) => [key, await logs.committed(key)] as const),
        );
        return { type: "list_committed_offsets_ok", offsets: present(offsets) };
      },
    });
  };
}

/** One in 20 acknowledged messages is never written. */
export const forgetsMessages = node((logs, node) => ({
  append: (key, message) =>
    logs.append(key, node.random() < 0.05 ? null : message),
  read: async (key, from) =>
    (await logs.read(key, from)).filter(([, message]) => message !== null),
}));
