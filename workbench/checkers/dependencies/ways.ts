/**
 * Shortest ways and cycles in graphs.
 *
 * @module
 */
import { components, type Graph } from "./graph.ts";

/** An edge that a way takes, with its label. */
export interface WayStep {
  readonly from: number;
  readonly to: number;
  readonly label: number;
}

/** Of so many vertices of a component the shortest cycle is looked for. */
const TRIES = 64;
/** So many components with a cycle are as good as more. */
const MANY = 1000;

/**
 * A short cycle of each strongly connected component.
 *
 * @param graph its labels are odd
 */
export function shortCycles(
  graph: Graph,
  isSimpler: (a: readonly WayStep[], b: readonly WayStep[]) => boolean = (
    a,
    b,
  ) => a.length < b.length,
): (readonly WayStep[])[] {
  const { of, sizes } = components(graph, 1);
  const tries = new Int32Array(sizes.length);
  const best = new Map<number, WayStep[]>();
  const ways = new Ways(graph);
  for (let v = 0; v < graph.size; v++) {
    const c = of[v];
    if (sizes[c] < 2 || tries[c]++ >= TRIES) continue;
    if (best.size >= MANY && !best.has(c)) continue;
    const known = best.get(c);
    const cycle = ways.shortest(v, v, (w) => of[w] === c);
    if (cycle && (known === undefined || isSimpler(cycle, known))) {
      best.set(c, cycle);
    }
  }
  return [...best.values()];
}

/** Finds shortest ways by breadth-first search. */
export class Ways {
  readonly #cameBy: Int32Array;
  readonly #cameFrom: Int32Array;

  constructor(private readonly graph: Graph) {
    this.#cameBy = new Int32Array(graph.size).fill(-1);
    this.#cameFrom = new Int32Array(graph.size);
  }

  /**
   * A shortest way of at least one step.
   *
   * @param isAllowed whether it may take an edge, which leads to a vertex and
   * has a label
   */
  shortest(
    from: number,
    target: number,
    isAllowed: (vertex: number, label: number) => boolean = () => true,
  ): WayStep[] | undefined {
    const { start, to, mask } = this.graph;
    const queue = [from];
    for (const v of queue) {
      for (let e = start[v]; e < start[v + 1]; e++) {
        const w = to[e];
        if (this.#cameBy[w] >= 0 || !isAllowed(w, mask[e])) continue;
        this.#cameBy[w] = e;
        this.#cameFrom[w] = v;
        queue.push(w);
      }
      if (this.#cameBy[target] >= 0) break;
    }
    const steps: WayStep[] = [];
    if (this.#cameBy[target] >= 0) {
      let w = target;
      do {
        const v = this.#cameFrom[w];
        steps.push({ from: v, to: w, label: mask[this.#cameBy[w]] });
        w = v;
      } while (w !== from);
    }
    for (const v of queue) this.#cameBy[v] = -1;
    return steps.length > 0 ? steps.reverse() : undefined;
  }
}
