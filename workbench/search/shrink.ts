/**
 * The command `simulate --shrink`: makes a failing run smaller, and prints what is
 * left of it.
 *
 * @module
 */
import { shortest } from "../cli/run_flags.ts";
import {
  formatFaultScript,
  type ScriptOfFaults,
} from "../cluster/fault_script.ts";
import { type SimulatedRun } from "../run_options.ts";
import { describeWithHash } from "./describe.ts";
import { type SeedPool } from "./seed_pool.ts";
import { type Failure, Shrinker } from "./shrinker.ts";

/** Shrinks a failing run and prints what is left of it. */
export async function shrink(
  run: SimulatedRun,
  pool: SeedPool,
): Promise<number> {
  const verdict = await pool.run({ run });
  if (verdict.valid === true) {
    console.log("This run is valid: there is nothing to shrink.");
    return 0;
  }
  console.log(await describeWithHash({ run }, verdict, pool));
  const shrinker = new Shrinker(pool, { run, verdict });
  await shrinker.shrink();
  const script = run.scriptOfFaults;
  const smallest = saved(shrinker.smallest, script);
  const left = smallest.run.scriptOfFaults;
  const { trace } = await pool.run({ run: smallest.run, want: "trace" });
  console.log(await describeWithHash(smallest, smallest.verdict, pool));
  if (left !== undefined && left.file !== script?.file) {
    console.log(
      `Before that, save as ${shortest(left.file)}:\n\n` +
        formatFaultScript(left.steps).trimEnd(),
    );
  }
  console.log(`\n${trace}\n`);
  console.log(
    `Shrunk in ${shrinker.runs} runs, from ` +
      `${verdict.mainOperations} operations to ${shrinker.kept.ops}, from ` +
      `${verdict.faults} faults to ${shrinker.kept.faults}` +
      (script === undefined ? "" : `, from ${script.steps.length} steps by ` +
        `hand to ${left?.steps.length ?? 0}`) +
      ".",
  );
  return verdict.valid === false ? 1 : 2;
}

/** With a name of its own for a script of faults that has become shorter. */
function saved(
  { run, verdict }: Failure,
  before: ScriptOfFaults | undefined,
): Failure {
  const { scriptOfFaults: script } = run;
  const isSame = script === undefined ||
    script.steps.length === before?.steps.length;
  if (isSame) return { run, verdict };
  const file = script.file.replace(/(\.\w+)?$/, ".shrunk$1");
  return { run: { ...run, scriptOfFaults: { ...script, file } }, verdict };
}
