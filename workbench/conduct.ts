/**
 * From the first node's start to the last one's end, whatever runs the nodes.
 *
 * @module
 */
import { type Body } from "../lib/maelstrom.ts";
import { Cluster } from "./cluster/cluster.ts";
import { type History } from "./load/history.ts";
import { Hand } from "./cluster/hand.ts";
import { Interpreter } from "./load/interpreter.ts";
import { Journal, type JournalSink } from "./cluster/journal.ts";
import { Knowledge } from "./cluster/knowledge.ts";
import { faultCycles } from "./cluster/nemesis.ts";
import {
  type FaultCycle,
  type FaultOperation,
} from "./cluster/nemeses/nemesis.ts";
import { Network } from "./cluster/network.ts";
import {
  type NodeEvents,
  type NodeHost,
  RunError,
  UnusableError,
} from "./cluster/node_host.ts";
import { boundOf, type RunOptions } from "./run_options.ts";
import { Random } from "./clock/random.ts";
import { RpcClient } from "./load/rpc_client.ts";
import { type Scheduler } from "./clock/scheduler.ts";
import { createServices } from "./cluster/services.ts";
import { StrayReplies } from "./load/stray_replies.ts";
import {
  type ClientContext,
  type Workload,
  type WorkloadSpec,
} from "./workloads/workload.ts";

/** Seconds between the end of the faults and the final operations. */
const RECOVERY = 10;

/** The world in which a run happens. */
export interface World {
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
export interface Extent {
  /** Operations before the final ones. */
  readonly mainOperations: number;
  readonly faults: number;
}

export interface Outcome extends Extent {
  readonly history: History;
  readonly journal: Journal;
  readonly spec: WorkloadSpec;
  readonly knowledge: Knowledge | undefined;
  /** Set if the run could not go on. */
  readonly error: RunError | undefined;
  /** What no client was waiting for, and what nodes printed but did not end. */
  readonly strays: StrayReplies;
  readonly unheard: readonly string[];
  /** What a script of faults and the nemeses did not do, and why. */
  readonly inVain: readonly string[];
  /** Which nodes have stopped by themselves. */
  readonly stops: readonly Stop[];
}

/** A node has stopped by itself. */
export interface Stop {
  /** In ms. */
  readonly at: number;
  /** What it said, with its name. */
  readonly why: string;
}

/** Somebody wanted no more of the run: no fault of the nodes. */
export class Interrupted extends RunError {
  constructor() {
    super(
      "The run was interrupted: what happened until then is in its results, " +
        "and decides nothing.",
    );
  }
}

/** From the first node's start to the last one's end. */
export async function conduct(
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
    { ...options, downQueue: boundOf(options.downQueue) },
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
  const stops: Stop[] = [];
  const stopped = (id: string, why: string) => {
    stops.push({ at: scheduler.now(), why });
    cluster.stopped(id);
    interpreter?.recordFault("kill", [id], { why });
  };
  const hosts = new Map(
    options.nodeIds.map((id) => {
      const host = world.host(id, {
        ...events,
        stopped: (why) => stopped(id, why),
      });
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

  const faultRandom = random.fork("nemesis");
  let cycles: readonly FaultCycle[] = [];
  const hand = new Hand(options.scriptOfFaults?.steps ?? [], cluster, network);

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
    cycles = faultCycles(options.nemesis, cluster, faultRandom);
    extent = await load(
      options,
      scheduler,
      cycles,
      faultRandom,
      interpreter,
      spec,
      hand,
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
    for (const cycle of cycles) cycle.close?.(false);
    unheard = [...hosts.values()].flatMap((host) => host.unheard ?? []);
    await cluster.stop();
  }
  const history = interpreter?.history ?? [];
  return {
    ...{ history, journal, spec, knowledge, error, strays, unheard },
    inVain: [...hand.notes, ...cycles.flatMap(({ notes }) => notes ?? [])],
    stops,
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
  cycles: readonly FaultCycle[],
  faultRandom: Random,
  interpreter: Interpreter,
  spec: WorkloadSpec,
  hand: Hand,
): Promise<Extent> {
  let over = false;
  const perform = (operation: FaultOperation, fault: number | undefined) => {
    const mark = fault === undefined ? {} : { fault };
    interpreter.recordFault(operation.f, operation.value, mark);
    operation.apply((f, value, ending) =>
      interpreter.recordFault(f, value, { ...ending, ...mark })
    );
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
        if (operation === undefined && !active) return next();
        active = !active;
        if (active) {
          const n = faults++;
          isKept = keptFaults?.has(n) ?? true;
          if (isKept) inForce.set(cycle, n);
        }
        if (isKept && operation) perform(operation, inForce.get(cycle));
        if (!active) inForce.delete(cycle);
        next();
      });
    };
    next();
  }
  hand.begin(
    scheduler,
    (f, value) => interpreter.recordFault(f, value, { byHand: true }),
  );
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
  for (const cycle of cycles) {
    const operation = cycle.end();
    if (operation) perform(operation, inForce.get(cycle));
  }
  hand.end();
  if (spec.finalGenerator) {
    await sleep(RECOVERY * 1000);
    for (const cycle of cycles) cycle.close?.(true);
    await interpreter.phase(spec.finalGenerator, {
      gap: spec.finalGap ?? (() => 1),
      timeLimit: spec.finalTimeLimit ?? RECOVERY * 1000,
    });
  }
  interpreter.close();
  return { mainOperations, faults };
}
