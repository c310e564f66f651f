/**
 * Modules of the user's own: programs, workloads, nemeses, latencies.
 *
 * @module
 */
import { statSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { RunError } from "./cluster/node_host.ts";
import { type Wanted } from "./own_file.ts";

// Those of the machine, which programs under simulation can't have.
const { setTimeout, clearTimeout } = globalThis;

/** How long a module may take to be imported, in ms. */
const MAX_IMPORT = 10_000;

/**
 * The default export of a module.
 *
 * @param path absolute
 * @param limit how long its import may take, in ms
 * @throws {RunError} saying what is wrong with the file
 */
export async function loadOwnModule<T>(
  path: string,
  wanted: Wanted<T>,
  limit: number = MAX_IMPORT,
): Promise<T> {
  const { flag, kind, example } = wanted;
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) {
    throw new RunError(`--${flag}: there is no file ${path}`);
  }
  const found = await importInTime(path, limit);
  if (wanted.is(found)) return found;
  const lack = wanted.lacks?.(found);
  const what = lack === undefined
    ? `has no ${kind} as its default export`
    : `has a ${kind} as its default export that lacks ${lack}`;
  throw new RunError(`${path} ${what}: --${flag} wants ${example}`);
}

/** @throws {RunError} it can't be imported */
async function importInTime(path: string, limit: number): Promise<unknown> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const text = `${path} does not end being imported, after ` +
        `${limit / 1000} s: something at its top level waits. If it calls ` +
        "run() itself, let it do so only `if (import.meta.main)`";
      reject(new RunError(text));
    }, limit);
  });
  try {
    const module: { readonly default?: unknown } = await Promise.race([
      import(pathToFileURL(path).href),
      tooLong,
    ]);
    return module.default;
  } catch (error) {
    if (error instanceof RunError) throw error;
    throw new RunError(`${path} can't be imported: ${whyNot(error)}`);
  } finally {
    clearTimeout(timer);
  }
}

/** Our words and Deno's say what; of what a module throws, the stack does. */
function whyNot(error: unknown): string {
  if (!(error instanceof Error)) return `${error}`;
  // A usage error is a sentence to whoever wrote the file.
  const isTold = "code" in error || error instanceof SyntaxError ||
    error.name === "UsageError";
  return isTold ? error.message : error.stack ?? error.message;
}
