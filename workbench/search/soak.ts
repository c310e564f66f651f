/**
 * `deno task soak`: thousands of seeds over all challenges and mixes of faults.
 *
 * @module
 */
import { runCommand } from "../cli/command.ts";
import { usage } from "../cli/flags.ts";
import {
  commands,
  parseSimulatedRun,
  parseSoakOptions,
} from "../cli/options.ts";
import { Progress } from "../cli/progress.ts";
import { type SimulatedRun } from "../run_options.ts";
import { freshSeed } from "../clock/random.ts";
import { SeedPool } from "./seed_pool.ts";
import { type SeedJob } from "./seed_worker.ts";
import { describe } from "./describe.ts";
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
  { name: "pause", faults: ["pause"], flags: "--latency 20" },
  { name: "kill", faults: ["kill"], flags: "--latency 20" },
  {
    name: "clocks",
    faults: ["partition"],
    flags: `${network} --clock-skew 1000`,
  },
  {
    name: "all",
    faults: ["partition", "pause", "kill"],
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

interface Count {
  seeds: number;
  failed: number;
  unknown: number;
}

function runOf({ subject, mix }: Cell): SimulatedRun {
  const faults = mix.faults.filter((it) => !subject.except?.includes(it));
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
      (faults.length !== 1 || !subject.except?.includes(faults[0])) &&
      (subject.mixes?.includes(name) ?? true)
    ).map((mix) => ({ subject, mix }))
  );
}

/** A matrix of counts, for a person. */
function table(
  subjects: readonly Subject[],
  counts: ReadonlyMap<Cell, Count>,
): string {
  const rows = subjects.map(({ name }) => [
    name,
    ...mixes.map((mix) => {
      for (const [cell, { seeds, failed, unknown }] of counts) {
        if (cell.subject.name !== name || cell.mix !== mix) continue;
        if (failed > 0) return `${failed}/${seeds} FAIL`;
        return unknown > 0 ? `${seeds - unknown}+${unknown}?` : `${seeds}`;
      }
      return "-";
    }),
  ]);
  const all = [["", ...mixes.map(({ name }) => name)], ...rows];
  const widths = all[0].map((_, i) =>
    Math.max(...all.map((row) => row[i].length))
  );
  return all.map((row) =>
    row.map((text, i) =>
      i === 0 ? text.padEnd(widths[i]) : text.padStart(widths[i])
    ).join("  ").trimEnd()
  ).join("\n");
}

export interface SoakOptions {
  /** How many runs in all. */
  readonly seeds: number;
  /** Runs `base/1`, `base/2`, ... */
  readonly base: string;
  readonly subjects?: readonly Subject[];
}

/**
 * Runs the seeds on all cores, and says what failed with the command that
 * replays it.
 *
 * @returns the exit code: 0, all valid; 1, one is not; 2, some showed too
 * little to tell
 */
export async function soak(
  { seeds, base, subjects: chosen = subjects }: SoakOptions,
  pool: SeedPool,
): Promise<number> {
  const cells = cellsOf(chosen);
  const runs = cells.map(runOf);
  const counts = new Map<Cell, Count>(
    cells.map((cell) => [cell, { seeds: 0, failed: 0, unknown: 0 }]),
  );
  console.log(
    `seed base ${base}: ${seeds} seeds over ${cells.length} mixes of scripts ` +
      `and faults, on ${pool.size} cores`,
  );
  function* jobs(): Generator<SeedJob & { readonly cell: Cell }> {
    let seed = 0;
    for (let i = 0; seed < seeds; i++) {
      const cell = cells[i % cells.length];
      const run = runs[i % cells.length];
      const round = Math.floor(i / cells.length);
      if (round % (cell.subject.every ?? 1) > 0) continue;
      yield { cell, run: { ...run, seed: `${base}/${++seed}` } };
    }
  }
  const start = performance.now();
  using progress = new Progress(seeds);
  let [messages, operations] = [0, 0];
  for await (const [job, verdict] of pool.all(jobs())) {
    progress.ended(verdict.valid === false);
    messages += verdict.messages;
    operations += verdict.operations;
    const count = counts.get(job.cell);
    if (count === undefined) throw new Error("a job without a cell");
    count.seeds++;
    if (verdict.valid === true) continue;
    if (verdict.valid === false) count.failed++;
    else count.unknown++;
    progress.say(describe(job, verdict));
  }
  progress.stop();
  const seconds = (performance.now() - start) / 1000;
  const sum = (key: keyof Count) =>
    [...counts.values()].reduce((total, count) => total + count[key], 0);
  const [failed, unknown] = [sum("failed"), sum("unknown")];
  console.log(`\n${table(chosen, counts)}\n
${operations.toLocaleString("en")} operations, ${
    messages.toLocaleString("en")
  } messages, ${Math.round(messages / seconds).toLocaleString("en")} a second
${unknown > 0 ? `${unknown} showed too little to tell\n` : ""}${
    seeds - failed - unknown
  } passed, ${failed} failed`);
  return failed > 0 ? 1 : unknown > 0 ? 2 : 0;
}

if (import.meta.main) {
  await runCommand("soak", () => usage(commands.soak), async (signal) => {
    const { seeds, seed = freshSeed(), only } = parseSoakOptions(Deno.args);
    const chosen = named(only ?? "", subjects);
    await using pool = new SeedPool({
      programs: programsOf(chosen),
      timeout: 120,
      signal,
    });
    return await soak({ seeds, base: seed, subjects: chosen }, pool);
  });
}
