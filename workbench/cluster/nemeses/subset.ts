import { type Random } from "../../clock/random.ts";

export const majority = (n: number) => Math.floor(n / 2) + 1;
export const minorityThird = (n: number) =>
  Math.max(0, Math.floor((n - 1) / 3));

/** A random subset, one node, a minority (third), a majority, or all. */
export function subset(ids: readonly string[], random: Random): string[] {
  const n = ids.length;
  const size = random.pick([
    1 + random.integer(n),
    1,
    minorityThird(n),
    majority(n) - 1,
    majority(n),
    n,
  ]);
  return random.shuffle(ids).slice(0, size);
}
