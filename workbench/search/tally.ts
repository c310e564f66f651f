/**
 * What many seeds came to: counts and examples, which several machines write,
 * each for its share, and `merge` adds up.
 *
 * @module
 */
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Validity } from "../checkers/result.ts";
import { aligned } from "../table.ts";
import { type Verdict } from "./verdict.ts";

/** One machine's share of the seeds: every `count`th from the `index`th on. */
export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly count: number;
}

/** The numbers of the seeds that a share has, of all from 1. */
export function inShard(number: number, { index, count }: Shard): boolean {
  return (number - index) % count === 0;
}

/** How many seeds a share has. */
export const sizeOf = (seeds: number, { index, count }: Shard): number =>
  Math.max(0, Math.ceil((seeds - index + 1) / count));

/** What was searched: the same on all machines. */
export interface Search {
  readonly command: "simulate" | "soak";
  /** What all seeds begin with. */
  readonly base: string;
  /** How many seeds, over all shares. */
  readonly seeds: number;
  /** Whether a failure does not end it. */
  readonly keepGoing: boolean;
  /** What the seeds are spread over, if they are: rows and columns. */
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** Of `simulate`: what each seed runs. */
  readonly run?: unknown;
}

/** Seeds of one row and column. */
interface Cell {
  readonly row: string;
  readonly column: string;
  seeds: number;
  failed: number;
  unknown: number;
}

/** A seed that was not valid, in words. */
interface Example {
  /** Of the seed, from 1. */
  readonly number: number;
  readonly valid: Validity;
  readonly kinds: readonly string[];
  readonly text: string;
}

/** As it is written to a file. */
export interface TallyFile {
  readonly search: Search;
  readonly shard: Shard;
  readonly cells: readonly Cell[];
  /** In how many failed seeds each anomaly was. */
  readonly anomalies: Readonly<Record<string, number>>;
  readonly examples: readonly Example[];
  readonly operations: number;
  readonly messages: number;
}

export class Tally {
  readonly #cells: Cell[] = [];
  readonly #anomalies = new Map<string, number>();
  readonly #examples: Example[] = [];
  #operations = 0;
  #messages = 0;

  constructor(readonly search: Search, readonly shard: Shard) {}

