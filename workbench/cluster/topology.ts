/**
 * The neighbours that a broadcast cluster is told of.
 *
 * @module
 */

/** Each node's neighbours. */
export type Topology = Record<string, string[]>;

/** Topologies by their names on the command line. */
export const topologies: Record<
  string,
  (ids: readonly string[]) => Topology
> = {
  line: (ids) => connect(ids, (i) => [i - 1, i + 1]),
  grid: (ids) => {
    const side = Math.ceil(Math.sqrt(ids.length));
    return connect(ids, (i) => [
      i + side,
      i - side,
      ...(i % side < side - 1 ? [i + 1] : []),
      ...(i % side > 0 ? [i - 1] : []),
    ]);
  },
  tree: tree(2),
  tree2: tree(2),
  tree3: tree(3),
  tree4: tree(4),
  total: (ids) => connect(ids, (i) => ids.keys().filter((j) => j !== i)),
};

function tree(branches: number) {
  return (ids: readonly string[]) =>
    connect(ids, (i) => {
      const parent = i === 0 ? [] : [Math.floor((i - 1) / branches)];
      const child = branches * i + 1;
      return [
        ...parent,
        ...Array.from({ length: branches }, (_, k) => child + k),
      ];
    });
}

function connect(
  ids: readonly string[],
  neighbours: (i: number) => Iterable<number>,
): Topology {
  return Object.fromEntries(ids.map((id, i) => [
    id,
    [...neighbours(i)].filter((j) => j >= 0 && j < ids.length)
      .map((j) => ids[j]),
  ]));
}
