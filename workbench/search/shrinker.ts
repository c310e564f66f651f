/**
 * Makes a failing run as small as it gets: fewer steps of a script of faults,
 * less time, load, nodes and faults, then fewer operations and single faults, as
 * long as it still fails in the same way.
 *
 * What a smaller run does is not what the larger one did: each choice changes
 * those after it. So every reduction is tried with a few seeds.
 *
 * @module
 */
import { numbered } from "../cli/run_flags.ts";
import { type SimulatedRun } from "../run_options.ts";
import { type Seeds } from "./seeds.ts";
import { type Verdict } from "./verdict.ts";

/** How many seeds each reduction is tried with. */
const ATTEMPTS = 24;

type Change = Partial<SimulatedRun>;

/** A run, and how it failed. */
export interface Failure {
  readonly run: SimulatedRun;
  readonly verdict: Verdict;
}

/** Makes a failing run smaller. */
export class Shrinker {
  /** How many runs it took. */
  runs = 0;
  readonly kept: { ops: number; faults: number };
  readonly #kind: string;
  readonly #seed: string;

  constructor(
    private readonly seeds: Seeds,
    public smallest: Failure,
    /** Told of each one that is smaller than all before. */
    private readonly found: (smaller: Failure) => void = () => {},
  ) {
    const { run, verdict } = smallest;
    this.#seed = run.seed;
    this.#kind = verdict.kinds[0];
    this.kept = { ops: verdict.mainOperations, faults: verdict.faults };
  }

  async shrink(): Promise<void> {
    const { mainOperations } = this.smallest.verdict;
    // First of all: in a run with other settings, messages have other numbers.
    await this.#shrinkSteps((verdict) =>
      verdict.mainOperations <= mainOperations
    );
    await this.#shrinkSettings(this.smallest.run);
    await this.#shrinkNumbers("keepOps", "ops");
    await this.#shrinkNumbers("keepFaults", "faults");
    // What was done for the sake of others may be in vain now.
    await this.#shrinkSteps();
    await this.#shrinkNumbers("keepOps", "ops");
  }

  /**
   * Takes the first of the candidates that still fails, if there is one.
   *
   * @returns its position
   */
  async #take(
    candidates: readonly Change[],
    isSmall: (verdict: Verdict) => boolean = () => true,
  ): Promise<number | undefined> {
    const jobs = candidates.map((change, at) => ({
      at,
      run: { ...this.smallest.run, ...change },
    }));
    for await (const [{ at, run }, verdict] of this.seeds.all(jobs)) {
      this.runs++;
      if (!verdict.kinds.includes(this.#kind) || !isSmall(verdict)) continue;
      this.smallest = { run, verdict };
      this.found(this.smallest);
      return at;
    }
    return undefined;
  }

  /**
   * The same, with several seeds each. Another seed may do more: what gets
   * smaller in one way must not grow in another.
   */
  async #takeWithSeeds(candidates: readonly Change[]): Promise<boolean> {
    const seeds = Array.from(
      { length: ATTEMPTS },
      (_, i) => i === 0 ? this.#seed : `${this.#seed}.${i}`,
    );
    const { mainOperations, faults } = this.smallest.verdict;
    const taken = await this.#take(
      candidates.flatMap((change) =>
        seeds.map((seed) => ({ ...change, seed }))
      ),
      (verdict) =>
        verdict.mainOperations <= mainOperations && verdict.faults <= faults,
    );
    return taken !== undefined;
  }

  async #shrinkSettings(run: SimulatedRun): Promise<void> {
    const still = (change: Change) => this.#takeWithSeeds([change]);
    if (run.pDuplicate > 0) await still({ pDuplicate: 0 });
    if (run.pLoss > 0) await still({ pLoss: 0 });
    if (run.clockSkew > 0) await still({ clockSkew: 0 });
    if (run.latencyDist !== "constant") {
      await still({ latencyDist: "constant" });
    }
    for (const fault of run.nemesis) {
      const { nemesis } = this.smallest.run;
      await still({ nemesis: nemesis.filter((it) => it !== fault) });
    }
    if (run.latency > 0) await still({ latency: 0 });

    const { nodeIds, concurrency } = run;
    const each = concurrency / nodeIds.length;
    await this.#takeWithSeeds(
      [1, 2, 3, 4, 5, 7, 10, 15, 20].filter((n) => n < nodeIds.length)
        .map((n) => ({
          nodeIds: numbered(n),
          concurrency: Number.isInteger(each) ? n * each : concurrency,
        })),
    );
    // Fewer clients, then less time, then fewer operations in that time.
    await this.#takeWithSeeds(
      [1, 2, 3, 4, 6].filter((n) => n < this.smallest.run.concurrency)
        .map((n) => ({ concurrency: n })),
    );
    for (let time = run.timeLimit / 2; time >= 0.25; time /= 2) {
      if (!await still({ timeLimit: time })) break;
    }
    for (let rate = run.rate / 2; rate >= 0.5; rate /= 2) {
      if (!await still({ rate })) break;
    }
    const { mainOperations, faults } = this.smallest.verdict;
    this.kept.ops = mainOperations;
    this.kept.faults = faults;
  }

  async #shrinkNumbers(
    key: "keepOps" | "keepFaults",
    what: "ops" | "faults",
  ): Promise<void> {
    const all = this.smallest.run[key] ??
      Array.from({ length: this.kept[what] }, (_, i) => i);
    const kept = await this.#shrinkList(all, (kept) => ({ [key]: kept }));
    this.kept[what] = kept.length;
  }

  /** Leaves out steps of the script of faults. */
  async #shrinkSteps(isSmall?: (verdict: Verdict) => boolean): Promise<void> {
    const { scriptOfFaults: script } = this.smallest.run;
    if (script === undefined) return;
    await this.#shrinkList(script.steps, (steps) => ({
      scriptOfFaults: steps.length === 0 ? undefined : { ...script, steps },
    }), isSmall);
  }

  /**
   * Delta debugging (Zeller and Hildebrandt, Simplifying and Isolating
   * Failure-Inducing Input, 2002): keeps a list without any part that can go.
   */
  async #shrinkList<T>(
    all: readonly T[],
    changeTo: (kept: readonly T[]) => Change,
    isSmall?: (verdict: Verdict) => boolean,
  ): Promise<readonly T[]> {
    let kept = all;
    let parts = 1;
    while (kept.length > 0 && parts <= kept.length) {
      const size = Math.ceil(kept.length / parts);
      const candidates = Array.from(
        { length: Math.ceil(kept.length / size) },
        (_, i) => [
          ...kept.slice(0, i * size),
          ...kept.slice((i + 1) * size),
        ],
      );
      const before = kept.length;
      const taken = await this.#take(candidates.map(changeTo), isSmall);
      if (taken !== undefined) {
        kept = candidates[taken];
        parts = Math.max(1, Math.min(parts - 1, kept.length));
      } else if (parts === before) {
        break;
      } else {
        parts = Math.min(2 * parts, before);
      }
    }
    return kept;
  }
}
