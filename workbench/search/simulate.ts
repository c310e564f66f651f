/**
 * The command `simulate`: many seeds of one test under virtual time, the replay
 * of one, and the shrinking of one that fails.
 *
 * @module
 */
import { parseSimulateOptions, type SimulateOptions } from "../cli/options.ts";
import { Progress } from "../cli/progress.ts";
import { SeedPool } from "./seed_pool.ts";
import { describe, exitCode } from "./describe.ts";
import { type SeedJob } from "./seed_worker.ts";
import { shrink } from "./shrink.ts";
import { type SimulatedRun } from "../run_options.ts";
import { Store } from "../results/store.ts";
import { type TestResult } from "../results/test_result.ts";

/**
 * @returns the exit code: 0, all valid; 1, one is not; 2, too little to tell
 * @throws {UsageError}
 * @throws {RunError} the program can't be run at all
 */
export async function simulateCommand(
  args: readonly string[],
  signal: AbortSignal,
  report: (result: TestResult) => string,
): Promise<number> {
  const options = parseSimulateOptions(args);
  const isReplay = options.seeds === undefined && !options.shrink;
  const store = isReplay ? Store.make(options.workload) : undefined;
  await using pool = new SeedPool({
    programs: [options.program],
    storePath: store?.path || undefined,
    size: isReplay ? 1 : undefined,
    timeout: options.seedTimeout,
    // What a program prints to find a bug is to be seen.
    showLogs: isReplay || options.logStderr || options.logNetSend ||
      options.logNetRecv,
    signal,
  });
  try {
    if (options.shrink) return await shrink(options, pool);
    if (options.seeds !== undefined) {
      return await explore(options, options.seeds, pool);
    }
    const { result, ...verdict } = await pool.run({
      run: options,
      storePath: store?.path,
    });
    console.log(result ? report(result) : verdict.explanation.join("\n"));
    return exitCode(verdict);
  } catch (error) {
    if (!signal.aborted) store?.discard();
    throw error;
  }
}

/** Runs seeds until one fails, or counts those that do. */
async function explore(
  options: SimulateOptions,
  seeds: number,
  pool: SeedPool,
): Promise<number> {
  const { keepGoing, seed: base } = options;
  console.log(`seed base ${base}: ${seeds} seeds on ${pool.size} cores`);
  using progress = new Progress(seeds);
  let [unknown, failed] = [0, 0];
  /** In how many failed seeds each anomaly was. */
  const anomalies = new Map<string, number>();
  for await (const [job, verdict] of pool.all(jobs(options, seeds))) {
    progress.ended(verdict.valid === false);
    if (verdict.valid === true) continue;
    if (verdict.valid === false) {
      failed++;
      // One example of each is enough.
      const isNew = verdict.kinds.some((kind) => !anomalies.has(kind));
      for (const kind of verdict.kinds) {
        anomalies.set(kind, (anomalies.get(kind) ?? 0) + 1);
      }
      if (!isNew) continue;
    } else if (unknown++ > 0) continue;
    progress.say(describe(job, verdict));
    if (failed > 0 && !keepGoing) break;
  }
  progress.stop();
  if (keepGoing && failed > 0) console.log(tellCounts(failed, anomalies));
  if (unknown > 0) {
    console.log(`${unknown} seeds showed too little to tell.`);
  }
  return failed > 0 ? 1 : unknown > 0 ? 2 : 0;
}

/** How many seeds failed by which anomaly, the most frequent first. */
function tellCounts(
  failed: number,
  anomalies: ReadonlyMap<string, number>,
): string {
  const sorted = [...anomalies].toSorted(([, a], [, b]) => b - a);
  const lines = sorted.map(([kind, count]) =>
    `  ${`${count}`.padStart(`${failed}`.length)}  ${kind}`
  );
  return [`seeds that failed, by what was found:`, ...lines].join("\n");
}

/** A run for each seed, which all have the same beginning. */
function* jobs(
  base: SimulatedRun,
  seeds: number,
): Generator<SeedJob> {
  for (let i = 1; i <= seeds; i++) {
    yield { run: { ...base, seed: `${base.seed}/${i}` } };
  }
}
