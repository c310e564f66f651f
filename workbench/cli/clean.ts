/**
 * The command `clean`: removes runs from the store.
 *
 * @module
 */
import { lstatSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { isUnderWay, RUN } from "../results/run_folder.ts";
import { pointTo, target } from "../results/store.ts";
import { workloadSpecs } from "../workloads/mod.ts";

interface Run {
  readonly path: string;
  readonly name: string;
}

/** Whether this is a run of a workload of somebody's own, by what is in it. */
const isOwnRun = (path: string, name: string) =>
  RUN.test(name) && isFolder(path) &&
  lstatSync(`${path}/test.json`, { throwIfNoEntry: false })?.isFile() === true;

/**
 * Removes all runs but the newest, and those that are under way. What is no
 * run's folder is left alone, and named.
 *
 * @returns what was done, in lines
 */
export function clean(keep: number, store: string = resolve("store")): string {
  const runs: Run[] = [];
  const others: string[] = [];
  for (const workload of folders(store)) {
    const folder = `${store}/${workload}`;
    const isWorkloads = isFolder(folder) &&
      (Object.hasOwn(workloadSpecs, workload) ||
        folders(folder).some((name) => isOwnRun(`${folder}/${name}`, name)));
    if (!isWorkloads) {
      if (workload !== "latest") others.push(folder);
      continue;
    }
    for (const name of folders(folder)) {
      const path = `${folder}/${name}`;
      if (RUN.test(name) && isFolder(path)) runs.push({ path, name });
      else others.push(path);
    }
  }
  // Names sort as times do.
  runs.sort((a, b) => a.name < b.name ? 1 : -1);
  const [kept, old] = [runs.slice(0, keep), runs.slice(keep)];
  const removed = old.filter(({ name }) => !isUnderWay(name));
  const newest = runs.find((run) => !removed.includes(run));
  for (const { path } of removed) removeRun(path, store, newest?.path);
  const left = runs.length - removed.length;
  return [
    `Removed ${removed.length} runs, kept ${left}${
      left > kept.length ? `, ${left - kept.length} of them under way` : ""
    }.`,
    ...(others.length > 0
      ? [
        "No run's folder, so left alone:",
        ...others.map((path) => `  ${relative("", path)}`),
      ]
      : []),
  ].join("\n");
}

/**
 * Removes a run, and its workload's folder if that is empty then.
 *
 * @param newest what `store/latest` points to, if it pointed to this run
 */
export function removeRun(path: string, store: string, newest?: string): void {
  rmSync(path, { recursive: true });
  const folder = dirname(path);
  if (folders(folder).length === 0) rmdirSync(folder);
  const latest = `${store}/latest`;
  if (target(latest) !== path) return;
  if (newest !== undefined) pointTo(newest, latest);
  else rmSync(latest);
}

/** What is in a folder, if there is one. */
function folders(path: string): string[] {
  return isFolder(path) ? readdirSync(path).sort() : [];
}

/** Whether there is a folder of its own, not a link to one elsewhere. */
function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
