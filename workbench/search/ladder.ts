/**
 * `deno task ladder`: what each consistency model of beyond/list_append.ts
 * costs, that it holds, and that the next stronger one does not; writes
 * docs/ladder.md.
 *
 * @module
 */
import listAppend from "../../beyond/list_append.ts";
import { runCommand } from "../cli/command.ts";
import { usage } from "../cli/arguments.ts";
import {
  commands,
  parseLadderOptions,
  parseSimulatedRun,
} from "../cli/options.ts";
import { Progress } from "../cli/progress.ts";
import { commandOnPage } from "../cli/run_flags.ts";
import { simulate } from "../run.ts";
import { type SimulatedRun } from "../run_options.ts";
import { type Answer, TestCluster } from "../testing.ts";
import { SeedPool } from "./seed_pool.ts";
import { type SeedJob, type Verdict } from "./verdict.ts";

/** From weak to strong: the script's name of a model, and the checkers'. */
const models = [
  ["read-uncommitted", "read-uncommitted"],
  ["read-committed", "read-committed"],
  ["monotonic-atomic-view", "monotonic-atomic-view"],
  ["causal", "causal-cerone"],
  ["snapshot-isolation", "snapshot-isolation"],
  ["serializable", "serializable"],
  ["strict-serializable", "strict-serializable"],
] as const;

type Workload = "txn-rw-register" | "txn-list-append";
const workloads: readonly Workload[] = ["txn-rw-register", "txn-list-append"];

/** What is claimed of a rung with one of the workloads. */
export interface Claim {
  readonly workload: Workload;
  /** What `--consistency` asks for. */
  readonly rung: string;
  /** The strongest model that holds, as checkers call it. */
  readonly keeps: string;
  /** The next one, which does not; undefined where there is none. */
  readonly breaks?: string;
}

/** Lists have an order of appends, which gives some rungs more. */
const ofLists: Readonly<Record<string, string>> = {
  "read-uncommitted": "monotonic-atomic-view",
  "read-committed": "monotonic-atomic-view",
  "causal": "snapshot-isolation",
};

export const claims: readonly Claim[] = workloads.flatMap((workload) =>
  models.map(([rung]) => {
    const kept = workload === "txn-list-append" ? ofLists[rung] ?? rung : rung;
    const place = models.findIndex(([model]) => model === kept);
    return {
      ...{ workload, rung },
      ...{ keeps: models[place][1], breaks: models[place + 1]?.[1] },
    };
  })
);

const isLow = ({ rung }: Claim) =>
  models.findIndex(([model]) => model === rung) <
    models.findIndex(([model]) => model === "snapshot-isolation");

/** A claim's run: under all faults for which it is made. */
export function runOf(claim: Claim, model: string, seed: string): SimulatedRun {
  const { workload, rung } = claim;
  const faults = isLow(claim) ? "partition,pause" : "partition,pause,kill";
  return parseSimulatedRun([
    ...`-w ${workload} --program beyond/list_append.ts`.split(" "),
    ..."--node-count 3 --concurrency 2n --rate 100 --time-limit 20".split(" "),
    ..."--latency 20 --latency-dist exponential".split(" "),
    ..."--p-loss 0.05 --p-duplicate 0.05 --clock-skew 1000".split(" "),
    ...`--nemesis ${faults} --nemesis-interval 4`.split(" "),
    ...["--consistency-models", model, "--seed", seed],
    ...["--", "--consistency", rung],
  ]);
}

// ---------------------------------------------------------------------- costs

const latencies = [0, 10, 100] as const;

/** Messages for an operation, and the median latency in ms. */
async function costOf(
  { workload, rung }: Claim,
  latency: number,
  seed: string,
): Promise<{ messages: number; median: number }> {
  const seconds = 10;
  const rate = 1000;
  // Clients wait for answers: as many as it takes to ask for so much.
  const clients = Math.max(2, Math.ceil(rate * latency * 10 / 1000 / 2));
  const run = parseSimulatedRun([
    ...`-w ${workload} --program beyond/list_append.ts`.split(" "),
    ...`--node-count 2 --concurrency ${clients}n --rate ${rate}`.split(" "),
    ...`--time-limit ${seconds} --latency ${latency} --seed ${seed}`.split(" "),
    ...["--consistency-models", "read-uncommitted"],
    ...["--delivery", "independent"], // a fast answer overtakes a slow message
    ...["--", "--consistency", rung],
  ]);
  const { net, latencies, history } = await simulate(run, listAppend);
  const done = history.filter(({ type }) => type === "ok").length;
  if (done < 0.95 * rate * seconds) {
    throw new Error(`${rung}, ${latency} ms: only ${done} were answered`);
  }
  return {
    messages: net.servers.msgsPerOp ?? NaN,
    median: latencies["0.5"] ?? NaN,
  };
}

