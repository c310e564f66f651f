/**
 * The command `simulate`: many seeds of one test under virtual time, the replay
 * of one, and the shrinking of one that fails.
 *
 * @module
 */
import { relative } from "node:path";
import { isOwnFile } from "../own_file.ts";
import {
  parseSimulateOptions,
  type ReportOptions,
  type SimulateOptions,
} from "../cli/options.ts";
import { loadOwnWorkload } from "../cli/own_workload.ts";
import { commandFor } from "../cli/run_flags.ts";
import { loadWorkload } from "../workloads/load.ts";
import { Progress } from "../cli/progress.ts";
import { SeedPool } from "./seed_pool.ts";
import { describeWithHash, exitCode, OTHER_JOURNAL } from "./describe.ts";
import { type SeedJob, shortHash } from "./verdict.ts";
import { shrink } from "./shrink.ts";
import { type Shard, sizeOf, Tally } from "./tally.ts";
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
  report: (
    result: TestResult,
    options: ReportOptions,
    command: string,
  ) => Promise<string>,
): Promise<number> {
  await loadOwnWorkload(args);
  const options = parseSimulateOptions(args);
  const { name } = await loadWorkload(options.workload);
  const isReplay = options.seeds === undefined && !options.shrink;
  const store = isReplay ? Store.make(name) : undefined;
  await using pool = new SeedPool({
    programs: modulesOf(options),
    storePath: store?.path || undefined,
    size: isReplay ? 1 : undefined,
    timeout: options.seedTimeout,
    // What a program prints to find a bug is to be seen.
    showLogs: isReplay || options.logStderr || options.logNetSend ||
      options.logNetRecv,
    signal,
  });
  try {
    if (options.shrink) {
      return await shrink({ ...options, journalHash: undefined }, pool);
    }
    if (options.seeds !== undefined) {
      return await explore(options, options.seeds, pool);
    }
    const { journalHash } = options;
    const { result, ...verdict } = await pool.run({
      run: options,
      storePath: store?.path,
      want: journalHash === undefined ? undefined : "hash",
    });
    console.log(
      result
        ? await report(result, options, commandFor(options))
        : verdict.explanation.join("\n"),
    );
    if (journalHash === undefined || shortHash(verdict) === journalHash) {
      return exitCode(verdict);
    }
    console.log(`\n${OTHER_JOURNAL}`);
    return exitCode(verdict) || 1;
  } catch (error) {
    if (!signal.aborted) store?.discard();
    throw error;
  }
}

/** All modules of a run that are its user's. */
function modulesOf(run: SimulatedRun): string[] {
  const { program, workload, nemesis, latencyDist } = run;
  return [program, ...[workload, ...nemesis, latencyDist].filter(isOwnFile)];
}

/** Runs seeds until one fails, or counts those that do. */
async function explore(
  options: SimulateOptions,
  seeds: number,
  pool: SeedPool,
): Promise<number> {
  const { keepGoing, shard, results, shrink: _, seedTimeout: __, ...run } =
    options;
  const share = shard ?? { index: 1, count: 1 };
  const size = sizeOf(seeds, share);
  const { seed: base } = run;
  console.log(
    `seed base ${base}: ${seeds} seeds${
      shard === undefined
        ? ""
        : `, of which share ${shard.index} of ${shard.count} has ${size},`
    } on ${pool.size} cores`,
  );
  using progress = new Progress(size);
  const tally = new Tally({
    ...{ command: "simulate", base, seeds, keepGoing },
    // Machines may have the project in different places.
    run: { ...run, program: relative("", run.program) },
    ...{ rows: [], columns: [] },
  }, share);
  let isNoted = false;
  for await (const [job, verdict] of pool.all(jobs(run, seeds, share))) {
    const { inVain = [] } = verdict;
    if (inVain.length > 0 && !isNoted) {
      // Most often it is the same with all seeds.
      progress.say(inVain.map((text) => `Note: ${text}`).join("\n"));
      isNoted = true;
    }
    progress.ended(verdict.valid === false);
    const text = await tally.add(
      job.number,
      verdict,
      () => describeWithHash(job, verdict, pool),
    );
    if (text !== undefined) progress.say(text);
    if (tally.hasFailed && !keepGoing) break;
  }
  progress.stop();
  const summary = tally.summary();
  if (summary !== "") console.log(summary);
  if (results !== undefined) tally.write(results);
  return tally.exitCode;
}

/** A run for each seed of a share, which all have the same beginning. */
function* jobs(
  base: SimulatedRun,
  seeds: number,
  { index, count }: Shard,
): Generator<SeedJob & { readonly number: number }> {
  for (let number = index; number <= seeds; number += count) {
    const seed = `${base.seed}/${number}`;
    yield { number, run: { ...base, seed, journalHash: undefined } };
  }
}
