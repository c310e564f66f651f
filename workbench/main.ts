/**
 * The workbench's command line.
 *
 * @module
 */
import { relative } from "node:path";
import { RunError } from "./node_host.ts";
import { parseTestOptions, USAGE, UsageError } from "./options.ts";
import { simulateCommand } from "./simulate.ts";
import { runTest, type TestResult } from "./test.ts";

/** What the run came to, in a few lines. */
function report(result: TestResult): string {
  const { valid, net, latencies, operations, workload } = result;
  const ms = (x?: number) => x === undefined ? "-" : `${x.toFixed(1)} ms`;
  const stable = workload.stableLatencies as Record<string, number> | undefined;
  const lines = [
    ...result.explanation.map((text) => `${text}\n`),
    `operations    ${operations}, ${
      net.servers.msgsPerOp?.toFixed(2) ?? "-"
    } messages between servers each`,
    `latency       ${ms(latencies["0.5"])} median, ${ms(latencies["1"])} max`,
    ...(stable
      ? [`stable after  ${ms(stable["0.5"])} median, ${ms(stable["1"])} max`]
      : []),
    `seed          ${result.seed}`,
    `results       ${relative(Deno.cwd(), result.storePath)}`,
    "",
    valid === true
      ? "Valid: everything checked holds."
      : valid === "unknown"
      ? "Unknown: too little succeeded to tell."
      : "Invalid: see above.",
  ];
  return lines.join("\n");
}

async function main(args: string[]): Promise<number> {
  const [command, ...rest] = args;
  if (command === "help" || command === "--help" || rest.includes("--help")) {
    console.log(USAGE);
    return 0;
  }
  if (command !== "test" && command !== "simulate") {
    throw new UsageError(
      command ? `no such command: ${command}` : "which command?",
    );
  }
  const abort = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => abort.abort());
  }
  if (command === "simulate") {
    return await simulateCommand(rest, abort.signal, report);
  }
  const options = parseTestOptions(rest);
  for (let run = 1;; run++) {
    // Further runs make choices of their own, which the first seed decides.
    const seed = run === 1 ? options.seed : `${options.seed}/${run}`;
    const result = await runTest({ ...options, seed }, abort.signal);
    if (options.testCount > 1) console.log(`run ${run}:`);
    console.log(report(result));
    if (abort.signal.aborted) return 130;
    if (result.valid !== true) return result.valid === false ? 1 : 2;
    if (run === options.testCount) return 0;
    console.log();
  }
}

try {
  Deno.exit(await main(Deno.args));
} catch (error) {
  if (error instanceof UsageError) {
    console.error(`${error.message}\n\n${USAGE}`);
    Deno.exit(2);
  }
  if (error instanceof RunError) {
    console.error(error.message);
    Deno.exit(2);
  }
  throw error;
}
