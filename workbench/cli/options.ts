/**
 * The command line: all of Maelstrom's flags for `test`, with its defaults, a
 * few of our own, and those of `simulate`.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs, type ParseArgsConfig } from "node:util";
import { consistencyModelNames } from "../checkers/dependencies/consistency_models.ts";
import { calledAs } from "./called_as.ts";
import { type LatencyDistribution } from "../cluster/network.ts";
import { type Fault, faults } from "../cluster/nemesis.ts";
import { freshSeed, Random } from "../clock/random.ts";
import { createServices } from "../cluster/services.ts";
import { topologies } from "../cluster/topology.ts";
import { workloadSpecs } from "../workloads/mod.ts";

/** A wrong command line. The message says what is wrong with it. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** All that determines a run. */
export interface TestOptions {
  readonly workload: string;
  /** Absolute path of the node's executable. */
  readonly bin: string;
  /** How often to run the test, until one is not valid. */
  readonly testCount: number;
  /** Arguments for the node. */
  readonly args: readonly string[];
  readonly nodeIds: readonly string[];
  /** Number of clients. */
  readonly concurrency: number;
  /** Seconds. */
  readonly timeLimit: number;
  /** Operations a second, over all clients. */
  readonly rate: number;
  /** Mean latency in ms. */
  readonly latency: number;
  readonly latencyDist: LatencyDistribution;
  readonly delivery: "maelstrom" | "independent";
  /** How many messages wait for a node that is down. */
  readonly downQueue: number;
  readonly pLoss: number;
  readonly pDuplicate: number;
  readonly nemesis: ReadonlySet<Fault>;
  /** Mean seconds between faults. */
  readonly nemesisInterval: number;
  readonly topology: string;
  readonly availability: number | "total" | undefined;
  readonly consistencyModels: readonly string[];
  /** Whether transactions must read the same at all nodes in the end. */
  readonly checkConvergence: boolean;
  /** Whether clients of sets and counters must see what they wrote and saw. */
  readonly checkSessions: boolean;
  /** Whether to say what Maelstrom's verdict would be. */
  readonly asMaelstrom: boolean;
  /** Whether the loss of what only killed nodes knew is valid. */
  readonly forgiveVictims: boolean;
  readonly keyCount: number | undefined;
  readonly maxTxnLength: number;
  readonly maxWritesPerKey: number;
  readonly logStderr: boolean;
  readonly logNetSend: boolean;
  readonly logNetRecv: boolean;
  readonly seed: string;
  /** How far clocks of simulated nodes jump at most, in ms; 0: they don't. */
  readonly clockSkew: number;
  /** Operations before the final ones that are performed, by number. */
  readonly keepOps: readonly number[] | undefined;
  /** Faults that are injected, by number, each with its end. */
  readonly keepFaults: readonly number[] | undefined;
}

/** What `simulate` is to do. */
export interface SimulateOptions extends TestOptions {
  /** Absolute path of the module whose default export is a node's program. */
  readonly program: string;
  /** How many seeds to run; undefined: replay the one seed. */
  readonly seeds: number | undefined;
  readonly keepGoing: boolean;
  readonly shrink: boolean;
  /** How long one seed may take on the machine's clock, in seconds. */
  readonly seedTimeout: number;
}

const flags = {
  "workload": { type: "string", short: "w", default: "lin-kv" },
  "bin": { type: "string" },
  "node-count": { type: "string" },
  "node": { type: "string", short: "n", multiple: true },
  "nodes": { type: "string" },
  "nodes-file": { type: "string" },
  "test-count": { type: "string", default: "1" },
  "concurrency": { type: "string", default: "1n" },
  "time-limit": { type: "string", default: "60" },
  "rate": { type: "string", default: "5" },
  "latency": { type: "string", default: "0" },
  "latency-dist": { type: "string", default: "constant" },
  "delivery": { type: "string", default: "maelstrom" },
  "down-queue": { type: "string", default: "10" },
  "p-loss": { type: "string", default: "0" },
  "p-duplicate": { type: "string", default: "0" },
  "nemesis": { type: "string", default: "" },
  "nemesis-interval": { type: "string", default: "10" },
  "topology": { type: "string", default: "grid" },
  "availability": { type: "string" },
  "consistency-models": { type: "string", default: "strict-serializable" },
  "check-convergence": { type: "boolean", default: false },
  "check-sessions": { type: "boolean", default: false },
  "as-maelstrom": { type: "boolean", default: false },
  "forgive-victims": { type: "boolean", default: false },
  "key-count": { type: "string" },
  "max-txn-length": { type: "string", default: "4" },
  "max-writes-per-key": { type: "string", default: "16" },
  "log-stderr": { type: "boolean", default: false },
  "log-net-send": { type: "boolean", default: false },
  "log-net-recv": { type: "boolean", default: false },
  "seed": { type: "string" },
  "help": { type: "boolean", short: "h", default: false },
  // Jepsen's flags that mean nothing here: taken, without effect.
  "username": { type: "string" },
  "password": { type: "string" },
  "ssh-private-key": { type: "string" },
  "strict-host-key-checking": { type: "boolean" },
  "no-ssh": { type: "boolean" },
  "leave-db-running": { type: "boolean" },
  "logging-json": { type: "boolean" },
} as const;

