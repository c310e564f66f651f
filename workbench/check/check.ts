/**
 * The command `check`: judges histories that are there, wherever they come
 * from.
 *
 * @module
 */
import { relative } from "node:path";
import {
  anomalyTypes,
  tellMaelstroms,
  type Validity,
  wordOf,
  worst,
  written,
} from "../checkers/result.ts";
import { list } from "../cli/flags.ts";
import { closing, spanOf } from "../cli/told.ts";
import { StatusLine } from "../cli/status_line.ts";
import { RunError } from "../cluster/node_host.ts";
import { NEMESIS } from "../load/history.ts";
import { isOwnFile } from "../own_file.ts";
import { Store } from "../results/store.ts";
import { loadWorkload } from "../workloads/load.ts";
import { HistoryError } from "../histories/format.ts";
import { noteOf, type Own, refuseUnknown, withoutRealTime } from "./fitting.ts";
import { guessModel } from "./guess.ts";
import { type Judge } from "./judge.ts";
import { type TestResult } from "../results/test_result.ts";
import { judges, knownModel } from "./judges.ts";
import {
  type CheckOptions,
  loadOwnFile,
  parseCheckOptions,
  workloadNamed,
} from "./options.ts";
import { readSource, type Source } from "./source.ts";
import { judgedAgain, type Verdict, verdictOn } from "./verdict.ts";
import { judgeOfWorkload, modelNames } from "./workload_judges.ts";

/** @returns the exit code: 1 if one is invalid, 2 if one can't be told */
export async function checkCommand(
  args: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  await loadOwnFile(args);
  const options = parseCheckOptions(args);
  const [name, ...more] = options.names;
  const verdict = more.length === 0
    ? await checkOne(name, options)
    : await checkAll(options, signal);
  return verdict === true ? 0 : verdict === false ? 1 : 2;
}

/** A single history: all that there is to be said. */
async function checkOne(
  name: string,
  options: CheckOptions,
): Promise<Validity> {
  const checked = await check(name, options);
  console.log(await tell(checked, options, await keep(checked, options)));
  return checked.verdict.valid;
}

/** Many histories: a line each and a tally; those that are not valid are kept. */
async function checkAll(
  options: CheckOptions,
  signal: AbortSignal,
): Promise<Validity> {
  const verdicts: Validity[] = [];
  const status = new StatusLine();
  const counts = { valid: 0, invalid: 0, unknown: 0, unreadable: 0 };
  for (const [i, name] of options.names.entries()) {
    if (signal.aborted) break;
    status.draw(`${i + 1} of ${options.names.length}: ${name}`);
    try {
      const checked = await check(name, options).finally(() => status.erase());
      const { valid } = checked.verdict;
      counts[wordOf(valid)]++;
      verdicts.push(valid);
      const path = valid === true ? undefined : await keep(checked, options);
      console.log(line(checked, path));
    } catch (error) {
      if (!(error instanceof RunError)) throw error;
      counts.unreadable++;
      verdicts.push("unknown");
      console.log(`${"unreadable".padEnd(11)} ${error.message}`);
    }
  }
  console.log(
    `\n${verdicts.length} histories: ` + Object.entries(counts)
      .filter(([word, count]) => count > 0 || word === "valid")
      .map(([word, count]) => `${count} ${word}`).join(", "),
  );
  return worst(verdicts);
}

/** A history, by what it was judged, and what that came to. */
interface Checked {
  readonly source: Source;
  readonly judge: Judge;
  readonly own: Own;
  readonly verdict: Verdict;
  /** A run of the workbench's, with what only the run could see. */
  readonly again?: TestResult;
}

/**
 * @throws {RunError} it can't be read
 * @throws {RunError} it is not told which model it is of
 */
async function check(name: string, options: CheckOptions): Promise<Checked> {
  const source = await readSource(name, options.format);
  const notes = [...source.notes];
  const judge = options.judge ?? await judgeOf(source, notes);
  const { history, run } = source;
  let own: Own;
  try {
    own = ownOf(source, judge, options, notes);
    refuseUnknown(history, judge);
  } catch (error) {
    if (!(error instanceof HistoryError)) throw error;
    throw new RunError(`${name}: ${error.message}`);
  }
  const checked = judge.check(history, own);
  const again = run?.result && judgedAgain(
    { options: run.options, result: run.result },
    history,
    checked,
    judge.neverOk?.(own),
  );
  const verdict = verdictOn(history, checked, notes, isTimed(source));
  const { valid, explanation } = again ?? verdict;
  return {
    ...{ source, judge, own, again },
    verdict: { ...verdict, valid, explanation },
  };
}

