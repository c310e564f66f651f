/**
 * The flags that say what a run is, from a command line to a run and back. A
 * page does that, too: nothing here is Deno's alone.
 *
 * @module
 */
import { relative, resolve } from "pathe";
import { parseArgs } from "@pkgjs/parseargs";
import { freshSeed, Random } from "../clock/random.ts";
import {
  checkNodes,
  FaultScriptError,
  type FaultStep,
  parseFaultScript,
  type ScriptOfFaults,
} from "../cluster/fault_script.ts";
import { latencies } from "../cluster/latency.ts";
import { faults } from "../cluster/nemesis.ts";
import { createServices } from "../cluster/services.ts";
import { isOwnFile } from "../own_file.ts";
import { type RunOptions, type SimulatedRun } from "../run_options.ts";
import { knownWorkload } from "../workloads/known.ts";
import { workloadSpecs } from "../workloads/mod.ts";
import { type Workload } from "../workloads/workload.ts";
import { calledAs } from "./called_as.ts";
import {
  Arguments,
  argumentsFor,
  type Command,
  ownArguments,
  quoted,
} from "./arguments.ts";
import {
  type Flag,
  type Flags,
  list,
  number,
  numberOr,
  oneOf,
  optional,
  ranges,
  someOf,
  text,
  toggle,
  UsageError,
} from "./flags.ts";

const names = oneOf(Object.keys(workloadSpecs), {
  short: "w",
  value: "NAME",
  help: `one of ${Object.keys(workloadSpecs).join(", ")}; or a file with ` +
    "your own, such as `mine/workload.ts`",
  see: "[workloads](workloads.md)",
  default: "lin-kv",
});
export const workload = {
  "workload": {
    ...names,
    read: (text, name) =>
      isOwnFile(text) ? resolve(text) : names.read(text, name, names.default),
    write: shortest,
  } satisfies Flag<string>,
};

/** What a command line names as its workload, be the rest right or wrong. */
export const workloadIn = (args: readonly string[]): string | undefined =>
  textIn(args, "workload", "w");

/** A flag's text, be the rest of the command line right or wrong. */
export function textIn(
  args: readonly string[],
  name: string,
  short?: string,
): string | undefined {
  const { values } = parseArgs({
    args: [...ownArguments(args)],
    options: {
      [name]: { type: "string", ...short !== undefined && { short } },
    },
    strict: false,
  });
  const value = values[name];
  return typeof value === "string" ? value : undefined;
}

/**
 * The workload that a command line asks for; undefined if it is a file that was
 * not loaded.
 *
 * @throws {UsageError} there is none of that name
 */