/** Why some of Jepsen's flags have no effect. */
const withoutEffect: Readonly<Record<string, string>> = {
  "username": "nodes are processes of this machine",
  "password": "nodes are processes of this machine",
  "ssh-private-key": "nodes are processes of this machine",
  "strict-host-key-checking": "nodes are processes of this machine",
  "leave-db-running": "nodes end with the run",
  "logging-json": "messages are in the store's journal.jsonl, one a line",
};

const simulateFlags = {
  "program": { type: "string" },
  "seeds": { type: "string" },
  "keep-going": { type: "boolean", default: false },
  "shrink": { type: "boolean", default: false },
  "seed-timeout": { type: "string", default: "60" },
  "clock-skew": { type: "string", default: "0" },
  "keep-ops": { type: "string" },
  "keep-faults": { type: "string" },
} as const;

const testUsage = (command: string) =>
  `Usage: ${command} test -w WORKLOAD --bin FILE \
[FLAGS] [-- ARGUMENTS OF THE NODE]

  -w, --workload NAME        ${Object.keys(workloadSpecs).join(", ")}
      --bin FILE             the node: any executable
      --node-count N         nodes n0, n1, ...            (default: n1 to n5)
  -n, --node A | --nodes A,B | --nodes-file FILE   or nodes of these names
      --concurrency N | Nn   clients, or clients a node   (1n)
      --time-limit SECONDS                                (60)
      --test-count N         runs until one is not valid  (1)
      --rate N               operations a second          (5)
      --latency MS           mean latency between nodes   (0)
      --latency-dist NAME    constant, uniform, exponential
      --delivery NAME        maelstrom: a message waits for those before it;
                             independent: it does not     (maelstrom)
      --down-queue N         messages that wait for a paused or dead node, more
                             are lost; unbounded: all wait for a paused one,
                             none for a dead one          (10)
      --p-loss P             share of messages between servers that are lost
      --p-duplicate P        share that arrive twice
      --nemesis FAULTS       ${faults.join(",")}
      --nemesis-interval S   mean seconds between faults  (10)
      --topology NAME        ${Object.keys(topologies).join(", ")}
      --availability P       total, or the share of operations that must succeed
      --consistency-models NAMES                          (strict-serializable)
      --check-convergence    transactions, counters: all nodes read the same in
                             the end; kafka: all know the acknowledged commits
      --check-sessions       sets, counters: clients see what they wrote and saw
      --as-maelstrom         also say what Maelstrom's verdict would be
      --forgive-victims      broadcast, g-set: an element may be lost if all
                             nodes that had heard of it were killed
      --key-count N, --max-txn-length N (4), --max-writes-per-key N (16)
      --log-stderr, --log-net-send, --log-net-recv
      --seed SEED            the same random choices as an earlier run
  -h, --help                 this text`;

const simulateUsage = (command: string) =>
  `Usage: ${command} simulate -w WORKLOAD \
--program FILE [FLAGS OF test] [-- ARGUMENTS OF THE NODE]

      --program FILE         a module that exports a node's program by default
      --seeds N              how many runs under virtual time (1000)
      --keep-going           don't stop at the first failure: count by anomaly
      --seed SEED            replay one run; with --seeds, what theirs begin with
      --shrink               with --seed: make the failing run as small as it gets
      --clock-skew MS        clocks of nodes drift, and jump by up to MS (0)
      --keep-ops 3,7-9       only these operations, or none
      --keep-faults 0,2      only these faults
      --seed-timeout S       how long one run may really take (60)`;

const cleanUsage = (command: string) =>
  `Usage: ${command} clean [--keep N]

      --keep N               removes all runs from store/ but the newest N (10)`;

/** What --help says, of one command or of all. */
export function usage(command: string | undefined): string {
  const parts = command === "clean"
    ? [cleanUsage]
    : command === "simulate"
    ? [simulateUsage, testUsage]
    : [testUsage, simulateUsage, cleanUsage];
  return parts.map((part) => part(calledAs("workbench"))).join("\n\n");
}