/** What a model is asked for: by flags, or by what the run was asked for. */
function ownOf(
  source: Source,
  judge: Judge,
  options: CheckOptions,
  notes: string[],
): Own {
  const { run, setup } = source;
  const [, models] = / --consistency-models[ =]'?([\w.,+-]+)/
    .exec(setup?.command ?? "") ?? [];
  const isAsked = options.has(MODELS);
  const known = run?.options.own ??
    (models === undefined ? {} : { consistencyModels: list(models) });
  const own = options.valuesFor(judge, known);
  if (models !== undefined && !isAsked) {
    notes.push(`The run was asked for ${models}, and is held against that.`);
  }
  const instead = withoutRealTime(source, judge, own, isAsked);
  if (instead === undefined) return own;
  notes.push(
    `${noteOf(instead)}; --${MODELS} asks for something else.`,
  );
  return options.valuesFor(judge, instead);
}

const MODELS = "consistency-models";

/**
 * What the history's folder, its format or its operations say of its model.
 *
 * @param notes gets a sentence if it is only the operations
 * @throws {RunError} they may be of several models
 */
async function judgeOf(
  { name, model, run, setup, history }: Source,
  notes: string[],
): Promise<Judge> {
  if (run !== undefined) {
    const { workload } = run.options;
    if (isOwnFile(workload)) await loadWorkload(workload);
    return workloadNamed(workload);
  }
  const told = model ?? setup?.workload;
  const judgeNamed = (name: string | undefined) =>
    name === undefined ? undefined : knownModel(name) ?? judgeOfWorkload(name);
  const found = judgeNamed(told);
  if (found !== undefined) return found;
  const guessed = judgeNamed(guessModel(history));
  if (guessed !== undefined) {
    notes.push(
      `Its operations look like those of ${guessed.name}; --model says ` +
        "otherwise.",
    );
    return guessed;
  }
  const functions = [
    ...new Set(
      history.flatMap(({ process, f }) => process === NEMESIS ? [] : [f]),
    ),
  ];
  const fitting = judges.filter((it) =>
    functions.every((f) => Object.hasOwn(it.functions, f))
  );
  const names = fitting.length > 0
    ? fitting.map((it) => it.name)
    : modelNames();
  throw new RunError(
    `${name}: its operations, ${functions.slice(0, 8).join(", ")}, may be of ` +
      `several models: name one by --model (${names.join(", ")})`,
  );
}

/** Writes results, history and report; the folder. */
async function keep(
  { source, judge, own, verdict, again }: Checked,
  { noReport }: CheckOptions,
): Promise<Kept> {
  const { run, history, format, setup } = source;
  const store = Store.make(judge.name);
  if (run !== undefined && again !== undefined) {
    store.keep(run.options, again, history);
  } else {
    const { checked, asMaelstrom: _, ...rest } = verdict;
    const { anomalies, evidence } = checked;
    const { nodes: nodeIds = [], concurrency } = setup ?? {};
    const { name: file } = source;
    store.write(
      { workload: judge.name, own, file, format, nodeIds, concurrency },
      { ...rest, workload: written(checked), anomalies, evidence },
      history,
    );
  }
  if (store.path === "") return { folder: "not stored" };
  const folder = relative("", store.path);
  if (noReport) return { folder };
  const { tryReport } = await import("../report/write_report.ts");
  return { folder, page: await tryReport(store.path) };
}

/** What is written of a history. */
interface Kept {
  readonly folder: string;
  readonly page?: string;
}

/** Whether times are more than the order of the file. */
const isTimed = ({ hasRealTime, hasTimes }: Source) => hasRealTime && hasTimes;

/** As the end of a run says it. */
function tell(
  { source, judge, own, verdict }: Checked,
  { asMaelstrom }: CheckOptions,
  { folder, page }: Kept,
): string {
  const { valid, checked, explanation, notes, operations, latencies } = verdict;
  const asked = Object.values(own).flat().filter((it) =>
    typeof it === "string"
  );
  return [
    ...explanation.map((text) => `${text}\n`),
    ...notes.map((text) => `Note: ${text}\n`),
    `history       ${source.name}, ${source.format}`,
    `checked       ${[judge.name, ...asked].join(", ")}`,
    `operations    ${operations}`,
    ...isTimed(source) ? [`latency       ${spanOf(latencies)}`] : [],
    `results       ${folder}`,
    ...(page === undefined ? [] : [`report        ${page}`]),
    "",
    closing(valid, anomalyTypes(checked), "see above"),
    ...(asMaelstrom ? [tellMaelstroms(verdict.asMaelstrom)] : []),
  ].join("\n");
}

/** A history among many. */
function line(
  { source, judge, verdict }: Checked,
  kept: Kept | undefined,
): string {
  const { valid, checked, operations } = verdict;
  const kinds = valid === true ? [] : anomalyTypes(checked);
  return [
    `${wordOf(valid).padEnd(11)} ${source.name}`,
    `  ${[judge.name, `${operations} operations`, ...kinds].join(", ")}`,
    ...kept === undefined ? [] : [`  ${kept.page ?? kept.folder}`],
  ].join("");
}
