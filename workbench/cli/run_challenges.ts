/**
 * Runs the challenges and ends with a table: what `./run.sh` does.
 *
 * @module
 */
import { statSync } from "node:fs";
import { delimiter, join, relative, resolve } from "node:path";
import { styleText } from "node:util";
import { tellMaelstroms } from "../checkers/result.ts";
import {
  beyond,
  type Challenge,
  challenges,
  compare,
  type Comparison,
  label,
  type Pace,
  select,
  type Summary,
  testArguments,
  timeLimit,
} from "../challenges.ts";
import { calledAs } from "./called_as.ts";
import { runCommand } from "./command.ts";
import { runMaelstrom } from "../results/maelstrom_results.ts";
import { quoted, rowsOf } from "./arguments.ts";
import { UsageError } from "./flags.ts";
import {
  commands,
  parseChallengeOptions,
  parseTestOptions,
} from "./options.ts";
import { runTest } from "../run.ts";
import { aligned } from "../table.ts";

const ROOT = resolve(import.meta.dirname ?? ".", "../..");

/**
 * How many challenges run at a time. Two are quicker and get the same verdicts,
 * but disturb each other's latencies. Maelstrom leaves its results in one
 * place, so there it has to be one.
 */
const lanes = ({ pace, maelstrom }: Request) =>
  pace === "full" || maelstrom ? 1 : 2;

/** What run.sh itself takes, each on its own or as the first word. */
const COMMANDS = [
  ...[
    "beyond",
    "test",
    "workbench",
    "soak",
    "mutants",
    "limits",
    "scenarios",
    "bench",
    "compile",
  ],
  ...["lab", "deno", "help"],
];

const help = () =>
  `\
Usage: ./run.sh [CHALLENGE ...] [FLAGS] [-- ARGUMENTS OF THE NODE]
       ./run.sh beyond [WORKLOAD ...] [FLAGS] [-- ARGUMENTS OF THE NODE]
                           run a script for each workload of Maelstrom's, with
                           all faults that the script promises to bear
       ./run.sh workbench  judge any node by any workload, simulate it from
                           seeds: see ./run.sh workbench --help
       ./run.sh workbench report
                           draw stored runs as pages to look at
       ./run.sh lab        show all stored runs in a browser
       ./run.sh test       check format, lint and types, and run the tests
       ./run.sh soak       run the scripts on thousands of seeds
       ./run.sh mutants    plant bugs, and see which seeds notice them
       ./run.sh limits     raise loss, latency and load, and see up to where
                           the scripts keep their promises
       ./run.sh ladder     what each consistency model costs, that it holds,
                           and that the next stronger one does not
       ./run.sh scenarios  measure the scripts under other latencies, sizes and
                           faults
       ./run.sh bench      measure, and hold each figure against its target
       ./run.sh compile    make executables, bin/echo and so on
       ./run.sh deno       run this project's Deno, with arguments of yours
       ./run.sh help

Runs the challenges that are named, else all, and ends with a table of verdicts.

${rowsOf(Object.entries(commands["run.sh"].flags)).join("\n")}

${
    challenges.map((it) =>
      `  ${label(it).padEnd(7)}${it.title}${
        it.onlyNamed ? " (only when named)" : ""
      }`
    ).join("\n")
  }

Workloads of ./run.sh beyond: ${beyond.map(({ id }) => id).join(", ")}.`;

interface Request {
  /** Whether they are fly.io's. */
  readonly isBeyond: boolean;
  readonly challenges: readonly Challenge[];
  readonly pace: Pace;
  /** Absolute path of the program to judge, if not the challenges' own. */
  readonly bin: string | undefined;
  /** Maelstrom's start script, if it is to be the judge. */
  readonly maelstrom: string | undefined;
  /** Whether to say what Maelstrom's verdict would be. */
  readonly asMaelstrom: boolean;
  readonly nodeArguments: readonly string[];
}

