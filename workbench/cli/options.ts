/**
 * All flags of all commands: all of Maelstrom's for `test`, with its defaults,
 * and our own. The help, the docs' lists and the commands that are printed for
 * people come from these tables.
 *
 * @module
 */
import { resolve } from "node:path";
import { formats } from "../histories/read.ts";
import { type RunOptions, type SimulatedRun } from "../run_options.ts";
import { type Shard } from "../search/tally.ts";
import {
  Arguments,
  type Command,
  noSuchFlag,
  ownArguments,
  rowsOf,
} from "./arguments.ts";
import {
  type Flag,
  type Flags,
  number,
  oneOf,
  optional,
  text,
  toggle,
  UsageError,
  type Values,
} from "./flags.ts";
import {
  ignoredBy,
  maelstroms,
  nodeFlags,
  ours,
  ownersOf,
  program,
  runOptions,
  simulated,
  simulatedRun,
  withWorkload,
  workload,
  workloadFlags,
  workloadIn,
  workloadOf,
} from "./run_flags.ts";

/** What becomes of a run's folder. */
export interface ReportOptions {
  /** Whether it has no page to look at. */
  readonly noReport: boolean;
}

/** A run of processes, or a few. */
export interface TestOptions extends RunOptions, ReportOptions {
  /** Absolute path of the node's executable. */
  readonly bin: string;
  /** How often to run the test, until one is not valid. */
  readonly testCount: number;
}

/** What `simulate` is to do. */
export interface SimulateOptions extends SimulatedRun, ReportOptions {
  /** How many seeds to run; undefined: replay the one seed. */
  readonly seeds: number | undefined;
  readonly keepGoing: boolean;
  readonly shrink: boolean;
  /** How long one seed may take on the machine's clock, in seconds. */
  readonly seedTimeout: number;
  /** Which of the seeds, if not all. */
  readonly shard: Shard | undefined;
  /** A file or folder for the counts. */
  readonly results: string | undefined;
}

const reportFlags = {
  "no-report": toggle(
    "writes no `report.html`, the page that draws the run, beside its results",
  ),
};

const testFlags = {
  "bin": text({ value: "FILE", help: "the node: any executable; required" }),
  "test-count": number("count", {
    value: "N",
    help: "how often to run the test; stops at the first run that is not valid",
    default: 1,
  }),
};

/** For many machines, each of which takes a share of the seeds. */
const shares = {
  "shard": optional<Shard>({
    value: "I/N",
    help:
      "one machine's share of the seeds, as in `3/16`: every Nth seed, from " +
      "the Ith on. Needs `--seed`, the same on all machines",
    see: "[many machines](simulation.md#many-machines)",
    default: { index: 1, count: 1 },
    read(text, name) {
      const [, index, count] = /^([1-9]\d*)\/([1-9]\d*)$/.exec(text) ?? [];
      const shard = { index: Number(index), count: Number(count) };
      if (shard.index <= shard.count) return shard;
      throw new UsageError(
        `--${name} wants a share such as 3/16, the third of 16, got "${text}"`,
      );
    },
    write: ({ index, count }) => `${index}/${count}`,
  }),
  "results": text({
    value: "FILE",
    help: "writes the counts to a file, or into a folder, for `merge`",
  }),
};

const search = {
  "seeds": optional(number("count", {
    value: "N",
    help:
      "number of runs; their seeds begin with `--seed`. 1000 if neither is " +
      "given. `--seed` alone repeats that one run, and writes its store",
    default: 1000,
  })),
  "keep-going": toggle(
    "does not stop at the first failure, but counts failures by anomaly, " +
      "with one example each",
  ),
  "shrink": toggle(
    "with `--seed`: reduces the failing run as far as possible",
  ),
  ...shares,
  "seed-timeout": number("count", {
    value: "S",
    help: "how long one run may take in real time, in seconds",
    default: 60,
  }),
};

