/**
 * How every command of the project begins and ends: help, wrong command lines,
 * signals, exit codes.
 *
 * @module
 */
import { RunError } from "../cluster/node_host.ts";
import { calledAs } from "./called_as.ts";
import { complaint, wantsHelp } from "./arguments.ts";
import { UsageError } from "./flags.ts";
import { listenForInterruption } from "./interruption.ts";

/**
 * Runs a command and ends the process. What the user did wrong is one sentence
 * and exit code 2; after a signal the code is the shell's for that signal.
 *
 * @param name what it is called by: `soak` for `deno task soak`
 * @param help what `--help` says
 * @param perform does the work; the signal asks it to end
 */
export async function runCommand(
  name: string,
  help: () => string | Promise<string>,
  perform: (signal: AbortSignal) => Promise<number> | number,
): Promise<never> {
  if (wantsHelp(Deno.args)) {
    try {
      console.log(await help());
      Deno.exit(0);
    } catch (error) {
      refuse(name, error);
    }
  }
  const { signal, exitCode } = listenForInterruption();
  try {
    const code = await perform(signal);
    Deno.exit(signal.aborted ? exitCode() : code);
  } catch (error) {
    if (signal.aborted) Deno.exit(exitCode());
    refuse(name, error);
  }
}

/** Says what the user did wrong, and ends with 2. */
function refuse(name: string, error: unknown): never {
  if (error instanceof UsageError) {
    console.error(complaint(calledAs(name), error));
    Deno.exit(2);
  }
  if (error instanceof RunError) {
    console.error(error.message);
    Deno.exit(2);
  }
  throw error;
}
