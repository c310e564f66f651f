/**
 * Hunts for failures among many seeds, and makes them smaller, whoever runs the
 * seeds and whoever looks on.
 *
 * @module
 */
import { messageOf } from "../../lib/errors.ts";
import { type SimulatedRun } from "../../workbench/run_options.ts";
import { type Seeds } from "../../workbench/search/seeds.ts";
import { type Failure, Shrinker } from "../../workbench/search/shrinker.ts";
import {
  type SeedJob,
  shortHash,
  type Verdict,
} from "../../workbench/search/verdict.ts";
import { type ProgramSource } from "./protocol.ts";
import { Search, type SearchOptions } from "./search.ts";
import { type Shrinking } from "./shrinking.ts";

/** Runs seeds side by side, as {@linkcode WorkerPool} does. */
export interface Runs extends Seeds {
  /** How many at a time. */
  readonly size: number;
  /** @throws {Error} no seed can be run, or it was closed */
  run(job: SeedJob): Promise<Verdict>;
  /** Ends all that is under way. */
  close(): void;
}

export class Hunter {
  /** The last one. */
  search: Search | undefined;
  /** What the last one ran. */
  source: ProgramSource | undefined;
  /** The place of the seed that somebody looks at. */
  chosen: number | undefined;
  /** The last one. */
  shrinking: Shrinking | undefined;
  #searches: Runs | undefined;
  #shrinks: Runs | undefined;
  readonly #watchers = new Set<() => void>();

  /** @param now the machine's time, in ms */
  constructor(
    private readonly runsOf: (source: ProgramSource) => Runs,
    private readonly now = () => performance.now(),
  ) {}

  /** Calls back whenever something has changed, until that is forgotten. */
  watch(changed: () => void): () => void {
    this.#watchers.add(changed);
    return () => this.#watchers.delete(changed);
  }

  choose(at: number | undefined): void {
    this.chosen = at;
    this.#tell();
  }

  /** Runs many seeds, instead of what is searched now. */
  async hunt(source: ProgramSource, options: SearchOptions): Promise<void> {
    this.stop();
    this.stopShrinking();
    const runs = this.#searches = this.runsOf(source);
    const search = this.search = new Search(options);
    this.source = source;
    this.chosen = undefined;
    this.shrinking = undefined;
    this.#tell();
    const begun = this.now();
    const lane = async () => {
      for (let at = search.begin(); at !== undefined; at = search.begin()) {
        this.#tell();
        const verdict = await runs.run({ run: search.seedOf(at) });
        if (search.isOver) return;
        search.end(at, verdict);
        search.took = this.now() - begun;
      }
    };
    try {
      await Promise.all(Array.from({ length: runs.size }, lane));
    } catch (error) {
      // Whoever has stopped it knows.
      if (!search.isOver) search.trouble = messageOf(error);
    }
    search.isOver = true;
    search.running.clear();
    runs.close();
    this.#tell();
  }

  /** What was found stays. */
  stop(): void {
    if (this.search) this.search.isOver = true;
    this.#searches?.close();
  }

  /**
   * Makes a failing run smaller.
   *
   * @returns the smallest one, unless it is valid, or somebody stopped it
   */
  async shrink(
    source: ProgramSource,
    from: SimulatedRun,
  ): Promise<Failure | undefined> {
    this.stopShrinking();
    const runs = this.#shrinks = this.runsOf(source);
    const found: Failure[] = [];
    let count = 0;
    const tell = (more: Partial<Shrinking> = {}) => {
      if (this.#shrinks !== runs) return;
      const isOver = false;
      this.shrinking = {
        ...{ from, found: [...found], runs: count, isOver, ...more },
      };
      this.#tell();
    };
    const seeds: Seeds = {
      async *all(jobs) {
        for await (const it of runs.all(jobs)) {
          count++;
          tell();
          yield it;
        }
      },
    };
    tell();
    try {
      // Since it was found, the program may have been changed.
      const verdict = await runs.run({ run: from });
      if (verdict.valid === true) {
        const trouble = "This run is valid: there is nothing to shrink.";
        tell({ isOver: true, trouble });
        return undefined;
      }
      found.push({ run: from, verdict });
      tell();
      const shrinker = new Shrinker(seeds, found[0], (smaller) => {
        found.push(smaller);
        tell();
      });
      await shrinker.shrink();
      const { smallest } = shrinker;
      const last = await runs.run({ run: smallest.run, want: "hash" });
      tell({ isOver: true, hash: shortHash(last) });
      return this.#shrinks === runs ? smallest : undefined;
    } catch (error) {
      tell({ isOver: true, trouble: messageOf(error) });
      return undefined;
    } finally {
      runs.close();
    }
  }

  /** What was found stays. */
  stopShrinking(): void {
    const runs = this.#shrinks;
    this.#shrinks = undefined;
    runs?.close();
    const { shrinking } = this;
    if (shrinking === undefined || shrinking.isOver) return;
    this.shrinking = { ...shrinking, isOver: true };
    this.#tell();
  }

  #tell(): void {
    for (const changed of [...this.#watchers]) changed();
  }
}
