/**
 * The command `doc`: what workloads are, in Markdown.
 *
 * @module
 */
import { resolve } from "node:path";
import { isOwnFile } from "../cluster/own.ts";
import { loadWorkload } from "../workloads/load.ts";
import { markdown } from "../table.ts";
import { workloadSpecs } from "../workloads/mod.ts";
import { type Workload } from "../workloads/workload.ts";
import { tableOf, UsageError } from "./flags.ts";

/**
 * Describes some workloads, by name or file; without any, Maelstrom's.
 *
 * @throws {UsageError} there is none of that name
 * @throws {RunError} a file has none
 */
export async function doc(names: readonly string[]): Promise<string> {
  const all = names.length > 0 ? names : Object.keys(workloadSpecs);
  const workloads = await Promise.all(all.map((name) => {
    if (isOwnFile(name)) return loadWorkload(resolve(name));
    if (Object.hasOwn(workloadSpecs, name)) return workloadSpecs[name];
    throw new UsageError(
      `there is no workload ${name}: there are ` +
        `${Object.keys(workloadSpecs).join(", ")}, and files such as ./mine.ts`,
    );
  }));
  return workloads.map(describe).join("\n\n");
}

function describe({ name, clients, checked, rpcs, flags }: Workload): string {
  const requests = rpcs.map(({ message: { type, request, reply }, about }) => [
    `\`${type} ${request.expected}\``,
    `\`${reply.expected}\``,
    about,
  ]);
  return [
    `### ${name}`,
    `Clients ${clients}. Checked: ${checked}.`,
    markdown(["request", "reply", "what it asks for"], requests),
    ...(flags ? [markdown(["flag", "what", "default"], tableOf(flags))] : []),
  ].join("\n\n");
}