/** @throws {UsageError} */
export function parse(args: readonly string[]): Request {
  const {
    names: words,
    nodeArguments,
    asMaelstrom,
    full,
    timeLimit,
    ...given
  } = parseChallengeOptions(args);
  const isBeyond = words[0] === "beyond";
  const names = isBeyond ? words.slice(1) : words;
  const pace = timeLimit ?? (full ? "full" : "short");
  const bin = given.bin === undefined ? undefined : file(given.bin);
  const variable = Deno.env.get("MAELSTROM") || undefined;
  const maelstrom = given.maelstrom === undefined
    ? isBeyond ? undefined : variable
    : given.maelstrom || variable || "maelstrom";
  if (bin !== undefined && names.length === 0) {
    throw new UsageError(
      `--bin wants the names of ${
        isBeyond ? "workloads too, e.g. g-set" : "challenges too, e.g. 1 3a"
      }`,
    );
  }
  if (isBeyond && given.maelstrom !== undefined) {
    throw new UsageError(
      "beyond has faults and checks that Maelstrom has not: it runs on the " +
        "workbench only",
    );
  }
  const command = names.find((name) => COMMANDS.includes(name));
  if (command !== undefined) {
    throw new UsageError(
      `${command} is a command: put it first, and name no challenges`,
    );
  }
  try {
    return {
      isBeyond,
      challenges: select(names, isBeyond ? beyond : challenges),
      pace,
      bin,
      maelstrom: maelstrom && findMaelstrom(maelstrom),
      asMaelstrom,
      nodeArguments,
    };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(
      `${error.message}, and the commands ${COMMANDS.join(", ")}`,
    );
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false; // what can't be looked at can't be run
  }
}

/** @throws {UsageError} there is none */
function file(path: string): string {
  if (!isFile(path)) throw new UsageError(`there is no file ${path}`);
  return resolve(path);
}

/** @throws {UsageError} there is none */
function findMaelstrom(name: string): string {
  if (name.includes("/")) {
    const inFolder = join(name, "maelstrom");
    return file(isFile(inFolder) ? inFolder : name);
  }
  const found = (Deno.env.get("PATH") ?? "").split(delimiter)
    .map((folder) => join(folder, name)).find(isFile);
  if (found === undefined) {
    throw new UsageError(
      `${name} is not on PATH: give its path after --maelstrom`,
    );
  }
  return found;
}

/** Runs one challenge, on the workbench or on Maelstrom. */
async function run(
  challenge: Challenge,
  { pace, bin, maelstrom, asMaelstrom, nodeArguments }: Request,
  signal: AbortSignal,
): Promise<Summary> {
  const path = bin ?? join(ROOT, challenge.script);
  const args = testArguments(challenge, pace, path, nodeArguments);
  if (maelstrom) return await runMaelstrom(maelstrom, args, Deno.cwd(), signal);
  const { valid, operations, net, latencies, workload, ...result } =
    await runTest({
      ...parseTestOptions([
        ...(bin === undefined && challenge.converges
          ? ["--check-convergence"]
          : []),
        ...args,
      ]),
      asMaelstrom,
    }, signal);
  const at = workload.stableLatencies ?? latencies;
  return {
    valid,
    asMaelstrom: result.asMaelstrom,
    operations,
    msgsPerOp: net.servers.msgsPerOp,
    median: at["0.5"],
    max: at["1"],
    explanation: valid === true
      ? result.explanation
      : [...result.explanation, result.failures.join("\n")].filter(Boolean),
    storePath: result.storePath,
    command: `${calledAs("workbench test")} ${
      quoted([
        "--seed",
        result.seed,
        ...args.map((it) => it === path ? relative("", path) : it),
      ])
    }`,
  };
}

/** A finished run: a line of the table. */
export interface Line extends Summary {
  readonly challenge: Challenge;
  readonly passed: boolean;
  readonly verdict: string;
  /** How it stands to what fly.io asks for, variant by variant. */
  readonly comparisons: readonly Comparison[];
  /** Seconds that the run took. */
  readonly seconds: number;
}

/** The verdict, which also depends on what fly.io asks for. */
export function judge(
  challenge: Challenge,
  summary: Summary,
  seconds: number,
): Line {
  const comparisons = compare(challenge, summary);
  const failed = comparisons.filter(({ missed }) => missed.length > 0);
  const passed = summary.valid === true && failed.length === 0;
  const verdict = summary.valid === "unknown"
    ? "unknown"
    : !summary.valid
    ? "invalid"
    : passed
    ? "valid"
    // Only one of two: which.
    : failed.length < comparisons.length
    ? `missed ${failed.map(({ variant }) => variant).join(" ")}`
    : "missed";
  // How fast something wrong was is of no interest.
  const misses = summary.valid === true ? failed : [];
  const explanation = [
    ...summary.explanation,
    ...misses.flatMap(({ variant, missed }) =>
      missed.map((it) => `${variant}: ${it}`)
    ),
  ];
  const found = { passed, verdict, explanation, comparisons };
  return { ...summary, challenge, ...found, seconds };
}

