/**
 * The distributions of latencies by their names on the command line, and users'
 * own.
 *
 * @module
 */
import { constant } from "./latencies/constant.ts";
import { exponential } from "./latencies/exponential.ts";
import { type LatencyDistribution } from "./latencies/latency.ts";
import { uniform } from "./latencies/uniform.ts";
import { Choices } from "./choices.ts";
import { UnusableError } from "./node_host.ts";
import { Random } from "../clock/random.ts";

const EXAMPLE = "`export default (mean, random) => 2 * mean * random.float()`";

export const latencies = new Choices<LatencyDistribution>({
  constant,
  uniform,
  exponential,
}, {
  flag: "latency-dist",
  kind: "function",
  example: EXAMPLE,
  is: (it): it is LatencyDistribution => typeof it === "function",
});

/** How often a distribution is tried before a run. */
const TRIALS = 100;

/**
 * A distribution whose latencies are what a network can do.
 *
 * @param name one of ours, or an absolute path that was loaded
 * @throws {UnusableError} at once if it is none; when it is drawn from, if only then
 * it makes what is no latency
 */
export function checkedLatency(
  name: string,
  mean: number,
): LatencyDistribution {
  const distribution = latencies.get(name);
  if (latencies.names.includes(name)) return distribution;
  const checked: LatencyDistribution = (mean, random) => {
    const refuse = (what: string): never => {
      throw new UnusableError(
        `${name}: its function ${what}, where a latency is a number of ms, at ` +
          `least 0: --latency-dist wants ${EXAMPLE}`,
      );
    };
    let ms: unknown;
    try {
      ms = distribution(mean, random);
    } catch (error) {
      return refuse(`throws ${error}`);
    }
    if (typeof ms === "number" && ms >= 0 && ms < Infinity) return ms;
    return refuse(`returns ${typeof ms === "object" ? "an object" : ms}`);
  };
  const random = new Random("");
  for (let trial = 0; trial < TRIALS; trial++) checked(mean, random);
  return checked;
}