/** Workloads whose checkers can forgive what only killed nodes knew. */
const forgiving: ReadonlySet<string> = new Set(["broadcast", "g-set"]);

/** Workloads whose sessions have no consistency models. */
const withSessions: ReadonlySet<string> = new Set([
  "broadcast",
  "g-set",
  "g-counter",
  "pn-counter",
]);

/** Whether a command line asks for help, be the rest of it right or wrong. */
export function wantsHelp(args: readonly string[]): boolean {
  const own = ownArguments(args);
  return own.includes("--help") || own.includes("-h");
}

/** A sentence for each flag that is taken only for Jepsen's users' sake. */
export function flagsWithoutEffect(args: readonly string[]): string[] {
  const { values } = parse(args, flags);
  return Object.entries(withoutEffect)
    .filter(([name]) => name in values)
    .map(([name, why]) => `--${name} has no effect: ${why}.`);
}

/** @throws {UsageError} */
export function parseTestOptions(args: readonly string[]): TestOptions {
  const { values, positionals } = parse(args, flags);
  if (values.bin === undefined) {
    throw new UsageError("--bin is missing: the path of the node's executable");
  }
  return runOptions(values, positionals);
}

/** @throws {UsageError} */
export function parseCleanOptions(args: readonly string[]): { keep: number } {
  const [flag, value = "", ...rest] = args.flatMap((arg) =>
    arg.startsWith("--keep=") ? ["--keep", arg.slice(7)] : [arg]
  );
  if (flag === undefined) return { keep: 10 };
  if (flag !== "--keep" || rest.length > 0) {
    throw new UsageError(
      `clean has one flag, --keep N, and nothing else; got "${args.join(" ")}"`,
    );
  }
  if (!/^\d+$/.test(value)) {
    throw new UsageError(
      `--keep wants a number of runs, from 0, got "${value}"`,
    );
  }
  return { keep: Number(value) };
}

/** @throws {UsageError} */
export function parseSimulateOptions(args: readonly string[]): SimulateOptions {
  const { values, positionals } = parse(args, { ...flags, ...simulateFlags });
  const { program, shrink } = values;
  if (program === undefined) {
    throw new UsageError(
      "--program is missing: a module that exports a node's program",
    );
  }
  if (values.bin !== undefined) {
    throw new UsageError("--bin is a flag of test; simulate wants --program");
  }
  if (values["test-count"] !== "1") {
    throw new UsageError(
      "--test-count is a flag of test; simulate has --seeds",
    );
  }
  const count = (name: "seeds" | "seed-timeout") => {
    const n = Number(values[name]);
    if (Number.isInteger(n) && n > 0) return n;
    throw new UsageError(
      `--${name} wants a positive integer, got "${values[name]}"`,
    );
  };
  const clockSkew = values["clock-skew"];
  if (!/^\d+(\.\d+)?$/.test(clockSkew)) {
    throw new UsageError(
      `--clock-skew wants a number of ms, got "${clockSkew}"`,
    );
  }
  if (shrink && (values.seed === undefined || values.seeds !== undefined)) {
    throw new UsageError("--shrink wants one failing seed: --seed SEED");
  }
  return {
    ...runOptions({ ...values, bin: program }, positionals),
    program: resolve(program),
    seeds: values.seeds !== undefined
      ? count("seeds")
      : values.seed === undefined
      ? 1000
      : undefined,
    keepGoing: values["keep-going"],
    shrink,
    seedTimeout: count("seed-timeout"),
    clockSkew: Number(clockSkew),
    keepOps: numbers("keep-ops", values["keep-ops"]),
    keepFaults: numbers("keep-faults", values["keep-faults"]),
  };
}

type Values = ReturnType<typeof parse<typeof flags>>["values"];

