/**
 * A verdict in words, and how to see that run again.
 *
 * @module
 */
import { tellMaelstroms } from "../checkers/result.ts";
import { commandFor } from "../cli/options.ts";
import { type SeedJob, type Verdict } from "./seed_worker.ts";

export function describe({ run }: SeedJob, verdict: Verdict): string {
  const { valid, asMaelstrom, kinds, explanation } = verdict;
  const what = valid === false ? "invalid" : "unknown";
  const shown = explanation.slice(0, 3).map(indent);
  const more = explanation.length - shown.length;
  if (more > 0) shown.push(`  ... and ${more} more`);
  return [
    `\n${what}: ${kinds.join(", ")}`,
    ...shown,
    ...(asMaelstrom ? [tellMaelstroms(asMaelstrom)] : []),
    `replay it:  ${commandFor(run)}`,
  ].join("\n");
}

const indent = (text: string) => `  ${text.replaceAll("\n", "\n  ")}`;

/** What a command exits with: 0, all valid; 1, one is not; 2, too little. */
export const exitCode = ({ valid }: Pick<Verdict, "valid">) =>
  valid === true ? 0 : valid === false ? 1 : 2;
