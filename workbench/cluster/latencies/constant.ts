import { type LatencyDistribution } from "./latency.ts";

/** Each message takes the mean. */
export const constant: LatencyDistribution = (mean) => mean;
