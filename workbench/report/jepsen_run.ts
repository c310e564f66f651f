/**
 * Reads what Maelstrom or Jepsen has left in a run's folder, for its report, as
 * far as its files allow. Messages are kept in a format of its own, so none are
 * shown.
 *
 * @module
 */
import { parseEdn } from "../histories/edn.ts";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { basename, dirname } from "node:path";
import { messageOf } from "../../lib/errors.ts";
import { compose, type FoundAnomaly } from "../../viewer/run/compose.ts";
import { type RunDocument, type Setting } from "../../viewer/run/document.ts";
import { latenciesOf } from "../checkers/latencies.ts";
import { type Validity } from "../checkers/result.ts";
import { RunError } from "../cluster/node_host.ts";
import { type History } from "../load/history.ts";
import { readJepsenHistory } from "../results/jepsen_history.ts";
import {
  type Complaint,
  complaints,
  msgsPerOp,
  stableLatencies,
  tell,
} from "../results/maelstrom_results.ts";
import {
  type EdnMap,
  mapOf,
  numberOf,
  validityOf,
} from "../results/read_edn.ts";
import { dateOf, filesOf } from "../results/run_folder.ts";
import { figuresOf } from "./figures.ts";

/** What Jepsen's log says of a test before it begins. */
export interface JepsenSetup {
  readonly workload: string;
  readonly nodes: readonly string[];
  readonly concurrency?: number;
  readonly command?: string;
}

/** @throws {RunError} saying which file can't be read, and why */
export async function readJepsenRun(folder: string): Promise<RunDocument> {
  const setup = readJepsenSetup(folder);
  const { workload, nodes, concurrency, command } = setup;
  const { history, notes } = await readJepsenHistory(folder, setup);
  const results = readJepsenResults(folder);
  const found = results === undefined ? [] : complaints(results);
  const stable = results === undefined ? {} : stableLatencies(results);
  const latencies = latenciesOf(history);
  return compose({
    workload,
    valid: verdict(results),
    explanation: found.map(tell),
    anomalies: found.map((it) => anomaly(it, history)),
    notes: [
      "This run is Maelstrom's or Jepsen's: its messages were not kept in a " +
      "form that can be read here, so operations and faults are all that is " +
      "drawn.",
      ...results === undefined
        ? ["There is no results.edn: the run was not judged."]
        : [],
      ...notes,
    ],
    figures: figuresOf({
      msgsPerOp: results && msgsPerOp(results),
      latency: { median: latencies["0.5"], max: latencies["1"] },
      stable: { median: numberOf(stable["0.5"]), max: numberOf(stable["1"]) },
    }, settingsIn(command, setup)),
    settings: settingsOf(setup),
    command,
    date: dateOf(basename(realpathSync(folder))),
    nodes,
    concurrency,
    history,
    files: filesOf(folder),
    end: 0,
  });
}

/** A run that was not judged is not known to be right. */
const verdict = (results: EdnMap | undefined): Validity =>
  validityOf(results?.["valid?"]);

/**
 * @returns undefined if there are none
 * @throws {RunError} they can't be read
 */
export function readJepsenResults(folder: string): EdnMap | undefined {
  const path = `${folder}/results.edn`;
  if (!existsSync(path)) return undefined;
  try {
    const results = parseEdn(readFileSync(path, "utf8"));
    if ("valid?" in mapOf(results)) return mapOf(results);
    throw new TypeError("it has no :valid?");
  } catch (error) {
    throw new RunError(
      `${path} can't be read: ${messageOf(error)}`,
    );
  }
}

/** So much of a log is read, at its begin, where the test is described. */
const BEGIN = 1 << 18;

/** What can be known of a test that has no file for it. */
export function readJepsenSetup(folder: string): JepsenSetup {
  const log = beginOf(`${folder}/jepsen.log`);
  const [, command] = /Command line:\r?\n(.+)/.exec(log) ?? [];
  const [, , test = ""] =
    /Running test:\r?\n( ?)(\{.*?)(?=\nINFO |\nWARN |$)/s.exec(log) ?? [];
  const [, workload] = /^ ?[{ ]:workload :([\w-]+)/m.exec(test) ?? [];
  const [, name] = /^ ?[{ ]:name "([^"]*)"/m.exec(test) ?? [];
  const [, concurrency] = /^ ?[{ ]:concurrency (\d+)/m.exec(test) ?? [];
  const [, nodes = ""] = /^ ?[{ ]:nodes[\s(]*\[([^\]]*)\]/m.exec(test) ?? [];
  const named = [...nodes.matchAll(/"([^"]*)"/g)].map(([, id]) => id);
  return {
    workload: workload ?? name ?? basename(dirname(realpathSync(folder))),
    nodes: named.length > 0 ? named : nodesWithLogs(folder),
    concurrency: concurrency === undefined ? undefined : Number(concurrency),
    command,
  };
}

const nodesWithLogs = (folder: string) =>
  filesOf(folder).flatMap((path) =>
    /^node-logs\/(.+)\.log$/.exec(path)?.[1] ?? []
  ).toSorted((a, b) => a.localeCompare(b, "en", { numeric: true }));

function beginOf(path: string): string {
  if (!existsSync(path)) return "";
  using file = Deno.openSync(path);
  const bytes = new Uint8Array(BEGIN);
  const length = file.readSync(bytes) ?? 0;
  return new TextDecoder().decode(bytes.subarray(0, length));
}

/** What results name of a history: its events, and what was lost. */
function anomaly(complaint: Complaint, history: History): FoundAnomaly {
  const { lost } = complaint.results;
  const values = new Set(Array.isArray(lost) ? lost : []);
  const writes = history.filter(({ type, f, value }) =>
    type === "invoke" && f !== "read" && values.has(value)
  );
  return {
    explanation: [tell(complaint)],
    operations: [
      ...new Set([
        ...writes.map(({ index }) => index),
        ...indicesIn(complaint.results),
      ]),
    ],
  };
}

function indicesIn(value: unknown): number[] {
  if (Array.isArray(value)) return value.flatMap(indicesIn);
  if (typeof value !== "object" || value === null) return [];
  const map = mapOf(value);
  const { index } = map;
  const own = typeof index === "number" && "process" in map ? [index] : [];
  return [...own, ...Object.values(map).flatMap(indicesIn)];
}

/** Maelstrom's flags, if it was Maelstrom and they can be read. */
function settingsIn(
  command: string | undefined,
  { workload, nodes }: JepsenSetup,
) {
  if (command === undefined) return undefined;
  const flag = (name: string, otherwise: string) =>
    new RegExp(` ${name}[ =]'?([^\\s']+)`).exec(command)?.[1] ?? otherwise;
  const nemesis = flag("--nemesis", "");
  return {
    workload,
    nodeIds: nodes,
    rate: Number(flag("--rate", "5")),
    latency: Number(flag("--latency", "0")),
    nemesis: nemesis === "" ? [] : nemesis.split(","),
    own: { consistencyModels: flag("--consistency-models", "") },
    pLoss: 0,
    pDuplicate: 0,
  };
}

function settingsOf({ workload, nodes, concurrency }: JepsenSetup): Setting[] {
  return [
    { name: "workload", value: workload },
    { name: "nodes", value: nodes.join(", ") },
    ...concurrency === undefined
      ? []
      : [{ name: "concurrency", value: `${concurrency}` }],
  ].filter(({ value }) => value !== "");
}
