/**
 * All flags of all commands: all of Maelstrom's for `test`, with its defaults,
 * and our own. The help, the docs' lists and the commands that are printed for
 * people come from these tables.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { latencies } from "../cluster/latency.ts";
import { faults } from "../cluster/nemesis.ts";
import { isOwnFile } from "../own_module.ts";
import { freshSeed, Random } from "../clock/random.ts";
import { createServices } from "../cluster/services.ts";
import { type RunOptions, type SimulatedRun } from "../run_options.ts";
import { type Shard } from "../search/tally.ts";
import { knownWorkload, loadWorkload } from "../workloads/load.ts";
import { workloadSpecs } from "../workloads/mod.ts";
import { type Workload } from "../workloads/workload.ts";
import { calledAs } from "./called_as.ts";
import {
  Arguments,
  argumentsFor,
  type Command,
  type Flag,
  type Flags,
  list,
  noSuchFlag,
  number,
  numberOr,
  oneOf,
  optional,
  ownArguments,
  quoted,
  ranges,
  rowsOf,
  someOf,
  text,
  toggle,
  UsageError,
  type Values,
} from "./flags.ts";

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

const names = oneOf(Object.keys(workloadSpecs), {
  short: "w",
  value: "NAME",
  help: `one of ${Object.keys(workloadSpecs).join(", ")}; or a file with ` +
    "your own, such as `mine/workload.ts`",
  see: "[workloads](workloads.md)",
  default: "lin-kv",
});
const workload = {
  "workload": {
    ...names,
    read: (text, name) =>
      isOwnFile(text) ? resolve(text) : names.read(text, name, names.default),
    write: shortest,
  } satisfies Flag<string>,
};

/**
 * Loads the workload that a command line names, if it is a file, so that its
 * flags are known.
 *
 * @throws {RunError} saying what is wrong with the file
 */
export async function loadOwnWorkload(args: readonly string[]): Promise<void> {
  const name = workloadIn(args);
  if (name !== undefined && isOwnFile(name)) {
    await loadWorkload(resolve(name));
  }
}

/** What a command line names as its workload, be the rest right or wrong. */
function workloadIn(args: readonly string[]): string | undefined {
  const { values } = parseArgs({
    args: [...ownArguments(args)],
    options: { workload: { type: "string", short: "w" } },
    strict: false,
  });
  return typeof values.workload === "string" ? values.workload : undefined;
}

/**
 * The workload that a command line asks for; undefined if it is a file that was
 * not loaded.
 *
 * @throws {UsageError} there is none of that name
 */
function workloadOf(args: readonly string[]): Workload | undefined {
  const { read, default: byDefault } = workload.workload;
  const text = workloadIn(args);
  return knownWorkload(
    text === undefined ? byDefault : read(text, "workload"),
  );
}

/** A flag of Maelstrom's workloads. */
interface WorkloadFlag {
  readonly name: string;
  readonly flag: Flag<unknown>;
  /** Who has it. */
  readonly workloads: readonly string[];
}

/** Flags that some of Maelstrom's workloads have, and others don't. */
const workloadFlags: readonly WorkloadFlag[] = (() => {
  const found = new Map<Flag<unknown>, WorkloadFlag>();
  for (const { name: workload, flags = {} } of Object.values(workloadSpecs)) {
    for (const [name, flag] of Object.entries(flags)) {
      const { workloads = [] } = found.get(flag) ?? {};
      found.set(flag, { name, flag, workloads: [...workloads, workload] });
    }
  }
  return [...found.values()];
})();

/** The names of these flags, each with the workloads that have it. */
export function flagsOfWorkloads(): Map<string, readonly string[]> {
  const all = new Map<string, readonly string[]>();
  for (const { name, workloads } of workloadFlags) {
    all.set(name, [...all.get(name) ?? [], ...workloads]);
  }
  return all;
}

/** Who has a flag: `broadcast and g-set`. */
function ownersOf(name: string): string {
  const all = flagsOfWorkloads().get(name) ?? [];
  return all.length > 2 ? all.join(", ") : all.join(" and ");
}

