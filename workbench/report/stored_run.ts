/**
 * Reads what a run has left in its folder, for its report.
 *
 * @module
 */
import {
  createReadStream,
  existsSync,
  readFileSync,
  realpathSync,
} from "node:fs";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { messageOf } from "../../lib/errors.ts";
import { compose } from "../../viewer/run/compose.ts";
import { type Fate, type RunDocument } from "../../viewer/run/document.ts";
import { type NetworkEvent, Recording } from "../../viewer/run/recording.ts";
import { RunError } from "../cluster/node_host.ts";
import { type Anomaly, type Evidence } from "../checkers/result.ts";
import { type Op } from "../load/history.ts";
import { type RunOptions } from "../run_options.ts";
import { type TestResult } from "../results/test_result.ts";
import {
  type Author,
  authorOf,
  dateOf,
  filesOf,
} from "../results/run_folder.ts";
import { readJepsenRun } from "./jepsen_run.ts";
import { figuresOf } from "./figures.ts";
import {
  measured,
  parseOp,
  parseStored,
  settingsOf,
} from "./simulated_document.ts";

/** What a run's folder does not say. */
export interface ReportContext {
  /** How the run is repeated. */
  readonly command?: string;
}

/** results.json, as {@linkcode Store.finish} writes it. */
type StoredResult = Omit<TestResult, "workload"> & {
  readonly workload: Readonly<Record<string, unknown>>;
  readonly anomalies?: readonly Anomaly[];
  readonly evidence?: readonly Evidence[];
};

/**
 * @param folder the run's
 * @throws {RunError} saying which file can't be read, and why
 */
export async function readStoredRun(
  folder: string,
  context: ReportContext = {},
): Promise<RunDocument> {
  const author = authorIn(folder);
  if (author === "jepsen") return await readJepsenRun(folder);
  if (author === undefined) {
    throw new RunError(
      `${folder} is no run's folder: it has neither the workbench's ` +
        "results.json and history.jsonl nor Maelstrom's or Jepsen's " +
        "results.edn and history.edn",
    );
  }
  if (!existsSync(`${folder}/results.json`)) {
    throw new RunError(
      `${folder} has no results.json: the run was ended before its verdict, ` +
        "or still goes on",
    );
  }
  const options = readJson<RunOptions>(`${folder}/test.json`);
  const result = readJson<StoredResult>(`${folder}/results.json`);
  try {
    return await readRun(folder, options, result, context);
  } catch (error) {
    // Files that others have changed may lack anything.
    throw new RunError(
      `${folder} has no run that can be shown: ${messageOf(error)}`,
    );
  }
}

async function readRun(
  folder: string,
  options: RunOptions,
  result: StoredResult,
  context: ReportContext,
): Promise<RunDocument> {
  const notes: string[] = [...result.notes];
  const history: Op[] = [];
  const lost = await eachLine(`${folder}/history.jsonl`, (line) => {
    const op = opIn(line);
    if (op !== undefined) history.push(op);
    return op !== undefined;
  });
  if (lost > 0) notes.push(damage("history", lost));
  const recording = new Recording();
  const journal = `${folder}/journal.jsonl`;
  if (existsSync(journal)) {
    const lost = await eachLine(journal, (line) => {
      const event = parseJournalLine(line);
      if (event !== undefined) recording.add(event);
      return event !== undefined;
    });
    if (lost > 0) notes.push(damage("journal", lost));
  } else {
    notes.push("There is no journal, so no messages are shown.");
  }
  return compose({
    workload: options.workload,
    valid: result.valid,
    explanation: result.explanation,
    anomalies: result.anomalies ?? [],
    evidence: result.evidence,
    notes,
    figures: figuresOf(measured(result), options),
    settings: settingsOf(options),
    command: context.command,
    date: dateOf(basename(realpathSync(folder))),
    files: filesOf(folder),
    nodes: options.nodeIds,
    concurrency: options.concurrency,
    history,
    messages: recording.isEmpty ? undefined : recording.messages(),
    end: recording.end,
  });
}

function authorIn(folder: string): Author | undefined {
  try {
    return authorOf(folder);
  } catch (error) {
    throw new RunError(
      `${folder} can't be read: ${messageOf(error)}`,
    );
  }
}

function readJson<T>(path: string): T {
  try {
    return parseStored(readFileSync(path, "utf8")) as T;
  } catch (error) {
    throw new RunError(
      `${path} can't be read: ${messageOf(error)}`,
    );
  }
}

/**
 * @param take reads a line, and tells whether it could
 * @returns how many lines could not be read
 */
async function eachLine(
  path: string,
  take: (line: string) => boolean,
): Promise<number> {
  let lost = 0;
  const lines = createInterface({
    input: createReadStream(path),
    crlfDelay: Infinity,
  });
  for await (const line of lines) if (!take(line)) lost++;
  return lost;
}

const damage = (file: string, lost: number) =>
  `The ${file} is damaged: ${lost} of its lines can't be read and ` +
  "are left out.";

/** An event of a history; undefined if the line is none. */
function opIn(line: string): Op | undefined {
  try {
    return parseOp(line);
  } catch {
    return undefined;
  }
}

/** As `journalLine` writes it: most of it is the body, which stays a text. */
const LINE =
  /^\{"time":(\d+),"type":"(send|recv|drop)"(?:,"why":"([^"]*)")?,"message":\{"id":(\d+),"src":("(?:[^"\\]|\\.)*"),"dest":("(?:[^"\\]|\\.)*")(?:,"body":(.*))?\}\}$/s;

/** An event of a journal; undefined if the line is none. */
export function parseJournalLine(line: string): NetworkEvent | undefined {
  const match = LINE.exec(line);
  if (match === null) return undefined;
  const [, time, type, why, id, src, dest, text = ""] = match;
  if (type !== "send" && type !== "recv" && type !== "drop") return undefined;
  const from = nameOf(src);
  const to = nameOf(dest);
  if (from === undefined || to === undefined) return undefined;
  return {
    time: Number(time) / 1e6,
    type,
    fate: why as Fate | undefined,
    id: Number(id),
    src: from,
    dest: to,
    text,
  };
}

/** What a JSON string says; undefined if it is none. */
function nameOf(quoted: string): string | undefined {
  try {
    return JSON.parse(quoted);
  } catch {
    return undefined;
  }
}