function runOptions(
  values: Values,
  positionals: readonly string[],
): TestOptions {
  const number = (
    name: keyof typeof flags,
    isValid: (n: number) => boolean,
    wanted: string,
  ): number => {
    const text = `${values[name]}`;
    const n = text.trim() === "" ? NaN : Number(text);
    if (isValid(n)) return n;
    throw new UsageError(`--${name} wants ${wanted}, got "${text}"`);
  };
  const positive = (name: keyof typeof flags) =>
    number(name, (n) => n > 0 && n < Infinity, "a positive number");
  const notNegative = (name: keyof typeof flags) =>
    number(name, (n) => n >= 0 && n < Infinity, "a number of at least 0");
  const count = (name: keyof typeof flags) =>
    number(name, (n) => Number.isInteger(n) && n > 0, "a positive integer");
  const share = (name: keyof typeof flags) =>
    number(name, (n) => n >= 0 && n <= 1, "a number between 0 and 1");
  const oneOf = <T extends string>(
    name: keyof typeof flags,
    names: readonly T[],
  ): T => {
    const plain = `${values[name]}`.replace(/^:/, "");
    const found = names.find((it) => it === plain);
    if (found !== undefined) return found;
    throw new UsageError(
      `--${name} wants one of ${names.join(", ")}, got "${values[name]}"`,
    );
  };

  // As Clojure's keywords, too: those who copy from results.edn have colons.
  const someOf = <T extends string>(
    name: keyof typeof flags,
    names: readonly T[],
  ): T[] =>
    list(`${values[name]}`).map((it) => {
      const plain = it.replace(/^:/, "");
      const found = names.find((known) => known === plain);
      if (found !== undefined) return found;
      throw new UsageError(
        `--${name} wants some of ${names.join(",")}, got "${it}"`,
      );
    });

  const named = [
    ...(values["nodes-file"] === undefined
      ? []
      : readNames(values["nodes-file"])),
    ...list(values.nodes ?? ""),
    ...values.node ?? [],
  ];
  const nodeIds = values["node-count"] !== undefined
    ? Array.from({ length: count("node-count") }, (_, i) => `n${i}`)
    : values.nodes === undefined && named.length === 0
    ? ["n1", "n2", "n3", "n4", "n5"]
    : named;
  checkNames(nodeIds);
  if (values["forgive-victims"] && !forgiving.has(values.workload)) {
    throw new UsageError(
      `--forgive-victims is for ${[...forgiving].join(" and ")}, not for ` +
        values.workload,
    );
  }
  if (values["check-sessions"] && !withSessions.has(values.workload)) {
    throw new UsageError(
      `--check-sessions is for ${[...withSessions].join(", ")}, not for ` +
        `${values.workload}; transactions have --consistency-models such as PRAM`,
    );
  }
  const [, n, unit] = /^([1-9]\d*)(n?)$/.exec(values.concurrency) ?? [];
  if (n === undefined) {
    throw new UsageError(
      `--concurrency wants a number of clients, or a number a node such as ` +
        `2n, got "${values.concurrency}"`,
    );
  }
  return {
    workload: oneOf("workload", Object.keys(workloadSpecs)),
    bin: resolve(values.bin ?? ""),
    testCount: count("test-count"),
    args: positionals,
    nodeIds,
    concurrency: Number(n) * (unit ? nodeIds.length : 1),
    timeLimit: positive("time-limit"),
    rate: notNegative("rate"),
    latency: notNegative("latency"),
    latencyDist: oneOf("latency-dist", ["constant", "uniform", "exponential"]),
    delivery: oneOf("delivery", ["maelstrom", "independent"]),
    downQueue: values["down-queue"] === "unbounded" ? Infinity : number(
      "down-queue",
      (n) => Number.isInteger(n) && n >= 0,
      'a number of messages, or "unbounded"',
    ),
    pLoss: share("p-loss"),
    pDuplicate: share("p-duplicate"),
    nemesis: new Set(someOf("nemesis", faults)),
    nemesisInterval: positive("nemesis-interval"),
    topology: oneOf("topology", Object.keys(topologies)),
    availability: values.availability === undefined
      ? undefined
      : values.availability === "total"
      ? "total"
      : share("availability"),
    consistencyModels: someOf("consistency-models", consistencyModelNames),
    checkConvergence: values["check-convergence"],
    checkSessions: values["check-sessions"],
    forgiveVictims: values["forgive-victims"],
    asMaelstrom: values["as-maelstrom"],
    keyCount: values["key-count"] === undefined
      ? undefined
      : count("key-count"),
    maxTxnLength: count("max-txn-length"),
    maxWritesPerKey: count("max-writes-per-key"),
    logStderr: values["log-stderr"],
    logNetSend: values["log-net-send"],
    logNetRecv: values["log-net-recv"],
    seed: values.seed ?? freshSeed(),
    clockSkew: 0,
    keepOps: undefined,
    keepFaults: undefined,
  };
}

/** Reads `3,7-9` as 3, 7, 8, 9. @throws {UsageError} */
function numbers(name: string, text?: string): number[] | undefined {
  if (text === undefined) return undefined;
  if (text === "none") return [];
  return list(text).flatMap((part) => {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
    const length = Number(last) - Number(first) + 1;
    if (length > 0 && length < 1e7) {
      return Array.from({ length }, (_, i) => Number(first) + i);
    }
    throw new UsageError(`--${name} wants numbers as in 3,7-9, got "${part}"`);
  });
}

