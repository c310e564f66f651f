/**
 * Finds and classifies the cycles of a dependency graph of transactions.
 *
 * An edge says why one transaction comes before another: `ww`, it wrote a
 * version that the other's write replaced; `wr`, it wrote what the other read;
 * `rw`, it read what the other replaced (Adya's write-, read- and
 * anti-dependency); `process`, the same client ran it before the other;
 * `realtime`, it ended before the other began. A cycle is named after the
 * edges it needs:
 *
 * | anomaly            | edges                                            |
 * | ------------------ | ------------------------------------------------ |
 * | G0                 | ww                                               |
 * | G1c                | ww and wr                                        |
 * | G-single-item      | and a single rw                                  |
 * | G-nonadjacent-item | and several rw, no two of them next to each other|
 * | G2-item            | and several rw                                   |
 *
 * `-process` and `-realtime` follow the name where the cycle also needs such
 * edges. A cycle of wr and a single rw is a G-single-item, or, if that is asked,
 * a `causality-violation`: `WriteCORead` in Bouajjani et al., On Verifying Causal
 * Consistency, POPL 2017.
 *
 * @module
 */

import { impliedBy } from "./consistency_models.ts";
import {
  components,
  cyclicComponents,
  EdgeList,
  Graph,
  IntList,
} from "./graph.ts";

/** Labels of edges. */
export const Rel = { ww: 1, wr: 2, rw: 4, process: 8, realtime: 16 } as const;

export type RelName = keyof typeof Rel;

/** One edge of a cycle, and the label by which it takes part. */
export interface Step {
  readonly from: number;
  readonly to: number;
  readonly rel: RelName;
}

/** A cycle: each step begins where the one before ends. */
export interface Cycle {
  readonly type: string;
  readonly steps: readonly Step[];
}

const { ww, wr, rw, process, realtime } = Rel;
const ALL = ww | wr | rw | process | realtime;

/** How many edges a search for G-single cycles may look at, a component. */
const SEARCH_LIMIT = 30_000_000;
/** How many candidates for a short cycle are tried. */
const TRIES = 16;

/** What the search of a graph came to. */
export interface Search {
  /** The shortest first. */
  readonly cycles: readonly Cycle[];
  /** Whether a search was given up that might have found one more. */
  readonly isIncomplete: boolean;
}

/**
 * The cycles of a graph: of each strongly connected component a short cycle of
 * each type, save of types that another implies.
 *
 * @param asksCausality whether a cycle of a single rw and else only wr has a
 * type of its own, `causality-violation`: causal consistency rules it out, but
 * not all of G-single. Then it is such a cycle that `isIncomplete` is about
 */
export function findCycles(graph: Graph, asksCausality = false): Search {
  const places = new Int32Array(graph.size);
  let isIncomplete = false;
  const cycles = cyclicComponents(components(graph, ALL)).flatMap((members) => {
    const search = new ComponentSearch(graph.restrict(members, places));
    if (asksCausality) search.findViolatedCausality();
    const isCausalityIncomplete = search.isIncomplete;
    const cycles = search.run();
    if (asksCausality) search.isIncomplete = isCausalityIncomplete;
    isIncomplete ||= search.isIncomplete;
    return cycles.map(({ type, steps }) => ({
      type,
      steps: collapseRealtime(steps).map(({ from, to, rel }) => ({
        from: members[from],
        to: members[to],
        rel,
      })),
    }));
  });
  cycles.sort((a, b) => a.steps.length - b.steps.length);
  return { cycles, isIncomplete };
}

/** Real time is transitive: of a chain of such steps one is enough. */
function collapseRealtime(steps: readonly Step[]): Step[] {
  const first = steps.findIndex(({ rel }) => rel !== "realtime");
  const turned = [...steps.slice(first), ...steps.slice(0, first)];
  const result: Step[] = [];
  for (const step of turned) {
    const before = result.at(-1);
    if (step.rel === "realtime" && before?.rel === "realtime") {
      result.splice(-1, 1, { ...before, to: step.to });
    } else result.push(step);
  }
  return result;
}

/** The search of one strongly connected component. */
class ComponentSearch {
  readonly #found: Cycle[] = [];
  /** Whether a G-single cycle may be there that was not found. */
  isIncomplete = false;
  #redundant: ReadonlySet<string> = new Set();

  constructor(private readonly graph: Graph) {}

  /**
   * An effect is seen without its cause: a way of wr, and back by an rw. Where
   * cause and effect are one transaction, that is a fractured read.
   */
  findViolatedCausality(): void {
    const steps = this.#single(wr) ?? [];
    if (steps.length > 2) this.#add(steps, "causality-violation");
  }

