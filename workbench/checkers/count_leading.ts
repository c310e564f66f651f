/**
 * How many of the numbers from 0 to `length` fulfil a condition that all of
 * them fulfil up to some one, and none after it: a binary search.
 */
export function countLeading(
  length: number,
  isLeading: (i: number) => boolean,
): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isLeading(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
