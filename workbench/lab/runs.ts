/**
 * All runs of a store, newest first, each read once.
 *
 * @module
 */
import { statSync } from "node:fs";
import { lstat, readdir, readFile } from "node:fs/promises";
import { basename } from "node:path";
import { messageOf } from "../../lib/errors.ts";
import { type ListedRun } from "../../viewer/run/listing.ts";
import { type Validity } from "../checkers/result.ts";
import { readJepsenResults, readJepsenSetup } from "../report/jepsen_run.ts";
import {
  complaints,
  msgsPerOp,
  stableLatencies,
  tell,
} from "../results/maelstrom_results.ts";
import { numberOf, validityOf } from "../results/read_edn.ts";
import { authorOf, dateOf, isUnderWay } from "../results/run_folder.ts";

/** So long runs are read for one listing, in ms; the rest are for the next. */
const BUDGET = 300;

/** Longer results are not worth the wait; their report still shows them. */
const MAX_RESULTS = 50 << 20;

interface Known {
  /** What it was read from, and when that was written. */
  readonly mark: string;
  readonly run: ListedRun;
}

/** The runs in a folder such as `store/`. */
export class Runs {
  readonly #known = new Map<string, Known>();

  /** @param store absolute; need not be there */
  constructor(readonly store: string) {}

  /**
   * @param budget ms that may go into reading what is new
   * @returns newest first; what there was no time for is `unread`
   */
  async list(budget = BUDGET): Promise<ListedRun[]> {
    const ids = (await this.#ids()).toSorted(byDate);
    const runs: ListedRun[] = [];
    let spent = 0;
    for (const id of ids) {
      const mark = markOf(`${this.store}/${id}`);
      let run = this.#kept(id, mark);
      if (run === undefined && spent < budget) {
        const begin = performance.now();
        run = await this.#read(id, mark);
        spent += performance.now() - begin;
      } else if (run === undefined) {
        run = { ...nameOf(id), author: "workbench", state: "unread" };
      }
      if (run !== undefined) runs.push(run);
    }
    const gone = new Set(this.#known.keys()).difference(new Set(ids));
    for (const id of gone) this.#known.delete(id);
    return runs;
  }

  /** One run; undefined if there is none of that name. */
  async find(id: string): Promise<ListedRun | undefined> {
    const ids = await this.#ids();
    if (!ids.includes(id)) return undefined;
    const mark = markOf(`${this.store}/${id}`);
    return this.#kept(id, mark) ?? await this.#read(id, mark);
  }

  /** Folders two levels below the store; links are not followed. */
  async #ids(): Promise<string[]> {
    const workloads = await foldersIn(this.store);
    const all = await Promise.all(workloads.map(async (workload) => {
      const names = await foldersIn(`${this.store}/${workload}`);
      return names.map((name) => `${workload}/${name}`);
    }));
    return all.flat();
  }

  /** What is known of a run, if that is still so. */
  #kept(id: string, mark: string): ListedRun | undefined {
    const known = this.#known.get(id);
    return known?.mark === mark && known.run.state !== "under way"
      ? known.run
      : undefined;
  }

  async #read(id: string, mark: string): Promise<ListedRun | undefined> {
    const run = await readRun(`${this.store}/${id}`, id);
    if (run !== undefined) this.#known.set(id, { mark, run });
    return run;
  }
}

/** By what their folders' names say, newest first. */
function byDate(a: string, b: string): number {
  const [x, y] = [a, b].map((id) => dateOf(basename(id)) ?? "");
  return x === y ? (a < b ? 1 : -1) : x < y ? 1 : -1;
}

async function foldersIn(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.filter((it) => it.isDirectory()).map(({ name }) => name);
  } catch {
    return []; // it is not there, or has just been removed
  }
}

/**
 * Changes when a run's verdict does. At once, not as a promise: for thousands
 * of runs the waiting would take longer than the looking.
 */
function markOf(folder: string): string {
  const found = ["results.json", "results.edn", ""].map((name) =>
    statSync(`${folder}/${name}`, { throwIfNoEntry: false })
  );
  return found.map((it) => `${it?.mtimeMs}/${it?.size}`).join();
}

const nameOf = (id: string) => ({
  id,
  workload: id.split("/")[0],
  date: dateOf(basename(id)),
});

