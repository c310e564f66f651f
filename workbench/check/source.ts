/**
 * What is named on the command line of `check`: a file, a run's folder, or
 * stdin.
 *
 * @module
 */
import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import process from "node:process";
import { messageOf } from "../../lib/errors.ts";
import { RunError } from "../cluster/node_host.ts";
import {
  HistoryError,
  type ReadHistory,
  readHistory,
} from "../histories/read.ts";
import { parseJson } from "../json.ts";
import { type JepsenSetup, readJepsenSetup } from "../report/jepsen_run.ts";
import { authorOf } from "../results/run_folder.ts";
import { type RunOptions } from "../run_options.ts";
import { type TestResult } from "../results/test_result.ts";

/** A run of this workbench's. */
export interface OwnRun {
  readonly options: RunOptions;
  /**
   * What was found when it was run; undefined if it has no verdict, or is no
   * run but a history that was checked.
   */
  readonly result: TestResult | undefined;
}

/** A history, and what is known of where it comes from. */
export interface Source extends ReadHistory {
  /** As it was named. */
  readonly name: string;
  readonly run?: OwnRun;
  /** Of a run of Maelstrom's or Jepsen's. */
  readonly setup?: JepsenSetup;
}

/** The word that stands for stdin. */
const STDIN = "-";

/**
 * @param format see {@linkcode readHistory}
 * @throws {RunError} saying which file can't be read, on which line, and why
 */
export async function readSource(
  name: string,
  format?: string,
): Promise<Source> {
  if (name === STDIN) {
    return { name: "stdin", ...await readFrom("stdin", process.stdin, format) };
  }
  const found = statSync(name, { throwIfNoEntry: false });
  if (found === undefined) {
    throw new RunError(`${name}: there is no such file or folder`);
  }
  if (!found.isDirectory()) return { name, ...await readFile(name, format) };
  const author = authorOf(name);
  if (author === "workbench") {
    const file = await readFile(`${name}/history.jsonl`, format);
    const options = readJson<RunOptions>(`${name}/test.json`);
    const result = existsSync(`${name}/results.json`)
      ? readJson<Partial<TestResult>>(`${name}/results.json`)
      : {};
    return {
      name,
      ...file,
      run: { options, result: runIn(result) },
    };
  }
  const file = ["history.edn", "jepsen.log", "history.txt"]
    .map((file) => `${name}/${file}`).find((path) => existsSync(path));
  if (author === undefined || file === undefined) {
    throw new RunError(
      `${name} is no run's folder with a history: it has neither ` +
        "history.jsonl nor history.edn, jepsen.log or history.txt. Name the " +
        "history's file",
    );
  }
  const setup = readJepsenSetup(name);
  return { name, ...await readFile(file, format), setup };
}

/** What a run left, without what its checkers found for pictures. */
function runIn(
  { anomalies: _, evidence: __, ...result }: Partial<TestResult> & {
    readonly anomalies?: unknown;
    readonly evidence?: unknown;
  },
): TestResult | undefined {
  return isRun(result) ? result : undefined;
}

const isRun = (it: Partial<TestResult>): it is TestResult =>
  it.stats !== undefined && it.net !== undefined;

async function readFile(path: string, format?: string): Promise<ReadHistory> {
  return await readFrom(path, createReadStream(path), format);
}

async function readFrom(
  name: string,
  chunks: AsyncIterable<Uint8Array>,
  format?: string,
): Promise<ReadHistory> {
  try {
    return await readHistory(chunks, { format });
  } catch (error) {
    const isFault = error instanceof HistoryError ||
      error instanceof Error && "code" in error;
    if (!isFault) throw error;
    throw new RunError(`${name}: ${messageOf(error)}`);
  }
}

function readJson<T>(path: string): T {
  try {
    return parseJson(readFileSync(path, "utf8")) as T;
  } catch (error) {
    throw new RunError(`${path}: ${messageOf(error)}`);
  }
}
