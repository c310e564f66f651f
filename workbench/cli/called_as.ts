/**
 * How the user calls the project's commands, so that what is printed to be
 * typed again can be typed again.
 *
 * @module
 */

/** Set by run.sh: the words by which it was called. */
const VARIABLE = "RUN_SH";

/**
 * The words that run a command: `./run.sh soak` for whoever came by run.sh,
 * else `deno task soak`.
 *
 * @param command none: run.sh itself, which runs the challenges
 */
export function calledAs(
  command: string,
  runSh: string | undefined = globalThis.Deno?.env.get(VARIABLE), // not in a browser
): string {
  if (command === "") return runSh || "./run.sh";
  return runSh ? `${runSh} ${command}` : `deno task ${command}`;
}
