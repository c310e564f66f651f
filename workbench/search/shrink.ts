/**
 * The command `simulate --shrink`: makes a failing run smaller, and prints what is
 * left of it.
 *
 * @module
 */
import { type SimulatedRun } from "../run_options.ts";
import { describeWithHash } from "./describe.ts";
import { type SeedPool } from "./seed_pool.ts";
import { Shrinker } from "./shrinker.ts";

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
  const { smallest } = shrinker;
  const { trace } = await pool.run({ run: smallest.run, want: "trace" });
  console.log(await describeWithHash(smallest, smallest.verdict, pool));
  console.log(`\n${trace}\n`);
  console.log(
    `Shrunk in ${shrinker.runs} runs, from ` +
      `${verdict.mainOperations} operations to ${shrinker.kept.ops}, from ` +
      `${verdict.faults} faults to ${shrinker.kept.faults}.`,
  );
  return verdict.valid === false ? 1 : 2;
}