/** Jepsen's flags that mean nothing here: taken, and why without effect. */
const withoutEffect: Readonly<Record<string, string>> = {
  "username": "nodes are processes of this machine",
  "password": "nodes are processes of this machine",
  "ssh-private-key": "nodes are processes of this machine",
  "strict-host-key-checking": "nodes are processes of this machine",
  "no-ssh": "",
  "leave-db-running": "nodes end with the run",
  "logging-json": "messages are in the store's journal.jsonl, one per line",
};
const withValue = new Set(["username", "password", "ssh-private-key"]);
const jepsens: Flags = Object.fromEntries(
  Object.keys(withoutEffect).map((name) => [
    name,
    withValue.has(name)
      ? text({ value: "TEXT", help: "has no effect" })
      : toggle("has no effect"),
  ]),
);

const help = {
  "help": { ...toggle("this text"), short: "h" },
};

/** The groups of flags, as the docs have them. */
export const flagGroups = {
  maelstroms: { ...workload, ...testFlags, ...nodeFlags, ...maelstroms },
  ours: { ...ours, ...reportFlags },
  simulate: { ...program, ...search, ...simulated },
} satisfies Record<string, Flags>;

const test: Command = {
  name: "workbench test",
  synopsis: "-w WORKLOAD --bin FILE [FLAGS] [-- ARGUMENTS OF THE NODE]",
  flags: { ...flagGroups.maelstroms, ...flagGroups.ours, ...help },
  untold: jepsens,
  takesNodeArguments: true,
  instead: (name) =>
    Object.hasOwn(flagGroups.simulate, name)
      ? noFlagOf("test", name, ["simulate"])
      : undefined,
};

const simulate: Command = {
  name: "workbench simulate",
  synopsis: "-w WORKLOAD --program FILE [FLAGS] [-- ARGUMENTS OF THE NODE]",
  flags: {
    ...workload,
    ...flagGroups.simulate,
    ...nodeFlags,
    ...maelstroms,
    ...flagGroups.ours,
    ...help,
  },
  untold: jepsens,
  takesNodeArguments: true,
  instead: (name) =>
    ({
      "bin": "--bin is a flag of test; simulate wants --program",
      "test-count": "--test-count is a flag of test; simulate has --seeds",
    })[name],
};

const cleanFlags = {
  "keep": number("natural", {
    value: "N",
    help: "how many of the newest runs stay in store/",
    default: 10,
  }, "a number of runs, from 0"),
};

const clean: Command = {
  name: "workbench clean",
  synopsis: "[--keep N]",
  flags: { ...cleanFlags, ...help },
};

const report: Command = {
  name: "workbench report",
  synopsis: "[FOLDERS IN store/]",
  flags: { ...help },
  takesWords: true,
};

/** What `check` takes beside the flags of models. */
export const checkFlags = {
  "workload": text({
    short: "w",
    value: "NAME",
    help: "one of Maelstrom's workloads, or a file with your own: what its " +
      "runs are checked for",
    see: "[workloads](workloads.md)",
  }),
  "model": text({
    value: "NAME",
    help: "what the history must be, or a file with your own; without it, " +
      "and without `-w`, the history or its folder tells",
    see: "[models](checkers.md#all-models)",
  }),
  "format": optional(oneOf(formats.map(({ name }) => name), {
    value: "NAME",
    help: `one of ${
      formats.map(({ name }) => name).join(", ")
    }; without it the file tells`,
    default: formats[0].name,
  })),
  "as-maelstrom": toggle(
    "also says what Maelstrom's checker would have said",
  ),
  ...reportFlags,
};

const check: Command = {
  name: "workbench check",
  synopsis:
    "FILES OR FOLDERS [-w WORKLOAD | --model NAME] [FLAGS OF THE MODEL]",
  flags: { ...checkFlags, ...help },
  takesWords: true,
};

/** @throws {UsageError} */
export const parseReportOptions = (args: readonly string[]) =>
  new Arguments(args, commands.report).words;

const labFlags = {
  "port": number("natural", {
    value: "N",
    help: "where it listens, on this machine only; 0: any port that is free",
    default: 8400,
  }, "a port, from 0 to 65535"),
  "no-open": toggle("prints its address, but opens no browser"),
};

