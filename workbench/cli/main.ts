/**
 * The workbench's command line.
 *
 * @module
 */
import { relative } from "node:path";
import { tellMaelstroms } from "../checkers/result.ts";
import { calledAs } from "./called_as.ts";
import { clean } from "./clean.ts";
import { listenForInterruption } from "./interruption.ts";
import { type History } from "../load/history.ts";
import { RunError } from "../cluster/node_host.ts";
import {
  complaint,
  flagsWithoutEffect,
  parseCleanOptions,
  parseTestOptions,
  type TestOptions,
  usage,
  UsageError,
  wantsHelp,
} from "./options.ts";
import { showProgress } from "./run_progress.ts";
import { simulateCommand } from "../search/simulate.ts";
import { runTest, type TestResult } from "../run.ts";

/** What the run came to, in a few lines. */
function report(result: TestResult): string {
  const { valid, net, latencies, operations, workload } = result;
  const ms = (x?: number) => x === undefined ? "-" : `${x.toFixed(1)} ms`;
  const { stableLatencies: stable, figures = {}, notes: allowed = [] } =
    workload;
  const notes = [
    ...allowed.map((note) => note.split("\n")[0]),
    ...result.notes,
  ];
  const lines = [
    ...result.explanation.map((text) => `${text}\n`),
    ...notes.map((text) => `Allowed, but note: ${text}\n`),
    ...(result.failures.length > 0 ? [...result.failures, ""] : []),
    `operations    ${operations}, ${
      net.servers.msgsPerOp?.toFixed(2) ?? "-"
    } messages between servers each`,
    `latency       ${ms(latencies["0.5"])} median, ${ms(latencies["1"])} max`,
    ...(stable
      ? [`stable after  ${ms(stable["0.5"])} median, ${ms(stable["1"])} max`]
      : []),
    ...Object.entries(figures).map(([name, text]) =>
      `${name.padEnd(14)}${text}`
    ),
    `seed          ${result.seed}`,
    `results       ${
      result.storePath ? relative(Deno.cwd(), result.storePath) : "not stored"
    }`,
    "",
    valid === true
      ? "Valid: everything checked holds."
      : valid === "unknown"
      ? "Unknown: too little happened to tell."
      : "Invalid: see above.",
    ...(result.asMaelstrom ? [tellMaelstroms(result.asMaelstrom)] : []),
  ];
  return lines.join("\n");
}

/** Runs a test; on a terminal one sees how far it has come. */
async function runAndShow(
  options: TestOptions,
  signal: AbortSignal,
): Promise<TestResult> {
  let history: History | undefined;
  const { timeLimit, logStderr, logNetSend, logNetRecv } = options;
  const isQuiet = !logStderr && !logNetSend && !logNetRecv;
  const stop = isQuiet ? showProgress(timeLimit, () => history) : () => {};
  try {
    return await runTest(options, signal, (it) => history = it);
  } finally {
    stop();
  }
}

/** What to do instead of Maelstrom's other commands. */
const maelstroms: Readonly<Record<string, string>> = {
  serve: " (what it would show are files: see store/latest)",
  demo: " (./run.sh runs the challenges)",
  doc: " (docs/workbench.md describes the workloads)",
};

async function main(args: string[]): Promise<number> {
  const [command, ...rest] = args;
  if (command === "help" || wantsHelp(args)) {
    console.log(usage(command));
    return 0;
  }
  if (command === "clean") {
    console.log(clean(parseCleanOptions(rest).keep));
    return 0;
  }
  if (command !== "test" && command !== "simulate") {
    throw new UsageError(
      command === undefined
        ? "a command is missing: test, simulate or clean"
        : `there is no command ${command}${maelstroms[command] ?? ""}; ` +
          `commands are test, simulate and clean`,
    );
  }
  const { signal, exitCode } = listenForInterruption();
  if (command === "simulate") {
    const code = await simulateCommand(rest, signal, report);
    return signal.aborted ? exitCode() : code;
  }
  const options = parseTestOptions(rest);
  for (const note of flagsWithoutEffect(rest)) console.error(note);
  for (let run = 1;; run++) {
    // Further runs make choices of their own, which the first seed decides.
    const seed = run === 1 ? options.seed : `${options.seed}/${run}`;
    const result = await runAndShow({ ...options, seed }, signal);
    if (options.testCount > 1) console.log(`run ${run}:`);
    console.log(report(result));
    if (signal.aborted) return exitCode();
    if (result.valid !== true) return result.valid === false ? 1 : 2;
    if (run === options.testCount) return 0;
    console.log();
  }
}

try {
  Deno.exit(await main(Deno.args));
} catch (error) {
  if (error instanceof UsageError) {
    console.error(complaint(calledAs("workbench"), error));
    Deno.exit(2);
  }
  if (error instanceof RunError) {
    console.error(error.message);
    Deno.exit(2);
  }
  throw error;
}
