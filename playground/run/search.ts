/**
 * Many seeds of one run, and what has come of them so far.
 *
 * @module
 */
import { type SimulatedRun } from "../../workbench/run_options.ts";
import { type Verdict } from "../../workbench/search/verdict.ts";

/** What a search is to do. */
export interface SearchOptions {
  /** Each seed's is this one's, and a number. */
  readonly run: SimulatedRun;
  /** How many seeds. */
  readonly count: number;
  /** Whether it begins no more seeds once one is invalid. */
  readonly stopsAtFirst: boolean;
}

/** Seeds are told by their places, from 0. */
export class Search {
  readonly run: SimulatedRun;
  readonly count: number;
  /** By place; those that are not known yet are left out. */
  readonly verdicts: (Verdict | undefined)[];
  readonly running = new Set<number>();
  /** Those that are invalid or unknown, in order. */
  readonly failures: number[] = [];
  /** The same, by each thing that was found, as a command line counts them. */
  readonly kinds = new Map<string, number[]>();
  valid = 0;
  invalid = 0;
  unknown = 0;
  isOver = false;
  /** How long it has taken, in ms. */
  took = 0;
  /** Why no seed can be run. */
  trouble = "";
  #next = 0;

  constructor(private readonly options: SearchOptions) {
    const { run, count } = options;
    this.run = run;
    this.count = count;
    this.verdicts = Array.from({ length: count });
  }

  /** How many have ended. */
  get done(): number {
    return this.valid + this.invalid + this.unknown;
  }

  /** As `simulate --seeds` numbers them. */
  seedOf(at: number): SimulatedRun {
    return { ...this.run, seed: `${this.run.seed}/${at + 1}` };
  }

  /** The place of a run, if it is one of the seeds. */
  placeOf(run: SimulatedRun): number | undefined {
    const base = `${this.run.seed}/`;
    if (!run.seed.startsWith(base)) return undefined;
    const at = Number(run.seed.slice(base.length)) - 1;
    const isPlace = Number.isInteger(at) && at >= 0 && at < this.count;
    return isPlace && isSame(run, this.seedOf(at)) ? at : undefined;
  }

  /** @returns the next seed to be run, or that there is none */
  begin(): number | undefined {
    const hasEnough = this.options.stopsAtFirst && this.invalid > 0;
    if (this.isOver || hasEnough || this.#next >= this.count) return undefined;
    this.running.add(this.#next);
    return this.#next++;
  }

  end(at: number, verdict: Verdict): void {
    this.running.delete(at);
    this.verdicts[at] = verdict;
    const { valid, kinds } = verdict;
    if (valid === true) {
      this.valid++;
      return;
    }
    insert(this.failures, at);
    if (valid === false) this.invalid++;
    else this.unknown++;
    for (const kind of valid === false ? kinds : ["unknown"]) {
      const found = this.kinds.get(kind) ?? [];
      insert(found, at);
      this.kinds.set(kind, found);
    }
  }
}

/** Whether two runs do the same, byte by byte. */
export const isSame = (a: SimulatedRun, b: SimulatedRun): boolean =>
  JSON.stringify(Object.entries(a).toSorted()) ===
    JSON.stringify(Object.entries(b).toSorted());

/** Nearly all come in order. */
function insert(list: number[], n: number): void {
  list.splice(list.findLastIndex((it) => it < n) + 1, 0, n);
}

/** A verdict in a few words: `valid`, `lost, stale`. */
export const wordOf = ({ valid, kinds }: Verdict): string =>
  valid === true
    ? "valid"
    : kinds.join(", ") || (valid === false ? "invalid" : "unknown");

/** How far a search is, in words. */
export function progressOf(search: Search): string {
  const { done, count, valid, invalid, unknown, took, isOver } = search;
  const rate = took > 0 ? done / (took / 1000) : 0;
  return [
    `${number(done)} of ${number(count)}${isOver ? "" : " …"}`,
    `${number(valid)} valid`,
    `${number(invalid)} invalid`,
    ...(unknown > 0 ? [`${number(unknown)} unknown`] : []),
    ...(rate > 0 ? [`${number(rate, rate < 10 ? 1 : 0)} a second`] : []),
  ].join(", ");
}

/** What was found, the most frequent first. */
export const kindsOf = (
  { kinds }: Search,
): [kind: string, places: readonly number[]][] =>
  [...kinds].toSorted(([a, x], [b, y]) =>
    y.length - x.length || (a < b ? -1 : 1)
  );

const number = (n: number, digits = 0) =>
  n.toLocaleString("en", { maximumFractionDigits: digits });