/** @throws {UsageError} */
export function parseLabOptions(args: readonly string[]) {
  const given = new Arguments(args, commands.lab);
  const { port, noOpen } = given.values(labFlags);
  const [folder, more] = given.words;
  if (more !== undefined) {
    throw new UsageError(`lab shows one folder, but ${more} is another`);
  }
  if (port > 65535) {
    throw new UsageError(`--port wants a port, from 0 to 65535, got "${port}"`);
  }
  return { folder, port, noOpen };
}

const merge: Command = {
  name: "workbench merge",
  synopsis: "FILES OR FOLDERS THAT --results WROTE",
  flags: { ...help },
  takesWords: true,
};

/** @throws {UsageError} */
export const parseMergeOptions = (args: readonly string[]) =>
  new Arguments(args, commands.merge).words;

/** @throws {UsageError} each machine would run other seeds */
function checkShares(given: Arguments): void {
  if (given.has("shard") && !given.has("seed")) {
    throw new UsageError("--shard wants --seed BASE, the same on all machines");
  }
}

const soakFlags = {
  ...shares,
  "seeds": number("count", {
    value: "N",
    help: "number of runs in all",
    default: 10_000,
  }),
  "seed": text({
    value: "BASE",
    help: "runs BASE/1, BASE/2, ...",
    defaultText: "random",
  }),
  "only": text({
    value: "NAME",
    help: "only scripts whose name contains this, such as kafka",
    defaultText: "all",
  }),
};

const limitsFlags = {
  "seeds": number("count", {
    value: "N",
    help: "runs for each cell; fewer if a run takes long",
    default: 20,
  }),
  "seed": {
    value: "BASE",
    help: "what the seeds begin with",
    default: "limits",
    read: (text) => text,
    write: (value) => value,
  } satisfies Flag<string>,
  "only": text({
    value: "NAME",
    help:
      "only scripts whose name contains this; prints, but does not write the page",
    defaultText: "all",
  }),
};

const scenariosFlags = {
  ...limitsFlags,
  "seeds": number("count", {
    value: "N",
    help: "runs of each script under each setting",
    default: 6,
  }),
  "seed": { ...limitsFlags.seed, default: "scenarios" },
};

const ladderFlags = {
  "seeds": number("count", {
    value: "N",
    help: "runs for each model and workload",
    default: 1000,
  }),
  "seed": { ...limitsFlags.seed, default: "ladder" },
};

const benchFlags = {
  "json": toggle("prints rows as JSON: how an area runs in its own process"),
};

const mutantsFlags = {
  "seeds": number("count", {
    value: "N",
    help: "how many seeds to try for each mutant, at most",
    default: 1000,
  }),
  "update": toggle("writes what was found to docs/mutants.md"),
};

const docFlags = {
  "update": toggle("updates the generated parts of docs/"),
};

/** What runs the challenges takes: run.sh without another command. */
const challengeFlags = {
  "full": toggle(
    "runs each as long as fly.io asks, or beyond for 20 s, instead of shorter",
  ),
  "time-limit": optional(number("positive", {
    value: "S",
    help: "runs each for S seconds",
    default: 60,
  }, "a number of seconds")),
  "bin": text({
    value: "FILE",
    help:
      "judges this program instead of the challenge's script, such as one " +
      "of yours in mine/, which git and the project's checks ignore",
  }),
  "as-maelstrom": toggle(
    "also prints what Maelstrom's verdict would be, if a run fails",
  ),
  "maelstrom": text({
    value: "[FILE]",
    help: "runs on a real Maelstrom, not on the workbench: FILE, or " +
      "$MAELSTROM, or maelstrom on PATH",
  }),
};

const challenges: Command = {
  name: "",
  synopsis: "[CHALLENGE ...] [FLAGS] [-- ARGUMENTS OF THE NODE]",
  flags: { ...challengeFlags, ...help },
  takesWords: true,
  takesNodeArguments: true,
  instead(name, [challenge = "CHALLENGE"]) {
    const flag = name.length === 1 ? `-${name}` : `--${name}`;
    if (isTestFlag(name)) {
      return `a challenge's flags are fly.io's; ${flag} is one of the ` +
        `workbench: ./run.sh workbench test -w WORKLOAD --bin FILE ${flag} ...`;
    }
    const { message } = noSuchFlag(flag, Object.keys(challenges.flags));
    return message.endsWith("?") ? undefined : belongsElsewhere("", name) ??
      `${message}; flags of the node follow after a bare --, as in ` +
        `./run.sh ${challenge} -- ${flag}`;
  },
};