/**
 * The share of transactions that a node answers within a second while it is cut
 * off from the other nodes, and from lin-kv too if that is said.
 */
export async function answered(
  { workload, rung }: Claim,
  isWithoutLinKv: boolean,
): Promise<number> {
  const it = new TestCluster(listAppend, {
    ...{ nodes: 3, latency: 10, args: ["--consistency", rung] },
  });
  await it.ready();
  await it.pass(1000);
  it.partition(["n0"], ["n1", "n2", ...isWithoutLinKv ? ["lin-kv"] : []]);
  const write = workload === "txn-list-append" ? "append" : "w";
  const answers: Answer[] = [];
  for (let i = 0; i < 100; i++) {
    const txn = [["r", i % 5, null], ...i % 2 ? [[write, i % 3, i]] : []];
    answers.push(it.request("n0", { type: "txn", txn }));
    await it.pass(50);
  }
  await it.pass(1000);
  const good = answers.filter(({ replies }) => replies[0]?.type === "txn_ok");
  return good.length / answers.length;
}

// ------------------------------------------------------------------- the page

interface Found {
  valid: number;
  seeds: number;
  /** Of the stronger model: how many seeds it took, and the first rejected. */
  tried: number;
  rejected?: { readonly run: SimulatedRun; readonly verdict: Verdict };
}

/** The first anomaly of an explanation: its sentence, and what shows it. */
function anomalyOf({ explanation }: Verdict): string {
  const [first = ""] = explanation;
  return first.split("\n").slice(0, 12).join("\n").trim();
}

const percent = (share: number) => `${Math.round(100 * share)} %`;

async function costTable(workload: Workload, seed: string): Promise<string> {
  const rows: string[] = [];
  for (const claim of claims.filter((it) => it.workload === workload)) {
    const costs = [];
    for (const ms of latencies) costs.push(await costOf(claim, ms, seed));
    const cells = costs.map(({ messages, median }) =>
      `${messages.toFixed(2)} | ${median.toFixed(median < 10 ? 1 : 0)}`
    );
    const shares = [await answered(claim, false), await answered(claim, true)];
    rows.push(
      `| ${claim.rung} | ${cells.join(" | ")} | ` +
        `${shares.map(percent).join(" | ")} |`,
    );
  }
  const heads = latencies.map((ms) => `msgs/op, ${ms} ms | median`).join(" | ");
  return [
    `| model | ${heads} | cut off from nodes | and from lin-kv |`,
    `| --- |${" --: |".repeat(2 * latencies.length + 2)}`,
    ...rows,
  ].join("\n");
}

function proofTable(found: ReadonlyMap<Claim, Found>, workload: Workload) {
  const rows = [...found].filter(([claim]) => claim.workload === workload)
    .map(([{ rung, keeps, breaks }, { valid, seeds, tried, rejected }]) => {
      const holds = valid === seeds ? `${seeds}` : `**${valid} of ${seeds}**`;
      const ends = breaks === undefined
        ? "-"
        : rejected === undefined
        ? `**none of ${tried} seeds rejected**`
        : `${breaks}: ${rejected.verdict.kinds[0]}, seed ${tried}`;
      return `| ${rung} | ${keeps} | ${holds} | ${ends} |`;
    });
  return [
    "| model | holds | seeds | rejected by the next stronger |",
    "| --- | --- | --: | --- |",
    ...rows,
  ].join("\n");
}

function examples(found: ReadonlyMap<Claim, Found>): string {
  return [...found].flatMap(([{ rung, workload, breaks }, { rejected }]) =>
    rejected === undefined ? [] : [
      `### ${rung} is not ${breaks}, ${workload}`,
      "",
      "```text",
      anomalyOf(rejected.verdict),
      "```",
      "",
      `![How it went round](pictures/ladder_${workload}_${rung}.png)`,
      "",
      "```sh",
      commandOnPage(rejected.run),
      "```",
      "",
    ]
  ).join("\n");
}

