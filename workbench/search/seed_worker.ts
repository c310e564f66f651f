/**
 * A process that runs seeds: jobs come as lines of JSON on stdin, verdicts go
 * to stdout. It is a process of its own so that a program that never ends, or
 * takes all memory, can be killed and told from the others.
 *
 * @module
 */
import { Console } from "node:console";
import { createHash } from "node:crypto";
import process from "node:process";
import { createInterface } from "node:readline";
import { messageOf } from "../../lib/errors.ts";
import { type Program } from "../../lib/maelstrom.ts";
import { journalLine, type JournalSink } from "../cluster/journal.ts";
import { RunError } from "../cluster/node_host.ts";
import { stringifyJson } from "../json.ts";
import { type Wanted } from "../own_file.ts";
import { loadOwnModule } from "../own_module.ts";
import { figuresOfRun } from "./run_figures.ts";
import { loadOwn, replay, simulate, type Simulation } from "../run.ts";
import * as machineGuard from "./machine_guard.ts";
import { trace } from "../results/trace.ts";
import {
  brokenOff,
  type SeedJob,
  type Unusable,
  type Verdict,
  verdictOf,
} from "./verdict.ts";

// Programs can't have it, but this process needs it.
const { setImmediate } = globalThis;

const wanted: Wanted<Program> = {
  flag: "program",
  kind: "function",
  example: "`export default function (node: Node) { ... }`",
  is: (it): it is Program => typeof it === "function",
};

/** What a program asked for and was denied, last. */
let denied: string | undefined;

/** Looks for an error that says what a program may not do. */
function note(text: string): void {
  const [found] =
    /Requires \w+ access(?= to )?.*?(?=, run again)/s.exec(text) ??
      [];
  const refusal = machineGuard.refusals().find((it) => text.includes(it.text));
  denied = refusal ? `${refusal.text}, ${refusal.where}` : found ?? denied;
}

const whyDenied = (path: string, what: string) =>
  `${path} asked for more than its node gives it: ${what}.\nUnder simulate a ` +
  "program has no permissions: no files, network, processes or environment, " +
  "and none of the machine's clocks, timers and randomness, since what " +
  "comes from outside of the run can't be had again from its seed. " +
  "The node has messages, time, randomness and arguments.";

/** Runs a seed, while programs can't reach the machine's clocks and chance. */
async function perform(job: SeedJob): Promise<Verdict | Unusable> {
  machineGuard.start();
  try {
    return await performGuarded(job);
  } finally {
    machineGuard.stop();
  }
}

async function performGuarded(
  { run: options, want, wantsFigures, storePath }: SeedJob,
): Promise<Verdict | Unusable> {
  denied = undefined;
  let program: Program;
  try {
    await loadOwn(options);
    program = await loadOwnModule(options.program, wanted);
  } catch (error) {
    const text = messageOf(error);
    note(text);
    return {
      unusable: denied ? whyDenied(options.program, denied) : text,
    };
  }
  const sha = createHash("sha256");
  const onMessage: JournalSink | undefined = want === "hash"
    ? (event) => sha.update(journalLine(event))
    : undefined;
  let run: Simulation;
  try {
    run = storePath !== undefined
      ? await replay(options, program, storePath, note, onMessage)
      : await simulate(options, program, {
        keepJournal: want === "trace",
        onMessage,
        log: (_, text) => note(text),
      });
  } catch (error) {
    if (error instanceof RunError) return { unusable: error.message };
    throw error;
  }
  const { journal, history, ...result } = run;
  const hasFailed = result.valid !== true;
  if (hasFailed || machineGuard.refusals().length > 0) {
    result.explanation.forEach(note);
    // No time passed for what a program asked of the machine: it may be denied
    // only now.
    for (let turn = 0; turn < 20 && denied === undefined; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (denied) return { unusable: whyDenied(options.program, denied) };
  }
  const verdict = verdictOf(run);
  return {
    ...verdict,
    explanation: hasFailed
      ? [...verdict.explanation, ...machineGuard.caught(result.explanation)]
      : verdict.explanation,
    result: storePath !== undefined ? result : undefined,
    trace: want === "trace" ? trace(history, journal) : undefined,
    hash: want === "hash" ? sha.digest("hex") : undefined,
    figures: wantsFigures ? figuresOfRun(run) : undefined,
  };
}

/**
 * Keeps stdout for verdicts. What a program prints goes where it does no harm.
 *
 * @returns writes a verdict
 */
function answers(): (verdict: unknown) => void {
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = process.stderr.write.bind(process.stderr);
  console.log = console.info = console.debug = console.error;
  const { table, dir, dirxml, count, countReset, clear } = new Console(
    process.stderr,
  );
  Object.assign(console, { table, dir, dirxml, count, countReset, clear });
  return (verdict) => write(`${stringifyJson(verdict)}\n`);
}

if (import.meta.main) {
  const answer = answers();
  machineGuard.install();
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    const { reason } = event;
    const text = `unhandled rejection: ${reason?.stack ?? reason}`;
    note(text);
    console.error(text);
  });
  // What was denied is told when the run ends, not by the end of the process.
  globalThis.addEventListener("error", (event) => {
    const { error } = event;
    if (!(error instanceof Deno.errors.NotCapable)) return;
    event.preventDefault();
    note(error.message);
    console.error(error.stack);
  });
  answer("ready");
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      answer(await perform(JSON.parse(line)));
    } catch (error) {
      const text = error instanceof Error ? error.stack : `${error}`;
      answer(brokenOff(`${text}`));
    }
  }
}
