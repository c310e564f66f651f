/**
 * Scripts with their promises, as `soak`, `limits` and `scenarios` run them.
 *
 * @module
 */
import { UsageError } from "../cli/flags.ts";
import { parseSimulatedRun } from "../cli/options.ts";

/** A script with its promises: what `simulate` is to run. */
export interface Subject {
  readonly name: string;
  readonly flags: string;
  /** Faults of which it promises nothing. */
  readonly except?: readonly string[];
  /** Whether its nodes can be made members, and none. @default false */
  readonly hasMembers?: boolean;
  /** Only these mixes. @default all */
  readonly mixes?: readonly string[];
  /** One seed where others have so many: a run takes long. @default 1 */
  readonly every?: number;
  /** Arguments for the node. */
  readonly nodeArguments?: readonly string[];
}

/** The programs that are to run. */
export function programsOf(subjects: readonly Subject[]): string[] {
  const programs = subjects.map(({ flags }) =>
    parseSimulatedRun(flags.split(" ")).program
  );
  return [...new Set(programs)];
}

/**
 * Those whose name has this text in it.
 *
 * @throws {UsageError} there are none
 */
export function named<S extends Subject>(
  only: string,
  subjects: readonly S[],
): S[] {
  const chosen = subjects.filter(({ name }) => name.includes(only));
  if (chosen.length > 0) return chosen;
  const names = subjects.map(({ name }) => name).join("; ");
  throw new UsageError(`--only ${only} matches none of: ${names}`);
}