/** Flags that mean nothing to a workload, but are taken as Maelstrom does. */
const ignoredBy = ({ flags = {} }: Workload): Flags =>
  Object.fromEntries(
    workloadFlags.filter(({ name, flag }) =>
      flag.anywhere === true && !Object.hasOwn(flags, name)
    ).map(({ name, flag }) => [name, flag]),
  );

/** A command with the flags that are the workload's own. */
function withWorkload(command: Command, args: readonly string[]): Command {
  const workload = workloadOf(args);
  if (workload === undefined) return command;
  const { flags: own = {}, name } = workload;
  const twice = Object.keys(own).find((it) => Object.hasOwn(command.flags, it));
  if (twice !== undefined) {
    throw new UsageError(
      `${name} has a flag --${twice}, but ${command.name} has one of that name`,
    );
  }
  return {
    ...command,
    flags: { ...command.flags, ...own },
    untold: { ...command.untold, ...ignoredBy(workload) },
    instead(flag, words) {
      const owners = ownersOf(flag);
      if (owners === "") return command.instead?.(flag, words);
      const { besides } = workloadFlags.find((it) => it.name === flag)?.flag ??
        {};
      return `--${flag} is for ${owners}, not for ${name}` +
        (besides === undefined ? "" : `; ${besides}`);
    },
  };
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

/** Who the nodes and the clients are. */
const nodeFlags = {
  "node-count": optional(number("count", {
    value: "N",
    help: "N nodes, `n0` to `n(N-1)`; overrides other names",
    default: 5,
  })),
  "node": {
    short: "n",
    value: "NAME",
    help: "a node with this name; may be repeated",
    default: [],
    read: (name, _, names) => [...names, name],
    write: (names) => names.join(),
  } satisfies Flag<readonly string[]>,
  "nodes": optional<readonly string[]>({
    value: "A,B",
    help:
      "nodes with these names, added to those of `--node` and `--nodes-file`",
    default: [],
    defaultText: "`n1` to `n5`",
    read: list,
    write: (names) => names.join(),
  }),
  "nodes-file": optional<readonly string[]>({
    value: "FILE",
    help: "nodes with the names in this file",
    default: [],
    read: readNames,
    write: (names) => names.join(),
  }),
  "concurrency": {
    value: "N",
    help: "number of clients; `2n` means two for each node",
    default: { clients: 1, each: true },
    read(text) {
      const [, n, unit] = /^([1-9]\d*)(n?)$/.exec(text) ?? [];
      if (n !== undefined) return { clients: Number(n), each: unit === "n" };
      throw new UsageError(
        `--concurrency wants a number of clients, or a number for each node ` +
          `such as 2n, got "${text}"`,
      );
    },
    write: ({ clients, each }) => `${clients}${each ? "n" : ""}`,
  } satisfies Flag<{ readonly clients: number; readonly each: boolean }>,
};

const distribution = oneOf<string>(latencies.names, {
  value: "NAME",
  help:
    "`constant`, `uniform` (0 to twice the mean), `exponential`; or a file " +
    "with your own, such as `mine/latency.ts`",
  see: "[your own](#your-own-faults-and-latencies)",
  default: "constant",
});

const kinds = someOf(faults, {
  value: "FAULTS",
  help:
    "faults: some of `partition,kill,pause`, and files with your own, such " +
    "as `kill,mine/nemesis.ts`",
  see: "[your own](#your-own-faults-and-latencies)",
  default: [],
  defaultText: "none",
});

/** A name, or the path of a file as one would type it here. */
function shortest(name: string): string {
  const path = relative("", name);
  if (!isOwnFile(name) || path.startsWith("..")) return name;
  return path.includes("/") ? path : `./${path}`;
}

/** Maelstrom's flags, and their defaults. */
const maelstroms = {
  "time-limit": number("positive", {
    value: "S",
    help: "seconds of load",
    default: 60,
  }),
  "rate": number("notNegative", {
    value: "N",
    help:
      "operations per second, over all clients, at random intervals; with 0 " +
      "there are only the final ones",
    default: 5,
  }),
  "latency": number("notNegative", {
    value: "MS",
    help: "mean latency between nodes, and between nodes and services",
    default: 0,
  }),
  "latency-dist": {
    ...distribution,
    read: (text, name) =>
      isOwnFile(text) ? resolve(text) : distribution.read(text, name, ""),
    write: shortest,
  } satisfies Flag<string>,
  "nemesis": {
    ...kinds,
    read: (text, name) =>
      list(text).flatMap((it) =>
        isOwnFile(it) ? [resolve(it)] : kinds.read(it, name, [])
      ),
    write: (names) => names.map(shortest).join(),
  } satisfies Flag<readonly string[]>,
  "nemesis-interval": number("positive", {
    value: "S",
    help: "mean seconds from a fault to its end, and from there to the next",
    default: 10,
  }),
  "availability": optional(numberOr("total", "share", {
    value: "P",
    help: "`total`, or the share of operations that must succeed",
    default: 0,
  })),
  "log-stderr": toggle("shows the nodes' stderr"),
  "log-net-send": toggle("shows messages as they are sent"),
  "log-net-recv": toggle("shows messages as they arrive"),
};

/** What Maelstrom does not have. */
const ours = {
  "delivery": oneOf(["maelstrom", "independent"], {
    value: "NAME",
    help:
      "`maelstrom`: a message waits for earlier ones to the same receiver; " +
      "`independent`: it does not",
    see: "[the network](#the-network)",
    default: "maelstrom",
  }),
  "down-queue": numberOr("unbounded", "natural", {
    value: "N",
    help:
      "how many messages wait for a paused or dead node; further ones are " +
      "lost. `unbounded`: all wait for a paused node, none for a dead one",
    see: "[the network](#the-network)",
    default: 10,
  }, 'a number of messages, or "unbounded"'),
  "p-loss": number("share", {
    value: "P",
    help: "share of messages between servers, services included, that is lost",
    default: 0,
  }),
  "p-duplicate": number("share", {
    value: "P",
    help: "share of these messages that arrives twice",
    default: 0,
  }),
  "as-maelstrom": toggle(
    "also prints what Maelstrom's verdict would be; the exit code stays ours",
    "[differences](#differences-from-maelstrom)",
  ),
  "seed": text({
    value: "TEXT",
    help: "repeats the workbench's random choices of an earlier run, which " +
      "printed its seed. Only a simulated run repeats exactly, because the " +
      "timing of real processes varies",
    defaultText: "random",
  }),
};

/** What only a run under virtual time can do. */
const simulated = {
  "clock-skew": number("notNegative", {
    value: "MS",
    help: "the nodes' clocks drift, and jump by up to this many ms",
    default: 0,
  }, "a number of ms"),
  "keep-ops": ranges({
    value: "RANGES",
    help: "keeps only these of the operations before the final ones, as in " +
      "`3,7-9`; or `none`",
    defaultText: "all",
  }),
  "keep-faults": ranges({
    value: "RANGES",
    help: "keeps only these faults, as in `0,2`; or `none`",
    defaultText: "all",
  }),
  "journal-hash": text({
    value: "HASH",
    help:
      "the hash of this seed's journal in an earlier run; a run with another " +
      "hash is reported, and fails",
  }),
};

const program = {
  "program": text({
    value: "FILE",
    help: "a module whose default export is a node's program; required",
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
  "full": toggle("runs each as long as fly.io asks, instead of shorter"),
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

function simulatedRun(given: Arguments): SimulatedRun {
  const { program: path } = given.values(program);
  if (path === undefined) {
    throw new UsageError(
      "--program is missing: a module that exports a node's program",
    );
  }
  return { ...runOptions(given), program: resolve(path) };
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

/** @throws {UsageError} */
function runOptions(given: Arguments): RunOptions {
  const settings = given.values({
    ...workload,
    ...maelstroms,
    ...ours,
    ...simulated,
  });
  const { nodeCount, node, nodes, nodesFile, concurrency } = given.values(
    nodeFlags,
  );
  const named = [...nodesFile ?? [], ...nodes ?? [], ...node];
  const nodeIds = nodeCount !== undefined
    ? numbered(nodeCount)
    : nodes === undefined && named.length === 0
    ? DEFAULT_NODES
    : named;
  checkNames(nodeIds);
  const known = knownWorkload(settings.workload);
  // What has no effect must be right all the same.
  if (known !== undefined) given.values(ignoredBy(known));
  const { clients, each } = concurrency;
  return {
    ...settings,
    own: given.values(known?.flags ?? {}),
    args: given.nodeArguments,
    nodeIds,
    concurrency: clients * (each ? nodeIds.length : 1),
    seed: settings.seed ?? freshSeed(),
  };
}

const DEFAULT_NODES: readonly string[] = ["n1", "n2", "n3", "n4", "n5"];

const numbered = (count: number) =>
  Array.from({ length: count }, (_, i) => `n${i}`);

/** The shortest command that repeats a run, for people. */
export function commandFor(run: SimulatedRun): string {
  const { nodeIds, concurrency, args } = run;
  const path = relative("", run.program);
  const isNumbered = nodeIds.join() === numbered(nodeIds.length).join();
  const isUsual = nodeIds.join() === DEFAULT_NODES.join();
  // Not what stands in a list between commas.
  const isOdd = list(nodeIds.join()).length !== nodeIds.length ||
    nodeIds.some((id) => id !== id.trim());
  const each = concurrency / nodeIds.length;
  const words = [
    ...argumentsFor(workload, run),
    "--program",
    path.startsWith("..") ? run.program : path,
    ...argumentsFor(nodeFlags, {
      nodeCount: isNumbered ? nodeIds.length : undefined,
      node: [],
      nodes: isNumbered || isUsual || isOdd ? undefined : nodeIds,
      nodesFile: undefined,
      concurrency: Number.isInteger(each)
        ? { clients: each, each: true }
        : { clients: concurrency, each: false },
    }),
    ...(isOdd ? nodeIds.map((id) => `--node=${id}`) : []),
    ...argumentsFor({ ...maelstroms, ...ours, ...simulated }, run),
    ...argumentsFor(knownWorkload(run.workload)?.flags ?? {}, run.own),
    ...(args.length > 0 ? ["--", ...args] : []),
  ];
  return `${calledAs("workbench simulate")} ${quoted(words)}`;
}

function readNames(file: string): string[] {
  try {
    return list(readFileSync(file, "utf8").replaceAll("\n", ","));
  } catch (error) {
    throw new UsageError(`--nodes-file ${file} can't be read: ${error}`);
  }
}

/** A node's log is a file of its name: `NAME.log`, in 255 bytes at most. */
const MAX_NAME = 200;

function checkNames(ids: readonly string[]): void {
  if (ids.length === 0) throw new UsageError("there are no nodes");
  for (const id of ids) {
    const why = id === ""
      ? "a name needs at least one letter"
      // deno-lint-ignore no-control-regex -- what no name has
      : /[/\\\x00-\x1f\x7f]/.test(id) || /^\.+$/.test(id)
      ? "its log is a file of that name, so it has no slash, no backslash and " +
        "no control character, and is more than dots"
      : new TextEncoder().encode(id).length > MAX_NAME
      ? `its log is a file of that name, so it has ${MAX_NAME} bytes at most`
      : undefined;
    if (why === undefined) continue;
    const shown = JSON.stringify(id.length > 40 ? `${id.slice(0, 40)}…` : id);
    throw new UsageError(`a node can't be called ${shown}: ${why}`);
  }
  const services = createServices(new Random(""));
  const wrong = ids.find((id, i) =>
    id.startsWith("c") || services.has(id) || ids.indexOf(id) < i
  );
  if (wrong === undefined) return;
  throw new UsageError(
    `a node can't be called "${wrong}": names must differ, also from those ` +
      `of services, and c... are clients`,
  );
}
