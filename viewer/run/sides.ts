/** Who can hear whom in a partition. @module */

/** For each node whom it does not hear. */
export type Unheard = Readonly<Record<string, readonly string[]>>;

/** More names than this are a number. */
const MOST_NAMES = 8;
/** More groups than this are not told one by one. */
const MOST_GROUPS = 3;

export const namesOf = (ids: readonly string[], separator = " "): string =>
  ids.length > MOST_NAMES ? `${ids.length} nodes` : ids.join(separator);

/** `n0, n2 do not hear n1`: for partitions in one direction. */
export function deafnessOf(unheard: Unheard): string {
  const groups = new Map<string, [who: string[], whom: readonly string[]]>();
  for (const [id, whom] of Object.entries(unheard)) {
    groups.getOrInsert(whom.toSorted().join(" "), [[], whom])[0].push(id);
  }
  if (groups.size > MOST_GROUPS) {
    const ids = Object.keys(unheard);
    return `${namesOf(ids, ", ")} do not hear some who hear them`;
  }
  return [...groups.values()].map(([who, whom]) => {
    const verb = who.length > 1 ? "do" : "does";
    return `${namesOf(who, ", ")} ${verb} not hear ${namesOf(whom, ", ")}`;
  }).join("; ");
}

/**
 * The groups that a partition has split the nodes into, the smallest first.
 *
 * @returns undefined if there are none, as in a ring of majorities, or where
 * one hears another that does not hear it
 */
export function sidesOf(unheard: Unheard): string[][] | undefined {
  const ids = Object.keys(unheard);
  const isMutual = ids.every((id) =>
    unheard[id].every((other) => unheard[other]?.includes(id))
  );
  if (!isMutual) return undefined;
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
