/**
 * What a run keeps in memory until its verdict: the history. Messages are
 * written as they come; that they used to be kept is what the peer stands for.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { type Program } from "../lib/maelstrom.ts";
import { parseTestOptions } from "../workbench/cli/options.ts";
import { simulate } from "../workbench/run.ts";
import { atMost, noTarget, type Row } from "./row.ts";

const area = "memory";
const SECONDS = 60;
/** What 30 minutes at 1,000 operations per second may take: 1 GB. */
const LIMIT = 1000 / 18;

const runs: Readonly<Record<string, { script: string; flags: string }>> = {
  "echo": { script: "echo.ts", flags: "-w echo --node-count 1" },
  "5c kafka": {
    script: "kafka.ts",
    flags: "-w kafka --node-count 2 --concurrency 4n --latency 1",
  },
  "6c txn": {
    script: "txn.ts",
    flags: "-w txn-rw-register --node-count 2 --concurrency 4n " +
      "--consistency-models read-committed",
  },
};

/** MB that a run leaves, a 100,000 operations. */
function measure(name: string, keepsJournal: boolean): number {
  const { stdout } = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--frozen", "--v8-flags=--expose-gc"],
      ...[fileURLToPath(import.meta.url), name, `${keepsJournal}`],
    ],
    stderr: "inherit",
  }).outputSync();
  return Number(new TextDecoder().decode(stdout));
}

export function* rows(): Generator<Row> {
  for (const name of Object.keys(runs)) {
    const row = (keepsJournal: boolean) => ({
      area,
      figure: `${name}: a 100,000 operations${
        keepsJournal ? ", messages kept in memory" : ""
      }`,
      value: measure(name, keepsJournal),
      unit: "MB",
      peer: keepsJournal ? "" : "30 minutes at 1,000 op/s in 1 GB",
    });
    yield atMost(Math.floor(LIMIT), row(false));
    yield noTarget(row(true));
  }
}

// As a process of its own, since what was measured before would count too.
if (import.meta.main) {
  const [name, keepsJournal] = Deno.args;
  const { script, flags } = runs[name];
  const { default: program }: { default: Program } = await import(
    `../${script}`
  );
  const options = parseTestOptions([
    ...["--bin", "-", "--seed", "bench", ...flags.split(" ")],
    ...["--rate", "1000", "--time-limit", `${SECONDS}`],
  ]);
  const inUse = () => {
    const gc: unknown = Reflect.get(globalThis, "gc");
    if (typeof gc === "function") gc();
    return Deno.memoryUsage().heapUsed / 1e6;
  };
  const before = inUse();
  const run = await simulate(options, program, {
    keepJournal: keepsJournal === "true",
  });
  console.log((inUse() - before) / run.operations * 1e5);
  if (run.valid !== true) throw new Error(run.explanation.join("\n"));
}
