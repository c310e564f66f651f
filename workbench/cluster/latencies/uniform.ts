import { type LatencyDistribution } from "./latency.ts";

/** From 0 to twice the mean. */
export const uniform: LatencyDistribution = (mean, random) =>
  random.integer(2 * mean + 1);
