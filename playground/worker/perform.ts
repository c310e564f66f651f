/**
 * Does one job of a page's: loads its program, runs it under virtual time, and
 * says what came of it.
 *
 * @module
 */
import { sha256 } from "@noble/hashes/sha2";
import { bytesToHex } from "@noble/hashes/utils";
import * as library from "../../lib/maelstrom.ts";
import {
  journalLine,
  type JournalSink,
} from "../../workbench/cluster/journal.ts";
import {
  measured,
  SimulatedDocument,
} from "../../workbench/report/simulated_document.ts";
import { eventLoopTurn } from "../../workbench/clock/promise_jobs.ts";
import { trace } from "../../workbench/results/trace.ts";
import { type Verdict, verdictOf } from "../../workbench/search/verdict.ts";
import { simulateLoaded, type Simulation } from "../../workbench/simulation.ts";
import { RunError } from "../../workbench/cluster/node_host.ts";
import { isOwnFile } from "../../workbench/own_file.ts";
import { type SimulatedRun } from "../../workbench/run_options.ts";
import { type Workload } from "../../workbench/workloads/workload.ts";
import { workloadSpecs } from "../../workbench/workloads/mod.ts";
import {
  type Failure,
  type Job,
  type LogLine,
  MAX_LOG,
  type Outcome,
} from "../run/protocol.ts";
import * as guard from "./guard.ts";
import { loadProgram, placeIn } from "./program.ts";

// Programs can't have it, but the page wants to know.
const clock = performance.now.bind(performance);

/** Told, now and then, how far a run is. */
export interface Listener {
  /** @param time virtual ms */
  progressed(time: number): void;
  /** The run is over, and judged. */
  judging(time: number): void;
  /** @param what a node is about to be given, as a person reads it */
  comes(time: number, node: string, what: string): void;
}

/** How often the page hears of a run, in ms. */
const PROGRESS = 100;

/**
 * @throws {ProgramError} the program can't be loaded
 * @throws {RunError} it can't be run as it is asked for
 */
export async function perform(job: Job, listener: Listener): Promise<Outcome> {
  const { run, source, want, tellFrom = Infinity } = job;
  const workload = workloadOf(run);
  // For good: what a program left behind may go on when its run is over.
  guard.start();
  const program = await loadProgram(source, library);
  const document = want === "document" ? new SimulatedDocument() : undefined;
  const sha = want === "hash" ? sha256.create() : undefined;
  const log: LogLine[] = [];
  const encoder = new TextEncoder();
  const begun = clock();
  let told = begun;
  let time = 0;
  const onMessage: JournalSink = (event) => {
    document?.onMessage(event);
    sha?.update(encoder.encode(journalLine(event)));
    time = event.time;
    const { type, packet } = event;
    if (type === "recv" && time >= tellFrom) {
      listener.comes(time, packet.dest, packet.line);
    }
    if (clock() - told < PROGRESS) return;
    told = clock();
    listener.progressed(time);
  };
  const note = (node: string, text: string) => {
    if (log.length < MAX_LOG) log.push({ node, time, text });
  };
  const deafen = hear((text) => note("program", text));
  let simulation: Simulation;
  try {
    simulation = await simulateLoaded(workload, run, program, {
      keepJournal: want === "trace",
      onMessage,
      onEnd: () => listener.judging(time),
      log: note,
    });
    // What nobody caught in the last moment is told some turns later.
    for (let turn = 0; turn < 5; turn++) {
      await new Promise<void>(eventLoopTurn);
    }
  } finally {
    deafen();
  }
  if (simulation.valid !== true) {
    const { explanation } = simulation;
    const told = [...explanation, ...log.map(({ text }) => text)];
    simulation = {
      ...simulation,
      explanation: [...explanation, ...guard.caught(told)],
    };
  }
  const took = clock() - begun;
  const verdict: Verdict = {
    ...verdictOf(simulation),
    hash: sha && bytesToHex(sha.digest()),
    trace: want === "trace"
      ? trace(simulation.history, simulation.journal)
      : undefined,
  };
  return {
    verdict,
    document: document?.finish(run, simulation),
    measured: measured(simulation),
    log,
    thrown: thrownIn([
      ...simulation.explanation,
      ...log.map(({ text }) => text),
    ]),
    took,
  };
}

/**
 * Hears of errors that nobody catches, as a node that is a process does.
 *
 * @returns ends that; Safari before 27.3 does not know `using`
 */
function hear(tell: (text: string) => void): () => void {
  const onRejection = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    tell(`unhandled rejection: ${event.reason?.stack ?? event.reason}`);
  };
  const onError = (event: ErrorEvent) => {
    event.preventDefault();
    tell(`uncaught: ${event.error?.stack ?? event.message}`);
  };
  addEventListener("unhandledrejection", onRejection);
  addEventListener("error", onError);
  return () => {
    removeEventListener("unhandledrejection", onRejection);
    removeEventListener("error", onError);
  };
}

/** An error that a program threw, from what is told of it. */
function thrownIn(texts: readonly string[]): Failure | undefined {
  for (const text of texts) {
    const place = placeIn(text);
    if (place !== undefined) return { message: text.split("\n")[0], ...place };
  }
  return undefined;
}

/** @throws {RunError} a file of one's own, which the page does not have */
function workloadOf(
  { workload, nemesis, latencyDist }: SimulatedRun,
): Workload {
  const own = [workload, latencyDist, ...nemesis].find(isOwnFile);
  if (own === undefined) return workloadSpecs[workload];
  throw new RunError(
    `${own} is a file of one's own: in the page there are Maelstrom's workloads, ` +
      "and the faults and latencies that the dials show. The command line takes it.",
  );
}