async function pageOf(
  found: ReadonlyMap<Claim, Found>,
  seed: string,
): Promise<string> {
  const date = new Date().toISOString().slice(0, 10);
  return `# The ladder of consistency

What each \`--consistency\` of
[\`beyond/list_append.ts\`](list_append.md) costs, what it promises, and where that
ends. Written by \`deno task ladder\` on ${date}, seed base \`${seed}\`.

## What it costs

Two nodes in virtual time, 1,000 transactions a second asked for, 10 s; at least
95 % of so many were answered. Messages are those between
servers, for a transaction, at latencies of 0, 10 and 100 ms between them;
medians are in ms. At 0 ms there are 4 clients, at the others as many as it takes
to ask for so much. The last two columns say how many
transactions a node of three answers within a second while it is cut off from
the other nodes, and while it is cut off from lin-kv too; half of them write.

**Registers**

${await costTable("txn-rw-register", seed)}

**Lists**

${await costTable("txn-list-append", seed)}

What travels together hardly matters, since messages are shared: the four lower
rungs cost the same. What costs is the order: a transaction that writes goes to
the log's owner, from there to lin-kv, and back, and who can't reach lin-kv can't
answer it. Snapshot isolation costs what serializable does, since the log gives
an order anyway. Reads wait only where they must be of now.

## What holds, and what does not

Three nodes under partitions, pauses, loss, duplication and clock skew; from
snapshot isolation on under kills too. "Seeds" is how many of them were valid at
the model; the last column has the next stronger model, and the first seed that
it rejects.

**Registers**

${proofTable(found, "txn-rw-register")}

**Lists** (why some rungs give more than they are asked for:
[lists need an order](list_append.md#lists-need-an-order))

${proofTable(found, "txn-list-append")}

## The anomalies

What the checker says of each, its picture (\`deno task pictures\` takes them
anew), and the command that replays it. It ends with
"invalid", as it should; the run's report has the picture.

${examples(found)}`;
}

async function ladder(
  { seeds, seed: base }: ReturnType<typeof parseLadderOptions>,
  pool: SeedPool,
): Promise<boolean> {
  const found = new Map(
    claims.map((it): [Claim, Found] => [it, { valid: 0, seeds: 0, tried: 0 }]),
  );
  const progress = new Progress(claims.length * seeds);
  type Job = SeedJob & { readonly claim: Claim; readonly isRejected: boolean };
  const jobsOf = function* (): Generator<Job> {
    for (const claim of claims) {
      for (let i = 1; i <= seeds; i++) {
        const run = runOf(claim, claim.keeps, `${base}/${i}`);
        yield { claim, isRejected: false, run };
      }
    }
  };
  for await (const [{ claim }, verdict] of pool.all(jobsOf())) {
    progress.ended(verdict.valid === false);
    const it = found.get(claim);
    if (it === undefined) throw new Error("a job without a claim");
    it.seeds++;
    if (verdict.valid === true) it.valid++;
  }
  progress.stop();
  for (const [claim, it] of found) {
    const { breaks } = claim;
    if (breaks === undefined) continue;
    const tries = function* (): Generator<SeedJob> {
      while (it.rejected === undefined && it.tried < seeds) {
        yield { run: runOf(claim, breaks, `${base}/${++it.tried}`) };
      }
    };
    const rejected: [number, SimulatedRun, Verdict][] = [];
    for await (const [{ run }, verdict] of pool.all(tries())) {
      if (verdict.valid !== false) continue;
      rejected.push([Number(run.seed.split("/").at(-1)), run, verdict]);
      it.rejected ??= { run, verdict };
    }
    const first = rejected.toSorted(([a], [b]) => a - b)[0];
    if (first === undefined) continue;
    it.tried = first[0];
    it.rejected = { run: first[1], verdict: first[2] };
  }
  const path = new URL("../../docs/ladder.md", import.meta.url);
  Deno.writeTextFileSync(path, await pageOf(found, base));
  await new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", path.pathname],
  }).output();
  console.log("written to docs/ladder.md");
  return [...found].every(([{ breaks }, { valid, seeds, rejected }]) =>
    valid === seeds && (breaks === undefined || rejected !== undefined)
  );
}

if (import.meta.main) {
  await runCommand("ladder", () => usage(commands.ladder), async (signal) => {
    const options = parseLadderOptions(Deno.args);
    await using pool = new SeedPool({
      programs: ["beyond/list_append.ts"],
      timeout: 120,
      signal,
    });
    return await ladder(options, pool) ? 0 : 1;
  });
}
