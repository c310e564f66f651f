/**
 * The command `merge`: adds up what several machines wrote, each for its share
 * of the seeds.
 *
 * @module
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../../lib/errors.ts";
import { UsageError } from "../cli/flags.ts";
import { Tally, type TallyFile } from "./tally.ts";

/**
 * Prints what one run of all the seeds would have.
 *
 * @param paths files, or folders with files
 * @returns the exit code that it would have had
 * @throws {UsageError} these are not all shares of one search
 */
export function merge(paths: readonly string[]): number {
  const files = paths.flatMap((path) =>
    statSync(path, { throwIfNoEntry: false })?.isDirectory()
      ? readdirSync(path).filter((name) => name.endsWith(".json")).sort()
        .map((name) => join(path, name))
      : [path]
  ).map((path): [string, TallyFile] => [path, read(path)]);
  checkShares(files);
  const tally = Tally.merge(files.map(([, file]) => file));
  const { base, seeds } = tally.search;
  console.log(`seed base ${base}: ${seeds} seeds in ${files.length} shares`);
  for (const text of tally.examples) console.log(text);
  const summary = tally.summary();
  if (summary !== "") console.log(summary);
  return tally.exitCode;
}

/** @throws {UsageError} it is none of ours */
function read(path: string): TallyFile {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    const why = messageOf(error);
    throw new UsageError(`${path} can't be read: ${why}`);
  }
  if (isTally(value)) return value;
  throw new UsageError(`${path} was not written by --results`);
}

/** Whether it looks like a file of ours; nobody else writes such files. */
const isTally = (value: unknown): value is TallyFile =>
  typeof value === "object" && value !== null && "search" in value &&
  "shard" in value && "cells" in value && Array.isArray(value.cells);

/** @throws {UsageError} one is missing, or of another search */
function checkShares(files: readonly (readonly [string, TallyFile])[]): void {
  const [first, ...others] = files;
  if (first === undefined) {
    throw new UsageError("there is nothing to merge: give files or folders");
  }
  const [firstPath, { search, shard: { count } }] = first;
  for (const [path, file] of others) {
    const isSame = JSON.stringify(file.search) === JSON.stringify(search) &&
      file.shard.count === count;
    if (isSame) continue;
    throw new UsageError(
      `${path} and ${firstPath} are from different searches: flags, seeds and ` +
        "number of shares must be the same",
    );
  }
  const seen = new Map<number, string>();
  for (const [path, { shard: { index } }] of files) {
    const other = seen.get(index);
    if (other !== undefined) {
      throw new UsageError(`${other} and ${path} are both share ${index}`);
    }
    seen.set(index, path);
  }
  const missing = Array.from({ length: count }, (_, i) => i + 1)
    .filter((index) => !seen.has(index));
  if (missing.length > 0) {
    throw new UsageError(
      `of ${count} shares there is no ${missing.join(", ")}: a machine was ` +
        "interrupted, or its file was not given",
    );
  }
}
