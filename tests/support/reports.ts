/**
 * Runs under virtual time, and their reports as files.
 *
 * @module
 */
import { type Program } from "../../lib/maelstrom.ts";
import { parseSimulatedRun } from "../../workbench/cli/options.ts";
import { writeReport } from "../../workbench/report/write_report.ts";
import { type TestResult } from "../../workbench/results/test_result.ts";
import { replay } from "../../workbench/run.ts";

/** A run that left its folder. */
export interface Kept extends Disposable {
  readonly folder: string;
  readonly result: TestResult;
  /** Writes its report; the path. */
  report(): Promise<string>;
}

/** Runs a program, and keeps what the workbench would keep, for a while. */
export async function keep(program: Program, flags: string): Promise<Kept> {
  const folder = Deno.makeTempDirSync();
  const options = parseSimulatedRun([
    ...["--program", "-", "--seed", "report"],
    ...flags.split(" "),
  ]);
  return {
    folder,
    result: await replay(options, program, folder, () => {}),
    report: () => writeReport(folder, { command: "repeat it so" }),
    [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }),
  };
}
