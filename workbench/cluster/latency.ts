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

export const latencies = new Choices<LatencyDistribution>({
  constant,
  uniform,
  exponential,
}, {
  flag: "latency-dist",
  kind: "function",
  example: "`export default (mean, random) => 2 * mean * random.float()`",
  is: (it): it is LatencyDistribution => typeof it === "function",
});
