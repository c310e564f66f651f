/**
 * The command line of `test`: Maelstrom's flags, and a few of our own.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { consistencyModelNames } from "./checkers/txn/consistency_models.ts";
import { type LatencyDistribution } from "./network.ts";
import { type Fault, faults } from "./nemesis.ts";
import { freshSeed, Random } from "./random.ts";
import { createServices } from "./services.ts";
import { topologies } from "./topology.ts";
import { workloadSpecs } from "./workloads/mod.ts";

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
  readonly pLoss: number;
  readonly pDuplicate: number;
  readonly nemesis: ReadonlySet<Fault>;
  /** Mean seconds between faults. */
  readonly nemesisInterval: number;
  readonly topology: string;
  readonly availability: number | "total" | undefined;
  readonly consistencyModels: readonly string[];
  readonly keyCount: number | undefined;
  readonly maxTxnLength: number;
  readonly maxWritesPerKey: number;
  readonly logStderr: boolean;
  readonly logNetSend: boolean;
  readonly logNetRecv: boolean;
  readonly seed: string;
}

const flags = {
  "workload": { type: "string", short: "w", default: "lin-kv" },
  "bin": { type: "string" },
  "node-count": { type: "string" },
  "nodes": { type: "string" },
  "nodes-file": { type: "string" },
  "test-count": { type: "string", default: "1" },
  "concurrency": { type: "string", default: "1n" },
  "time-limit": { type: "string", default: "60" },
  "rate": { type: "string", default: "5" },
  "latency": { type: "string", default: "0" },
  "latency-dist": { type: "string", default: "constant" },
  "delivery": { type: "string", default: "maelstrom" },
  "p-loss": { type: "string", default: "0" },
  "p-duplicate": { type: "string", default: "0" },
  "nemesis": { type: "string", default: "" },
  "nemesis-interval": { type: "string", default: "10" },
  "topology": { type: "string", default: "grid" },
  "availability": { type: "string" },
  "consistency-models": { type: "string", default: "strict-serializable" },
  "key-count": { type: "string" },
  "max-txn-length": { type: "string", default: "4" },
  "max-writes-per-key": { type: "string", default: "16" },
  "log-stderr": { type: "boolean", default: false },
  "log-net-send": { type: "boolean", default: false },
  "log-net-recv": { type: "boolean", default: false },
  "seed": { type: "string" },
  // Jepsen's flags for machines that it reaches by SSH: taken, without effect.
  "username": { type: "string" },
  "password": { type: "string" },
  "ssh-private-key": { type: "string" },
  "strict-host-key-checking": { type: "boolean" },
  "no-ssh": { type: "boolean" },
  "leave-db-running": { type: "boolean" },
  "logging-json": { type: "boolean" },
} as const;

export const USAGE = `Usage: workbench test -w WORKLOAD --bin FILE [FLAGS] \
[-- ARGUMENTS OF THE NODE]

  -w, --workload NAME        ${Object.keys(workloadSpecs).join(", ")}
      --bin FILE             the node: any executable
      --node-count N         nodes n0, n1, ...            (default: n1 to n5)
      --nodes A,B | --nodes-file FILE                     nodes of these names
      --concurrency N | Nn   clients, or clients a node   (1n)
      --time-limit SECONDS                                (60)
      --test-count N         runs until one is not valid  (1)
      --rate N               operations a second          (5)
      --latency MS           mean latency between nodes   (0)
      --latency-dist NAME    constant, uniform, exponential
      --delivery NAME        maelstrom: a message waits for those before it;
                             independent: it does not     (maelstrom)
      --p-loss P             share of messages between servers that are lost
      --p-duplicate P        share that arrive twice
      --nemesis FAULTS       ${faults.join(",")}
      --nemesis-interval S   mean seconds between faults  (10)
      --topology NAME        ${Object.keys(topologies).join(", ")}
      --availability P       total, or the share of operations that must succeed
      --consistency-models NAMES                          (strict-serializable)
      --key-count N, --max-txn-length N (4), --max-writes-per-key N (16)
      --log-stderr, --log-net-send, --log-net-recv
      --seed SEED            the same random choices as an earlier run`;

/** @throws {UsageError} */
export function parseTestOptions(args: readonly string[]): TestOptions {
  const { values, positionals } = parse(args);

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
    const found = names.find((it) => it === values[name]);
    if (found !== undefined) return found;
    throw new UsageError(
      `--${name} wants one of ${names.join(", ")}, got "${values[name]}"`,
    );
  };

  const someOf = <T extends string>(
    name: keyof typeof flags,
    names: readonly T[],
  ): T[] =>
    list(`${values[name]}`).map((it) => {
      const found = names.find((known) => known === it);
      if (found !== undefined) return found;
      throw new UsageError(
        `--${name} wants some of ${names.join(",")}, got "${it}"`,
      );
    });

  if (values.bin === undefined) {
    throw new UsageError("--bin is missing: the path of the node's executable");
  }
  const nodeIds = values["node-count"] !== undefined
    ? Array.from({ length: count("node-count") }, (_, i) => `n${i}`)
    : values["nodes-file"] !== undefined
    ? readNames(values["nodes-file"])
    : list(values.nodes ?? "n1,n2,n3,n4,n5");
  checkNames(nodeIds);
  const [, n, unit] = /^([1-9]\d*)(n?)$/.exec(values.concurrency) ?? [];
  if (n === undefined) {
    throw new UsageError(
      `--concurrency wants a number of clients, or a number a node such as ` +
        `2n, got "${values.concurrency}"`,
    );
  }
  return {
    workload: oneOf("workload", Object.keys(workloadSpecs)),
    bin: resolve(values.bin),
    testCount: count("test-count"),
    args: positionals,
    nodeIds,
    concurrency: Number(n) * (unit ? nodeIds.length : 1),
    timeLimit: positive("time-limit"),
    rate: notNegative("rate"),
    latency: notNegative("latency"),
    latencyDist: oneOf("latency-dist", ["constant", "uniform", "exponential"]),
    delivery: oneOf("delivery", ["maelstrom", "independent"]),
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
    keyCount: values["key-count"] === undefined
      ? undefined
      : count("key-count"),
    maxTxnLength: count("max-txn-length"),
    maxWritesPerKey: count("max-writes-per-key"),
    logStderr: values["log-stderr"],
    logNetSend: values["log-net-send"],
    logNetRecv: values["log-net-recv"],
    seed: values.seed ?? freshSeed(),
  };
}

function parse(args: readonly string[]) {
  // What follows a bare `--` is for the node, whatever it looks like.
  const end = args.indexOf("--");
  const own = end < 0 ? args : args.slice(0, end);
  try {
    const { values } = parseArgs({ args: [...own], options: flags });
    return { values, positionals: end < 0 ? [] : args.slice(end + 1) };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : `${error}`);
  }
}

function readNames(file: string): string[] {
  try {
    return list(readFileSync(file, "utf8").replaceAll("\n", ","));
  } catch (error) {
    throw new UsageError(`--nodes-file ${file} can't be read: ${error}`);
  }
}

function checkNames(ids: readonly string[]): void {
  if (ids.length === 0) throw new UsageError("there are no nodes");
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