export function workloadOf(args: readonly string[]): Workload | undefined {
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
export const workloadFlags: readonly WorkloadFlag[] = (() => {
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
export function ownersOf(name: string): string {
  const all = flagsOfWorkloads().get(name) ?? [];
  return all.length > 2 ? all.join(", ") : all.join(" and ");
}

/** Flags that mean nothing to a workload, but are taken as Maelstrom does. */
export const ignoredBy = ({ flags = {} }: Workload): Flags =>
  Object.fromEntries(
    workloadFlags.filter(({ name, flag }) =>
      flag.anywhere === true && !Object.hasOwn(flags, name)
    ).map(({ name, flag }) => [name, flag]),
  );

/** A command with the flags that are the workload's own. */
export function withWorkload(
  command: Command,
  args: readonly string[],
): Command {
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

/** Who the nodes and the clients are. */
export const nodeFlags = {
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
    "faults: some of `partition,kill,pause,one-way,membership`, and files " +
    "with your own, such as `kill,mine/nemesis.ts`",
  see: "[your own](#your-own-faults-and-latencies)",
  default: [],
  defaultText: "none",
});

/** A name, or the path of a file as one would type it here. */
export function shortest(name: string): string {
  const path = relative("", name);
  if (!isOwnFile(name) || path.startsWith("..")) return name;
  return path.includes("/") ? path : `./${path}`;
}

/** Maelstrom's flags, and their defaults. */
export const maelstroms = {
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
export const ours = {
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
  "disk": toggle(
    "gives each node a disk: adds `--data-dir data` to its arguments, where " +
      "`data` is a folder of this run",
    "[disks](#disks)",
  ),
  "wipe": toggle(
    "a killed node loses its disk, too; wants `--disk`",
  ),
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
export const simulated = {
  "clock-skew": number("notNegative", {
    value: "MS",
    help: "the nodes' clocks drift, and jump by up to this many ms",
    default: 0,
  }, "a number of ms"),
  "disk-latency": number("notNegative", {
    value: "MS",
    help: "mean time that a sync of a disk takes",
    default: 1,
  }, "a number of ms"),
  "disk-size": numberOr("unbounded", "natural", {
    value: "BYTES",
    help: "how much there is room for on each node's disk",
    default: "unbounded",
  }, 'a number of bytes, or "unbounded"'),
  "p-corrupt": number("share", {
    value: "P",
    help: "share of kills after which one bit of the node's disk has flipped",
    default: 0,
  }),
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
  "script-of-faults": optional<ScriptOfFaults>({
    value: "FILE",
    help: "what to do by hand and when, one step a line, such as " +
      '`{"at":1500,"do":"kill","node":"n1"}`',
    see: "[by hand](simulation.md#by-hand)",
    default: { file: "", steps: [] },
    read: (path) => ({ file: resolve(path), steps: readScript(path) }),
    write: ({ file }) => shortest(file),
  }),
  "journal-hash": text({
    value: "HASH",
    help:
      "the hash of this seed's journal in an earlier run; a run with another " +
      "hash is reported, and fails",
  }),
};

export const program = {
  "program": text({
    value: "FILE",
    help: "a module whose default export is a node's program; required",
  }),
};

/** A run under virtual time, from its flags. @throws {UsageError} */
export function simulatedRun(given: Arguments): SimulatedRun {
  const { program: path } = given.values(program);
  if (path === undefined) {
    throw new UsageError(
      "--program is missing: a module that exports a node's program",
    );
  }
  return { ...runOptions(given), program: resolve(path) };
}

/** A run, from its flags. @throws {UsageError} */
export function runOptions(given: Arguments): RunOptions {
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
  if (settings.wipe && !settings.disk) {
    throw new UsageError("--wipe is for nodes that have a disk: add --disk");
  }
  const { scriptOfFaults } = settings;
  if (scriptOfFaults !== undefined) {
    const { file, steps } = scriptOfFaults;
    refuseScript(shortest(file), () => checkNodes(steps, nodeIds));
  }
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

/** `n0`, `n1`, ... */
export const numbered = (count: number) =>
  Array.from({ length: count }, (_, i) => `n${i}`);

/** The shortest command that repeats a run, for people. */
export const commandFor = (run: SimulatedRun, runSh?: string): string =>
  `${calledAs("workbench simulate", runSh)} ${quoted(wordsFor(run))}`;

/** The same for a page, which is there for those without a Deno too. */
export const commandOnPage = (run: SimulatedRun): string =>
  commandFor(run, "./run.sh");

/** All flags of a run under virtual time, and no others. */
const flags = {
  ...workload,
  ...program,
  ...nodeFlags,
  ...maelstroms,
  ...ours,
  ...simulated,
};

/** A run under virtual time, from its words. @throws {UsageError} */
export function parseRun(words: readonly string[]): SimulatedRun {
  const command = {
    ...{ name: "workbench simulate", synopsis: "", flags },
    takesNodeArguments: true,
  };
  return simulatedRun(new Arguments(words, withWorkload(command, words)));
}

/** The fewest words that say what a run is, as {@linkcode parseRun} reads them. */
export function wordsFor(run: SimulatedRun): string[] {
  const { nodeIds, concurrency, args } = run;
  const path = relative("", run.program);
  const isNumbered = nodeIds.join() === numbered(nodeIds.length).join();
  const isUsual = nodeIds.join() === DEFAULT_NODES.join();
  // Not what stands in a list between commas.
  const isOdd = list(nodeIds.join()).length !== nodeIds.length ||
    nodeIds.some((id) => id !== id.trim());
  const each = concurrency / nodeIds.length;
  return [
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
}

function readScript(file: string): FaultStep[] {
  const text = textOf("script-of-faults", file, "do by hand what it does");
  return refuseScript(file, () => parseFaultScript(text));
}

/** Names the file of a script in which something is wrong. */
function refuseScript<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FaultScriptError)) throw error;
    throw new UsageError(`--script-of-faults ${file}, ${error.message}`);
  }
}

function readNames(file: string): string[] {
  const text = textOf("nodes-file", file, "use --nodes A,B");
  return list(text.replaceAll("\n", ","));
}

/**
 * What is in the file that a flag names.
 *
 * @param instead what to do in a page, which has no files
 * @throws {UsageError} it can't be read
 */
function textOf(flag: string, file: string, instead: string): string {
  if (globalThis.Deno === undefined) {
    throw new UsageError(`--${flag}: a page has no files; ${instead}`);
  }
  try {
    return globalThis.Deno.readTextFileSync(file);
  } catch (error) {
    throw new UsageError(`--${flag} ${file} can't be read: ${error}`);
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
