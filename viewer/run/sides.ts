/** Who can hear whom in a partition. @module */

/** For each node whom it does not hear. */
export type Unheard = Readonly<Record<string, readonly string[]>>;

/**
 * The groups that a partition has split the nodes into, the smallest first.
 *
 * @returns undefined if there are none, as in a ring of majorities
 */
export function sidesOf(unheard: Unheard): string[][] | undefined {
  const ids = Object.keys(unheard);
  const groups = new Map<string, string[]>();
  for (const id of ids) {
    const heard = ids.filter((other) => !unheard[id].includes(other));
    const all = [...new Set([...heard, id])].toSorted();
    groups.getOrInsert(all.join(" "), []).push(id);
  }
  const isSplit = [...groups].every(([heard, members]) =>
    heard === members.toSorted().join(" ")
  );
  return isSplit
    ? [...groups.values()].toSorted((a, b) => a.length - b.length)
    : undefined;
}
