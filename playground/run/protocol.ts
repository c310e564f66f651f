/**
 * What a page and its workers say to each other: a page asks for one run at a
 * time, a worker tells how far it is, and then what came of it.
 *
 * @module
 */
import { type RunDocument } from "../../viewer/run/document.ts";
import { type Measured } from "../../workbench/report/figures.ts";
import { type SimulatedRun } from "../../workbench/run_options.ts";
import { type Verdict } from "../../workbench/search/verdict.ts";

/** A program as texts, which a worker makes runnable. */
export interface ProgramSource {
  /** Path of the module whose default export is the node's program. */
  readonly main: string;
  /** All modules but the library's, by their paths from the project's folder. */
  readonly files: Readonly<Record<string, string>>;
}

/** A run to be done. */
export interface Job {
  readonly run: SimulatedRun;
  readonly source: ProgramSource;
  /**
   * What is wanted beyond the verdict: all that a page shows, a hash of the
   * journal, a trace that a person can read.
   */
  readonly want?: "document" | "hash" | "trace";
  /** From this virtual time on, in ms, tell what each node is about to do. */
  readonly tellFrom?: number;
}

/** From the page. */
export interface Request {
  readonly id: number;
  readonly job: Job;
}

/** What can't be run, and where that is written. */
export interface Failure {
  /** A sentence for a person. */
  readonly message: string;
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
  /** From 1. */
  readonly column?: number;
}

/** What came of a job. */
export interface Outcome {
  readonly verdict: Verdict;
  /** Set if it was asked for. */
  readonly document?: RunDocument;
  readonly measured: Measured;
  /** What the nodes logged, at most {@linkcode MAX_LOG} of it. */
  readonly log: readonly LogLine[];
  /** The first error that the program threw, and where. */
  readonly thrown?: Failure;
  /** How long the run itself took, in ms of the machine's time. */
  readonly took: number;
}

/** Something that a node said to its developer. */
export interface LogLine {
  /** `program` if nobody can tell which. */
  readonly node: string;
  /** Virtual ms. */
  readonly time: number;
  readonly text: string;
}

export const MAX_LOG = 1000;

/** From a worker. */
export type Answer =
  | { readonly kind: "ready" }
  /** It is alive; `time` is virtual, in ms. */
  | { readonly id: number; readonly kind: "progress"; readonly time: number }
  /** The run is over: the verdict may take its time. */
  | { readonly id: number; readonly kind: "judging"; readonly time: number }
  /** What a node is about to be given, see {@linkcode Job.tellFrom}. */
  | {
    readonly id: number;
    readonly kind: "next";
    readonly time: number;
    readonly node: string;
    readonly what: string;
  }
  | { readonly id: number; readonly kind: "done"; readonly outcome: Outcome }
  | { readonly id: number; readonly kind: "failed"; readonly failure: Failure };