/** All commands, by what people call them. */
export const commands = {
  test: told("test", test),
  simulate: told("simulate", simulate),
  check: told("check", check),
  report: told("report", report),
  lab: told("lab", {
    name: "lab",
    synopsis: "[FOLDER OF RUNS] [--port N] [--no-open]",
    flags: { ...labFlags, ...help },
    takesWords: true,
  }),
  merge: told("merge", merge),
  clean: told("clean", clean),
  soak: told("soak", {
    name: "soak",
    synopsis: "[--seeds N] [--seed BASE] [--only NAME] [--shard I/N]",
    flags: { ...soakFlags, ...help },
  }),
  limits: told("limits", {
    name: "limits",
    synopsis: "[--seeds N] [--seed BASE] [--only NAME]",
    flags: { ...limitsFlags, ...help },
  }),
  scenarios: told("scenarios", {
    name: "scenarios",
    synopsis: "[--seeds N] [--seed BASE] [--only NAME]",
    flags: { ...scenariosFlags, ...help },
  }),
  ladder: told("ladder", {
    name: "ladder",
    synopsis: "[--seeds N] [--seed BASE]",
    flags: { ...ladderFlags, ...help },
  }),
  doc: told("doc", {
    name: "workbench doc",
    synopsis: "[WORKLOAD...]",
    flags: { ...docFlags, ...help },
    takesWords: true,
  }),
  mutants: told("mutants", {
    name: "mutants",
    synopsis: "[--seeds N] [--update] [NAME...]",
    flags: { ...mutantsFlags, ...help },
    takesWords: true,
  }),
  bench: told("bench", {
    name: "bench",
    synopsis: "[AREA...]",
    flags: help,
    untold: benchFlags,
    takesWords: true,
  }),
  "run.sh": challenges,
} satisfies Record<string, Command>;

/** A command that says of other commands' flags where they belong. */
function told(name: string, command: Command): Command {
  return {
    ...command,
    instead: (flag, words) =>
      command.instead?.(flag, words) ?? belongsElsewhere(name, flag),
  };
}

/** Which commands have a flag that this one does not have. */
function belongsElsewhere(command: string, flag: string): string | undefined {
  const all: readonly [string, Command][] = Object.entries(commands);
  const owners = all.filter(([name, { flags }]) =>
    Object.hasOwn(flags, flag) ||
    (name === "test" || name === "simulate") && ownersOf(flag) !== ""
  ).map(([name]) => name);
  return owners.length === 0 ? undefined : noFlagOf(command, flag, owners);
}

const noFlagOf = (command: string, flag: string, owners: readonly string[]) =>
  `there is no flag --${flag}${command === "" ? "" : ` of ${command}`}; ` +
  (owners.length === 1
    ? `${owners[0]} has it`
    : `${owners.slice(0, -1).join(", ")} and ${owners.at(-1)} have it`);

/** @throws {UsageError} */
export function parseChallengeOptions(args: readonly string[]) {
  // Its value may be left out: what follows is a path or something else.
  const end = ownArguments(args).length;
  const given = new Arguments(
    args.map((arg, i) =>
      arg === "--maelstrom" && i < end &&
        !(i + 1 < end && args[i + 1].includes("/"))
        ? `${arg}=`
        : arg
    ),
    commands["run.sh"],
  );
  const { words, nodeArguments } = given;
  return { ...given.values(challengeFlags), names: words, nodeArguments };
}

/** @throws {UsageError} */
export function parseBenchOptions(args: readonly string[]) {
  const given = new Arguments(args, commands.bench);
  return { ...given.values(benchFlags), areas: given.words };
}

/** @throws {UsageError} */
export function parseDocOptions(args: readonly string[]) {
  const given = new Arguments(args, commands.doc);
  return { ...given.values(docFlags), names: given.words };
}

