/**
 * `deno task mutants`: plants one-line bugs in copies of the scripts and of the
 * library, one at a time, and runs seeds until one of them notices.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { type Mutant, mutants } from "./mutants/list.ts";
import { runCommand } from "../cli/command.ts";
import { usage, UsageError } from "../cli/flags.ts";
import {
  commands,
  parseMutantsOptions,
  parseSimulatedRun,
} from "../cli/options.ts";
import { SeedPool } from "./seed_pool.ts";
import { type SeedJob, type Verdict } from "./seed_worker.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The share of the mutants that must be caught. */
const MUST_BE_CAUGHT = 0.95;

/**
 * The file with the bug in it.
 *
 * @throws {Error} the text to be changed is not there, or more than once
 */
export function mutate(source: string, { name, file, from, to }: Mutant) {
  const parts = source.split(from);
  if (parts.length !== 2) {
    throw new Error(
      `mutant ${name}: ${file} has ${
        parts.length - 1
      } times, not once:\n${from}`,
    );
  }
  return parts.join(to);
}

/** What the seeds of a mutant came to. */
export interface Catch {
  readonly mutant: Mutant;
  /** How many seeds were run; the last one noticed if `verdict` is there. */
  readonly seeds: number;
  readonly verdict?: Verdict;
  /** How many of the same seeds the script fails without the bug. */
  readonly falseAlarms: number;
}

/** Copies what a run needs, with the bug. */
async function plant(mutant: Mutant, folder: string): Promise<void> {
  const copy = async (path: string) => {
    const info = await Deno.stat(`${root}/${path}`);
    if (!info.isDirectory) {
      return Deno.copyFile(`${root}/${path}`, `${folder}/${path}`);
    }
    await Deno.mkdir(`${folder}/${path}`);
    for await (const { name } of Deno.readDir(`${root}/${path}`)) {
      await copy(`${path}/${name}`);
    }
  };
  for (const path of ["deno.json", "deno.lock", "lib", "workbench"]) {
    await copy(path);
  }
  for await (const { name, isFile } of Deno.readDir(root)) {
    if (isFile && name.endsWith(".ts")) await copy(name);
  }
  const source = await Deno.readTextFile(`${folder}/${mutant.file}`);
  await Deno.writeTextFile(`${folder}/${mutant.file}`, mutate(source, mutant));
}

function* jobs(
  { script, flags, name }: Mutant,
  folder: string,
  seeds: number,
): Generator<SeedJob> {
  const run = parseSimulatedRun([
    "--program",
    `${folder}/${script}`,
    ...flags.split(" "),
  ]);
  for (let i = 1; i <= seeds; i++) {
    yield { run: { ...run, seed: `${name}/${i}` } };
  }
}

/** Runs seeds until one fails. @throws {UnusableProgram} it can't be run */
export async function hunt(
  mutant: Mutant,
  seeds: number,
  signal?: AbortSignal,
): Promise<Catch> {
  const folder = await Deno.makeTempDir({ prefix: "mutant-" });
  try {
    await plant(mutant, folder);
    const { count, verdict } = await firstFailure(
      jobs(mutant, folder, seeds),
      new SeedPool({
        programs: [`${folder}/${mutant.script}`],
        timeout: 60,
        project: folder,
        signal,
      }),
    );
    let falseAlarms = 0;
    await using pool = new SeedPool({
      programs: [`${root}/${mutant.script}`],
      timeout: 60,
      signal,
    });
    for await (const [, { valid }] of pool.all(jobs(mutant, root, count))) {
      if (valid === false) falseAlarms++;
    }
    return { mutant, seeds: count, verdict, falseAlarms };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function firstFailure(
  jobs: Iterable<SeedJob>,
  pool: SeedPool,
): Promise<{ count: number; verdict?: Verdict }> {
  await using _ = pool;
  let count = 0;
  for await (const [, verdict] of pool.all(jobs)) {
    count++;
    if (verdict.valid === false) return { count, verdict };
  }
  return { count };
}

function describe({ mutant, seeds, verdict, falseAlarms }: Catch): string {
  const { name, bug } = mutant;
  const fate = verdict
    ? `seed ${String(seeds).padStart(4)}  ${verdict.kinds.join(", ")}`
    : `NOT CAUGHT by ${seeds} seeds`;
  const alarms = falseAlarms > 0
    ? `\n  FALSE ALARM: ${falseAlarms} of these seeds fail without the bug`
    : "";
  return `${name.padEnd(28)}${fate}\n  ${bug}${alarms}`;
}

/** @throws {UsageError} there is none of that name */
function chosenMutants(names: readonly string[]): readonly Mutant[] {
  for (const name of names) {
    if (!mutants.some((it) => it.name === name)) {
      const known = mutants.map((it) => it.name).join(", ");
      throw new UsageError(`no mutant ${name}; there are ${known}`);
    }
  }
  return mutants.filter(({ name }) =>
    names.length === 0 || names.includes(name)
  );
}

async function main(signal: AbortSignal): Promise<number> {
  const { seeds, names } = parseMutantsOptions(Deno.args);
  const chosen = chosenMutants(names);
  let [caught, falseAlarms] = [0, 0];
  for (const mutant of chosen) {
    const result = await hunt(mutant, seeds, signal);
    if (result.verdict) caught++;
    falseAlarms += result.falseAlarms;
    console.log(describe(result));
  }
  console.log(`\n${caught} of ${chosen.length} caught`);
  const isEnough = caught >= MUST_BE_CAUGHT * chosen.length;
  return isEnough && falseAlarms === 0 ? 0 : 1;
}

if (import.meta.main) {
  await runCommand("mutants", () => usage(commands.mutants), main);
}
