/**
 * Stretches of equal length into which a run is cut, to count what happens.
 *
 * @module
 */

export interface Buckets {
  /** ms; the last one may be up to twice as long. */
  readonly width: number;
  readonly count: number;
  /** ms; where the last one ends. */
  readonly end: number;
}

/** Round lengths, so that there are about so many buckets. */
export function bucketsOf(duration: number, wanted = 60): Buckets {
  const end = Math.max(duration, 1);
  const least = end / wanted;
  const power = 10 ** Math.floor(Math.log10(least));
  const width = [1, 2, 5, 10].map((n) => n * power)
    .find((it) => it >= least * 0.999) ?? 10 * power;
  // A short rest would make rates of nothing: it belongs to the last one.
  return { width, count: Math.max(1, Math.floor(end / width + 1e-9)), end };
}

/** The bucket of a time; those of before and after are the outer ones. */
export const bucketAt = ({ width, count }: Buckets, time: number): number =>
  Math.min(count - 1, Math.max(0, Math.floor(time / width)));

/** How long a bucket is, in ms. */
export const lengthOf = ({ width, count, end }: Buckets, at: number): number =>
  at === count - 1 ? end - at * width : width;

/** The middle of each, in ms. */
export const middlesOf = (buckets: Buckets): number[] =>
  Array.from(
    { length: buckets.count },
    (_, i) => i * buckets.width + lengthOf(buckets, i) / 2,
  );

/** How many times a second something happened, for each bucket. */
export function ratesOf(
  buckets: Buckets,
  times: Iterable<number>,
  weight = 1,
): number[] {
  const counts = Array<number>(buckets.count).fill(0);
  for (const time of times) counts[bucketAt(buckets, time)] += weight;
  return counts.map((n, i) => n / lengthOf(buckets, i) * 1000);
}
