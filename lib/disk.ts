/**
 * What a node keeps across its lives: files, and logs with checksums in them.
 *
 * @module
 */
import { parse, stringify } from "./json.ts";
import {
  boolean,
  integer,
  literal,
  object,
  optional,
  type Shape,
  string,
} from "./shapes.ts";

/**
 * A node's own few files. What was appended, or replaced, may be lost when the
 * node dies, or be there in part, until the promise of {@linkcode sync} or
 * {@linkcode replace} has resolved.
 *
 * All of it throws {@linkcode DiskError}, by which a node must end: after a
 * write that failed nobody knows what is on the disk (Rebello et al., "Can
 * Applications Recover from fsync Failures?", ATC 2020).
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
 *
 * const args = ["--data-dir", "data"];
 * const cluster = new TestCluster((node) => {
 *   const disk = node.disk();
 *   node.onInit(async () => {
 *     disk?.append("notes", new TextEncoder().encode("hello\n"));
 *     await disk?.sync("notes");
 *     assert.equal((await disk?.read("notes"))?.length, 6);
 *   });
 * }, { args });
 * await cluster.ready();
 * ```
 */
export interface Disk {
  /** The whole of a file, also what is not synced; undefined: there is none. */
  read(file: string): Promise<Uint8Array | undefined>;
  /** Adds to the end of a file, which need not be there. */
  append(file: string, bytes: Uint8Array): void;
  /** Resolves when all that was appended to a file will be there for ever. */
  sync(file: string): Promise<void>;
  /**
   * Puts something else in a file's place: after a crash one or the other is
   * there, and the new one once this has resolved. Nothing else may be done to
   * the file meanwhile.
   */
  replace(file: string, bytes: Uint8Array): Promise<void>;
}

/**
 * A disk, or what is on it, is of no use: the message says which file, why, and
 * what to do. A node whose handler, task or hook throws it says so and ends.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { DiskError } from "@gossip-glomers/maelstrom";
 *
 * const error = new DiskError("data/n1/log can't be written: no space left");
 * assert.equal(error.name, "DiskError");
 * ```
 */
export class DiskError extends Error {
  /** "DiskError". */
  override readonly name = "DiskError";

  /** Whether it is one, also of another copy of this library. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === "DiskError";
  }
}

/**
 * What a log has, and whose it is.
 *
 * @example
 * ```ts
 * import { type Disk, DiskLog, integer } from "@gossip-glomers/maelstrom";
 *
 * export const numbers = (disk: Disk, owner: string) =>
 *   new DiskLog(disk, { file: "numbers", owner, version: 1, record: integer });
 * ```
 */
export interface DiskLogOptions<T> {
  /** Its file's name. */
  readonly file: string;
  /** The node's name: another node does not take it for its own. */
  readonly owner: string;
  /** Of what the records mean: to be counted up when that changes. */
  readonly version: number;
  /** The shape of a record: JSON. */
  readonly record: Shape<T>;
  /**
   * What a damage comes to, and what to do then: the last words of the error.
   *
   * @default "restore it, or let the node begin anew without it"
   */
  readonly ifDamaged?: string;
  /**
   * Whether it is only ever rewritten, so that no crash tears it: also an end
   * that is missing or can't be read is a damage then, and an error.
   *
   * @default false
   */
  readonly isOnlyRewritten?: boolean;
}

/**
 * What was found in a log.
 *
 * @example
 * ```ts
 * import { type DiskLog, type Found } from "@gossip-glomers/maelstrom";
 *
 * export async function last<T>(log: DiskLog<T>): Promise<T | undefined> {
 *   const found: Found<T> = await log.open();
 *   return found.records.at(-1);
 * }
 * ```
 */
export interface Found<T> {
  /** In the order in which they were written. */
  readonly records: readonly T[];
  /**
   * Whether records at the end had been written, and perhaps synced, and can't
   * be read any more: they are gone. A record of which only the beginning was
   * written does not count: nobody was told that it is safe. Later lives are
   * told, too, until one calls {@linkcode DiskLog.repair}.
   */
  readonly isDamaged: boolean;
}

const FORMAT = "maelstrom-log";
/** The first record of a log. */
const headerShape = object({
  format: literal(FORMAT),
  owner: string,
  version: integer,
  /** Its end was cut off, and nobody has made up for that. */
  isDamaged: optional(boolean),
});
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });
const NEWLINE = 10;
/** Of a line's length and of its checksum, as 8 hexadecimal digits each. */
const PREFIX = 18;

