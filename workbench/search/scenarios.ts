/**
 * `deno task scenarios`: runs the scripts under many latencies, sizes and
 * faults, and writes docs/scenarios.md with its pictures.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { runCommand } from "../cli/command.ts";
import { usage } from "../cli/arguments.ts";
import { commands, parseScenariosOptions } from "../cli/options.ts";
import { Progress } from "../cli/progress.ts";
import { bendsOf, disagreements } from "./scenarios/bends.ts";
import { measure, settingsOf, whole } from "./scenarios/grid.ts";
import { type About, pageOf } from "./scenarios/page.ts";
import { drawFaults, drawLatency, drawSize } from "./scenarios/pictures.ts";
import { type Script, scripts } from "./scenarios/scripts.ts";
import { SeedPool } from "./seed_pool.ts";
import { type Seeds } from "./seeds.ts";
import { named, programsOf } from "./subjects.ts";

/** What scenarios came to. */
export interface Scenarios {
  /** The page, in Markdown. */
  readonly page: string;
  /** SVG, by the names of files. */
  readonly pictures: Readonly<Record<string, string>>;
  /** What is said of the figures and is not so, or not said. */
  readonly wrong: readonly string[];
}

/**
 * Runs the scripts under all settings of a grid.
 *
 * @param ended told of each run
 */
export async function scenarios(
  chosen: readonly Script[],
  about: About,
  pool: Seeds,
  ended?: (failed: boolean) => void,
): Promise<Scenarios> {
  const { grid } = about;
  const rows = await measure(chosen, about, pool, ended);
  const drawn = [...rows].map(([{ name }, measured]) =>
    [name, measured] as const
  );
  return {
    page: pageOf(rows, about),
    pictures: {
      "latency.svg": drawLatency(drawn, grid),
      "size.svg": drawSize(drawn, grid),
      "faults.svg": drawFaults(drawn, grid),
    },
    wrong: [...rows].flatMap(([{ name, why }, measured]) =>
      disagreements(why, bendsOf(measured, grid), measured).map((it) =>
        `${name}: ${it}`
      )
    ),
  };
}

const docs = new URL("../../docs/", import.meta.url);

async function write({ page, pictures }: Scenarios): Promise<void> {
  const folder = new URL("pictures/scenarios/", docs);
  Deno.mkdirSync(folder, { recursive: true });
  for (const [name, svg] of Object.entries(pictures)) {
    Deno.writeTextFileSync(new URL(name, folder), svg);
  }
  const path = fileURLToPath(new URL("scenarios.md", docs));
  Deno.writeTextFileSync(path, page);
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", path] })
    .output();
}

if (import.meta.main) {
  const help = () => usage(commands.scenarios);
  await runCommand("scenarios", help, async (signal) => {
    const { only, seeds, seed: base } = parseScenariosOptions(Deno.args);
    const chosen = named(only ?? "", scripts);
    await using pool = new SeedPool({
      programs: programsOf(chosen),
      timeout: 300,
      signal,
    });
    const date = new Date().toISOString().slice(0, 10);
    const about = { grid: whole, seeds, base, date };
    const runs = chosen.length * settingsOf(whole).length * seeds;
    const progress = new Progress(runs);
    const result = await scenarios(
      chosen,
      about,
      pool,
      (failed) => progress.ended(failed),
    );
    progress.stop();
    if (only !== undefined) console.log(result.page);
    else {
      await write(result);
      console.log("written to docs/scenarios.md and docs/pictures/scenarios/");
    }
    if (result.wrong.length === 0) return 0;
    console.log(
      "\nThe reasons in workbench/search/scenarios/scripts.ts no longer fit:\n" +
        result.wrong.map((it) => `- ${it}`).join("\n"),
    );
    return 1;
  });
}
