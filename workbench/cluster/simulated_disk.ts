/**
 * A disk under virtual time: it is slow and small, tears what was not synced
 * when its node is killed, and rots.
 *
 * @module
 */
import { type Disk, DiskError } from "../../lib/maelstrom.ts";
import { type Random } from "../clock/random.ts";

/**
 * What the disks of a run are like.
 *
 * @example
 * ```ts
 * import {
 *   type DiskOptions,
 *   TestCluster,
 * } from "@gossip-glomers/maelstrom/testing";
 *
 * const disk: Partial<DiskOptions> = { diskLatency: 5, diskSize: 1 << 20 };
 * const args = ["--data-dir", "data"];
 * export const cluster = new TestCluster((node) => void node.disk(), {
 *   ...{ args, disk },
 * });
 * ```
 */
export interface DiskOptions {
  /** How long a sync takes, in ms: half to one and a half of it. */
  readonly diskLatency: number;
  /** How many bytes a node's files have at most. */
  readonly diskSize: number;
  /** The probability that a kill flips a bit in what was synced. */
  readonly pCorrupt: number;
  /** Whether a kill loses all files. */
  readonly wipe: boolean;
}

/** What a disk sees of time. */
export interface DiskClock {
  /** Calls back in so many ms, unless the node is killed first. */
  after(ms: number, callback: () => void): void;
}

/** A file: its bytes, of which so many at the front would outlive a crash. */
class File {
  #bytes = new Uint8Array(256);
  length = 0;
  synced = 0;
  /** What is to take the place of all that, unless a crash comes first. */
  successor: Uint8Array | undefined;

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  append(bytes: Uint8Array): void {
    const length = this.length + bytes.length;
    if (length > this.#bytes.length) {
      const old = this.bytes;
      this.#bytes = new Uint8Array(2 * length);
      this.#bytes.set(old);
    }
    this.#bytes.set(bytes, this.length);
    this.length = length;
  }

  replace(bytes: Uint8Array): void {
    this.#bytes = bytes.slice();
    this.length = this.synced = bytes.length;
    this.successor = undefined;
  }
}

/** The files of one node, which outlive it. */
export class SimulatedDisk {
  readonly #files = new Map<string, File>();

  constructor(
    private readonly random: Random,
    private readonly options: DiskOptions,
  ) {}

  /** The disk as one life of the node sees it. */
  open(clock: DiskClock): Disk {
    const files = this.#files;
    const fileOf = (name: string) =>
      files.getOrInsertComputed(name, () => new File());
    const pass = (then: () => void) =>
      new Promise<void>((resolve) => {
        const ms = this.options.diskLatency * (0.5 + this.random.float());
        clock.after(ms, () => {
          then();
          resolve();
        });
      });
    return {
      read: (name) => Promise.resolve(files.get(name)?.bytes.slice()),
      append: (name, bytes) => {
        const room = Math.max(0, this.options.diskSize - this.#size);
        fileOf(name).append(bytes.subarray(0, room));
        if (bytes.length > room) throw full(name, "written");
      },
      sync: (name) => {
        const file = fileOf(name);
        const { length } = file;
        return pass(() => {
          file.synced = Math.max(file.synced, Math.min(length, file.length));
        });
      },
      replace: async (name, bytes) => {
        // Both are there until the new one has taken the old one's place.
        if (this.#size + bytes.length > this.options.diskSize) {
          throw full(name, "replaced");
        }
        const file = fileOf(name);
        file.successor = bytes.slice();
        await pass(() => file.replace(bytes));
      },
    };
  }

  get #size(): number {
    return this.#files.values().reduce((size, file) => size + file.length, 0);
  }

  /** The node ends, and its machine does not: no file will be replaced now. */
  close(): void {
    for (const file of this.#files.values()) file.successor = undefined;
  }

  /** The machine loses its power. */
  crash(): void {
    const { random, options: { wipe, pCorrupt } } = this;
    if (wipe) this.#files.clear();
    for (const [name, file] of this.#files) {
      const { length, synced, successor } = file;
      // A file that was never synced need not have a name.
      const isThere = synced > 0 || successor === undefined;
      if (successor !== undefined && random.chance(1 / 2)) {
        file.replace(successor);
      } else if (isThere) {
        const kept = synced + random.integer(length - synced + 1);
        file.replace(file.bytes.slice(0, kept));
      } else this.#files.delete(name);
    }
    if (this.#size > 0 && random.chance(pCorrupt)) this.#rot();
  }

  /** Flips one bit somewhere. */
  #rot(): void {
    let at = this.random.integer(this.#size);
    for (const file of this.#files.values()) {
      if (at < file.length) {
        file.bytes[at] ^= 1 << this.random.integer(8);
        return;
      }
      at -= file.length;
    }
  }
}

const full = (file: string, what: string) =>
  new DiskError(`${file} can't be ${what}: no space is left on the disk`);
