/**
 * A command line whose workload is a file of its user's.
 *
 * @module
 */
import { resolve } from "node:path";
import { isOwnFile } from "../own_file.ts";
import { loadWorkload } from "../workloads/load.ts";
import { workloadIn } from "./run_flags.ts";

/**
 * Loads the workload that a command line names, if it is a file, so that its
 * flags are known.
 *
 * @throws {RunError} saying what is wrong with the file
 */
export async function loadOwnWorkload(args: readonly string[]): Promise<void> {
  const name = workloadIn(args);
  if (name !== undefined && isOwnFile(name)) {
    await loadWorkload(resolve(name));
  }
}
