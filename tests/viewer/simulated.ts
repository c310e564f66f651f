/** A run under virtual time, as the page gets it. */
import { type Program } from "../../lib/maelstrom.ts";
import { type RunDocument } from "../../viewer/run/document.ts";
import { parseTestOptions } from "../../workbench/cli/options.ts";
import { SimulatedDocument } from "../../workbench/report/simulated_document.ts";
import { simulate } from "../../workbench/run.ts";
import { type TestResult } from "../../workbench/results/test_result.ts";

/** @param flags of `test`, but for `--bin` */
export async function simulated(
  program: Program,
  flags: string,
): Promise<{ readonly run: RunDocument; readonly result: TestResult }> {
  const options = parseTestOptions(["--bin", "-", ...flags.split(" ")]);
  const document = new SimulatedDocument();
  const { onMessage } = document;
  const result = await simulate(options, program, { onMessage });
  return { run: document.finish(options, result), result };
}
