/** A run under virtual time, as the page gets it. */
import { type Program } from "../../lib/maelstrom.ts";
import { compose } from "../../viewer/run/compose.ts";
import { type RunDocument } from "../../viewer/run/document.ts";
import { Recording } from "../../viewer/run/recording.ts";
import { parseTestOptions } from "../../workbench/cli/options.ts";
import { journalLine } from "../../workbench/cluster/journal.ts";
import { parseJournalLine } from "../../workbench/report/stored_run.ts";
import { simulate } from "../../workbench/run.ts";
import { type TestResult } from "../../workbench/results/test_result.ts";

/** @param flags of `test`, but for `--bin` */
export async function simulated(
  program: Program,
  flags: string,
): Promise<{ readonly run: RunDocument; readonly result: TestResult }> {
  const options = parseTestOptions(["--bin", "-", ...flags.split(" ")]);
  const recording = new Recording();
  const result = await simulate(options, program, {
    onMessage(event) {
      const parsed = parseJournalLine(journalLine(event).trimEnd());
      if (parsed !== undefined) recording.add(parsed);
    },
  });
  const { anomalies = [], evidence } = result.workload;
  const run = compose({
    ...{ workload: options.workload, valid: result.valid },
    ...{ explanation: result.explanation, anomalies },
    ...{ evidence, notes: [], figures: [], settings: [] },
    ...{ nodes: options.nodeIds, concurrency: options.concurrency },
    ...{ history: result.history, messages: recording.messages() },
    end: recording.end,
  });
  return { run, result };
}