/** What follows a bare `--` is for the node, whatever it looks like. */
function ownArguments(args: readonly string[]): readonly string[] {
  const end = args.indexOf("--");
  return end < 0 ? args : args.slice(0, end);
}

/**
 * Refuses what a web page or a word processor made of a command line: fly.io's
 * own page has `–-nemesis`, with a dash that is no hyphen.
 *
 * @throws {UsageError}
 */
export function refusePasted(args: readonly string[]): void {
  const own = ownArguments(args).length;
  for (const [i, arg] of args.entries()) {
    const [dashes = ""] = /^[-\u2010-\u2015\u2212]+/.exec(arg) ?? [];
    // A node's argument may be any text, but none begins like a pasted flag.
    const mayBeText = i >= own && !/^\w/.test(arg.slice(dashes.length));
    const odd = (mayBeText ? undefined : /[^-]/.exec(dashes)?.[0]) ??
      (i >= own ? undefined : /[\u2018-\u201f]/.exec(arg)?.[0]);
    if (odd === undefined) continue;
    const code = odd.charCodeAt(0).toString(16).toUpperCase();
    const typed = dashes === odd && arg.length === 2 ? "-" : "--";
    const meant = arg.replace(/^[-\u2010-\u2015\u2212]+/, dashes && typed)
      .replaceAll(/[\u2018-\u201b]/g, "'").replaceAll(/[\u201c-\u201f]/g, '"');
    throw new UsageError(
      `"${arg}" has a "${odd}" (U+${code}), as pasted from a page: type ${meant}`,
    );
  }
}

/** Whether `test` has a flag of this name. */
export const isTestFlag = (name: string): boolean => Object.hasOwn(flags, name);

function parse<F extends typeof flags>(args: readonly string[], flags: F) {
  refusePasted(args);
  const own = [...ownArguments(args)];
  const { tokens } = parseArgs({
    args: own,
    options: flags,
    strict: false,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind === "positional") {
      throw new UsageError(
        `"${token.value}" belongs to no flag; arguments of the node follow ` +
          `after a bare --`,
      );
    }
    // Before its value, which then looks as if it belonged to none.
    if (token.kind === "option" && !Object.hasOwn(flags, token.name)) {
      throw Object.hasOwn(simulateFlags, token.name)
        ? new UsageError(
          `there is no flag ${token.rawName} of test; simulate has it`,
        )
        : noSuchFlag(token.rawName, Object.keys(flags));
    }
  }
  const { values } = parseFlags({ args: own, options: flags });
  return { values, positionals: args.slice(own.length + 1) };
}

/**
 * Node's parser, with errors that say what may have been meant.
 *
 * @throws {UsageError}
 */
export function parseFlags<T extends ParseArgsConfig>(config: T) {
  const { args = [], options = {} } = config;
  refusePasted(args);
  const { tokens } = parseArgs({
    ...{ args, options, strict: false, tokens: true },
    allowPositionals: true,
  });
  for (const token of tokens) {
    if (token.kind === "option" && !Object.hasOwn(options, token.name)) {
      throw noSuchFlag(token.rawName, Object.keys(options));
    }
  }
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : `${error}`);
  }
}

/**
 * @param rawName as it was typed, with its dashes
 * @param known names without dashes
 */
export function noSuchFlag(
  rawName: string,
  known: readonly string[],
): UsageError {
  const similar = closest(rawName.replace(/^-+/, ""), known);
  return new UsageError(
    `there is no flag ${rawName}` +
      (similar === undefined ? "" : `; did you mean --${similar}?`),
  );
}

/** What a command says of a wrong command line: one sentence, and where more is. */
export function complaint(command: string, { message }: UsageError): string {
  return `${command}: ${message}\n${command} --help tells of all flags.`;
}

/** The name that someone may have meant, if there is one. */
function closest(
  name: string,
  names: readonly string[],
): string | undefined {
  const [best] = names
    .map((known) => ({
      known,
      distance: known.startsWith(name) ? 1 : editDistance(name, known),
    }))
    .sort((a, b) => a.distance - b.distance || a.known.length - b.known.length);
  return best.distance <= Math.max(1, name.length / 3) ? best.known : undefined;
}

/** Levenshtein's: how many letters must be put in, taken out or replaced. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(
        row[j] + 1,
        next[j - 1] + 1,
        row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1),
      ));
    }
    row = next;
  }
  return row[b.length];
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
      ? "a name has at least a letter"
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

function list(text: string): string[] {
  return text.split(",").map((it) => it.trim()).filter((it) => it !== "");
}
