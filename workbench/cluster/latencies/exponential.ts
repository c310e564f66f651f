import { type LatencyDistribution } from "./latency.ts";

/** Most are quick, a few take several times the mean. */
export const exponential: LatencyDistribution = (mean, random) =>
  Math.floor(random.exponential(mean));