  run(): Cycle[] {
    this.#search(0, "");
    let labels = 0;
    for (const mask of this.graph.mask) labels |= mask;
    if (labels & process) this.#search(process, "-process");
    if (labels & realtime) this.#search(realtime, "-realtime");
    return this.#found;
  }

  #isWanted(type: string): boolean {
    return !this.#redundant.has(type);
  }

  #add(steps: readonly Step[] | undefined, type?: string): void {
    if (steps === undefined) return;
    this.#found.push({ type: type ?? classify(steps), steps });
    this.#redundant = impliedBy(this.#found.map(({ type }) => type));
  }

  /** From the worst to the most subtle, with edges of the label `extra`. */
  #search(extra: number, suffix: string): void {
    const wanted = (type: string) => this.#isWanted(type + suffix);
    const g0 = ww | extra;
    const g1c = ww | wr | extra;
    const g2 = g1c | rw;
    if (wanted("G0")) this.#add(this.#shortest(g0, ww, 0));
    if (wanted("G1c")) this.#add(this.#shortest(g1c, wr, g0));
    if (wanted("G-single-item")) this.#add(this.#single(g1c));
    if (wanted("G-nonadjacent-item")) this.#add(this.#nonadjacent(g1c));
    if (wanted("G2-item")) this.#add(this.#shortest(g2, rw, g1c));
  }

  /**
   * A short cycle of edges with a label in `allowed`, at least one of which has
   * the label `needed` and none in `without`.
   */
  #shortest(
    allowed: number,
    needed: number,
    without: number,
  ): Step[] | undefined {
    const { size, start, to, mask } = this.graph;
    const { of } = components(this.graph, allowed);
    let best: Step[] | undefined;
    let tries = 0;
    for (let v = 0; v < size; v++) {
      for (let e = start[v]; e < start[v + 1]; e++) {
        if ((mask[e] & needed) === 0 || (mask[e] & without) !== 0) continue;
        if (of[v] !== of[to[e]]) continue;
        const path = this.#path(to[e], v, allowed);
        if (path === undefined) continue;
        const step = { from: v, to: to[e], rel: nameOf(mask[e] & needed) };
        if (best === undefined || path.length + 1 < best.length) {
          best = [step, ...path];
        }
        if (best.length === 2 || ++tries >= TRIES) return best;
      }
    }
    return best;
  }

  /** A shortest path, by breadth-first search. */
  #path(from: number, target: number, allowed: number): Step[] | undefined {
    const { size, start, to, mask } = this.graph;
    const cameBy = new Int32Array(size).fill(-1);
    const cameFrom = new Int32Array(size).fill(-1);
    const queue = new IntList();
    queue.push(from);
    cameFrom[from] = from;
    for (let i = 0; i < queue.length; i++) {
      const v = queue.at(i);
      if (v === target) break;
      for (let e = start[v]; e < start[v + 1]; e++) {
        if ((mask[e] & allowed) === 0 || cameFrom[to[e]] >= 0) continue;
        cameFrom[to[e]] = v;
        cameBy[to[e]] = e;
        queue.push(to[e]);
      }
    }
    if (cameFrom[target] < 0) return undefined;
    const path: Step[] = [];
    for (let v = target; v !== from; v = cameFrom[v]) {
      path.push({
        from: cameFrom[v],
        to: v,
        rel: nameOf(mask[cameBy[v]] & allowed),
      });
    }
    return path.reverse();
  }

  /**
   * A cycle with a single rw edge: u -rw-> v, and a way back from v to u by
   * other edges. These edges alone make a graph that is acyclic, or whose
   * components are; so the way back only goes down the components' numbers,
   * and most rw edges are ruled out by the numbers of their ends.
   */
  #single(others: number): Step[] | undefined {
    const { size, start, to, mask } = this.graph;
    const { of } = components(this.graph, others);
    // Readers by the vertex that replaced what they read.
    const readers = new EdgeList();
    for (let u = 0; u < size; u++) {
      for (let e = start[u]; e < start[u + 1]; e++) {
        const isPure = (mask[e] & rw) !== 0 && (mask[e] & others) === 0;
        if (isPure && of[to[e]] >= of[u]) readers.push(to[e], u, rw);
      }
    }
    const backward = Graph.of(size, readers);
    const seenFor = new Int32Array(size).fill(-1);
    const isReader = new Int32Array(size).fill(-1);
    const queue = new Int32Array(size);
    let looked = 0;
    let best: Step[] | undefined;
    let tries = 0;
    for (let v = 0; v < size; v++) {
      const first = backward.start[v];
      const last = backward.start[v + 1];
      if (first === last) continue;
      let lowest = of[v];
      for (let e = first; e < last; e++) {
        isReader[backward.to[e]] = v;
        lowest = Math.min(lowest, of[backward.to[e]]);
      }
      let end = 0;
      queue[end++] = v;
      seenFor[v] = v;
      search:
      for (let i = 0; i < end; i++) {
        const x = queue[i];
        for (let e = start[x]; e < start[x + 1]; e++) {
          looked++;
          const w = to[e];
          if ((mask[e] & others) === 0 || seenFor[w] === v) continue;
          if (of[w] < lowest) continue;
          seenFor[w] = v;
          queue[end++] = w;
          if (isReader[w] !== v) continue;
          const path = this.#path(v, w, others);
          if (path === undefined) continue;
          if (best === undefined || path.length + 1 < best.length) {
            best = [{ from: w, to: v, rel: "rw" }, ...path];
          }
          tries++;
          break search;
        }
      }
      if (best !== undefined && (best.length === 2 || tries >= TRIES)) break;
      if (looked > SEARCH_LIMIT) {
        this.isIncomplete ||= best === undefined;
        break;
      }
    }
    return best;
  }

  /**
   * A cycle in which no two rw edges follow each other. It is one of a graph
   * with two copies of each vertex: as it is reached by an rw edge, whence no
   * other such edge leads on, and as it is reached by another edge.
   */
  #nonadjacent(others: number): Step[] | undefined {
    const { size, start, to, mask } = this.graph;
    const edges = new EdgeList();
    for (let u = 0; u < size; u++) {
      for (let e = start[u]; e < start[u + 1]; e++) {
        const v = to[e];
        const other = mask[e] & others;
        if (other !== 0) {
          edges.push(2 * u, 2 * v, other);
          edges.push(2 * u + 1, 2 * v, other);
        } else if ((mask[e] & rw) !== 0) {
          edges.push(2 * u, 2 * v + 1, rw);
        }
      }
    }
    const double = Graph.of(2 * size, edges);
    const { of } = components(double, others | rw);
    const within = new ComponentSearch(double);
    let tries = 0;
    for (let u = 0; u < 2 * size; u += 2) {
      for (let e = double.start[u]; e < double.start[u + 1]; e++) {
        const v = double.to[e];
        if (v % 2 === 0 || of[u] !== of[v]) continue;
        const path = within.#path(v, u, others | rw);
        if (path === undefined) continue;
        const first: Step = { from: u, to: v, rel: "rw" };
        const walk = [first, ...path].map(({ from, to, rel }) => ({
          from: from >> 1,
          to: to >> 1,
          rel,
        }));
        const cycle = simple(walk);
        if (cycle !== undefined) return cycle;
        if (++tries >= 16 * TRIES) return undefined;
      }
    }
    return undefined;
  }
}

