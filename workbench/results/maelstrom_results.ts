/**
 * The challenges on a real Maelstrom, summed up like the workbench's own runs.
 *
 * https://github.com/jepsen-io/maelstrom/blob/main/doc/results.md
 *
 * @module
 */
import { parseEdn } from "../histories/edn.ts";
import { readFile, realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Summary } from "../challenges.ts";
import { quantiles } from "../checkers/result.ts";
import { linesOf } from "../lines.ts";
import { stringifyJson } from "../json.ts";
import { type EdnMap, mapOf, numberOf, validityOf } from "./read_edn.ts";
import { signalGroup, Watchdog } from "../cluster/watchdog.ts";

/** How much of what Maelstrom says is shown if it ends without results. */
const TAIL_LINES = 15;

/**
 * Runs `maelstrom test` in a folder and reads what it leaves there.
 *
 * @param executable Maelstrom's start script
 * @param args the arguments after `test`
 * @param folder Maelstrom makes its `store/` there
 * @param signal ends the run
 */
export async function runMaelstrom(
  executable: string,
  args: readonly string[],
  folder: string,
  signal?: AbortSignal,
): Promise<Summary> {
  const latest = join(folder, "store", "latest");
  await rm(latest, { force: true }); // or an old run's results might be read
  await using watchdog = new Watchdog();
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(executable, {
      args: ["test", ...args],
      cwd: folder,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      detached: true, // so that it can be ended with all that it starts
    }).spawn();
    watchdog.watch(child.pid);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const text = `Can't start Maelstrom, ${executable}: ${error.message}`;
    return { valid: "unknown", explanation: [text] };
  }
  const stop = () => child.kill("SIGTERM");
  signal?.addEventListener("abort", stop);
  const [status, tail] = await Promise.all([
    child.status.finally(() => {
      signalGroup(child.pid, "SIGKILL"); // nodes that it left
      watchdog.forget(child.pid);
    }),
    Promise.all([lastLines(child.stdout), lastLines(child.stderr)]),
  ]);
  signal?.removeEventListener("abort", stop);

  let storePath: string;
  let results: string;
  try {
    storePath = await realpath(latest);
    results = await readFile(join(storePath, "results.edn"), "utf8");
  } catch {
    const said = tail.flat().map((line) => `  ${line}`).join("\n");
    const text = `Maelstrom left no ${join(latest, "results.edn")}; it ended ` +
      `with status ${status.code}${said && `, saying:\n${said}`}`;
    return { valid: "unknown", explanation: [text] };
  }
  const history = await readFile(join(storePath, "history.edn"), "utf8")
    .catch(() => "");
  return { ...summarize(results, history), storePath };
}

async function lastLines(stream: ReadableStream<Uint8Array>) {
  const last: string[] = [];
  for await (const line of linesOf(stream)) {
    if (line.trim() === "") continue;
    last.push(line);
    if (last.length > TAIL_LINES) last.shift();
  }
  return last;
}

/**
 * A line of the table from Maelstrom's files.
 *
 * @param results the text of `results.edn`
 * @param history the text of `history.edn`, where operations' latencies are;
 * empty if there is none
 */
export function summarize(results: string, history = ""): Summary {
  const parsed = mapOf(parseEdn(results));
  const stable = stableLatencies(parsed);
  const latencies = "0.5" in stable ? stable : operationLatencies(history);
  return {
    valid: validityOf(parsed["valid?"]),
    operations: numberOf(mapOf(parsed.stats).count),
    msgsPerOp: msgsPerOp(parsed),
    median: numberOf(latencies["0.5"]),
    max: numberOf(latencies["1"]),
    explanation: complaints(parsed).map(tell),
  };
}

/** Until values were on all nodes for good, in ms by quantile. */
export const stableLatencies = ({ workload }: EdnMap): EdnMap =>
  mapOf(mapOf(workload)["stable-latencies"]);

/** Messages between servers for each operation. */
export const msgsPerOp = ({ net }: EdnMap): number | undefined =>
  numberOf(mapOf(mapOf(net).servers)["msgs-per-op"]);

/** Median and maximum over the operations that ended ok, in ms. */
function operationLatencies(history: string): EdnMap {
  const invoked = new Map<unknown, number>();
  const latencies: number[] = [];
  for (const line of history.split("\n")) {
    if (line.trim() === "") continue;
    const { process, type, time } = mapOf(parseEdn(line));
    const at = numberOf(time);
    if (typeof process === "string" || at === undefined) continue;
    const began = invoked.get(process);
    if (type === "invoke") invoked.set(process, at);
    else if (type === "ok" && began !== undefined) {
      latencies.push((at - began) / 1e6);
    }
  }
  return { ...quantiles(latencies) };
}

/** A part of the results that is not valid, and has no such part in it. */
export interface Complaint {
  /** Where it stands: `workload`, `stats by-f`. */
  readonly path: string;
  readonly results: EdnMap;
}

export function complaints(results: EdnMap, path = ""): Complaint[] {
  if (results["valid?"] === true) return [];
  const inner = Object.entries(results).flatMap(([key, value]) => {
    const part = mapOf(value);
    return "valid?" in part
      ? complaints(part, path ? `${path} ${key}` : key)
      : [];
  });
  return inner.length > 0 || path === "" ? inner : [{ path, results }];
}

/** A complaint, for a person. */
export function tell({ path, results }: Complaint): string {
  const details = Object.entries(results)
    .filter(([key, value]) => key !== "valid?" && !isEmpty(value))
    .map(([key, value]) => `\n  ${key}: ${shorten(stringifyJson(value))}`);
  const verdict = validityOf(results["valid?"]) === false
    ? "invalid"
    : "unknown";
  return `Maelstrom's ${path} checker says ${verdict}:${details.join("")}`;
}

function shorten(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 200)}…`;
}

function isEmpty(value: unknown): boolean {
  return value === null || typeof value === "object" &&
      Object.keys(value).length === 0;
}
