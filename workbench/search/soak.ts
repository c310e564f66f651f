/**
 * `deno task soak`: thousands of seeds over all challenges and mixes of faults.
 *
 * @module
 */
import { runCommand } from "../cli/command.ts";
import { usage } from "../cli/arguments.ts";
import {
  commands,
  parseSimulatedRun,
  parseSoakOptions,
} from "../cli/options.ts";
import { Progress } from "../cli/progress.ts";
import { type SimulatedRun } from "../run_options.ts";
import { freshSeed } from "../clock/random.ts";
import { SeedPool } from "./seed_pool.ts";
import { type SeedJob } from "./verdict.ts";
import { describeWithHash } from "./describe.ts";
import { inShard, type Shard, sizeOf, Tally } from "./tally.ts";
import { named, programsOf, type Subject } from "./subjects.ts";

const subjects: readonly Subject[] = [
  {
    name: "echo",
    flags: "-w echo --program echo.ts --node-count 3 --rate 50",
    // As in Maelstrom, every request must be answered.
    except: ["kill", "pause"],
  },
  {
    name: "unique ids",
    flags: "-w unique-ids --program unique_ids.ts --node-count 3 --rate 100",
  },
  {
    name: "broadcast, 5 nodes",
    flags: "-w broadcast --program broadcast.ts --node-count 5 --rate 30 " +
      "--check-sessions " +
      "--forgive-victims",
  },
  {
    name: "broadcast, 25 nodes",
    flags: "-w broadcast --program broadcast.ts --node-count 25 --rate 50 " +
      "--check-sessions " +
      "--forgive-victims",
  },
  {
    name: "broadcast --durable",
    flags: "-w broadcast --program broadcast.ts --node-count 5 --rate 30 " +
      "--check-sessions",
    nodeArguments: ["--durable"],
  },
  {
    name: "broadcast --max-wait 1000",
    flags: "-w broadcast --program broadcast.ts --node-count 9 --rate 30 " +
      "--check-sessions " +
      "--forgive-victims",
    nodeArguments: ["--max-wait", "1000"],
  },
  {
    name: "broadcast --max-wait 0",
    flags: "-w broadcast --program broadcast.ts --node-count 9 --rate 30 " +
      "--check-sessions " +
      "--forgive-victims",
    nodeArguments: ["--max-wait", "0"],
  },
  {
    name: "g-set",
    flags: "-w g-set --program beyond/g_set.ts --node-count 5 --rate 30 " +
      "--check-sessions " +
      "--forgive-victims",
  },
  {
    name: "g-counter",
    flags: "-w g-counter --program counter.ts --node-count 3 " +
      "--concurrency 4n --rate 50 --check-sessions --check-convergence",
  },
  {
    name: "pn-counter",
    flags: "-w pn-counter --program counter.ts --node-count 5 " +
      "--concurrency 4n --rate 50 --check-sessions --check-convergence",
  },
  {
    name: "kafka",
    flags: "-w kafka --program kafka.ts --node-count 3 --concurrency 2n " +
      "--rate 100 --check-convergence",
  },
  {
    name: "kafka, logs of several pages",
    flags: "-w kafka --program kafka.ts --node-count 3 --concurrency 8n " +
      "--rate 200 --key-count 1 --max-writes-per-key 10000 " +
      "--check-convergence",
  },
  {
    name: "kafka, 300 s",
    flags: "-w kafka --program kafka.ts --node-count 3 --concurrency 2n " +
      "--rate 100 --check-convergence --time-limit 300",
    mixes: ["kill", "all"],
    every: 5,
  },
  {
    name: "kafka, 100,000 messages",
    flags: "-w kafka --program kafka.ts --node-count 3 --concurrency 20n " +
      "--rate 2500 --check-convergence --max-writes-per-key 1000 " +
      "--latency 1 --p-loss 0.01 --time-limit 100 --nemesis-interval 10",
    mixes: ["kill"],
    every: 20,
  },
  {
    name: "txn, causal, 3 nodes",
    flags: "-w txn-rw-register --program txn.ts --node-count 3 " +
      "--concurrency 2n --rate 100 --check-convergence " +
      "--consistency-models causal-cerone,strong-session-read-committed",
  },
  {
    name: "txn, sessions, 3 nodes",
    flags: "-w txn-rw-register --program txn.ts --node-count 3 " +
      "--concurrency 2n --rate 100 --check-convergence " +
      "--consistency-models causal-cerone,PRAM",
    // A killed node loses what it has not yet told, and its sessions with it.
    except: ["kill"],
  },
  {
    name: "txn, read committed, 5 nodes",
    flags: "-w txn-rw-register --program txn.ts --node-count 5 " +
      "--concurrency 2n --rate 100 --check-convergence " +
      "--consistency-models read-committed",
  },
  {
    name: "lin-kv, 1 node",
    flags: "-w lin-kv --program beyond/lin_kv.ts --node-count 1 " +
      "--concurrency 4 --rate 100 --disk",
  },
  {
    name: "lin-kv, 3 nodes",
    flags: "-w lin-kv --program beyond/lin_kv.ts --node-count 3 " +
      "--concurrency 2n --rate 100 --disk",
    hasMembers: true,
  },
  {
    name: "lin-kv, 5 nodes, disks that rot",
    flags: "-w lin-kv --program beyond/lin_kv.ts --node-count 5 " +
      "--concurrency 2n --rate 100 --disk --p-corrupt 0.02 --disk-latency 5",
    hasMembers: true,
  },
  {
    name: "lin-kv, 7 nodes",
    flags: "-w lin-kv --program beyond/lin_kv.ts --node-count 7 " +
      "--concurrency 2n --rate 100 --disk",
    hasMembers: true,
    every: 2,
  },
  {
    name: "lin-kv, small snapshots, hasty elections",
    flags: "-w lin-kv --program beyond/lin_kv.ts --node-count 4 " +
      "--concurrency 2n --rate 100 --disk",
    hasMembers: true,
    nodeArguments: ["--snapshot-every", "10", "--election-timeout", "200"],
  },
  {
    name: "lin-kv, no disk",
    flags: "-w lin-kv --program beyond/lin_kv.ts --node-count 5 " +
      "--concurrency 2n --rate 100",
    hasMembers: true,
    except: ["kill"],
  },
  {
    name: "list-append, strict",
    flags: "-w txn-list-append --program beyond/list_append.ts " +
      "--node-count 3 --concurrency 2n --rate 100 --check-convergence",
  },
  {
    name: "list-append, snapshots, registers",
    flags: "-w txn-rw-register --program beyond/list_append.ts " +
      "--node-count 3 --concurrency 2n --rate 100 " +
      "--consistency-models snapshot-isolation",
    nodeArguments: ["--consistency", "snapshot-isolation"],
  },
  {
    name: "list-append, monotonic atomic view",
    flags: "-w txn-list-append --program beyond/list_append.ts " +
      "--node-count 3 --concurrency 2n --rate 100 --check-convergence " +
      "--consistency-models monotonic-atomic-view",
    except: ["kill"],
    nodeArguments: ["--consistency", "monotonic-atomic-view"],
  },
  {
    name: "list-append, causal, registers",
    flags: "-w txn-rw-register --program beyond/list_append.ts " +
      "--node-count 3 --concurrency 2n --rate 100 --check-convergence " +
      "--consistency-models causal-cerone",
    except: ["kill"],
    nodeArguments: ["--consistency", "causal"],
  },
];

