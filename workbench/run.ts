/**
 * A run: cluster, load and faults, then the verdict; with what the machine has:
 * processes, files, a clock.
 *
 * @module
 */
import { messageOf } from "../lib/errors.ts";
import { type Program } from "../lib/maelstrom.ts";
import { conduct } from "./conduct.ts";
import { judge } from "./judge.ts";
import { type History } from "./load/history.ts";
import { type JournalSink } from "./cluster/journal.ts";
import { nemeses } from "./cluster/nemesis.ts";
import { type Choices } from "./cluster/choices.ts";
import { checkedLatency, latencies } from "./cluster/latency.ts";
import { loadOwnModule } from "./own_module.ts";
import { DATA_FOLDER, nodeArguments, type RunOptions } from "./run_options.ts";
import { UnusableError } from "./cluster/node_host.ts";
import { ProcessNode } from "./cluster/process_node.ts";
import { RealScheduler } from "./clock/scheduler.ts";
import {
  simulateLoaded,
  type Simulation,
  type SimulationSettings,
} from "./simulation.ts";
import { Store } from "./results/store.ts";
import { type TestResult } from "./results/test_result.ts";
import { Watchdog } from "./cluster/watchdog.ts";
import { type Workload } from "./workloads/workload.ts";
import { loadWorkload } from "./workloads/load.ts";

export { type Simulation, type SimulationSettings } from "./simulation.ts";

/**
 * Runs processes against a workload, on the machine's clock.
 *
 * @param signal ends the run, and the nodes with it
 * @param watch given the history when the load begins, to see it grow
 */
export async function runTest(
  options: RunOptions & { readonly bin: string },
  signal?: AbortSignal,
  watch?: (history: History) => void,
): Promise<TestResult> {
  const workload = await loadOwn(options);
  const store = Store.make(workload.name);
  await using watchdog = new Watchdog();
  const scheduler = new RealScheduler();
  const folder = options.disk ? dataFolder(store) : undefined;
  const outcome = await conduct(workload, options, {
    scheduler,
    watch,
    keepJournal: false,
    journalSinks: [store.journal],
    host: (id, events) =>
      new ProcessNode(id, {
        bin: options.bin,
        args: nodeArguments(options),
        folder: folder && store.path,
        wiped: options.wipe ? `${folder}/${encodeURIComponent(id)}` : undefined,
        log: store.log(id),
        logStderr: options.logStderr,
        watchdog,
      }, events),
  }, signal);
  scheduler.stop();
  const result = judge(options, outcome, store.path);
  store.finish(options, result, outcome.history);
  return result;
}

/** Makes the folder for the nodes' disks. @throws {UnusableError} it can't */
function dataFolder(store: Store): string {
  const path = `${store.path}/${DATA_FOLDER}`;
  try {
    Deno.mkdirSync(path);
    return path;
  } catch (error) {
    throw new UnusableError(
      `--disk: there is no place for the nodes' data: ${messageOf(error)}`,
    );
  }
}

/** Runs a program as every node, in this process, under virtual time. */
export async function simulate(
  options: RunOptions,
  program: Program,
  settings?: SimulationSettings,
): Promise<Simulation> {
  const workload = await loadOwn(options);
  return await simulateLoaded(workload, options, program, settings);
}

/**
 * Like {@linkcode simulate}, and writes what a run of processes would.
 *
 * @param storePath an empty folder
 */
export async function replay(
  options: RunOptions,
  program: Program,
  storePath: string,
  log: (text: string) => void,
  onMessage?: JournalSink,
): Promise<Simulation> {
  const store = new Store(storePath);
  const logs = new Map(options.nodeIds.map((id) => [id, store.log(id)]));
  const simulation = await simulate(options, program, {
    storePath,
    onMessage: (event) => {
      store.journal(event);
      onMessage?.(event);
    },
    log: (id, text) => {
      logs.get(id)?.write(`${text}\n`);
      log(text);
    },
  });
  const { journal: _, history, inVain: __, ...rest } = simulation;
  const { mainOperations: ___, faults: ____, ...result } = rest;
  store.finish(options, result, history);
  for (const file of logs.values()) file.close();
  return simulation;
}

/**
 * Loads what a run has that is its user's own.
 *
 * @returns its workload
 * @throws {RunError} saying what is wrong with a file
 */
export async function loadOwn(options: RunOptions): Promise<Workload> {
  await loadChoice(latencies, options.latencyDist);
  checkedLatency(options.latencyDist, options.latency);
  for (const nemesis of options.nemesis) await loadChoice(nemeses, nemesis);
  return await loadWorkload(options.workload);
}

/** Loads a file, if it is one. @throws {RunError} what is wrong with it */
export async function loadChoice<F>(
  choices: Choices<F>,
  name: string,
): Promise<void> {
  if (choices.isKnown(name)) return;
  choices.add(name, await loadOwnModule(name, choices.wanted));
}