  /**
   * Counts a seed. They come in the order of their numbers.
   *
   * @param describe what is wrong, and how to see it again
   * @returns that description, if the seed is worth telling
   */
  async add(
    number: number,
    verdict: Verdict,
    describe: () => string | Promise<string>,
    [row, column]: readonly [row: string, column: string] = ["", ""],
  ): Promise<string | undefined> {
    const { valid, kinds, operations, messages } = verdict;
    this.#operations += operations;
    this.#messages += messages;
    const [failed, unknown] = [
      Number(valid === false),
      Number(valid === "unknown"),
    ];
    this.#count({ row, column, seeds: 1, failed, unknown });
    if (valid === true) return undefined;
    const isTold = this.#isWorthTelling(valid, kinds);
    if (valid === false) { for (const kind of kinds) this.#found(kind, 1); }
    if (!isTold) return undefined;
    const text = await describe();
    this.#examples.push({ number, valid, kinds, text });
    return text;
  }

  /** All of a soak; else the first of each anomaly, and the first unknown. */
  #isWorthTelling(valid: Validity, kinds: readonly string[]): boolean {
    if (this.search.command === "soak") return true;
    return valid === false
      ? kinds.some((kind) => !this.#anomalies.has(kind))
      : !this.#examples.some((it) => it.valid === "unknown");
  }

  #count({ row, column, seeds, failed, unknown }: Cell): void {
    const cell = this.#cells.find((it) =>
      it.row === row && it.column === column
    );
    if (cell === undefined) {
      this.#cells.push({ row, column, seeds, failed, unknown });
      return;
    }
    cell.seeds += seeds;
    cell.failed += failed;
    cell.unknown += unknown;
  }

  #found(kind: string, seeds: number): void {
    this.#anomalies.set(kind, (this.#anomalies.get(kind) ?? 0) + seeds);
  }

  /** What the shares of one search came to together. */
  static merge(files: readonly TallyFile[]): Tally {
    const [{ search }] = files;
    const merged = new Tally(search, { index: 1, count: 1 });
    const examples = files.flatMap((file) => file.examples)
      .toSorted((a, b) => a.number - b.number);
    // As one run would have met them.
    for (const example of examples) {
      if (merged.#isWorthTelling(example.valid, example.kinds)) {
        merged.#examples.push(example);
      }
      if (example.valid !== false) continue;
      for (const kind of example.kinds) merged.#found(kind, 0);
      if (!search.keepGoing) break;
    }
    merged.#anomalies.clear();
    for (const file of files) {
      file.cells.forEach((cell) => merged.#count(cell));
      for (const [kind, seeds] of Object.entries(file.anomalies)) {
        merged.#found(kind, seeds);
      }
      merged.#operations += file.operations;
      merged.#messages += file.messages;
    }
    return merged;
  }

  #sum(key: "seeds" | "failed" | "unknown"): number {
    return this.#cells.reduce((sum, cell) => sum + cell[key], 0);
  }

  get hasFailed(): boolean {
    return this.#sum("failed") > 0;
  }

  /** 0: all valid; 1: one is not; 2: some showed too little to tell. */
  get exitCode(): number {
    return this.hasFailed ? 1 : this.#sum("unknown") > 0 ? 2 : 0;
  }

  get examples(): readonly string[] {
    return this.#examples.map(({ text }) => text);
  }

  /**
   * What it came to, for a person; empty if there is nothing to say.
   *
   * @param seconds how long it took, if that says something
   */
  summary(seconds?: number): string {
    return this.search.command === "soak"
      ? this.#soaked(seconds)
      : this.#simulated();
  }

  #simulated(): string {
    const [failed, unknown] = [this.#sum("failed"), this.#sum("unknown")];
    // The most frequent first.
    const sorted = [...this.#anomalies].toSorted(([x, a], [y, b]) =>
      b - a || (x < y ? -1 : 1)
    );
    const counts = sorted.map(([kind, count]) =>
      `  ${`${count}`.padStart(`${failed}`.length)}  ${kind}`
    );
    return [
      ...(this.search.keepGoing && failed > 0
        ? ["seeds that failed, by what was found:", ...counts]
        : []),
      ...(unknown > 0 ? [`${unknown} seeds showed too little to tell.`] : []),
    ].join("\n");
  }

  #soaked(seconds?: number): string {
    const n = (count: number) => Math.round(count).toLocaleString("en");
    const { rows, columns } = this.search;
    const table = rows.map((row) => [
      row,
      ...columns.map((column) => {
        const cell = this.#cells.find((it) =>
          it.row === row && it.column === column
        );
        if (cell === undefined) return "-";
        const { seeds, failed, unknown } = cell;
        if (failed > 0) return `${failed}/${seeds} FAIL`;
        return unknown > 0 ? `${seeds - unknown}+${unknown}?` : `${seeds}`;
      }),
    ]);
    const [seeds, failed, unknown] = [
      this.#sum("seeds"),
      this.#sum("failed"),
      this.#sum("unknown"),
    ];
    const text = table.flat().join(" ");
    const legend = [
      ...(text.includes("FAIL") ? ["1/3 FAIL: one of 3 failed"] : []),
      ...(text.includes("?") ? ["2+1?: one of 3 showed too little"] : []),
      ...(table.flat().includes("-") ? ["-: not run"] : []),
    ];
    return [
      "",
      "Seeds that passed, for each script under each mix of faults" +
      (legend.length > 0 ? ` (${legend.join("; ")}):` : ":"),
      "",
      ...aligned([["", ...columns], ...table], (column) => column === 0),
      "",
      `${n(this.#operations)} operations, ${n(this.#messages)} messages` +
      (seconds === undefined
        ? ""
        : `, ${n(this.#messages / seconds)} a second`),
      ...(unknown > 0 ? [`${unknown} showed too little to tell`] : []),
      `${seeds - failed - unknown} passed, ${failed} failed`,
    ].join("\n");
  }

  toJSON(): TallyFile {
    return {
      search: this.search,
      shard: this.shard,
      cells: this.#cells,
      anomalies: Object.fromEntries(this.#anomalies),
      examples: this.#examples,
      operations: this.#operations,
      messages: this.#messages,
    };
  }

  /** @param path a file, or a folder: then the file is named after the share */
  write(path: string): void {
    const isFolder = path.endsWith("/") ||
      (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false);
    const { index, count } = this.shard;
    const file = isFolder
      ? join(path, `${this.search.command}-${index}-of-${count}.json`)
      : path;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(this, undefined, 2)}\n`);
  }
}
