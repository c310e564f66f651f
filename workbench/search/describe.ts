/**
 * A verdict in words, and how to see that run again.
 *
 * @module
 */
import { tellMaelstroms } from "../checkers/result.ts";
import { commandFor } from "../cli/run_flags.ts";
import { type SeedPool } from "./seed_pool.ts";
import { type SeedJob, shortHash, type Verdict } from "./verdict.ts";

const WHY = "State outside of the program's function does that, which runs " +
  "of one process share: keep it inside.";

/** What a search says of a seed that goes otherwise when it is run again. */
const NOT_DETERMINISTIC = "This run went otherwise than the one before, with " +
  `the same seed: the program is not deterministic.\n${WHY}`;

/** What a replay says whose journal is another one than the command's. */
export const OTHER_JOURNAL = "This run went otherwise than the one whose " +
  "--journal-hash this is. If nothing was changed since,\n" +
  `the program is not deterministic. ${WHY}\n` +
  "If something was, leave out the hash.";

/**
 * The same with the hash of its journal, for which it runs again: alone, which
 * shows whether it depends on the runs before it.
 */
export async function describeWithHash(
  { run }: SeedJob,
  verdict: Verdict,
  pool: SeedPool,
): Promise<string> {
  // It took all time or memory: once is enough.
  if (verdict.messages === 0) return describe({ run }, verdict);
  const again = await pool.runAlone({ run, want: "hash" });
  const text = describe(
    { run: { ...run, journalHash: shortHash(again) } },
    verdict,
  );
  return told(again) === told(verdict) ? text : `${text}\n${NOT_DETERMINISTIC}`;
}

const told = (
  { valid, kinds, explanation, operations, messages }: Verdict,
): string => JSON.stringify([valid, kinds, explanation, operations, messages]);

/** A verdict in words, with the command that replays the run. */
function describe({ run }: SeedJob, verdict: Verdict): string {
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
