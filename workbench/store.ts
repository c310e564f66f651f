/**
 * What a run leaves behind, in `store/<workload>/<time>/`.
 *
 * @module
 */
import { mkdirSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { resolve } from "node:path";
import { toEdn } from "./edn.ts";
import { type History } from "./history.ts";
import { type Journal } from "./journal.ts";
import { stringifyJson } from "./json.ts";
import { type TestOptions } from "./options.ts";
import { type TestResult } from "./test.ts";

/** Makes a folder for a run; `store/latest` points to it. */
export function makeStore(workload: string): string {
  const store = resolve("store");
  const time = new Date().toISOString().replaceAll(":", "");
  const path = `${store}/${workload}/${time}-${Deno.pid}`;
  mkdirSync(path, { recursive: true });
  const latest = `${store}/latest`;
  rmSync(latest, { force: true });
  try {
    symlinkSync(path, latest);
  } catch (error) {
    // Another run was faster: its link is as good.
    if (
      !(error instanceof Error && "code" in error && error.code === "EEXIST")
    ) {
      throw error;
    }
  }
  return path;
}

/** Removes the folder of a run that did not take place. */
export function discardStore(path: string): void {
  rmSync(path, { recursive: true, force: true });
  const latest = resolve("store/latest");
  try {
    if (readlinkSync(latest) === path) rmSync(latest);
  } catch {
    // somebody else removed it, or it never was
  }
}

export function writeStore(
  path: string,
  options: TestOptions,
  result: TestResult,
  history: History,
  journal: Journal,
): void {
  const { storePath: _, valid, ...rest } = result;
  // The network has no opinion, but Maelstrom's has a verdict all the same.
  const written = { ...rest, net: { ...rest.net, valid: true }, valid };
  const { nemesis, downQueue } = options;
  const test = {
    ...options,
    nemesis: [...nemesis],
    downQueue: downQueue === Infinity ? "unbounded" : downQueue,
  };
  write(`${path}/results.json`, [stringifyJson(written, 2), "\n"]);
  write(`${path}/results.edn`, [toEdn(written), "\n"]);
  write(`${path}/test.json`, [stringifyJson(test, 2), "\n"]);
  write(
    `${path}/history.jsonl`,
    history.values().map((op) => stringifyJson(op) + "\n"),
  );
  write(`${path}/journal.jsonl`, journal.lines());
}

/** Writes pieces of text without ever holding all of them at once. */
function write(path: string, pieces: Iterable<string>): void {
  using file = Deno.openSync(path, { write: true, create: true });
  const encoder = new TextEncoder();
  let buffer = "";
  const flush = () => {
    let bytes = encoder.encode(buffer);
    while (bytes.length > 0) bytes = bytes.subarray(file.writeSync(bytes));
    buffer = "";
  };
  for (const piece of pieces) {
    buffer += piece;
    if (buffer.length > 1 << 16) flush();
  }
  flush();
}
