/**
 * A run: cluster, load and faults, then the verdict.
 *
 * @module
 */
import { type Body, type Program } from "../lib/maelstrom.ts";
import {
  asMaelstrom,
  combine,
  quantiles,
  type Validity,
} from "./checkers/result.ts";
import { checkAvailability } from "./checkers/availability.ts";
import { countFaults } from "./checkers/faults.ts";
import { isTimeout, summarizeFailures } from "./checkers/failures.ts";
import { checkStats } from "./checkers/stats.ts";
import { Cluster } from "./cluster/cluster.ts";
import { type History, pairs } from "./load/history.ts";
import { Interpreter } from "./load/interpreter.ts";
import { Journal, type JournalSink } from "./cluster/journal.ts";
import { Knowledge } from "./cluster/knowledge.ts";
import { faultCycles, nemeses } from "./cluster/nemesis.ts";
import { checkedLatency, latencies } from "./cluster/latency.ts";
import { type FaultCycle } from "./cluster/nemeses/nemesis.ts";
import { Network } from "./cluster/network.ts";
import {
  type NodeEvents,
  type NodeHost,
  RunError,
  UnusableError,
} from "./cluster/node_host.ts";
import { type RunOptions } from "./run_options.ts";
import { ProcessNode } from "./cluster/process_node.ts";
import { Random } from "./clock/random.ts";
import { RpcClient } from "./load/rpc_client.ts";
import {
  RealScheduler,
  type Scheduler,
  VirtualScheduler,
} from "./clock/scheduler.ts";
import { createServices } from "./cluster/services.ts";
import { SimulatedNode } from "./cluster/simulated_node.ts";
import { Store } from "./results/store.ts";
import { type TestResult } from "./results/test_result.ts";
import { StrayReplies } from "./load/stray_replies.ts";
import { Watchdog } from "./cluster/watchdog.ts";
import {
  type ClientContext,
  type Workload,
  type WorkloadSpec,
} from "./workloads/workload.ts";
import { loadWorkload } from "./workloads/load.ts";

/** Seconds between the end of the faults and the final operations. */
const RECOVERY = 10;

/** The world in which a run happens. */
interface World {
  readonly scheduler: Scheduler;
  /** Whether the messages are of interest, or only how many there were. */
  readonly keepJournal: boolean;
  /** Who is told of the messages. */
  readonly journalSinks: readonly JournalSink[];
  /** Given the history when the load begins, to be watched as it grows. */
  readonly watch?: (history: History) => void;
  host(id: string, events: NodeEvents): NodeHost;
}

/** How much load and how many faults a run had. */
interface Extent {
  /** Operations before the final ones. */
  readonly mainOperations: number;
  readonly faults: number;
}

interface Outcome extends Extent {
  readonly history: History;
  readonly journal: Journal;
  readonly spec: WorkloadSpec;
  readonly knowledge: Knowledge | undefined;
  /** Set if the run could not go on. */
  readonly error: RunError | undefined;
  /** What no client was waiting for, and what nodes printed but did not end. */
  readonly strays: StrayReplies;
  readonly unheard: readonly string[];
}