/**
 * The part of a closed walk that visits no vertex twice and has rw edges, but
 * no two in a row.
 */
function simple(walk: readonly Step[]): Step[] | undefined {
  const place = new Map<number, number>();
  for (let j = 0; j < walk.length; j++) {
    const i = place.get(walk[j].from);
    if (i === undefined) {
      place.set(walk[j].from, j);
      continue;
    }
    const inner = walk.slice(i, j);
    const outer = [...walk.slice(0, i), ...walk.slice(j)];
    return simple(inner) ?? simple(outer);
  }
  return classify(walk).startsWith("G-") ? [...walk] : undefined;
}

/** Names a cycle after its edges. */
export function classify(steps: readonly Step[]): string {
  const rels = steps.map(({ rel }) => rel);
  const count = rels.filter((rel) => rel === "rw").length;
  const isAdjacent = rels.some((rel, i) =>
    rel === "rw" && rels[(i + 1) % rels.length] === "rw"
  );
  const type = count === 1
    ? "G-single-item"
    : isAdjacent
    ? "G2-item"
    : count > 1
    ? "G-nonadjacent-item"
    : rels.includes("wr")
    ? "G1c"
    : "G0";
  const suffix = rels.includes("realtime")
    ? "-realtime"
    : rels.includes("process")
    ? "-process"
    : "";
  return type + suffix;
}

/** The label by which an edge is shown: the most telling one. */
function nameOf(mask: number): RelName {
  if (mask & ww) return "ww";
  if (mask & wr) return "wr";
  if (mask & rw) return "rw";
  return mask & process ? "process" : "realtime";
}
