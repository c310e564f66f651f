/**
 * Which runs of a list are shown.
 *
 * @module
 */
import { type ListedRun } from "../run/listing.ts";

/** What a run came to, in a word; most urgent first. */
export const kinds = [
  ...["invalid", "unknown", "damaged", "under way", "valid"] as const,
];

export type Kind = typeof kinds[number];

export function kindOf({ state, valid }: ListedRun): Kind {
  if (state === "damaged" || state === "under way") return state;
  return valid === true ? "valid" : valid === false ? "invalid" : "unknown";
}

export interface Search {
  /** Words, all of which must be somewhere in the line. */
  readonly text: string;
  readonly kind: Kind | "all";
  readonly workload: string;
}

/** Those that are looked for, in their order. */
export function shown(
  runs: readonly ListedRun[],
  { text, kind, workload }: Search,
): ListedRun[] {
  const words = text.toLowerCase().split(/\s+/).filter((it) => it !== "");
  return runs.filter((run) => {
    if (kind !== "all" && kindOf(run) !== kind) return false;
    if (workload !== "all" && run.workload !== workload) return false;
    const { id, told = "", seed = "", nemesis = "" } = run;
    const line = [id, run.workload, told, seed, nemesis, kindOf(run)].join("\n")
      .toLowerCase();
    return words.every((word) => line.includes(word));
  });
}
