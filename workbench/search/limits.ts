/**
 * `deno task limits`: turns one dial at a time, loss, latency, clocks, load,
 * size, until a script's promise ends, and writes docs/limits.md.
 *
 * @module
 */
import { runCommand } from "../cli/command.ts";
import { usage } from "../cli/arguments.ts";
import {
  commands,
  parseLimitsOptions,
  parseSimulatedRun,
} from "../cli/options.ts";
import { commandOnPage } from "../cli/run_flags.ts";
import { type SimulatedRun } from "../run_options.ts";
import { Progress } from "../cli/progress.ts";
import { SeedPool } from "./seed_pool.ts";
import { type SeedJob } from "./verdict.ts";
import { named, programsOf, type Subject } from "./subjects.ts";

/** A script with a promise, on a cluster and under a load of usual size. */
interface Promised extends Subject {
  readonly nodes: number;
  /** Operations a second. */
  readonly rate: number;
  /** What more a run can't hold: each read tells all values. @default none */
  readonly maxRate?: number;
  /** Under which the promise is given. */
  readonly faults: readonly string[];
}

const all = ["partition", "pause", "kill"];

const subjects: readonly Promised[] = [
  {
    name: "unique_ids.ts",
    flags: "-w unique-ids --program unique_ids.ts",
    nodes: 3,
    rate: 100,
    faults: all,
  },
  {
    name: "broadcast.ts",
    flags: "-w broadcast --program broadcast.ts --forgive-victims",
    nodes: 5,
    rate: 30,
    maxRate: 1000,
    faults: all,
  },
  {
    name: "broadcast.ts --durable",
    flags: "-w broadcast --program broadcast.ts",
    nodes: 5,
    rate: 30,
    maxRate: 1000,
    faults: all,
    nodeArguments: ["--durable"],
  },
  {
    name: "counter.ts",
    flags: "-w pn-counter --program counter.ts --concurrency 4n",
    nodes: 3,
    rate: 50,
    faults: all,
  },
  {
    name: "kafka.ts",
    flags: "-w kafka --program kafka.ts --concurrency 2n --check-convergence",
    nodes: 3,
    rate: 100,
    faults: all,
  },
  {
    name: "txn.ts",
    flags: "-w txn-rw-register --program txn.ts --concurrency 2n " +
      "--check-convergence --consistency-models " +
      "causal-cerone,strong-session-read-committed",
    nodes: 3,
    rate: 100,
    faults: ["partition", "pause"],
  },
];

/** What is made worse, from what the soak covers to what nobody can bear. */
interface Dial {
  readonly name: string;
  /** What the values are, for a person. */
  readonly unit: string;
  readonly values: readonly number[];
  flags(value: number): string;
}

const SLOW = "--latency 20 --latency-dist exponential";

const dials: readonly Dial[] = [
  {
    name: "Loss",
    unit: "share of messages lost",
    values: [0.05, 0.1, 0.2, 0.3, 0.5],
    flags: (p) => `${SLOW} --p-loss ${p}`,
  },
  {
    name: "Latency",
    unit: "mean ms between nodes, exponential",
    values: [50, 100, 200, 500, 1000, 2000],
    flags: (ms) => `--latency ${ms} --latency-dist exponential`,
  },
  {
    name: "Clocks",
    unit: "ms by which a node's clock may jump",
    values: [1000, 5000, 10_000, 20_000],
    flags: (ms) => `${SLOW} --clock-skew ${ms}`,
  },
  {
    name: "Load",
    unit: "operations per second, over the whole cluster",
    values: [200, 1000, 5000],
    flags: (n) => `${SLOW} --rate ${n}`,
  },
  {
    name: "Size",
    unit: "nodes",
    values: [10, 25, 60],
    flags: (n) => `${SLOW} --node-count ${n}`,
  },
];

/** Between two faults, and the load's length, in s. */
const COMMON = "--nemesis-interval 4 --time-limit 20";

/** Seeds under one setting. */
interface Cell {
  readonly subject: Promised;
  readonly withFaults: boolean;
  readonly dial: Dial;
  readonly value: number;
}

interface Count {
  valid: number;
  unknown: number;
  seeds: number;
  /** The command that replays the first seed that failed, and why. */
  example?: { readonly command: string; readonly kinds: readonly string[] };
}

function runOf(cell: Cell): SimulatedRun {
  const { subject, withFaults, dial, value } = cell;
  const { flags, nodes, rate, faults, nodeArguments = [] } = subject;
  return parseSimulatedRun([
    ...[flags, COMMON].join(" ").split(" "),
    // What the dial sets comes last, and so counts.
    ...["--node-count", `${nodes}`, "--rate", `${rate}`],
    ...dial.flags(value).split(" "),
    ...(withFaults ? ["--nemesis", faults.join(",")] : []),
    ...(nodeArguments.length > 0 ? ["--", ...nodeArguments] : []),
  ]);
}

/** How many seeds a cell gets: those of a heavy load take minutes. */
const seedsOf = ({ dial, value }: Cell, seeds: number) =>
  dial.name === "Load" || dial.name === "Size"
    ? Math.max(1, Math.round(seeds * Math.min(1, 100 / value)))
    : seeds;

