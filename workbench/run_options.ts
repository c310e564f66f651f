/**
 * All that determines a run. It is plain data, and travels as JSON.
 *
 * @module
 */
import { type ScriptOfFaults } from "./cluster/fault_script.ts";

/** All that determines a run, but for the program that its nodes run. */
export interface RunOptions {
  /** A name, or the absolute path of a file with one's own. */
  readonly workload: string;
  /** The values of the workload's own flags, by their names in camel case. */
  readonly own: Readonly<Record<string, unknown>>;
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
  /** A name, or the absolute path of a file of one's own. */
  readonly latencyDist: string;
  readonly delivery: "maelstrom" | "independent";
  /** How many messages wait for a node that is down. */
  readonly downQueue: number | "unbounded";
  readonly pLoss: number;
  readonly pDuplicate: number;
  /** Whether each node has a disk: the argument `--data-dir data`. */
  readonly disk: boolean;
  /** Whether a kill loses what is on it. */
  readonly wipe: boolean;
  /** The kinds of fault: names, and absolute paths of files of one's own. */
  readonly nemesis: readonly string[];
  /** Mean seconds between faults. */
  readonly nemesisInterval: number;
  readonly availability: number | "total" | undefined;
  /** Whether to say what Maelstrom's verdict would be. */
  readonly asMaelstrom: boolean;
  readonly logStderr: boolean;
  readonly logNetSend: boolean;
  readonly logNetRecv: boolean;
  readonly seed: string;
  /** How far clocks of simulated nodes jump at most, in ms; 0: they don't. */
  readonly clockSkew: number;
  /** Mean ms that a sync of a simulated disk takes. */
  readonly diskLatency: number;
  /** Bytes that a node has on its simulated disk. */
  readonly diskSize: number | "unbounded";
  /** The probability that a kill flips a bit on the node's simulated disk. */
  readonly pCorrupt: number;
  /** Operations before the final ones that are performed, by number. */
  readonly keepOps: readonly number[] | undefined;
  /** Faults that are injected, by number, each with its end. */
  readonly keepFaults: readonly number[] | undefined;
  /** What a hand does beside the nemesis, and when. */
  readonly scriptOfFaults: ScriptOfFaults | undefined;
  /** The hash of this run's journal, if the run is known. */
  readonly journalHash: string | undefined;
}

/** A run under virtual time. */
export interface SimulatedRun extends RunOptions {
  /** Absolute path of the module whose default export is a node's program. */
  readonly program: string;
}

/** A bound as a number. */
export const boundOf = (bound: number | "unbounded"): number =>
  bound === "unbounded" ? Infinity : bound;

/** The folder in which nodes have their disks, below where they are started. */
export const DATA_FOLDER = "data";

/** What follows the program's name on a node's command line. */
export function nodeArguments({ args, disk }: RunOptions): readonly string[] {
  return disk ? [...args, "--data-dir", DATA_FOLDER] : args;
}
