/**
 * How latencies are distributed around their mean.
 *
 * @module
 */
import { type Random } from "../../clock/random.ts";

/**
 * Draws how long one message takes, in ms: whole ones, as in Maelstrom.
 *
 * @param mean of `--latency`, in ms
 */
export type LatencyDistribution = (mean: number, random: Random) => number;
