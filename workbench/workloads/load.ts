/**
 * Workloads by name, and those that somebody else wrote by their file.
 *
 * @module
 */
import { RunError } from "../cluster/node_host.ts";
import { objectsWith, type Wanted } from "../own_file.ts";
import { loadOwnModule } from "../own_module.ts";
import { addWorkload, knownWorkload } from "./known.ts";
import { type Workload } from "./workload.ts";

const texts = ["name", "clients", "checked"] as const;

const wanted: Wanted<Workload> = {
  flag: "workload",
  kind: "workload",
  example:
    "`export default workload({ name, clients, checked, rpcs, create })`, " +
    "see docs/workloads.md",
  ...objectsWith((fields) => {
    const text = texts.find((name) => typeof fields[name] !== "string");
    return text !== undefined
      ? `the text \`${text}\``
      : !Array.isArray(fields.rpcs)
      ? "the list `rpcs`"
      : typeof fields.create !== "function"
      ? "the function `create`"
      : undefined;
  }),
};

/**
 * A workload by its name or the absolute path of its file.
 *
 * @throws {RunError} saying what is wrong with the file
 */
export async function loadWorkload(name: string): Promise<Workload> {
  const known = knownWorkload(name);
  if (known !== undefined) return known;
  const found = await loadOwnModule(name, wanted);
  if (!/^[a-z][a-z\d-]*$/.test(found.name)) {
    throw new RunError(
      `${name}: a workload's name has small letters, digits and hyphens, as ` +
        `in "max-register", since its runs are in a folder of that name; got ` +
        `"${found.name}"`,
    );
  }
  addWorkload(name, found);
  return found;
}
