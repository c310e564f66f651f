/**
 * Runs in a list: what the lab's server tells its page.
 *
 * @module
 */
import { type Validity } from "../../workbench/checkers/result.ts";

/** A run as a line of the list. */
export interface ListedRun {
  /** Its folder below the store: `echo/2026-11-25T030000.000Z-17`. */
  readonly id: string;
  readonly workload: string;
  /** When it began, as an ISO 8601 date, if its folder says so. */
  readonly date?: string;
  /** Absent: there is no verdict, and {@linkcode told} says why. */
  readonly valid?: Validity;
  /** `under way`; `damaged`; `unread`: there was no time yet. */
  readonly state: "judged" | "under way" | "damaged" | "unread";
  /** Who wrote it. */
  readonly author: "workbench" | "jepsen";
  /** How many; absent if that is not known. */
  readonly nodes?: number;
  readonly seed?: string;
  readonly nemesis?: string;
  readonly msgsPerOp?: number;
  /** Of operations in ms; for broadcast, until a value was on all nodes. */
  readonly median?: number;
  readonly max?: number;
  /** What is wrong, in a sentence. */
  readonly told?: string;
}

/** All runs, newest first. */
export interface Listing {
  /** Where they are, for people. */
  readonly store: string;
  readonly runs: readonly ListedRun[];
}
