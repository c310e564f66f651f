/**
 * Workloads by name, and those that somebody else wrote by their file.
 *
 * @module
 */
import { statSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { RunError } from "../cluster/node_host.ts";
import { workloadSpecs } from "./mod.ts";
import { type Workload } from "./workload.ts";

const loaded = new Map<string, Workload>();

/** A workload that was loaded, or is one of Maelstrom's. */
export function knownWorkload(name: string): Workload | undefined {
  return Object.hasOwn(workloadSpecs, name)
    ? workloadSpecs[name]
    : loaded.get(name);
}

/**
 * A workload by its name or the absolute path of its file.
 *
 * @throws {RunError} saying what is wrong with the file
 */
export async function loadWorkload(name: string): Promise<Workload> {
  const known = knownWorkload(name);
  if (known !== undefined) return known;
  if (!statSync(name, { throwIfNoEntry: false })?.isFile()) {
    throw new RunError(`--workload: there is no file ${name}`);
  }
  let module: { readonly default?: unknown };
  try {
    module = await import(pathToFileURL(name).href);
  } catch (error) {
    const why = error instanceof Error ? error.stack ?? error.message : error;
    throw new RunError(`${name} can't be imported: ${why}`);
  }
  const found = module.default;
  if (!isWorkload(found)) {
    throw new RunError(
      `${name} has no workload as its default export: --workload wants ` +
        "`export default workload({ name, clients, checked, rpcs, create })`, " +
        "see docs/workloads.md",
    );
  }
  if (!/^[a-z][a-z\d-]*$/.test(found.name)) {
    throw new RunError(
      `${name}: a workload's name has small letters, digits and hyphens, as ` +
        `in "max-register", since its runs are in a folder of that name; got ` +
        `"${found.name}"`,
    );
  }
  loaded.set(name, found);
  return found;
}

function isWorkload(value: unknown): value is Workload {
  if (typeof value !== "object" || value === null) return false;
  const it: Readonly<Record<string, unknown>> = { ...value };
  return typeof it.name === "string" && typeof it.clients === "string" &&
    typeof it.checked === "string" && Array.isArray(it.rpcs) &&
    typeof it.create === "function";
}