/**
 * A log on a disk: records are added at its end, and read at the next start.
 *
 * A record is a line of text: its length, its CRC-32, its JSON. So a file can be
 * looked at, and a line that does not fit its checksum is noticed. At the end of
 * the file it is cut off: a write that a crash has interrupted, or a damage. A
 * damage in the middle, which would make a hole in the log, is a
 * {@linkcode DiskError}.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { DiskLog, string } from "@gossip-glomers/maelstrom";
 * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
 *
 * const found: (readonly string[])[] = [];
 * const cluster = new TestCluster((node) => {
 *   const disk = node.disk();
 *   node.onInit(async () => {
 *     if (disk === undefined) return;
 *     const options = { file: "notes", owner: node.id, version: 1 };
 *     const log = new DiskLog(disk, { ...options, record: string });
 *     found.push((await log.open()).records);
 *     log.append(["a", "b"]);
 *     await log.sync();
 *   });
 * }, { args: ["--data-dir", "data"] });
 * await cluster.ready();
 * cluster.kill("n0");
 * cluster.start("n0");
 * await cluster.pass(1000);
 * assert.deepEqual(found, [[], ["a", "b"]]);
 * ```
 */
export class DiskLog<T> {
  readonly #disk: Disk;
  readonly #options: DiskLogOptions<T>;
  /** What goes on one by one: replacing and syncing. */
  #last: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
  /** What is appended while the file is being replaced. */
  #held: T[] | undefined;
  /** Whether something was appended that no sync has begun to save. */
  #isDirty = false;
  /** Whether its end was cut off, in this life or before, and is missing. */
  #isDamaged = false;
  #length = 0;

  /** A log that is not opened yet. */
  constructor(disk: Disk, options: DiskLogOptions<T>) {
    this.#disk = disk;
    this.#options = options;
  }

  /** How many bytes it has: when to {@linkcode rewrite} it. */
  get length(): number {
    return this.#length;
  }