/** Somebody wanted no more of the run: no fault of the nodes. */
class Interrupted extends RunError {
  constructor() {
    super(
      "The run was interrupted: what happened until then is in its results, " +
        "and decides nothing.",
    );
  }
}

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
  const outcome = await conduct(workload, options, {
    scheduler,
    watch,
    keepJournal: false,
    journalSinks: [store.journal],
    host: (id, events) =>
      new ProcessNode(id, {
        bin: options.bin,
        args: options.args,
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

/** What a run under virtual time came to, and all that happened in it. */
export interface Simulation extends TestResult, Extent {
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
  /** Where the results will be. */
  readonly storePath?: string;
}

/** Runs a program as every node, in this process, under virtual time. */
export async function simulate(
  options: RunOptions,
  program: Program,
  { keepJournal = false, onMessage, log, storePath = "" }: SimulationSettings =
    {},
): Promise<Simulation> {
  const workload = await loadOwn(options);
  const scheduler = new VirtualScheduler();
  const random = new Random(options.seed);
  const outcome = await scheduler.run(conduct(workload, options, {
    scheduler,
    keepJournal,
    journalSinks: onMessage === undefined ? [] : [onMessage],
    host: (id, events) =>
      new SimulatedNode(scheduler, {
        program,
        args: options.args,
        random: random.fork(id),
        clockSkew: options.clockSkew,
        log: (text) => {
          log?.(id, text);
          if (options.logStderr) console.error(`${id}: ${text}`);
        },
      }, events),
  }));
  const { journal, history, mainOperations, faults } = outcome;
  const result = judge(options, outcome, storePath);
  return { ...result, journal, history, mainOperations, faults };
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
  const { journal: _, history, mainOperations: __, faults: ___, ...result } =
    simulation;
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
  await latencies.load(options.latencyDist);
  checkedLatency(options.latencyDist, options.latency);
  for (const nemesis of options.nemesis) await nemeses.load(nemesis);
  return await loadWorkload(options.workload);
}

/** From the first node's start to the last one's end. */
async function conduct(
  workload: Workload,
  options: RunOptions,
  world: World,
  signal?: AbortSignal,
): Promise<Outcome> {
  const { scheduler, keepJournal, journalSinks } = world;
  const random = new Random(options.seed);
  const { logNetSend, logNetRecv } = options;
  const show: JournalSink = ({ type, packet }) => {
    const isShown = type === "send"
      ? logNetSend
      : type === "recv" && logNetRecv;
    if (isShown) console.error(`${type} ${packet.line}`);
  };
  const shown = logNetSend || logNetRecv ? [show] : [];
  const spec = workload.create({
    ...options,
    random: random.fork("generator"),
  });
  const knowledge = spec.followsElements
    ? new Knowledge(options.nodeIds, () => scheduler.now())
    : undefined;
  const learn: JournalSink = ({ type, packet }) => {
    if (type === "send") knowledge?.sent(packet);
  };
  const journal = new Journal(
    keepJournal,
    ...journalSinks,
    ...shown,
    ...(knowledge ? [learn] : []),
  );
  const network = new Network(
    scheduler,
    random.fork("network"),
    journal,
    {
      ...options,
      downQueue: options.downQueue === "unbounded"
        ? Infinity
        : options.downQueue,
    },
  );

  let fail: (error: RunError) => void = () => {};
  const failure = new Promise<never>((_, reject) => fail = reject);
  failure.catch(() => {}); // also awaited below
  const interrupt = () => fail(new Interrupted());
  if (signal?.aborted) interrupt();
  signal?.addEventListener("abort", interrupt);
  const failed = (text: string) => fail(new RunError(text));
  const events: NodeEvents = {
    sent(src, dest, body?: Body, text?: string) {
      try {
        network.send(src, dest, body, text);
      } catch (error) {
        // No fault of the node that sent it.
        if (error instanceof UnusableError) fail(error);
        else throw error;
      }
    },
    failed,
    refused: (text) => fail(new UnusableError(text)),
  };
  const hosts = new Map(
    options.nodeIds.map((id) => {
      const host = world.host(id, events);
      return [id, knowledge?.watch(id, host) ?? host];
    }),
  );
  const services = createServices(random.fork("services"));
  const strays = new StrayReplies();
  const cluster = new Cluster(
    scheduler,
    network,
    hosts,
    services,
    failed,
    strays,
  );

  let interpreter: Interpreter | undefined;
  const work = async () => {
    await cluster.boot();
    const { setup } = spec;
    if (setup) {
      await cluster.setUp((node, client, done) =>
        setup(contextOf(node, client), done)
      );
    }
    interpreter = new Interpreter(
      scheduler,
      random.fork("interpreter"),
      options.concurrency,
      (thread) => {
        const rpc = new RpcClient(scheduler, network, strays);
        const node = options.nodeIds[thread % options.nodeIds.length];
        const client = spec.openClient(contextOf(node, rpc));
        return {
          node,
          invoke: (op, done) => client.invoke(op, done),
          close: () => rpc.close(),
        };
      },
      spec.reusable,
    );
    world.watch?.(interpreter.history);
    extent = await load(
      options,
      scheduler,
      cluster,
      random,
      interpreter,
      spec,
    );
  };
  let extent: Extent = { mainOperations: 0, faults: 0 };
  let error: RunError | undefined;
  let unheard: string[] = [];
  try {
    await Promise.race([work(), failure]);
  } catch (thrown) {
    const isVerdict = thrown instanceof RunError &&
      !(thrown instanceof UnusableError);
    if (!isVerdict) throw thrown;
    error = thrown;
  } finally {
    signal?.removeEventListener("abort", interrupt);
    unheard = [...hosts.values()].flatMap((host) => host.unheard ?? []);
    await cluster.stop();
  }
  const history = interpreter?.history ?? [];
  return {
    ...{ history, journal, spec, knowledge, error, strays, unheard },
    ...extent,
  };
}

/** What a workload's client sees of the network. */
const contextOf = (node: string, rpc: RpcClient): ClientContext => ({
  node,
  call: (message, fields, done, timeout) =>
    rpc.call(node, message, fields, done, timeout),
});

/** Operations under faults, recovery, final operations. */
async function load(
  options: RunOptions,
  scheduler: Scheduler,
  cluster: Cluster,
  random: Random,
  interpreter: Interpreter,
  spec: WorkloadSpec,
): Promise<Extent> {
  const faultRandom = random.fork("nemesis");
  const cycles = faultCycles(options.nemesis, cluster, faultRandom);
  let over = false;
  const perform = (
    { f, value, apply }: ReturnType<typeof cycles[0]["end"]>,
    fault: number | undefined,
  ) => {
    interpreter.recordFault(f, value, fault);
    apply();
  };
  const keptFaults = options.keepFaults && new Set(options.keepFaults);
  let faults = 0;
  /** The numbers of those that were injected and have not ended. */
  const inForce = new Map<FaultCycle, number>();
  for (const cycle of cycles) {
    let active = false;
    let isKept = true;
    const next = () => {
      const gap = faultRandom.float() * 2 * options.nemesisInterval * 1000;
      scheduler.after(gap, () => {
        if (over) return;
        const operation = active ? cycle.end() : cycle.begin();
        active = !active;
        if (active) {
          const n = faults++;
          isKept = keptFaults?.has(n) ?? true;
          if (isKept) inForce.set(cycle, n);
        }
        if (isKept) perform(operation, inForce.get(cycle));
        if (!active) inForce.delete(cycle);
        next();
      });
    };
    next();
  }
  const timeLimit = options.timeLimit * 1000;
  const sleep = (ms: number) =>
    new Promise<void>((resolve) => scheduler.after(ms, resolve));
  const keptOps = options.keepOps && new Set(options.keepOps);
  let mainOperations = 0;
  if (options.rate > 0) {
    mainOperations = await interpreter.phase(spec.generator, {
      gap: () => 1000 / options.rate,
      timeLimit,
      performs: keptOps && ((n) => keptOps.has(n)),
    });
  } else {
    await sleep(timeLimit);
  }
  over = true;
  for (const cycle of cycles) perform(cycle.end(), inForce.get(cycle));
  if (spec.finalGenerator) {
    await sleep(RECOVERY * 1000);
    await interpreter.phase(spec.finalGenerator, {
      gap: spec.finalGap ?? (() => 1),
      timeLimit: spec.finalTimeLimit ?? RECOVERY * 1000,
    });
  }
  interpreter.close();
  return { mainOperations, faults };
}

/** The verdict on what happened. */
function judge(
  options: RunOptions,
  outcome: Outcome,
  storePath: string,
): TestResult {
  const { history, journal, spec, knowledge, error } = outcome;
  const stats = checkStats(history, { neverOk: spec.neverOk });
  const availability = checkAvailability(history, options.availability);
  const workload = spec.check(history, knowledge);
  const operations = pairs(history);
  const results = [workload, availability, stats];
  const all = combine(...results);
  const errors = new Set(
    history.filter((op) => `${op.error}`.startsWith("MalformedReply"))
      .slice(0, 1).map((op) => `${op.error}`),
  );
  const verdict = (valid: Validity) =>
    error === undefined ? valid : error instanceof Interrupted && "unknown";
  const maelstroms = asMaelstrom([all]);
  const valid = verdict(all.valid);
  const { causes, late, notes } = oddities(outcome, valid);
  return {
    valid,
    ...(options.asMaelstrom && {
      asMaelstrom: { ...maelstroms, valid: verdict(maelstroms.valid) },
    }),
    seed: options.seed,
    stats,
    availability,
    net: journal.stats(operations.length),
    workload,
    latencies: quantiles(
      operations.filter(({ complete }) => complete?.type === "ok")
        .map(({ invoke, complete }) =>
          ((complete?.time ?? 0) - invoke.time) / 1e6
        ),
    ) ?? {},
    operations: operations.length,
    faultCounts: countFaults(history),
    explanation: [
      ...(error === undefined ? [] : [error.message]),
      ...errors,
      ...causes,
      // A run without its end lacks what would have been read there, and of
      // one without a beginning there is nothing to say but why.
      ...error instanceof Interrupted || (error && history.length === 0)
        ? []
        : all.explanation ?? [],
      ...late,
    ],
    failures: summarizeFailures(history, spec.neverOk),
    notes,
    storePath,
  };
}

/**
 * What is odd about nodes' output: where requests were not answered, it is the
 * likely cause, else only a note, since Maelstrom allows it.
 */
function oddities(
  { history, strays, unheard, error }: Outcome,
  valid: Validity,
): Record<"causes" | "late" | "notes", readonly string[]> {
  const explains = valid !== true &&
    (error !== undefined || history.some(isTimeout));
  const wrong = strays.describe(["unaddressed", "misshapen", "unasked"]);
  const twice = strays.describe(["twice"]);
  if (!explains) return { causes: [], late: [], notes: [...wrong, ...twice] };
  return {
    // With an error, what the nodes printed is part of it.
    causes: [...error === undefined ? unheard : [], ...wrong],
    late: strays.describe(["late"]),
    notes: twice,
  };
}
