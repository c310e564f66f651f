/**
 * A run under virtual time, in any JavaScript engine: nothing here is Deno's
 * alone, and no file is read.
 *
 * @module
 */
import { type Program } from "../lib/maelstrom.ts";
import { jumpsOf } from "./cluster/fault_script.ts";
import { type History } from "./load/history.ts";
import { type Journal, type JournalSink } from "./cluster/journal.ts";
import { Random } from "./clock/random.ts";
import { VirtualScheduler } from "./clock/scheduler.ts";
import { SimulatedNode } from "./cluster/simulated_node.ts";
import { conduct, type Extent, type Outcome } from "./conduct.ts";
import { judge } from "./judge.ts";
import { boundOf, nodeArguments, type RunOptions } from "./run_options.ts";
import { type TestResult } from "./results/test_result.ts";
import { type Workload } from "./workloads/workload.ts";

/** What a run under virtual time came to, and all that happened in it. */
export interface Simulation
  extends TestResult, Extent, Pick<Outcome, "inVain"> {
  readonly journal: Journal;
  readonly history: History;
}

export interface SimulationSettings {
  /**
   * Whether the journal has the messages, or counts only, which is faster.
   * @default false
   */
  readonly keepJournal?: boolean;
  /** Told of each message. */
  readonly onMessage?: JournalSink;
  /** Told what the nodes log. */
  readonly log?: (id: string, text: string) => void;
  /** Told when the run is over, and only the verdict is to come. */
  readonly onEnd?: () => void;
  /** Where the results will be. */
  readonly storePath?: string;
}

/**
 * Runs a program as every node, in this thread, under virtual time.
 *
 * @param workload the one that the options name
 * @throws {UnusableError} the options name what was not loaded, or the program
 * can't be run as they ask
 */
export async function simulateLoaded(
  workload: Workload,
  options: RunOptions,
  program: Program,
  { keepJournal = false, onMessage, log, onEnd, storePath = "" }:
    SimulationSettings = {},
): Promise<Simulation> {
  const scheduler = new VirtualScheduler();
  const random = new Random(options.seed);
  const outcome = await scheduler.run(conduct(workload, options, {
    scheduler,
    keepJournal,
    journalSinks: onMessage === undefined ? [] : [onMessage],
    host: (id, events) =>
      new SimulatedNode(scheduler, {
        program,
        args: nodeArguments(options),
        random: random.fork(id),
        clockSkew: options.clockSkew,
        disk: { ...options, diskSize: boundOf(options.diskSize) },
        jumps: jumpsOf(options.scriptOfFaults?.steps ?? [], id),
        log: (text) => {
          log?.(id, text);
          if (options.logStderr) console.error(`${id}: ${text}`);
        },
      }, events),
  }));
  const { journal, history, mainOperations, faults, inVain } = outcome;
  onEnd?.();
  const result = judge(options, outcome, storePath);
  return { ...result, journal, history, mainOperations, faults, inVain };
}
