/**
 * Folders of runs, the workbench's and those of Maelstrom and Jepsen:
 * `store/<workload>/<time>/`.
 *
 * @module
 */
import { readdirSync } from "node:fs";
import { relative } from "node:path";
import process from "node:process";

/** What a run's folder is called: when it began, and by which process. */
export const RUN = /^(\d{4}-\d\d-\d\d)T(\d\d)(\d\d)(\d\d\.\d{3})Z-(\d+)$/;

/** Jepsen's: local time, and how far that is from UTC. */
const JEPSEN =
  /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(?:\.(\d{3}))?(?:([+-]\d\d)(\d\d)|Z)$/;

/** When a run began, as an ISO 8601 date, by its folder's name. */
export function dateOf(name: string): string | undefined {
  const ours = RUN.exec(name);
  if (ours) {
    const [, day, hours, minutes, seconds] = ours;
    return `${day}T${hours}:${minutes}:${seconds}Z`;
  }
  const theirs = JEPSEN.exec(name);
  if (theirs === null) return undefined;
  const [, year, month, day, hours, minutes, seconds, ms = "000", ...zone] =
    theirs;
  const [far, more] = zone[0] === undefined ? ["+00", "00"] : zone;
  const time = Date.parse(
    `${year}-${month}-${day}T${hours}:${minutes}:${seconds}.${ms}${far}:${more}`,
  );
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

/** Whether the process that makes this run is there. */
export function isUnderWay(name: string): boolean {
  const pid = Number(RUN.exec(name)?.[5]);
  if (Number.isNaN(pid)) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process is none that we may signal.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** The name of the page in a run's folder that draws the run. */
export const REPORT = "report.html";

/** Who wrote a run's folder. */
export type Author = "workbench" | "jepsen";

const marks: readonly (readonly [Author, ReadonlySet<string>])[] = [
  [
    "workbench",
    new Set(["test.json", "results.json", "history.jsonl", "journal.jsonl"]),
  ],
  [
    "jepsen",
    new Set([
      ...["results.edn", "history.edn", "history.txt", "jepsen.log"],
      ...["test.jepsen", "test.fressian"],
    ]),
  ],
];

/** Who wrote a run's folder, by what is in it; undefined: it is no run's. */
export function authorOf(folder: string): Author | undefined {
  const names = readdirSync(folder);
  return marks.find(([, files]) => names.some((it) => files.has(it)))?.[0];
}

/** All files in a run's folder but its report, relative to it. */
export function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((it) => it.isFile())
    .map((it) => relative(folder, `${it.parentPath}/${it.name}`))
    .filter((name) => name !== REPORT)
    .toSorted();
}