/** What fly.io asks for beyond validity, and whether a valid run kept it. */
export function bounds(lines: readonly Line[]): string[] {
  return lines.filter(({ valid }) => valid === true).flatMap((line) =>
    line.comparisons.map(({ variant, missed, asked }) =>
      `fly.io's ${variant}: ${asked}: ${
        missed.length === 0 ? "kept" : "missed"
      }`
    )
  );
}

/** Verdict and figures of each run, as aligned columns. */
export function table(
  lines: readonly Line[],
  heads: readonly [label: string, title: string] = ["", "challenge"],
): string {
  const fixed = (digits: number) => (n?: number) => n?.toFixed(digits) ?? "-";
  const ms = (n?: number) => n === undefined ? "-" : fixed(n < 10 ? 1 : 0)(n);
  const rows = lines.map((it) => [
    label(it.challenge),
    it.challenge.title,
    it.verdict,
    fixed(0)(it.operations),
    fixed(2)(it.msgsPerOp),
    ms(it.median),
    ms(it.max),
    `${fixed(0)(it.seconds)} s`,
  ]);
  const head = [...heads, "verdict"]
    .concat("ops", "msgs/op", "median", "max", "time");
  const [top, ...body] = aligned([head, ...rows], (column) => column < 3);
  const rule = "─".repeat(top.length);
  return [top, rule, ...body.map((text, i) => colour(lines[i], text))]
    .join("\n");
}

/** What is wrong with a run, and where to look further. */
async function explain(line: Line): Promise<string> {
  const { challenge, explanation, storePath, verdict, asMaelstrom } = line;
  const paragraphs = explanation.length > 0
    ? explanation
    : ["No reason was given."];
  return [
    `${label(challenge)}, ${challenge.title}: ${verdict}`,
    ...paragraphs.map((it) => it.replaceAll(/^/gm, "  ")),
    ...(asMaelstrom ? [`  ${tellMaelstroms(asMaelstrom)}`] : []),
    ...(storePath
      ? [
        `  All of its results: ${relative("", storePath)}`,
        `  See it: ${await see(storePath, line)}`,
      ]
      : []),
  ].join("\n");
}

/** Draws a run. @returns the path of the page, or why there is none */
async function see(folder: string, { command }: Line): Promise<string> {
  // Whoever passes need not wait for what draws.
  const { tryReport } = await import("../report/write_report.ts");
  return tryReport(folder, { command });
}

function colour(line: Line, text: string): string {
  const found = line.verdict;
  return text.replace(
    ` ${found} `,
    ` ${paint(line.passed ? "green" : "red", found)} `,
  );
}

function paint(style: "green" | "red" | "dim", text: string): string {
  const plain = !Deno.stdout.isTerminal() || Deno.noColor;
  return plain ? text : styleText(style, text, { validateStream: false });
}

/** A line for each run that ended and, on a terminal, for each under way. */
class Progress {
  readonly #encoder = new TextEncoder();
  readonly #live = Deno.stdout.isTerminal();
  readonly #running = new Map<Challenge, { began: number; about: number }>();
  #shown = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Of the columns of a line. */
  readonly #widths: readonly [label: number, title: number];

  constructor(
    private readonly pace: Pace,
    challenges: readonly Challenge[],
  ) {
    const width = (names: readonly string[]) =>
      Math.max(...names.map(({ length }) => length));
    this.#widths = [
      width(challenges.map(label)),
      width(challenges.map(({ title }) => title)),
    ];
    if (this.#live) this.#timer = setInterval(() => this.#draw(), 200);
  }

  begin(challenge: Challenge): void {
    const about = timeLimit(challenge, this.pace) + challenge.extraTime;
    this.#running.set(challenge, { began: performance.now(), about });
    this.#draw();
  }