  /**
   * Reads what is there, or begins a new log. To be called once, first.
   *
   * @param initial what a new log has, from the moment when it is there
   *
   * @throws {DiskError} the log is another node's, or of another version, or
   * damaged, or can't be written: nothing was changed
   *
   * @example
   * ```ts
   * import { type DiskLog } from "@gossip-glomers/maelstrom";
   *
   * // How often a node was started, this time included.
   * export async function lives(log: DiskLog<string>): Promise<number> {
   *   const { records } = await log.open();
   *   log.append(["started"]);
   *   await log.sync();
   *   return records.length + 1;
   * }
   * ```
   */
  async open(initial: readonly T[] = []): Promise<Found<T>> {
    const { file, owner, version, record } = this.#options;
    const bytes = await this.#disk.read(file);
    if (bytes === undefined) {
      await this.rewrite(initial);
      return { records: initial, isDamaged: false };
    }
    const { values, end, isDamaged } = parseLines(bytes, this.#options);
    const [header, ...records] = values;
    const wasDamaged = checkHeader(header, this.#options);
    if (!records.every((it) => record.test(it))) {
      const shape = `version ${version} expects ${record.expected}`;
      throw new DiskError(`${file} of ${owner} has others: ${shape}`);
    }
    this.#isDamaged = isDamaged || wasDamaged;
    const isShort = end < bytes.length || this.#isDamaged;
    if (this.#options.isOnlyRewritten && isShort) {
      throw damaged(`at byte ${end}`, this.#options);
    }
    if (end < bytes.length) {
      await this.rewrite(records as T[]);
    } else {
      this.#length = end;
      this.#disk.append(file, new Uint8Array()); // can it be written?
    }
    return { records: records as T[], isDamaged: this.#isDamaged };
  }

  /**
   * Adds records, which are safe once {@linkcode sync} has resolved.
   *
   * @throws {DiskError} they can't be written
   *
   * @example
   * ```ts
   * import { type DiskLog, type Node, workloads } from "@gossip-glomers/maelstrom";
   *
   * export const serve = (node: Node, log: DiskLog<unknown>) =>
   *   node.on(workloads["g-set"].add, async ({ element }) => {
   *     log.append([element]);
   *     await log.sync(); // before anybody is told
   *     return { type: "add_ok" };
   *   });
   * ```
   */
  append(records: readonly T[]): void {
    if (this.#held !== undefined) {
      this.#held.push(...records);
      return;
    }
    this.#write(records);
  }

  #write(records: readonly T[]): void {
    if (records.length === 0) return;
    this.#isDirty = true;
    const bytes = encoder.encode(records.map(lineOf).join(""));
    this.#length += bytes.length;
    this.#disk.append(this.#options.file, bytes);
  }

  /**
   * Resolves when all that was appended before is safe. Those who ask while one
   * sync is under way share the next (group commit).
   *
   * @throws {DiskError}
   *
   * @example
   * ```ts
   * import { type DiskLog } from "@gossip-glomers/maelstrom";
   *
   * export async function write(log: DiskLog<number>): Promise<void> {
   *   log.append([1, 2]);
   *   log.append([3]);
   *   await log.sync(); // all three are safe
   * }
   * ```
   */
  sync(): Promise<void> {
    if (!this.#isDirty && !this.#held?.length) return this.#last;
    return this.#next ??= this.#last = this.#last.then(() => {
      this.#next = undefined;
      this.#isDirty = false;
      return this.#disk.sync(this.#options.file);
    });
  }

  /**
   * Puts other records in place of all that were appended so far, at once:
   * after a crash all of the old or all of the new are there.
   *
   * @throws {DiskError}
   *
   * @example
   * ```ts
   * import { type DiskLog } from "@gossip-glomers/maelstrom";
   *
   * // A log of numbers, of which only the sum matters.
   * export async function compact(log: DiskLog<number>, sum: number) {
   *   if (log.length > 1 << 20) await log.rewrite([sum]);
   * }
   * ```
   */
  rewrite(records: readonly T[]): Promise<void> {
    const { file, owner, version } = this.#options;
    const isDamaged = this.#isDamaged || undefined;
    const held: T[] = [];
    this.#held = held;
    this.#next = undefined; // what is appended from now on comes behind this
    const bytes = encoder.encode(
      [{ format: FORMAT, owner, version, isDamaged }, ...records].map(lineOf)
        .join(""),
    );
    return this.#last = this.#last.then(async () => {
      await this.#disk.replace(file, bytes);
      this.#length = bytes.length;
      this.#isDirty = false;
      if (this.#held === held) this.#held = undefined;
      this.#write(held);
    });
  }

  /**
   * Like {@linkcode rewrite}, with what the node has made up for a damage by:
   * later lives are not told of that any more.
   *
   * @throws {DiskError}
   *
   * @example
   * ```ts
   * import { type DiskLog } from "@gossip-glomers/maelstrom";
   *
   * // Others have what this node may have lost.
   * export async function recover(
   *   log: DiskLog<number>,
   *   fetchAll: () => Promise<number[]>,
   * ): Promise<void> {
   *   const { isDamaged } = await log.open();
   *   if (isDamaged) await log.repair(await fetchAll());
   * }
   * ```
   */
  repair(records: readonly T[]): Promise<void> {
    this.#isDamaged = false;
    return this.rewrite(records);
  }
}

/** A record as it stands in the file. */
function lineOf(value: unknown): string {
  const json = stringify(value);
  const bytes = encoder.encode(json);
  return `${hex(bytes.length)} ${hex(crc32(bytes))} ${json}\n`;
}

const hex = (n: number): string => n.toString(16).padStart(8, "0");

/** What is in a line's bytes; undefined: not what was written. */
function valueOf(line: Uint8Array): unknown {
  try {
    const text = decoder.decode(line);
    const json = line.subarray(PREFIX);
    const prefix = `${hex(json.length)} ${hex(crc32(json))} `;
    return text.startsWith(prefix) ? parse(text.slice(PREFIX)) : undefined;
  } catch {
    return undefined; // no text, or no JSON: the checksum's luck
  }
}

function damaged<T>(
  where: string,
  {
    file,
    owner,
    ifDamaged = "restore it, or let the node begin anew without it",
  }: DiskLogOptions<T>,
): DiskError {
  return new DiskError(`${file} of ${owner} is damaged ${where}: ${ifDamaged}`);
}

/**
 * The values in a file's lines, and how far they go.
 *
 * @throws {DiskError} there are values behind a line that has none
 */
function parseLines<T>(
  bytes: Uint8Array,
  options: DiskLogOptions<T>,
): { values: unknown[]; end: number; isDamaged: boolean } {
  const values: unknown[] = [];
  let end = 0;
  let isDamaged = false;
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, start);
    // Only its beginning was written. A damaged newline leaves a whole line.
    if (newline < 0) {
      isDamaged ||= isWhole(bytes.subarray(start));
      break;
    }
    const value = valueOf(bytes.subarray(start, newline));
    if (value === undefined) isDamaged = true;
    else if (isDamaged) {
      const where = `at byte ${end}, and there are records behind it`;
      throw damaged(where, options);
    } else {
      values.push(value);
      end = newline + 1;
    }
    start = newline + 1;
  }
  return { values, end, isDamaged };
}

/** Whether there are as many bytes as a line says, so that it was written. */
function isWhole(rest: Uint8Array): boolean {
  const length = parseInt(new TextDecoder().decode(rest.subarray(0, 8)), 16);
  return !(rest.length < PREFIX + length + 1);
}

/** @returns whether the log's end was cut off before */
function checkHeader<T>(
  header: unknown,
  options: DiskLogOptions<T>,
): boolean {
  const { file, owner, version } = options;
  if (!headerShape.test(header)) {
    throw damaged("at its beginning, or no log", options);
  }
  if (header.owner !== owner) {
    throw new DiskError(
      `${file} is ${header.owner}'s, not ${owner}'s: give each node its own`,
    );
  }
  if (header.version === version) return header.isDamaged === true;
  throw new DiskError(
    `${file} of ${owner} has version ${header.version}, and this program ` +
      `reads version ${version}: use the program that wrote it`,
  );
}

/** CRC-32 as in IEEE 802.3, one byte at a time. */
function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) crc = table[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
}

const table = Int32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) {
    n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  }
  return n;
});
