/**
 * The workbench's command line.
 *
 * @module
 */
import { relative, resolve } from "node:path";
import { tellMaelstroms } from "../checkers/result.ts";
import { clean } from "./clean.ts";
import { runCommand } from "./command.ts";
import { doc, updatePages } from "./doc.ts";
import { usage } from "./arguments.ts";
import { UsageError } from "./flags.ts";
import { type History } from "../load/history.ts";
import {
  commands,
  flagGroups,
  flagsWithoutEffect,
  parseCleanOptions,
  parseDocOptions,
  parseMergeOptions,
  parseReportOptions,
  parseTestOptions,
  type ReportOptions,
  type TestOptions,
  usageOfWorkloads,
} from "./options.ts";
import { loadOwnWorkload } from "./own_workload.ts";
import { closing, spanOf } from "./told.ts";
import { showProgress } from "./run_progress.ts";
import { merge } from "../search/merge.ts";
import { simulateCommand } from "../search/simulate.ts";
import { kindsOf, notesOf, type TestResult } from "../results/test_result.ts";
import { runTest } from "../run.ts";

const ROOT = resolve(import.meta.dirname ?? ".", "../..");

/** Loaded when it is needed: most commands write no page. */
const pages = () => import("../report/write_report.ts");

/** What the run came to, in a few lines, and where one can see it. */
async function report(
  result: TestResult,
  { noReport }: ReportOptions,
  command?: string,
): Promise<string> {
  const { storePath } = result;
  const page = noReport || storePath === ""
    ? undefined
    : await (await pages()).tryReport(storePath, { command });
  const { valid, net, latencies, operations, faultCounts, workload } = result;
  const { stableLatencies: stable, figures = {} } = workload;
  const lines = [
    ...result.explanation.map((text) => `${text}\n`),
    ...notesOf(result).map((text) => `Allowed, but note: ${text}\n`),
    ...(result.failures.length > 0 ? [...result.failures, ""] : []),
    `operations    ${operations}, ${
      net.servers.msgsPerOp?.toFixed(2) ?? "-"
    } messages between servers each`,
    ...(faultCounts.length > 0
      ? [`faults        ${faultCounts.join(", ")}`]
      : []),
    `latency       ${spanOf(latencies)}`,
    ...(stable ? [`stable after  ${spanOf(stable)}`] : []),
    ...Object.entries(figures).map(([name, text]) =>
      `${name.padEnd(14)}${text}`
    ),
    `seed          ${result.seed}`,
    `results       ${
      storePath ? relative(Deno.cwd(), storePath) : "not stored"
    }`,
    ...(page === undefined ? [] : [`report        ${page}`]),
    "",
    closing(valid, kindsOf(result), "too little happened to tell"),
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
  serve: " (lab shows all runs)",
  demo: " (./run.sh runs the challenges)",
};

/** What all commands take, or the one that is named. */
async function help(): Promise<string> {
  const [name, ...rest] = Deno.args;
  const isRun = name === "test" || name === "simulate";
  if (isRun) await loadOwnWorkload(rest);
  const { test, simulate, check, report, lab, merge, clean, doc } = commands;
  const own = new Map(
    Object.entries({ test, simulate, check, report, lab, merge, clean, doc }),
  );
  const command = own.get(name);
  if (command !== undefined) {
    return [
      usage(command),
      ...(isRun ? [usageOfWorkloads(rest)] : []),
      ...(name === "check"
        ? [(await import("../check/usage.ts")).usageOfModels()]
        : []),
    ].join("\n\n");
  }
  return [
    usage(test),
    usageOfWorkloads([]),
    usage(simulate, flagGroups.simulate, "and those of test, but --bin"),
    usage(check),
    usage(report),
    usage(lab),
    usage(merge),
    usage(clean),
    usage(doc),
  ].join("\n\n");
}

async function main(signal: AbortSignal): Promise<number> {
  const [command, ...rest] = Deno.args;
  if (command === "help") {
    console.log(await help());
    return 0;
  }
  if (command === "clean") {
    console.log(clean(parseCleanOptions(rest).keep));
    return 0;
  }
  if (command === "doc") {
    const { names, update } = parseDocOptions(rest);
    console.log(update ? await updatePages(ROOT) : await doc(names));
    return 0;
  }
  if (command === "simulate") {
    return await simulateCommand(rest, signal, report);
  }
  if (command === "check") {
    const { checkCommand } = await import("../check/check.ts");
    return await checkCommand(rest, signal);
  }
  if (command === "report") {
    const folders = parseReportOptions(rest);
    const { writeReport } = await pages();
    for (const folder of folders.length > 0 ? folders : ["store/latest"]) {
      console.log(relative("", await writeReport(folder)));
    }
    return 0;
  }
  if (command === "lab") {
    const { labCommand } = await import("../lab/lab.ts");
    return await labCommand(rest, signal);
  }
  if (command === "merge") return merge(parseMergeOptions(rest));
  if (command !== "test") {
    throw new UsageError(
      command === undefined
        ? "a command is missing: test, simulate, check, report, lab, merge, doc or clean"
        : `there is no command ${command}${maelstroms[command] ?? ""}; ` +
          `commands are test, simulate, check, report, lab, merge, doc and clean`,
    );
  }
  await loadOwnWorkload(rest);
  const options = parseTestOptions(rest);
  for (const note of flagsWithoutEffect(rest)) console.error(note);
  for (let run = 1;; run++) {
    // Further runs make choices of their own, which the first seed decides.
    const seed = run === 1 ? options.seed : `${options.seed}/${run}`;
    const result = await runAndShow({ ...options, seed }, signal);
    if (options.testCount > 1) console.log(`run ${run}:`);
    console.log(await report(result, options));
    if (signal.aborted || result.valid !== true) {
      return result.valid === false ? 1 : 2;
    }
    if (run === options.testCount) return 0;
    console.log();
  }
}

await runCommand("workbench", help, main);