interface Mix {
  readonly name: string;
  /** Of the nemesis. */
  readonly faults: readonly string[];
  readonly flags: string;
}

const network = "--latency 20 --latency-dist exponential --p-loss 0.05 " +
  "--p-duplicate 0.05";

const mixes: readonly Mix[] = [
  { name: "calm", faults: [], flags: "--latency 20" },
  { name: "network", faults: [], flags: network },
  { name: "partition", faults: ["partition"], flags: "--latency 20" },
  { name: "one-way", faults: ["one-way"], flags: "--latency 20" },
  { name: "pause", faults: ["pause"], flags: "--latency 20" },
  { name: "kill", faults: ["kill"], flags: "--latency 20" },
  { name: "members", faults: ["membership"], flags: "--latency 20" },
  {
    name: "clocks",
    faults: ["partition"],
    flags: `${network} --clock-skew 1000`,
  },
  {
    name: "all",
    faults: ["partition", "one-way", "pause", "kill", "membership"],
    flags: `${network} --clock-skew 1000`,
  },
];

/** Long enough for a few faults, and for operations that get through. */
const COMMON = "--time-limit 20 --nemesis-interval 4";

/** A subject under a mix of faults. */
interface Cell {
  readonly subject: Subject;
  readonly mix: Mix;
}

