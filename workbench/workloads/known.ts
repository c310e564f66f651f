/**
 * Workloads by name: Maelstrom's, and those of files that were loaded.
 *
 * @module
 */
import { workloadSpecs } from "./mod.ts";
import { type Workload } from "./workload.ts";

const loaded = new Map<string, Workload>();

/** A workload that was loaded, or is one of Maelstrom's. */
export function knownWorkload(name: string): Workload | undefined {
  return Object.hasOwn(workloadSpecs, name)
    ? workloadSpecs[name]
    : loaded.get(name);
}

/** @param name the absolute path of its file */
export function addWorkload(name: string, workload: Workload): void {
  loaded.set(name, workload);
}
