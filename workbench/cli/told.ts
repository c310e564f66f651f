/**
 * What a verdict ends with on a terminal.
 *
 * @module
 */
import { type Quantiles, type Validity } from "../checkers/result.ts";

/** Of times in ms: `5.8 ms median, 49.2 ms max`. */
export const spanOf = (times: Quantiles): string =>
  `${ms(times["0.5"])} median, ${ms(times["1"])} max`;

const ms = (x?: number) => x === undefined ? "-" : `${x.toFixed(1)} ms`;

/**
 * The last sentence.
 *
 * @param kinds of what is wrong
 * @param why nothing is known, if so
 */
export const closing = (
  valid: Validity,
  kinds: readonly string[],
  why: string,
): string =>
  valid === true
    ? "Valid: everything checked holds."
    : valid === "unknown"
    ? `Unknown: ${why}.`
    : `Invalid: ${kinds.join(", ")}; see above.`;