/** @throws {UsageError} */
export function parseSoakOptions(args: readonly string[]) {
  const given = new Arguments(args, commands.soak);
  checkShares(given);
  return given.values(soakFlags);
}

/** @throws {UsageError} */
export const parseLimitsOptions = (args: readonly string[]) =>
  new Arguments(args, commands.limits).values(limitsFlags);

/** @throws {UsageError} */
export const parseScenariosOptions = (args: readonly string[]) =>
  new Arguments(args, commands.scenarios).values(scenariosFlags);

/** @throws {UsageError} */
export const parseLadderOptions = (args: readonly string[]) =>
  new Arguments(args, commands.ladder).values(ladderFlags);

/** @throws {UsageError} */
export function parseMutantsOptions(args: readonly string[]) {
  const given = new Arguments(args, commands.mutants);
  return { ...given.values(mutantsFlags), names: given.words };
}

/**
 * The flags of workloads, for a terminal: of the one that a command line names,
 * or of all.
 *
 * @throws {UsageError} there is none of that name
 */
export function usageOfWorkloads(args: readonly string[]): string {
  const named = workloadIn(args) === undefined ? undefined : workloadOf(args);
  const rows = rowsOf(
    named ? Object.entries(named.flags ?? {}) : workloadFlags.map((
      { name, flag, workloads },
    ): [string, typeof flag] => [
      name,
      { ...flag, help: `${workloads.join(", ")}: ${flag.help}` },
    ]),
  );
  if (rows.length === 0) return `${named?.name} has no flags of its own.`;
  const title = named ? `Flags of ${named.name}:` : "Flags of workloads:";
  return [title, "", ...rows].join("\n");
}

/** A sentence for each flag that is taken only since Maelstrom takes it. */
export function flagsWithoutEffect(args: readonly string[]): string[] {
  const given = new Arguments(args, withWorkload(commands.test, args));
  const workload = workloadOf(args);
  const ignored = workload === undefined
    ? []
    : Object.keys(ignoredBy(workload)).map((name) => [
      name,
      `it is for ${ownersOf(name)}, not for ${workload.name}`,
    ]);
  return [...Object.entries(withoutEffect), ...ignored]
    .filter(([name, why]) => given.has(name) && why !== "")
    .map(([name, why]) => `--${name} has no effect: ${why}.`);
}

/** Whether `test` has a flag of this name. */
const isTestFlag = (name: string): boolean =>
  Object.hasOwn({ ...test.flags, ...jepsens }, name) || ownersOf(name) !== "";

/** @throws {UsageError} */
export function parseTestOptions(args: readonly string[]): TestOptions {
  const given = new Arguments(args, withWorkload(commands.test, args));
  const { bin, testCount } = given.values(testFlags);
  if (bin === undefined) {
    throw new UsageError("--bin is missing: the path of the node's executable");
  }
  return {
    ...runOptions(given),
    ...given.values(reportFlags),
    bin: resolve(bin),
    testCount,
  };
}

/** @throws {UsageError} */
export function parseCleanOptions(
  args: readonly string[],
): Values<typeof cleanFlags> {
  return new Arguments(args, commands.clean).values(cleanFlags);
}

/** @throws {UsageError} */
export function parseSimulatedRun(args: readonly string[]): SimulatedRun {
  return simulatedRun(
    new Arguments(args, withWorkload(commands.simulate, args)),
  );
}

/** @throws {UsageError} */
export function parseSimulateOptions(args: readonly string[]): SimulateOptions {
  const given = new Arguments(args, withWorkload(commands.simulate, args));
  const run = simulatedRun(given);
  const options = given.values(search);
  const { seeds, shrink } = options;
  const isOneSeed = given.has("seed") && seeds === undefined;
  if (shrink && !isOneSeed) {
    throw new UsageError("--shrink wants one failing seed: --seed SEED");
  }
  if (isOneSeed && (given.has("shard") || given.has("results"))) {
    throw new UsageError("--shard and --results want --seeds: how many in all");
  }
  checkShares(given);
  return {
    ...run,
    ...options,
    ...given.values(reportFlags),
    seeds: isOneSeed ? undefined : seeds ?? 1000,
  };
}