  end({ challenge, passed, verdict, seconds }: Line): void {
    this.#running.delete(challenge);
    const mark = passed ? paint("green", "✓") : paint("red", "✗");
    this.#draw(
      `${mark} ${this.#name(challenge)} ${seconds.toFixed(0).padStart(3)} s` +
        `${passed ? "" : `  ${verdict}`}\n`,
    );
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#running.clear();
    this.#draw();
  }

  #name(challenge: Challenge): string {
    const [first, second] = this.#widths;
    return `${label(challenge).padEnd(first)}  ${
      challenge.title.padEnd(second)
    }`;
  }

  /** Replaces the lines of what is under way, below a new permanent line. */
  #draw(permanent = ""): void {
    const up = this.#shown > 0 ? `\x1b[${this.#shown}A\x1b[J` : "";
    const lines = this.#live
      ? [...this.#running].map(([challenge, { began, about }]) => {
        const seconds = (performance.now() - began) / 1000;
        const done = Math.min(20, Math.floor(20 * seconds / about));
        const bar = "━".repeat(done) + paint("dim", "━".repeat(20 - done));
        const time = `${seconds.toFixed(0).padStart(3)} of ~${about} s`;
        return `  ${this.#name(challenge)} ${time}  ${bar}\n`;
      })
      : [];
    this.#shown = lines.length;
    // A line that wrapped would count as two, so too long ones are cut off.
    const live = lines.length > 0 ? `\x1b[?7l${lines.join("")}\x1b[?7h` : "";
    const text = up + permanent + live;
    if (text) Deno.stdout.writeSync(this.#encoder.encode(text));
  }
}

/** Runs challenges, two at a time where that disturbs nothing. */
async function runAll(request: Request, signal: AbortSignal): Promise<Line[]> {
  const progress = new Progress(request.pace, request.challenges);
  const lines = new Map<Challenge, Line>();
  const lane = async (queue: Challenge[]) => {
    for (
      let challenge = queue.shift();
      challenge !== undefined && !signal.aborted;
      challenge = queue.shift()
    ) {
      progress.begin(challenge);
      const began = performance.now();
      const summary = await run(challenge, request, signal);
      if (signal.aborted) break;
      const seconds = (performance.now() - began) / 1000;
      const line = judge(challenge, summary, seconds);
      lines.set(challenge, line);
      progress.end(line);
    }
  };
  const shared = request.challenges.filter((it) => !it.alone);
  const length = lanes(request);
  try {
    await Promise.all(Array.from({ length }, () => lane(shared)));
    await lane(request.challenges.filter((it) => it.alone));
  } finally {
    progress.stop();
  }
  return request.challenges.flatMap((it) => lines.get(it) ?? []);
}

/** What will happen, and how long it will take. */
function announce(request: Request): string {
  const { pace, maelstrom, isBeyond, challenges: { length } } = request;
  const seconds = (challenges: readonly Challenge[]) =>
    challenges.reduce((n, it) => n + timeLimit(it, pace) + it.extraTime, 0);
  const alone = request.challenges.filter((it) => it.alone);
  const shared = request.challenges.filter((it) => !it.alone);
  const total = seconds(alone) +
    seconds(shared) / Math.max(1, Math.min(lanes(request), shared.length));
  const what = isBeyond ? "workload" : "challenge";
  return `Running ${length} ${what}${length === 1 ? "" : "s"} on ` +
    `${maelstrom ? "Maelstrom" : "the workbench"}, about ${
      Math.ceil(total)
    } s` +
    `${
      pace !== "short"
        ? ""
        : ` (--full: ${isBeyond ? "20 s each" : "fly.io's times"})`
    }`;
}

async function main(signal: AbortSignal): Promise<number> {
  if (Deno.args[0] === "help") {
    console.log(help());
    return 0;
  }
  const request = parse(Deno.args);
  console.log(announce(request));
  const lines = await runAll(request, signal);
  if (lines.length > 0) {
    console.log(
      `\n${request.isBeyond ? table(lines, ["workload", ""]) : table(lines)}`,
    );
  }
  const kept = bounds(lines);
  if (kept.length > 0) console.log(`\n${kept.join("\n")}`);
  const failed = lines.filter((it) => !it.passed);
  for (const line of failed) console.log(`\n${await explain(line)}`);
  if (signal.aborted) {
    console.log("\nInterrupted. All nodes have been stopped.");
    return 2;
  }
  console.log(
    "\nmedian, max: ms until a broadcast value, or an element of a set, is on " +
      "all nodes, otherwise the latency of an operation in ms\n\n" +
      `${lines.length - failed.length} passed, ${failed.length} failed`,
  );
  return failed.length > 0 ? 1 : 0;
}

if (import.meta.main) await runCommand("", help, main);
