/**
 * Sets of small integers, a bit for each.
 *
 * @module
 */

export function has(set: Int32Array, bit: number): boolean {
  return (set[bit >> 5] & 1 << (bit & 31)) !== 0;
}

export function add(set: Int32Array, bit: number): void {
  set[bit >> 5] |= 1 << (bit & 31);
}

export function remove(set: Int32Array, bit: number): void {
  set[bit >> 5] &= ~(1 << (bit & 31));
}

/** How many are in the set. */
export function size(set: Int32Array): number {
  let count = 0;
  for (let i = 0; i < set.length; i++) {
    const pairs = set[i] - (set[i] >>> 1 & 0x55555555);
    const fours = (pairs & 0x33333333) + (pairs >>> 2 & 0x33333333);
    count += Math.imul(fours + (fours >>> 4) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return count;
}
