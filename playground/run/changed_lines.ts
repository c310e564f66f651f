/**
 * Which lines of a text are not those of another.
 *
 * @module
 */

/** @returns lines of `now`, from 1: all but a longest run of those of `before` */
export function changedLines(
  before: readonly string[],
  now: readonly string[],
): number[] {
  const most = Math.min(before.length, now.length);
  let start = 0;
  while (start < most && before[start] === now[start]) start++;
  let end = 0;
  while (end < most - start && before.at(-1 - end) === now.at(-1 - end)) end++;
  const old = before.slice(start, before.length - end);
  const own = now.slice(start, now.length - end);
  // common[i][j]: how many lines old from i and own from j have in common.
  const common = Array.from(
    { length: old.length + 1 },
    () => new Uint32Array(own.length + 1),
  );
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = own.length - 1; j >= 0; j--) {
      common[i][j] = old[i] === own[j]
        ? common[i + 1][j + 1] + 1
        : Math.max(common[i + 1][j], common[i][j + 1]);
    }
  }
  const changed: number[] = [];
  for (let i = 0, j = 0; j < own.length;) {
    if (i < old.length && old[i] === own[j]) {
      i++;
      j++;
    } else if (i < old.length && common[i + 1][j] >= common[i][j + 1]) {
      i++;
    } else {
      j++;
      changed.push(start + j);
    }
  }
  return changed;
}