/** @returns undefined if it is no run's folder */
async function readRun(
  folder: string,
  id: string,
): Promise<ListedRun | undefined> {
  const name = nameOf(id);
  try {
    const author = authorOf(folder);
    if (author === undefined) {
      return name.date === undefined ? undefined : {
        ...name,
        author: "workbench",
        state: isUnderWay(basename(id)) ? "under way" : "damaged",
        told: "There is nothing of a run in its folder.",
      };
    }
    return author === "workbench"
      ? { ...name, ...await readOurs(folder) }
      : { ...name, ...readTheirs(folder) };
  } catch (error) {
    const told = messageOf(error);
    return { ...name, author: "workbench", state: "damaged", told };
  }
}

type Read = Omit<ListedRun, "id" | "date" | "workload"> & {
  readonly workload?: string;
};

async function readOurs(folder: string): Promise<Read> {
  const author = "workbench";
  const results = await lstat(`${folder}/results.json`).catch(() => undefined);
  if (results === undefined) {
    return isUnderWay(basename(folder))
      ? { author, state: "under way", told: "It is still running." }
      : {
        author,
        state: "damaged",
        told: "It has no results.json: the run did not come to its end.",
      };
  }
  if (results.size > MAX_RESULTS) {
    throw new RangeError(
      `Its results.json has ${results.size >> 20} MB: too much for a list.`,
    );
  }
  const result = await readObject(folder, "results.json");
  const options = await readObject(folder, "test.json");
  const latencies = objectOf(result.latencies);
  const workload = objectOf(result.workload);
  const at = workload.stableLatencies === undefined
    ? latencies
    : objectOf(workload.stableLatencies);
  const { nodeIds, nemesis, seed } = options;
  return {
    author,
    state: "judged",
    valid: validity(result.valid),
    workload: text(options.workload),
    nodes: Array.isArray(nodeIds) ? nodeIds.length : undefined,
    nemesis: Array.isArray(nemesis) ? nemesis.join(", ") : undefined,
    seed: text(seed),
    msgsPerOp: numberOf(objectOf(objectOf(result.net).servers).msgsPerOp),
    median: numberOf(at["0.5"]),
    max: numberOf(at["1"]),
    told: sentence(result.explanation),
  };
}

/** @throws {Error} naming the file, and what is wrong with it */
async function readObject(
  folder: string,
  name: string,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    const value: unknown = JSON.parse(
      await readFile(`${folder}/${name}`, "utf8"),
    );
    if (typeof value === "object" && value !== null) return objectOf(value);
    throw new TypeError("it is no object");
  } catch (error) {
    throw new TypeError(
      `Its ${name} can't be read: ${messageOf(error)}`,
    );
  }
}

function readTheirs(folder: string): Read {
  const { workload, nodes } = readJepsenSetup(folder);
  const about = { author: "jepsen", workload } as const;
  const results = readJepsenResults(folder);
  if (results === undefined) {
    const told = "It has no results.edn: the run was not judged.";
    return { ...about, state: "damaged", told };
  }
  const stable = stableLatencies(results);
  return {
    ...about,
    state: "judged",
    valid: validityOf(results["valid?"]),
    nodes: nodes.length > 0 ? nodes.length : undefined,
    msgsPerOp: msgsPerOp(results),
    median: numberOf(stable["0.5"]),
    max: numberOf(stable["1"]),
    told: sentence(complaints(results).map(tell)),
  };
}

const objectOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? { ...value } : {};

const text = (value: unknown) => typeof value === "string" ? value : undefined;

const validity = (value: unknown): Validity =>
  typeof value === "boolean" ? value : "unknown";

/** So much of an explanation is shown, in characters. */
const SENTENCE = 200;

/** The first sentence of what was found, and how much more there is. */
function sentence(explanation: unknown): string | undefined {
  const [first, ...others]: unknown[] = Array.isArray(explanation)
    ? explanation
    : [];
  if (typeof first !== "string") return undefined;
  const line = first.replaceAll(/\s+/g, " ");
  const [whole] = /^.*?[.](?= |$)/.exec(line) ?? [line];
  const shown = whole.length > SENTENCE
    ? `${whole.slice(0, SENTENCE)} …`
    : whole;
  return others.length === 0 ? shown : `${shown} (and ${others.length} more)`;
}
