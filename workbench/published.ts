/**
 * What others have published of their solutions, and where. A figure without a
 * source that can be looked up is not quoted.
 *
 * @module
 */
import { markdown } from "./table.ts";

/** Somebody's solution of a challenge, on Maelstrom with fly.io's command. */
export interface Published {
  readonly challenge: string;
  readonly author: string;
  readonly address: string;
  /** Messages between servers for each operation. */
  readonly msgsPerOp: number;
  /** Stable latencies in ms. */
  readonly median?: number;
  readonly max?: number;
  /** How it works, or how the figure came about. */
  readonly note: string;
}

const teivah = {
  author: "teivah",
  address: "https://github.com/teivah/gossip-glomers",
};
const dstdfx = {
  author: "dstdfx",
  address: "https://github.com/dstdfx/dist-sys",
};
const madtrick = {
  author: "madtrick",
  address: "https://github.com/madtrick/gossip-glomers",
};

export const published = {
  star: {
    ...{ ...teivah, challenge: "3d" },
    ...{ msgsPerOp: 23.38, median: 181, max: 207 },
    note: "a root that passes each value on to all, with retries",
  },
  direct: {
    ...{ ...dstdfx, challenge: "3d" },
    ...{ msgsPerOp: 14.73, median: 78, max: 102 },
    note: "whoever accepts a value sends it to all, and so does a backup",
  },
  batches: {
    ...{ ...teivah, challenge: "3e" },
    ...{ msgsPerOp: 1.92, median: 764, max: 1087 },
    note: "the same star, with batches every 500 ms",
  },
  log: {
    ...{ ...dstdfx, challenge: "5c", msgsPerOp: 5.25 },
    note: "a log is one key, extended by compare-and-set",
  },
  transactions: {
    ...{ ...madtrick, challenge: "6c", msgsPerOp: 1 },
    note: "read committed; not published, but measured on that code",
  },
} as const satisfies Record<string, Published>;

/** The lowest of each figure that was published for a challenge. */
export function best(
  challenge: string,
): Partial<Pick<Published, "msgsPerOp" | "median" | "max">> {
  const all: readonly Published[] = Object.values(published);
  const found = all.filter((it) => it.challenge === challenge);
  const lowest = (name: "msgsPerOp" | "median" | "max") =>
    found.map((it) => it[name]).filter((it) => it !== undefined)
      .toSorted((a, b) => a - b).at(0);
  return {
    msgsPerOp: lowest("msgsPerOp"),
    median: lowest("median"),
    max: lowest("max"),
  };
}

/** What a figure of ours is held against, in a few words. */
export function quote(...solutions: readonly Published[]): string {
  return solutions.map(({ author, msgsPerOp, median, max }) =>
    `${author}: ${msgsPerOp}` +
    (median === undefined ? "" : ` at ${median} / ${max}`)
  ).join("; ");
}

/** The table of sources, as Markdown. */
export function sources(): string {
  const all: readonly Published[] = Object.values(published);
  const rows = all.map((it) => [
    it.challenge,
    `[${it.author}](${it.address})`,
    `${it.msgsPerOp}`,
    it.median === undefined ? "" : `${it.median} / ${it.max}`,
    it.note,
  ]);
  const head = ["", "author", "msgs/op", "median / max, ms", "what it is"];
  return markdown(head, rows);
}
