/**
 * The command `doc`: what workloads and flags are, in Markdown, and the parts
 * of the project's pages that say so.
 *
 * @module
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { ownFlags } from "../check/options.ts";
import { judges } from "../check/judges.ts";
import { isOwnFile } from "../own_file.ts";
import { loadWorkload } from "../workloads/load.ts";
import { workloadSpecs } from "../workloads/mod.ts";
import { type Workload } from "../workloads/workload.ts";
import { listOf } from "./arguments.ts";
import { UsageError } from "./flags.ts";
import { commands, flagGroups } from "./options.ts";
import { flagsOfWorkloads } from "./run_flags.ts";

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
        `${
          Object.keys(workloadSpecs).join(", ")
        }, and files such as mine/workload.ts`,
    );
  }));
  return workloads.map(describe).join("\n\n");
}

function describe({ name, clients, checked, rpcs, flags }: Workload): string {
  const requests = rpcs.map(({ message: { type, request, reply }, about }) =>
    `- \`${type} ${request.expected}\` → \`${reply.expected}\`. ${about}`
  );
  return [
    `### ${name}`,
    `Clients ${clients}. Checked: ${checked}.`,
    requests.join("\n"),
    ...(flags ? ["Flags:", listOf(flags)] : []),
  ].join("\n\n");
}

/** Each flag of a workload, with those that have it. */
const owners = () =>
  [...flagsOfWorkloads()].map(([name, workloads]) =>
    `- \`--${name}\`: ${
      workloads.map((it) => `[${it}](workloads.md#${it})`).join(", ")
    }`
  ).join("\n");

/** Each model that histories are checked by. */
const modelsOf = () =>
  judges.map(({ name, aliases = [], about, functions, flags = {} }) => {
    const others = aliases.map((it) => `\`${it}\``).join(", ");
    const operations = Object.entries(functions).map(([f, value]) =>
      value === "null" ? `\`${f}\`` : `\`${f} ${value}\``
    );
    const own = Object.keys(flags).map((flag) => `\`--${flag}\``);
    return `- **\`${name}\`**${others && ` (${others})`}: ${about}. ` + [
      ...operations.length > 0 ? [`Operations: ${operations.join(", ")}.`] : [],
      ...own.length > 0 ? [`Flags: ${own.join(", ")}.`] : [],
    ].join(" ");
  }).join("\n");

/** What stands in the pages between marks, by the marks' names. */
const parts: Readonly<Record<string, () => string | Promise<string>>> = {
  "workloads": () => doc([]),
  "workloads' flags": owners,
  "Maelstrom's flags": () => listOf(flagGroups.maelstroms),
  "our flags": () => listOf(flagGroups.ours),
  "flags of simulate": () => listOf(flagGroups.simulate),
  "models": modelsOf,
  "flags of models": () => listOf(ownFlags),
  "flags of check": () => listOf(commands.check.flags),
  "flags of soak": () => listOf(commands.soak.flags),
};

const PART = /^<!-- workbench doc: (.*?) -->$.*?^<!-- until here -->$/gms;

/** A page of the project with all of its parts as they ought to be. */
export interface Page {
  readonly path: string;
  readonly isStale: boolean;
  readonly text: string;
}

/**
 * The pages that have parts which are made by this command.
 *
 * @param root the project's folder
 * @throws {RangeError} a part has an unknown name
 */
export async function pagesWithParts(root: string): Promise<Page[]> {
  const pages: Page[] = [];
  for (const name of readdirSync(join(root, "docs")).sort()) {
    if (!name.endsWith(".md")) continue;
    const path = join(root, "docs", name);
    const before = readFileSync(path, "utf8");
    const filled = new Map<string, string>();
    for (const [whole, name] of before.matchAll(PART)) {
      if (!Object.hasOwn(parts, name)) {
        throw new RangeError(`${path}: there is no part "${name}"`);
      }
      const [first] = whole.split("\n");
      const content = await parts[name]();
      filled.set(whole, `${first}\n\n${content}\n\n<!-- until here -->`);
    }
    if (filled.size === 0) continue;
    const text = await formatted(
      root,
      before.replaceAll(PART, (whole) => filled.get(whole) ?? whole),
    );
    pages.push({ path, isStale: text !== before, text });
  }
  return pages;
}

/** Markdown as `deno fmt` leaves it. */
async function formatted(root: string, text: string): Promise<string> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", "--ext", "md", "-"],
    cwd: root,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { success, stdout } = await process.output();
  if (!success) throw new Error("deno fmt failed: see above");
  return new TextDecoder().decode(stdout);
}

/** Brings the pages up to date. @returns what was done, in a sentence */
export async function updatePages(root: string): Promise<string> {
  const stale = (await pagesWithParts(root)).filter(({ isStale }) => isStale);
  for (const { path, text } of stale) writeFileSync(path, text);
  return stale.length === 0
    ? "All pages were up to date."
    : `Written: ${stale.map(({ path }) => path).join(", ")}.`;
}
