/**
 * Settings under which scripts are measured, and what they come to.
 *
 * @module
 */
import { commandFor, commandOnPage } from "../../cli/run_flags.ts";
import { parseSimulatedRun } from "../../cli/options.ts";
import { type SimulatedRun } from "../../run_options.ts";
import { type Seeds } from "../seeds.ts";
import { type Subject } from "../subjects.ts";
import { type SeedJob, type Verdict } from "../verdict.ts";
import { type Times } from "../run_figures.ts";

/** What a cluster has to bear. */
export interface Setting {
  /** Mean of a message between servers, in ms. */
  readonly latency: number;
  /** How latencies are spread around the mean. */
  readonly spread: Spread;
  readonly nodes: number;
  readonly fault: Fault;
}

export type Spread = "constant" | "uniform" | "exponential";

/** The faults by name, each as flags. */
const flagsOfFaults = {
  "none": "",
  "loss": "--p-loss 0.1",
  "partition": "--nemesis partition",
  "one-way": "--nemesis one-way",
  "pause": "--nemesis pause",
  "kill": "--nemesis kill",
  "all": "--p-loss 0.1 --nemesis partition,one-way,pause,kill",
};
export type Fault = keyof typeof flagsOfFaults;
export const faults = Object.keys(flagsOfFaults) as readonly Fault[];

/** What holds where nothing else is said. */
export const usual: Setting = {
  latency: 100,
  spread: "constant",
  nodes: 5,
  fault: "none",
};

/** Operations a second, how long, s, and the mean time between faults, s. */
export const RATE = 50;
export const TIME_LIMIT = 20;
export const NEMESIS_INTERVAL = 4;

/** Which values each axis has. */
export interface Grid {
  readonly latencies: readonly number[];
  readonly spreads: readonly Spread[];
  readonly sizes: readonly number[];
  readonly faults: readonly Fault[];
  /** At which latencies the faults are injected. */
  readonly faultLatencies: readonly number[];
  /** In which sizes all faults are injected. */
  readonly faultSizes: readonly number[];
}

export const whole: Grid = {
  latencies: [1, 10, 30, 100, 300, 1000],
  spreads: ["constant", "uniform", "exponential"],
  sizes: [1, 3, 5, 10, 25, 50],
  faults,
  faultLatencies: [10, 100, 1000],
  faultSizes: [3, 5, 10, 25, 50],
};

const key = ({ latency, spread, nodes, fault }: Setting) =>
  `${latency} ${spread} ${nodes} ${fault}`;

/** All settings of a grid: three planes through the usual one, each once. */
export function settingsOf(grid: Grid): Setting[] {
  const all = [
    ...grid.spreads.flatMap((spread) =>
      grid.latencies.map((latency) => ({ ...usual, latency, spread }))
    ),
    ...grid.sizes.map((nodes) => ({ ...usual, nodes })),
    ...grid.faultLatencies.flatMap((latency) =>
      grid.faults.map((fault) => ({ ...usual, latency, fault }))
    ),
    ...grid.faults.includes("all")
      ? grid.faultSizes.map((nodes) => ({
        ...usual,
        nodes,
        fault: "all" as const,
      }))
      : [],
  ];
  return [...new Map(all.map((it) => [key(it), it])).values()];
}

/** A script under a setting, as a command line has it. */
export function runOf(subject: Subject, setting: Setting): SimulatedRun {
  const { latency, spread, nodes, fault } = setting;
  const { flags, nodeArguments = [] } = subject;
  const words = `${flags} --node-count ${nodes} --concurrency 2n ` +
    `--rate ${RATE} --time-limit ${TIME_LIMIT} ` +
    `--latency ${latency} --latency-dist ${spread} ` +
    `--nemesis-interval ${NEMESIS_INTERVAL} ${flagsOfFaults[fault]}`;
  return parseSimulatedRun([
    ...words.trim().split(" "),
    ...(nodeArguments.length > 0 ? ["--", ...nodeArguments] : []),
  ]);
}

