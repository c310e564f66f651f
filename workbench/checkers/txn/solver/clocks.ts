/**
 * Vector clocks over chains of a graph's vertices: who comes before whom
 * (Jagadish, A compression technique to materialize transitive closure, TODS
 * 1990). Chains are few where the order of sessions or real time is kept.
 *
 * @module
 */
import { type Graph } from "../../dependencies/graph.ts";

const NONE = -1;

export class Clocks {
  /** The chain of each vertex, and its place there, from 1. */
  readonly #chain: Int32Array;
  readonly #place: Int32Array;
  /** How many chains there are. */
  #width = 0;
  #clocks?: Int32Array;
  /** Work done, in parts of clocks. */
  steps = 0;

  /**
   * Finds chains: vertices one after the other, until one has no more that is in
   * no chain.
   *
   * @param order all vertices, each after those that lead to it
   * @param preferred labels of edges that chains follow where they can
   */
  constructor(
    graph: Graph,
    order: Int32Array,
    preferred: ReadonlySet<number>,
  ) {
    const { start, to, mask, size } = graph;
    this.#chain = new Int32Array(size).fill(NONE);
    this.#place = new Int32Array(size);
    const rank = new Int32Array(size);
    order.forEach((v, i) => rank[v] = i);
    for (const first of order) {
      if (this.#chain[first] !== NONE) continue;
      const chain = this.#width++;
      let place = 0;
      for (let v = first; v !== NONE;) {
        this.#chain[v] = chain;
        this.#place[v] = ++place;
        let next = NONE;
        for (let e = start[v]; e < start[v + 1]; e++) {
          const w = to[e];
          if (this.#chain[w] !== NONE) continue;
          if (preferred.has(mask[e])) {
            next = w;
            break;
          }
          if (next === NONE || rank[w] < rank[next]) next = w;
        }
        v = next;
      }
    }
  }

  /** How many numbers all clocks have. */
  get size(): number {
    return this.#width * this.#chain.length;
  }

  /** For each vertex the last one of each chain that leads to it. */
  tick({ start, to }: Graph, order: Int32Array): void {
    const width = this.#width;
    const clocks = this.#clocks?.fill(0) ?? new Int32Array(this.size);
    for (const v of order) {
      const own = v * width;
      clocks[own + this.#chain[v]] = this.#place[v];
      for (let e = start[v]; e < start[v + 1]; e++) {
        const other = to[e] * width;
        if (clocks[other + this.#chain[v]] >= this.#place[v]) continue;
        merge(clocks, own, other, width);
        this.steps += width >> 3;
      }
    }
    this.#clocks = clocks;
  }

  /** Whether one vertex is another or leads to it, as of the last tick. */
  isBefore(u: number, v: number): boolean {
    const clock = v * this.#width + this.#chain[u];
    return this.#clocks !== undefined && this.#clocks[clock] >= this.#place[u];
  }

  /**
   * For each vertex how many come before it, less those that come after it. The
   * clocks are of no use after that, until they tick.
   */
  lateness({ start, to }: Graph, order: Int32Array): Float64Array {
    const width = this.#width;
    const clocks = this.#clocks ?? new Int32Array(this.size);
    const lengths = new Int32Array(width);
    for (const c of this.#chain) lengths[c]++;
    const count = (_: number, v: number) =>
      clocks.subarray(v * width, (v + 1) * width)
        .reduce((sum, it) => sum + it, 0);
    const before = Float64Array.from({ length: order.length }, count);
    // The same backwards: how many of each chain it leads to.
    clocks.fill(0);
    for (const v of order.toReversed()) {
      const own = v * width;
      const chain = this.#chain[v];
      clocks[own + chain] = lengths[chain] - this.#place[v] + 1;
      for (let e = start[v]; e < start[v + 1]; e++) {
        merge(clocks, to[e] * width, own, width);
        this.steps += width >> 3;
      }
    }
    return before.map((it, v) => it - count(0, v));
  }
}

/** Takes over what is later. */
function merge(
  clocks: Int32Array,
  from: number,
  to: number,
  width: number,
): void {
  for (let c = 0; c < width; c++) {
    if (clocks[from + c] > clocks[to + c]) clocks[to + c] = clocks[from + c];
  }
}
