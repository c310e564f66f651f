/**
 * Directed graphs over small integers, in typed arrays: a graph of a hundred
 * thousand transactions has millions of edges.
 *
 * @module
 */

/** A list of integers that grows. */
export class IntList {
  #items = new Int32Array(256);
  length = 0;

  push(item: number): void {
    if (this.length === this.#items.length) {
      const larger = new Int32Array(2 * this.length);
      larger.set(this.#items);
      this.#items = larger;
    }
    this.#items[this.length++] = item;
  }

  at(i: number): number {
    return this.#items[i];
  }

  /** The items so far, without a copy: stale after the next `push`. */
  view(): Int32Array {
    return this.#items.subarray(0, this.length);
  }
}

/** Edges as they are found, each with a set of labels (bits of `mask`). */
export class EdgeList {
  readonly from = new IntList();
  readonly to = new IntList();
  readonly mask = new IntList();

  get length(): number {
    return this.from.length;
  }

  push(from: number, to: number, mask: number): void {
    this.from.push(from);
    this.to.push(to);
    this.mask.push(mask);
  }

  forEach(visit: (from: number, to: number, mask: number) => void): void {
    for (let e = 0; e < this.length; e++) {
      visit(this.from.at(e), this.to.at(e), this.mask.at(e));
    }
  }

  /**
   * Adds other edges.
   *
   * @param numberOf what their vertices are here, negative of those that are
   * left out; by default the same
   */
  pushAll(edges: EdgeList, numberOf?: Int32Array): void {
    edges.forEach((from, to, mask) => {
      const v = numberOf?.[from] ?? from;
      const w = numberOf?.[to] ?? to;
      if (v >= 0 && w >= 0) this.push(v, w, mask);
    });
  }
}

/** Compressed sparse rows: the edges of `v` are `start[v]` .. `start[v+1]`. */
export class Graph {
  private constructor(
    readonly size: number,
    readonly start: Int32Array,
    readonly to: Int32Array,
    readonly mask: Int32Array,
  ) {}

  /** @param size how many vertices there are, numbered from 0 */
  static of(
    size: number,
    edges: Pick<EdgeList, "from" | "to" | "mask">,
  ): Graph {
    const from = edges.from.view();
    const start = new Int32Array(size + 1);
    for (const v of from) start[v + 1]++;
    for (let v = 0; v < size; v++) start[v + 1] += start[v];
    const next = start.slice(0, size);
    const to = new Int32Array(from.length);
    const mask = new Int32Array(from.length);
    for (let e = 0; e < from.length; e++) {
      const place = next[from[e]]++;
      to[place] = edges.to.at(e);
      mask[place] = edges.mask.at(e);
    }
    return new Graph(size, start, to, mask);
  }

  /**
   * What is left of this graph between some of its vertices, which get new
   * numbers: their place in `vertices`. Parallel edges are merged into one
   * with all their labels.
   */
  restrict(vertices: Int32Array, places: Int32Array): Graph {
    vertices.forEach((v, i) => places[v] = i + 1);
    const edges = new EdgeList();
    const seen = new Map<number, number>();
    vertices.forEach((v, i) => {
      seen.clear();
      for (let e = this.start[v]; e < this.start[v + 1]; e++) {
        const w = places[this.to[e]] - 1;
        if (w < 0 || w === i) continue;
        seen.set(w, (seen.get(w) ?? 0) | this.mask[e]);
      }
      for (const [w, mask] of seen) edges.push(i, w, mask);
    });
    vertices.forEach((v) => places[v] = 0);
    return Graph.of(vertices.length, edges);
  }
}

/**
 * Members by the number of their group, as the edges of a graph.
 *
 * @param group the group of each member; negative if it is in none
 */
export function groups(
  count: number,
  group: IntList,
  member: IntList,
): Graph {
  const edges = new EdgeList();
  for (let i = 0; i < group.length; i++) {
    if (group.at(i) >= 0) edges.push(group.at(i), member.at(i), 1);
  }
  return Graph.of(count, edges);
}

/** Strongly connected components. */
export interface Components {
  /**
   * The component of each vertex. They are numbered against the edges: an edge
   * between two components leads from the higher number to the lower.
   */
  readonly of: Int32Array;
  /** How many vertices each component has. */
  readonly sizes: Int32Array;
}

/**
 * Strongly connected components of the edges that have a label in `allowed`:
 * Tarjan, Depth-first search and linear graph algorithms, 1972, with a stack of
 * its own in place of the call stack.
 */
export function components(graph: Graph, allowed: number): Components {
  const { size, start, to, mask } = graph;
  const of = new Int32Array(size).fill(-1);
  const order = new Int32Array(size);
  const low = new Int32Array(size);
  const next = start.slice(0, size);
  const open = new Int32Array(size);
  const path = new Int32Array(size);
  const sizes = new IntList();
  let opened = 0;
  let entered = 0;
  for (let root = 0; root < size; root++) {
    if (order[root] !== 0) continue;
    let depth = 0;
    path[0] = open[opened++] = root;
    order[root] = low[root] = ++entered;
    while (depth >= 0) {
      const v = path[depth];
      if (next[v] < start[v + 1]) {
        const e = next[v]++;
        if ((mask[e] & allowed) === 0) continue;
        const w = to[e];
        if (order[w] === 0) {
          order[w] = low[w] = ++entered;
          path[++depth] = open[opened++] = w;
        } else if (of[w] < 0 && order[w] < low[v]) low[v] = order[w];
        continue;
      }
      depth--;
      if (depth >= 0 && low[v] < low[path[depth]]) low[path[depth]] = low[v];
      if (low[v] !== order[v]) continue;
      let count = 0;
      let w: number;
      do {
        w = open[--opened];
        of[w] = sizes.length;
        count++;
      } while (w !== v);
      sizes.push(count);
    }
  }
  return { of, sizes: sizes.view().slice() };
}

/** The members of each component of at least two vertices. */
export function cyclicComponents({ of, sizes }: Components): Int32Array[] {
  const place = new Int32Array(sizes.length).fill(-1);
  const result: Int32Array[] = [];
  sizes.forEach((size, c) => {
    if (size > 1) place[c] = result.push(new Int32Array(size)) - 1;
  });
  const filled = new Int32Array(result.length);
  of.forEach((c, v) => {
    const i = place[c];
    if (i >= 0) result[i][filled[i]++] = v;
  });
  return result;
}
