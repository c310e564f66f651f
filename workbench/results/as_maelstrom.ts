/**
 * Maelstrom's verdict beside ours. A checker that finds what Maelstrom's does
 * not look at says so in its result; here the results of a run become one.
 *
 * @module
 */
import {
  type CheckResult,
  type MaelstromVerdict,
  worst,
} from "../load/history.ts";

/** What Maelstrom would say of a run with these results. */
export function asMaelstrom(results: readonly CheckResult[]): MaelstromVerdict {
  return {
    valid: worst(results.map((result) => (result.asMaelstrom ?? result).valid)),
    ignores: [
      ...new Set(results.flatMap((it) => it.asMaelstrom?.ignores ?? [])),
    ],
  };
}

/**
 * A result with findings that Maelstrom's checker would not have.
 *
 * @param found what is wrong; it is nothing if there is no explanation
 * @param ignores what Maelstrom does not look at, as a noun
 */
export function stricter(
  result: CheckResult,
  found: readonly string[],
  ignores: string,
): CheckResult {
  if (found.length === 0) return result;
  const { valid, ignores: others } = asMaelstrom([result]);
  return {
    ...result,
    valid: false,
    asMaelstrom: { valid, ignores: [...others, ignores] },
    explanation: [...result.explanation ?? [], ...found],
  };
}

/** Such as `Maelstrom would say: valid; it does not look at ...` */
export function tellMaelstroms({ valid, ignores }: MaelstromVerdict): string {
  const word = valid === true ? "valid" : valid ? "unknown" : "invalid";
  const but = ignores.length > 0
    ? `; it does not look at ${ignores.join(", nor at ")}`
    : "";
  return `Maelstrom would say: ${word}${but}.`;
}
