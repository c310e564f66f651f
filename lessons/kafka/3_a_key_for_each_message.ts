#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt
/**
 * Logs, third try: no node keeps anything. Each message has a key of its own in
 * lin-kv, `log/KEY/OFFSET`, which is written once: by a compare-and-set from
 * nothing. Who finds it taken tries the next.
 */
import {
  ErrorCode,
  integer,
  isCode,
  json,
  type Node,
  run,
} from "../../lib/maelstrom.ts";

export default function kafka(node: Node): void {
  const { linKv } = node;
  const retry = { retry: true };
  /** Where the log of a key ended when this node last looked. */
  const ends = new Map<string, number>();

  const place = (key: string, offset: number) => `log/${key}/${offset}`;

  async function append(key: string, msg: unknown): Promise<number> {
    for (let offset = ends.get(key) ?? 0;; offset++) {
      const attempt = linKv.cas(place(key, offset), null, msg, {
        create: true,
      });
      const isWritten = await attempt.then(() => true, isRefused);
      ends.set(key, offset + 1); // taken, by this message or another
      if (isWritten) return offset;
    }
  }

  /** The messages of a log from an offset on. */
  async function page([key, from]: [string, number]) {
    const msgs: [offset: number, unknown][] = [];
    for (let offset = from;; offset++) {
      const at = place(key, offset);
      const msg = await linKv.readOr(at, undefined, json, retry);
      if (msg === undefined) return [key, msgs];
      msgs.push([offset, msg]);
    }
  }

  const committed = (key: string) =>
    linKv.readOr(`committed/${key}`, -1, integer, retry);

  /** Who was slow does not set the offset back. */
  async function commit([key, offset]: [string, number]): Promise<void> {
    const old = await committed(key);
    if (old >= offset) return;
    const options = { create: true, ...retry };
    const attempt = linKv.cas(`committed/${key}`, old, offset, options);
    if (!await attempt.then(() => true, isRefused)) await commit([key, offset]);
  }

  node.serve("kafka", {
    async send({ key, msg }) {
      return { type: "send_ok", offset: await append(key, msg) };
    },
    async poll({ offsets }) {
      const pages = await Promise.all(Object.entries(offsets).map(page));
      return { type: "poll_ok", msgs: Object.fromEntries(pages) };
    },
    async commit_offsets({ offsets }) {
      await Promise.all(Object.entries(offsets).map(commit));
      return { type: "commit_offsets_ok" };
    },
    async list_committed_offsets({ keys }) {
      const offsets: Record<string, number> = {};
      for (const key of keys) {
        const offset = await committed(key);
        if (offset >= 0) offsets[key] = offset;
      }
      return { type: "list_committed_offsets_ok", offsets };
    },
  });
}

/** False if another value was there; other errors are thrown on. */
function isRefused(error: unknown): false {
  if (isCode(error, ErrorCode.preconditionFailed)) return false;
  throw error;
}

if (import.meta.main) await run(kafka);
