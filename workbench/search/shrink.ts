/**
 * Makes a failing run as small as it gets: less time, load, nodes and faults,
 * then fewer operations and single faults, as long as it still fails in the
 * same way.
 *
 * What a smaller run does is not what the larger one did: each choice changes
 * those after it. So every reduction is tried with a few seeds.
 *
 * @module
 */
import { type SimulateOptions } from "../cli/options.ts";
import { type SeedPool } from "./seed_pool.ts";
import { type Verdict } from "./seed_worker.ts";
import { describe, withFlags } from "./simulate.ts";

/** How many seeds each reduction is tried with. */
const ATTEMPTS = 24;

type Flags = Readonly<Record<string, string | undefined>>;

interface Run {
  readonly args: readonly string[];
  readonly verdict: Verdict;
}

/** Shrinks a failing run and prints what is left of it. */
export async function shrink(
  args: readonly string[],
  options: SimulateOptions,
  pool: SeedPool,
): Promise<number> {
  const first = withFlags(args, { seed: options.seed });
  const verdict = await pool.run({ args: first });
  if (verdict.valid === true) {
    console.log("This run is valid: there is nothing to shrink.");
    return 0;
  }
  console.log(describe({ args: first }, verdict));
  const shrinker = new Shrinker(pool, options.seed, { args: first, verdict });
  await shrinker.shrink(options);
  const { run } = shrinker;
  const { trace } = await pool.run({ args: run.args, want: "trace" });
  console.log(describe(run, run.verdict));
  console.log(`\n${trace}\n`);
  console.log(
    `Shrunk in ${shrinker.runs} runs, from ` +
      `${verdict.mainOperations} operations to ${shrinker.kept.ops}, from ` +
      `${verdict.faults} faults to ${shrinker.kept.faults}.`,
  );
  return verdict.valid === false ? 1 : 2;
}

class Shrinker {
  /** How many runs it took. */
  runs = 0;
  readonly kept: { ops: number; faults: number };
  readonly #kind: string;

  constructor(
    private readonly pool: SeedPool,
    private readonly seed: string,
    public run: Run,
  ) {
    this.#kind = run.verdict.kinds[0];
    const { mainOperations: ops, faults } = run.verdict;
    this.kept = { ops, faults };
  }

  async shrink(options: SimulateOptions): Promise<void> {
    await this.#shrinkSettings(options);
    await this.#shrinkList("keep-ops", "ops");
    await this.#shrinkList("keep-faults", "faults");
    // What was done for the sake of others may be in vain now.
    await this.#shrinkList("keep-ops", "ops");
  }

  /** Takes the first of the candidates that still fails, if there is one. */
  async #take(candidates: readonly Flags[]): Promise<boolean> {
    const jobs = candidates.map((flags) => ({
      args: withFlags(this.run.args, flags),
    }));
    for await (const [{ args }, verdict] of this.pool.all(jobs)) {
      this.runs++;
      if (!verdict.kinds.includes(this.#kind)) continue;
      this.run = { args, verdict };
      return true;
    }
    return false;
  }

  /** The same, with several seeds each. */
  #takeWithSeeds(candidates: readonly Flags[]): Promise<boolean> {
    const seeds = Array.from(
      { length: ATTEMPTS },
      (_, i) => i === 0 ? this.seed : `${this.seed}.${i}`,
    );
    return this.#take(
      candidates.flatMap((flags) => seeds.map((seed) => ({ ...flags, seed }))),
    );
  }

  async #shrinkSettings(options: SimulateOptions): Promise<void> {
    const without = (flags: Flags) => this.#takeWithSeeds([flags]);
    if (options.pDuplicate > 0) await without({ "p-duplicate": undefined });
    if (options.pLoss > 0) await without({ "p-loss": undefined });
    if (options.clockSkew > 0) await without({ "clock-skew": undefined });
    if (options.latencyDist !== "constant") {
      await without({ "latency-dist": undefined });
    }
    const faults = new Set<string>(options.nemesis);
    for (const fault of options.nemesis) {
      const rest = [...faults].filter((it) => it !== fault).join();
      if (await without({ nemesis: rest || undefined })) faults.delete(fault);
    }
    if (options.latency > 0) await without({ latency: undefined });

    const nodes = options.nodeIds.length;
    await this.#takeWithSeeds(
      [1, 2, 3, 4, 5, 7, 10, 15, 20].filter((n) => n < nodes).map((n) => ({
        "node-count": `${n}`,
        "nodes": undefined,
        "nodes-file": undefined,
      })),
    );
    // Fewer clients, then less time, then fewer operations in that time.
    await this.#takeWithSeeds(
      [1, 2, 3, 4, 6].filter((n) => n < options.concurrency)
        .map((n) => ({ concurrency: `${n}` })),
    );
    for (let time = options.timeLimit / 2; time >= 0.25; time /= 2) {
      if (!await without({ "time-limit": `${time}` })) break;
    }
    for (let rate = options.rate / 2; rate >= 0.5; rate /= 2) {
      if (!await without({ rate: `${rate}` })) break;
    }
    const { mainOperations, faults: begun } = this.run.verdict;
    this.kept.ops = mainOperations;
    this.kept.faults = begun;
  }

  /**
   * Delta debugging (Zeller and Hildebrandt, Simplifying and Isolating
   * Failure-Inducing Input, 2002): keeps a list without any part that can go.
   */
  async #shrinkList(flag: string, what: "ops" | "faults"): Promise<void> {
    let kept = this.#keptNumbers(flag) ??
      Array.from({ length: this.kept[what] }, (_, i) => i);
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
      if (
        await this.#take(candidates.map((it) => ({ [flag]: ranges(it) })))
      ) {
        kept = this.#keptNumbers(flag) ?? kept;
        parts = Math.max(1, Math.min(parts - 1, kept.length));
      } else if (parts === before) {
        break;
      } else {
        parts = Math.min(2 * parts, before);
      }
    }
    this.kept[what] = kept.length;
  }

  #keptNumbers(flag: string): number[] | undefined {
    const i = this.run.args.indexOf(`--${flag}`);
    const end = this.run.args.indexOf("--");
    if (i < 0 || (end >= 0 && i > end)) return undefined;
    return this.run.args[i + 1].split(",").filter((it) => it !== "none")
      .flatMap((range) => {
        const [first, last = first] = range.split("-").map(Number);
        return Array.from({ length: last - first + 1 }, (_, k) => first + k);
      });
  }
}

/** Writes 3, 7, 8, 9 as `3,7-9`. */
function ranges(numbers: readonly number[]): string {
  const result: [first: number, last: number][] = [];
  for (const n of numbers) {
    const last = result.at(-1);
    if (last && last[1] === n - 1) last[1] = n;
    else result.push([n, n]);
  }
  return result.map(([a, b]) => a === b ? `${a}` : `${a}-${b}`).join(",") ||
    "none";
}
