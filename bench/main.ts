/**
 * Runs the benches, prints their figures as they come, and keeps the table.
 *
 * `deno task bench` runs all and writes docs/results.md; with names of areas,
 * it runs those and prints only.
 *
 * @module
 */
import { cpus } from "node:os";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { sources } from "../workbench/published.ts";
import { runCommand } from "../workbench/cli/command.ts";
import { usage } from "../workbench/cli/arguments.ts";
import { UsageError } from "../workbench/cli/flags.ts";
import { commands, parseBenchOptions } from "../workbench/cli/options.ts";
import { RunError } from "../workbench/cluster/node_host.ts";
import { type Row } from "./row.ts";

/** Cheap to import: an area's code is loaded when its turn has come. */
const areas: Record<
  string,
  () => Promise<{ rows(): AsyncIterable<Row> | Iterable<Row> }>
> = {
  broadcast: () => import("./broadcast.ts"),
  counter: () => import("./counter.ts"),
  kafka: () => import("./kafka.ts"),
  txn: () => import("./txn.ts"),
  raft: () => import("./raft.ts"),
  library: () => import("./library.ts"),
  network: () => import("./network.ts"),
  simulation: () => import("./simulation.ts"),
  memory: () => import("./memory.ts"),
  txn_checker: () => import("./txn_checker.ts"),
  txn_oracle: () => import("./txn_oracle.ts"),
  kafka_checker: () => import("./kafka_checker.ts"),
  linearizable: () => import("./linearizable.ts"),
  linearizability_oracle: () => import("./linearizability_oracle.ts"),
  report: () => import("./report.ts"),
  lab: () => import("./lab.ts"),
};

const columns = ["", "figure", "value", "target", "held against"];

function cells({ area, figure, value, unit, target, peer, pass }: Row) {
  const verdict = target === "-" ? "" : pass ? "pass" : "MISS";
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  const shown = `${Number(value.toFixed(digits)).toLocaleString("en")} ${unit}`;
  return [verdict, `${area}: ${figure}`, shown.trim(), target, peer];
}

function markdown(rows: readonly Row[], seconds: number): string {
  const table = [
    columns,
    columns.map(() => "---"),
    ...rows.map(cells),
  ].map((row) => `| ${row.join(" | ")} |`).join("\n");
  const missed = rows.filter((row) => !row.pass);
  return `# Results

Written by \`deno task bench\` on ${new Date().toISOString().slice(0, 10)}, in \
${Math.round(seconds / 60)} minutes, on ${cpus().length} cores of \
${cpus()[0]?.model ?? "an unknown processor"}, ${Deno.build.os}, Deno \
${Deno.version.deno}. ${rows.length} figures, ${missed.length} missed.

Counts of messages come from runs under virtual time and are exact. Times depend
on the machine and on what else it does. [Notes on results](results_notes.md)
explain the figures that miss their target.

${table}

## Sources

What others have measured on Maelstrom with fly.io's command. The figures are
their own unless a row says otherwise. The table above refers to them by name.

${sources()}

fly.io itself asks for less than 30 msgs/op, a median below 400 ms and a maximum
below 600 ms in [3d](https://fly.io/dist-sys/3d/), and for less than 20 msgs/op,
1 s and 2 s in [3e](https://fly.io/dist-sys/3e/). It gives no figures for the
other challenges.
`;
}

/** An area's rows, undisturbed by what other areas left in memory. */
async function* measure(
  area: string,
  signal: AbortSignal,
): AsyncGenerator<Row> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", import.meta.filename ?? "", "--json", area],
    stdout: "piped",
    stderr: "inherit",
    signal,
  }).spawn();
  for await (const line of createInterface(Readable.fromWeb(process.stdout))) {
    yield JSON.parse(line);
  }
  const { code } = await process.status;
  if (code !== 0) throw new RunError(`the bench of ${area} failed: see above`);
}

const names = Object.keys(areas).join(", ");

const help = () => `${usage(commands.bench)}\n\nAreas: ${names}`;

async function main(signal: AbortSignal): Promise<number> {
  const { areas: given, json } = parseBenchOptions(Deno.args);
  const unknown = given.find((area) => !Object.hasOwn(areas, area));
  if (unknown !== undefined) {
    throw new UsageError(`there is no bench ${unknown}; there are ${names}`);
  }
  const wanted = given.length > 0 ? given : Object.keys(areas);
  if (json) {
    signal.addEventListener("abort", () => Deno.exit(1));
    for (const area of wanted) {
      const { rows } = await areas[area]();
      for await (const row of rows()) console.log(JSON.stringify(row));
    }
    return 0;
  }
  const start = performance.now();
  const rows: Row[] = [];
  for (const area of wanted) {
    for await (const row of measure(area, signal)) {
      rows.push(row);
      const [verdict, figure, value, target, peer] = cells(row);
      console.log(
        `${verdict.padEnd(5)} ${figure}: ${value}` +
          (target === "-" ? "" : `, target ${target}`) + ` (${peer})`,
      );
    }
  }
  const missed = rows.filter((row) => !row.pass).length;
  console.log(`\n${rows.length} figures, ${missed} missed`);
  if (given.length === 0) {
    const path = new URL("../docs/results.md", import.meta.url);
    const seconds = (performance.now() - start) / 1000;
    Deno.writeTextFileSync(path, markdown(rows, seconds));
    console.log("written to docs/results.md");
  }
  return 0;
}

await runCommand("bench", help, main);