/** What a script came to under a setting, over some seeds. Times in ms. */
export interface Figures {
  readonly seeds: number;
  /** In how many of them the promise was broken. */
  readonly broken: number;
  /** In how many too little happened to tell. */
  readonly unknown: number;
  /** The anomalies found. */
  readonly kinds: readonly string[];
  /** The share that ended ok in the worst seed: what they all can promise. */
  readonly ok: number;
  /** The share that was answered; the mean. */
  readonly answered: number;
  /** Operations that clients began, per second of load; the mean. */
  readonly perSecond: number;
  /** Between servers, services included, for each operation; the mean. */
  readonly messages: number;
  /**
   * The middle of the seeds' medians, the highest of their other times. Absent
   * if no operation ended ok.
   */
  readonly latency?: Times;
  readonly stable?: Times;
  /** Repeats the first seed that broke a promise. */
  readonly example?: string;
}

const mean = (values: readonly number[]) =>
  values.reduce((sum, it) => sum + it, 0) / values.length;

const middle = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

function together(
  times: readonly (Times | undefined)[],
): Times | undefined {
  const all = times.filter((it) => it !== undefined);
  if (all.length === 0) return undefined;
  return {
    median: middle(all.map(({ median }) => median)),
    p99: Math.max(...all.map(({ p99 }) => p99)),
    max: Math.max(...all.map(({ max }) => max)),
  };
}

/** @throws {Error} a run has no figures: it broke off */
function figuresOf(
  ended: readonly (readonly [SimulatedRun, Verdict])[],
): Figures {
  const verdicts = ended.map(([, verdict]) => verdict);
  const all = ended.map(([run, { figures, explanation }]) => {
    if (figures !== undefined) return figures;
    throw new Error(`${commandFor(run)}\n${explanation.join("\n")}`);
  });
  const broken = ended.filter(([, { valid }]) => valid === false);
  return {
    seeds: all.length,
    broken: broken.length,
    unknown: verdicts.filter(({ valid }) => valid === "unknown").length,
    kinds: [...new Set(broken.flatMap(([, { kinds }]) => kinds))].toSorted(),
    ok: Math.min(...all.map((it) => it.ok)),
    answered: mean(all.map((it) => it.answered)),
    perSecond: mean(verdicts.map((it) => it.mainOperations)) / TIME_LIMIT,
    messages: mean(all.map((it) => it.messages)),
    latency: together(all.map(({ latency }) => latency)),
    stable: together(all.map(({ stable }) => stable)),
    ...(broken.length > 0 && { example: commandOnPage(broken[0][0]) }),
  };
}

/** A script's figures under all settings that were run. */
export class Measured {
  readonly #cells = new Map<string, readonly [Setting, Figures]>();

  set(setting: Setting, figures: Figures): void {
    this.#cells.set(key(setting), [setting, figures]);
  }

  /** Undefined if that was not run. What is left out is as usual. */
  get(setting: Partial<Setting>): Figures | undefined {
    return this.#cells.get(key({ ...usual, ...setting }))?.[1];
  }

  all(): readonly (readonly [Setting, Figures])[] {
    return [...this.#cells.values()];
  }
}

/**
 * Runs all scripts under all settings.
 *
 * @param ended told of each run
 */
export async function measure<S extends Subject>(
  subjects: readonly S[],
  { grid, seeds, base }: {
    readonly grid: Grid;
    readonly seeds: number;
    readonly base: string;
  },
  pool: Seeds,
  ended: (failed: boolean) => void = () => {},
): Promise<Map<S, Measured>> {
  const settings = settingsOf(grid);
  function* jobs(): Generator<
    SeedJob & { readonly subject: S; readonly setting: Setting }
  > {
    for (const subject of subjects) {
      for (const setting of settings) {
        const run = runOf(subject, setting);
        for (let i = 1; i <= seeds; i++) {
          const seed = `${base}/${i}`;
          const job = { run: { ...run, seed }, wantsFigures: true as const };
          yield { subject, setting, ...job };
        }
      }
    }
  }
  const measured = new Map(subjects.map((it) => [it, new Measured()]));
  let verdicts: [SimulatedRun, Verdict][] = [];
  for await (const [{ subject, setting, run }, verdict] of pool.all(jobs())) {
    ended(verdict.valid === false);
    verdicts.push([run, verdict]);
    if (verdicts.length < seeds) continue;
    measured.get(subject)?.set(setting, figuresOf(verdicts));
    verdicts = [];
  }
  return measured;
}