/** Whether a script promises something under a fault. */
const bears = ({ except, hasMembers }: Subject, fault: string): boolean =>
  fault === "membership" ? hasMembers === true : !except?.includes(fault);

function runOf({ subject, mix }: Cell): SimulatedRun {
  const faults = mix.faults.filter((it) => bears(subject, it));
  return parseSimulatedRun([
    ...[COMMON, mix.flags, subject.flags].join(" ").split(" "),
    ...(faults.length > 0 ? ["--nemesis", faults.join(",")] : []),
    ...(subject.nodeArguments ? ["--", ...subject.nodeArguments] : []),
  ]);
}

/** All cells but those whose only fault is one that is not promised. */
function cellsOf(subjects: readonly Subject[]): Cell[] {
  return subjects.flatMap((subject) =>
    mixes.filter(({ name, faults }) =>
      (faults.length !== 1 || bears(subject, faults[0])) &&
      (subject.mixes?.includes(name) ?? true)
    ).map((mix) => ({ subject, mix }))
  );
}

export interface SoakOptions {
  /** How many runs in all. */
  readonly seeds: number;
  /** Runs `base/1`, `base/2`, ... */
  readonly base: string;
  readonly subjects?: readonly Subject[];
  /** Which of the seeds. @default all */
  readonly shard?: Shard;
  /** A file or folder for the counts. @default none */
  readonly results?: string;
}

/**
 * Runs the seeds on all cores, and says what failed with the command that
 * replays it.
 *
 * @returns the exit code: 0, all valid; 1, one is not; 2, some showed too
 * little to tell
 */
export async function soak(
  options: SoakOptions,
  pool: SeedPool,
): Promise<number> {
  const { seeds, base, subjects: chosen = subjects, shard, results } = options;
  const share = shard ?? { index: 1, count: 1 };
  const cells = cellsOf(chosen);
  const runs = cells.map(runOf);
  const size = sizeOf(seeds, share);
  console.log(
    `seed base ${base}: ${seeds} seeds over ${cells.length} mixes of scripts ` +
      `and faults${
        shard === undefined
          ? ""
          : `, of which share ${shard.index} of ${shard.count} has ${size}`
      }, on ${pool.size} cores`,
  );
  function* jobs(): Generator<
    SeedJob & { readonly cell: Cell; readonly number: number }
  > {
    let number = 0;
    for (let i = 0; number < seeds; i++) {
      const cell = cells[i % cells.length];
      const run = runs[i % cells.length];
      const round = Math.floor(i / cells.length);
      if (round % (cell.subject.every ?? 1) > 0) continue;
      if (!inShard(++number, share)) continue;
      yield { number, cell, run: { ...run, seed: `${base}/${number}` } };
    }
  }
  const start = performance.now();
  using progress = new Progress(size);
  const tally = new Tally({
    ...{ command: "soak", base, seeds, keepGoing: true },
    rows: chosen.map(({ name }) => name),
    columns: mixes.map(({ name }) => name),
  }, share);
  for await (const [job, verdict] of pool.all(jobs())) {
    progress.ended(verdict.valid === false);
    const { number, cell: { subject, mix } } = job;
    const text = await tally.add(
      number,
      verdict,
      async () =>
        `\n${subject.name}, ${mix.name}:` +
        await describeWithHash(job, verdict, pool),
      [subject.name, mix.name],
    );
    if (text !== undefined) progress.say(text);
  }
  progress.stop();
  console.log(tally.summary((performance.now() - start) / 1000));
  if (results !== undefined) tally.write(results);
  return tally.exitCode;
}

if (import.meta.main) {
  await runCommand("soak", () => usage(commands.soak), async (signal) => {
    const options = parseSoakOptions(Deno.args);
    const { seed = freshSeed(), only, ...rest } = options;
    const chosen = named(only ?? "", subjects);
    await using pool = new SeedPool({
      programs: programsOf(chosen),
      timeout: 120,
      signal,
    });
    return await soak({ ...rest, base: seed, subjects: chosen }, pool);
  });
}
