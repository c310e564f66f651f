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
import { Choices } from "./own.ts";

export const latencies = new Choices<LatencyDistribution>("latency-dist", {
  constant,
  uniform,
  exponential,
}, "`export default (mean, random) => 2 * mean * random.float()`");
