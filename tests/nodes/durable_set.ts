#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt --allow-read=data --allow-write=data
/** A set on one node: an element is acknowledged when it is on its disk. */
import { DiskLog, json, type Node, run } from "../../lib/maelstrom.ts";

export default function durableSet(node: Node): void {
  /** A broken twin: acknowledges what may still be lost. */
  const isHasty = node.flag("hasty");
  const disk = node.disk();
  const elements: unknown[] = [];
  let log: DiskLog<unknown> | undefined;

  node.onInit(async () => {
    if (disk === undefined) return;
    const options = { file: "set", owner: node.id, version: 1, record: json };
    log = new DiskLog(disk, options);
    elements.push(...(await log.open()).records);
  });

  node.serve("g-set", {
    async add({ element }) {
      log?.append([element]);
      if (!isHasty) await log?.sync();
      elements.push(element);
      return { type: "add_ok" };
    },
    read: () => ({ type: "read_ok", value: elements }),
  });
}

if (import.meta.main) await run(durableSet);