const show = ({ valid, unknown, seeds }: Count) =>
  valid === seeds
    ? `${seeds}`
    : valid + unknown === seeds
    ? `${valid}+${unknown}?`
    : `**${valid} of ${seeds}**`;

function markdown(
  cells: readonly Cell[],
  counts: ReadonlyMap<Cell, Count>,
  base: string,
): string {
  const tables = dials.map((dial) => {
    const here = cells.filter((cell) => cell.dial === dial);
    if (here.length === 0) return "";
    const rows = subjects.flatMap((subject) =>
      [false, true].map((withFaults) => {
        const row = here.filter((cell) =>
          cell.subject === subject && cell.withFaults === withFaults
        );
        if (row.length === 0) return "";
        const faults = withFaults ? subject.faults.join(", ") : "none";
        const texts = dial.values.map((value) => {
          const cell = row.find((cell) => cell.value === value);
          const count = cell && counts.get(cell);
          return count ? show(count) : "-";
        });
        return `| \`${subject.name}\` | ${faults} | ${texts.join(" | ")} |`;
      })
    ).filter((row) => row !== "");
    const names = dial.values.map((value) => value.toLocaleString("en"));
    return [
      `## ${dial.name}: ${dial.unit}`,
      "",
      `| script | faults | ${names.join(" | ")} |`,
      `| --- | --- |${names.map(() => " --: |").join("")}`,
      ...rows,
      "",
    ].join("\n");
  });
  const failures = cells.flatMap((cell) => {
    const example = counts.get(cell)?.example;
    if (example === undefined) return [];
    const { subject, dial, value } = cell;
    const where = `${subject.name}, ${dial.name.toLowerCase()} ${value}`;
    return [`# ${where}: ${example.kinds.join(", ")}\n${example.command}`];
  });
  const date = new Date().toISOString().slice(0, 10);
  return `# Where the promises end

Up to which loss, latency, clock jumps, load and size the scripts keep their
[promises](promises.md). Written by \`deno task limits\` on ${date}, seed base
\`${base}\`. A promise holds up to the last cell of its row in which all seeds
passed.

The runs are under virtual time: 20 s of load, faults every 4 s if the column
"faults" names some, and exponential latencies with a mean of 20 ms. Each table
changes one of these. Its cells say how many seeds kept the promise:

- 6: all of 6 did.
- **5 of 6**: one did not.
- 4+2?: four did, and in two runs too little happened to tell.
- A dash: not run, because such a run is too large.

${tables.join("\n")}
## How they end

One failed seed of each cell that has some: what was found, and the command that
repeats it.

\`\`\`sh
${failures.join("\n") || "# none"}
\`\`\`
`;
}

async function limits(
  { seeds, seed: base, only }: ReturnType<typeof parseLimitsOptions>,
  chosen: readonly Promised[],
  pool: SeedPool,
): Promise<void> {
  const cells = dials.flatMap((dial) =>
    chosen.flatMap((subject) =>
      [false, true].flatMap((withFaults) =>
        dial.values.filter((value) =>
          dial.name !== "Load" || value <= (subject.maxRate ?? Infinity)
        ).map((value): Cell => ({ subject, withFaults, dial, value }))
      )
    )
  );
  const counts = new Map<Cell, Count>(
    cells.map((cell) => [cell, { valid: 0, unknown: 0, seeds: 0 }]),
  );
  function* jobs(): Generator<SeedJob & { readonly cell: Cell }> {
    for (const [n, cell] of cells.entries()) {
      const run = runOf(cell);
      for (let i = 1; i <= seedsOf(cell, seeds); i++) {
        yield { cell, run: { ...run, seed: `${base}/${n}/${i}` } };
      }
    }
  }
  const total = cells.reduce((sum, cell) => sum + seedsOf(cell, seeds), 0);
  const progress = new Progress(total);
  for await (const [{ cell, run }, verdict] of pool.all(jobs())) {
    progress.ended(verdict.valid === false);
    const count = counts.get(cell);
    if (count === undefined) throw new Error("a job without a cell");
    const { valid, kinds } = verdict;
    count.seeds++;
    if (valid === true) count.valid++;
    else if (valid === "unknown") count.unknown++;
    else count.example ??= { command: commandOnPage(run), kinds };
  }
  progress.stop();
  const text = markdown(cells, counts, base);
  if (only !== undefined) return console.log(text);
  const path = new URL("../../docs/limits.md", import.meta.url);
  Deno.writeTextFileSync(path, text);
  await new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", path.pathname],
  }).output();
  console.log("written to docs/limits.md");
}

if (import.meta.main) {
  await runCommand("limits", () => usage(commands.limits), async (signal) => {
    const options = parseLimitsOptions(Deno.args);
    const chosen = named(options.only ?? "", subjects);
    await using pool = new SeedPool({
      programs: programsOf(chosen),
      timeout: 300,
      signal,
    });
    await limits(options, chosen, pool);
    return 0;
  });
}
