/**
 * The command `simulate`: many seeds of one test under virtual time, the replay
 * of one, and the shrinking of one that fails.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { tellMaelstroms } from "../checkers/result.ts";
import { RunError } from "../cluster/node_host.ts";
import { parseSimulateOptions, type SimulateOptions } from "../cli/options.ts";
import { calledAs } from "../cli/called_as.ts";
import { Progress } from "../cli/progress.ts";
import { SeedPool, UnusableProgram } from "./seed_pool.ts";
import { type SeedJob, type Verdict } from "./seed_worker.ts";
import { shrink } from "./shrink.ts";
import { Store } from "../results/store.ts";
import { type TestResult } from "../run.ts";

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
  });
  signal.addEventListener("abort", () => pool.close());
  try {
    if (options.shrink) return await shrink(args, options, pool);
    if (options.seeds !== undefined) {
      return await explore(args, options, pool);
    }
    const { result, ...verdict } = await pool.run({
      args,
      storePath: store?.path,
    });
    console.log(result ? report(result) : verdict.explanation.join("\n"));
    return exitCode(verdict);
  } catch (error) {
    if (signal.aborted) return 1; // the caller knows by which signal
    store?.discard();
    if (error instanceof UnusableProgram) throw new RunError(error.message);
    throw error;
  }
}

const exitCode = ({ valid }: Pick<Verdict, "valid">) =>
  valid === true ? 0 : valid === false ? 1 : 2;

/** Runs seeds until one fails, or counts those that do. */
async function explore(
  args: readonly string[],
  options: SimulateOptions,
  pool: SeedPool,
): Promise<number> {
  const { seeds = 1, keepGoing, seed: base } = options;
  console.log(`seed base ${base}: ${seeds} seeds on ${pool.size} cores`);
  using progress = new Progress(seeds);
  let [unknown, failed] = [0, 0];
  /** In how many failed seeds each anomaly was. */
  const anomalies = new Map<string, number>();
  for await (const [job, verdict] of pool.all(jobs(args, base, seeds))) {
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
  args: readonly string[],
  base: string,
  seeds: number,
): Generator<SeedJob> {
  for (let i = 1; i <= seeds; i++) {
    yield { args: withFlags(args, { seed: `${base}/${i}` }) };
  }
}

/** The verdict in words, and how to see that run again. */
export function describe({ args }: SeedJob, verdict: Verdict): string {
  const { valid, asMaelstrom, kinds, explanation } = verdict;
  const what = valid === false ? "invalid" : "unknown";
  const shown = explanation.slice(0, 3).map(indent);
  const more = explanation.length - shown.length;
  if (more > 0) shown.push(`  ... and ${more} more`);
  return [
    `\n${what}: ${kinds.join(", ")}`,
    ...shown,
    ...(asMaelstrom ? [tellMaelstroms(asMaelstrom)] : []),
    `replay it:  ${command(args)}`,
  ].join("\n");
}

const indent = (text: string) => `  ${text.replaceAll("\n", "\n  ")}`;

/** The command that runs `simulate` with these arguments. */
export function command(args: readonly string[]): string {
  const quoted = args.map((arg) =>
    /^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`
  );
  return [calledAs("workbench simulate"), ...quoted].join(" ");
}

/** Flags that say how many runs there are, not what happens in one. */
const manyRuns = ["seeds", "keep-going", "shrink"];

/**
 * A command line for one run: with these flags instead of what was said of
 * them; undefined takes a flag away.
 */
export function withFlags(
  args: readonly string[],
  flags: Readonly<Record<string, string | undefined>>,
): string[] {
  const { tokens } = parseArgs({
    args: [...args],
    options: { workload: { type: "string", short: "w" } },
    strict: false,
    tokens: true,
  });
  const replaced = new Set([...manyRuns, ...Object.keys(flags)]);
  const own: string[] = [];
  const end = args.indexOf("--");
  // Without the flags' types, the parser takes values for positionals.
  let drops = false;
  for (const token of tokens) {
    if (end >= 0 && token.index >= end) break;
    if (token.kind === "option") {
      drops = replaced.has(token.name);
      if (drops) continue;
      own.push(token.rawName);
      if (token.value !== undefined) own.push(token.value);
    } else if (token.kind === "positional" && !drops) {
      own.push(token.value);
    }
  }
  for (const [name, value] of Object.entries(flags)) {
    if (value !== undefined) own.push(`--${name}`, value);
  }
  return end < 0 ? own : [...own, ...args.slice(end)];
}
