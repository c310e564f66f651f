/**
 * Why a few transactions have no order, in steps that a person can follow: what
 * is certain of the writers of a key, because the other order would make a cycle
 * at once; in the end a cycle, or two cases, each of which ends in cycles.
 *
 * @module
 */
import {
  classify,
  Rel,
  type RelName,
  type Step,
} from "../../dependencies/cycles.ts";
import {
  type Edge,
  type Level,
  type Pair,
  type Problem,
  Situation,
} from "./problem.ts";

/** A cycle, shortest first; edges of it may be given the order of two writers. */
type Cycle = readonly Edge[];

/** One of two writers of a key comes first. */
interface Inference {
  readonly pair: Pair;
  /** What would be, were it the other way round. */
  readonly otherwise: Cycle;
}

/** A proof that there is no order. */
export interface Proof {
  readonly inferred: readonly Inference[];
  readonly end:
    | { readonly cycle: Cycle }
    /** Either the first comes before the second, or after it. */
    | { readonly pair: Pair; readonly before: Proof; readonly after: Proof };
}

/** @returns undefined if there is none */
export function prove(problem: Problem, level: Level): Proof | undefined {
  return new Prover(new Situation(problem, level)).prove([]);
}

/** All cycles of a proof: in each order there is one of them. */
export function cyclesOf({ inferred, end }: Proof): Cycle[] {
  return [
    ...("cycle" in end
      ? [end.cycle]
      : [...cyclesOf(end.before), ...cyclesOf(end.after)]),
    ...inferred.map(({ otherwise }) => otherwise),
  ];
}

/** The kinds of cycles, from those that weak models rule out already. */
const kinds = ["G0", "G1c", "G-single-item", "G-nonadjacent-item", "G2-item"];
const suffixes = ["", "-process", "-realtime"];

/**
 * What the cycles of a proof have in common: the weakest of their kinds, with
 * the latest of their orders of time.
 */
export function typeOfProof(proof: Proof): string {
  const types = cyclesOf(proof).map((cycle) => classify(cycle.map(stepOf)));
  const kind = kinds.findLast((kind) =>
    types.some((type) => suffixes.some((suffix) => type === kind + suffix))
  );
  const suffix = suffixes.findLast((it) =>
    types.some((type) => type.endsWith(it))
  );
  return `${kind}${suffix}`;
}

export function stepOf({ from, to, rel }: Edge): Step {
  return { from, to, rel: nameOf(rel) };
}

function nameOf(rel: number): RelName {
  if (rel === Rel.ww) return "ww";
  if (rel === Rel.wr) return "wr";
  if (rel === Rel.rw) return "rw";
  return rel === Rel.process ? "process" : "realtime";
}

/** How many cases are tried as the first one, to find a short proof. */
const TRIED = 8;

class Prover {
  readonly #pairs: readonly Pair[];
  readonly #certain: readonly Edge[];

  constructor(private readonly s: Situation) {
    this.#pairs = this.#writers();
    this.#certain = this.#certainEdges();
  }

  prove(given: readonly Pair[], tried = TRIED): Proof | undefined {
    const orders = [...given];
    const inferred: Inference[] = [];
    for (;;) {
      const edges = this.#edges(orders);
      const cycle = this.#shortest(edges);
      if (cycle !== undefined) return needed(inferred, { cycle });
      const open = this.#pairs.filter(([a, b]) =>
        !orders.some((pair) => pair.includes(a) && pair.includes(b))
      );
      let best: Inference | undefined;
      for (const pair of open.flatMap(([a, b]): Pair[] => [[a, b], [b, a]])) {
        const [after, before] = pair;
        const otherwise = this.#shortest([...edges, ...this.#given(pair)]);
        if (otherwise === undefined) continue;
        const it = { pair: [before, after], otherwise } as const;
        if (best === undefined || costOf(it) < costOf(best)) best = it;
      }
      if (best === undefined) return this.#split(inferred, orders, open, tried);
      inferred.push(best);
      orders.push(best.pair);
    }
  }

  #split(
    inferred: readonly Inference[],
    orders: readonly Pair[],
    open: readonly Pair[],
    tried: number,
  ): Proof | undefined {
    let best: Proof | undefined;
    for (const [a, b] of open.slice(0, tried)) {
      const before = this.prove([...orders, [a, b]], 1);
      const after = this.prove([...orders, [b, a]], 1);
      if (before === undefined || after === undefined) return undefined;
      const proof = needed(inferred, { pair: [a, b], before, after });
      if (best === undefined || sizeOf(proof) < sizeOf(best)) best = proof;
    }
    return best;
  }

  /** Pairs of transactions that wrote the same key. */
  #writers(): Pair[] {
    const { count } = this.s;
    const pairs: Pair[] = [];
    for (let b = 0; b < count; b++) {
      for (let a = 0; a < b; a++) {
        if (this.#shared(a, b).length > 0) pairs.push([a, b]);
      }
    }
    return pairs;
  }

  /** What `a` wrote to keys that `b` wrote too. */
  #shared(a: number, b: number): number[] {
    const keys = this.#writes(b).map((w) => this.s.keyOf(w));
    return this.#writes(a).filter((w) => keys.includes(this.s.keyOf(w)));
  }

  #writes(t: number): number[] {
    const { writeStart } = this.s.problem.registers;
    const count = writeStart[t + 1] - writeStart[t];
    return Array.from({ length: count }, (_, i) => writeStart[t] + i);
  }

  #readers(version: number): Int32Array {
    const { readers } = this.s;
    return readers.to.subarray(
      readers.start[version],
      readers.start[version + 1],
    );
  }

  #certainEdges(): Edge[] {
    const { s } = this;
    const edges: Edge[] = [];
    s.problem.known.forEach((from, to, rel) => {
      edges.push({ from, to, rel, key: -1 });
      if (rel === Rel.ww) edges.push(...this.#consequences([from, to]));
    });
    for (let v = 0; v < s.versionCount; v++) {
      const from = s.writerOf[v];
      const key = s.keyOf(v);
      for (const reader of this.#readers(v)) {
        if (from >= 0) edges.push({ from, to: reader, rel: Rel.wr, key });
        for (let b = 0; b < s.count; b++) {
          const isAfter = from < 0 || s.hasRead(b, v);
          if (b === reader || !isAfter) continue;
          if (!this.#writes(b).some((w) => s.keyOf(w) === key)) continue;
          edges.push({ from: reader, to: b, rel: Rel.rw, key });
        }
      }
    }
    return edges;
  }

  #edges(orders: readonly Pair[]): Edge[] {
    return [...this.#certain, ...orders.flatMap((pair) => this.#given(pair))];
  }

  /** What follows where one writer of a key comes before another. */
  #given(given: Pair): Edge[] {
    const [a, b] = given;
    const [first] = this.#shared(a, b);
    return [
      { from: a, to: b, rel: Rel.ww, key: this.s.keyOf(first), given },
      ...this.#consequences(given).map((edge) => ({ ...edge, given })),
    ];
  }

  /** Who read what the first wrote comes before the second. */
  #consequences([a, b]: Pair): Edge[] {
    return this.#shared(a, b).flatMap((version) =>
      [...this.#readers(version)].filter((reader) => reader !== b)
        .map((from) => ({
          from,
          to: b,
          rel: Rel.rw,
          key: this.s.keyOf(version),
        }))
    );
  }

  /** A shortest cycle, by breadth-first search from each transaction. */
  #shortest(edges: readonly Edge[]): Cycle | undefined {
    const { s } = this;
    const next = Map.groupBy(
      edges,
      ({ from, rel }) => rel === Rel.rw ? s.begin(from) : s.commit(from),
    );
    let best: Cycle | undefined;
    for (let t = 0; t < s.count; t++) {
      const cameBy = new Map<number, readonly Edge[]>();
      const come = (moment: number, path: readonly Edge[]) => {
        if (!cameBy.has(moment)) cameBy.set(moment, path);
        const commit = s.commit(s.txnOf(moment));
        if (!cameBy.has(commit)) cameBy.set(commit, path);
      };
      come(s.begin(t), []);
      search:
      for (const [moment, path] of cameBy) {
        if (best !== undefined && path.length + 1 >= best.length) break;
        for (const edge of next.get(moment) ?? []) {
          const { to, rel } = edge;
          const end = rel === Rel.rw ? s.commit(to) : s.begin(to);
          if (end === s.begin(t)) {
            best = [...path, edge];
            break search;
          }
          come(end, [...path, edge]);
        }
      }
    }
    return best;
  }
}

/** How much there is to read and, for the same, to think about. */
function costOf({ otherwise }: Inference): number {
  const subtle = otherwise.filter(({ rel }) => rel === Rel.rw).length;
  return otherwise.length + subtle / (otherwise.length + 1);
}

/** How much there is to read. */
function sizeOf(proof: Proof): number {
  return cyclesOf(proof).reduce((sum, cycle) => sum + cycle.length, 0);
}

/** The proof without inferences that nothing uses. */
function needed(inferred: readonly Inference[], end: Proof["end"]): Proof {
  const used = cyclesOf({ inferred: [], end });
  const kept: Inference[] = [];
  for (const it of inferred.toReversed()) {
    const [a, b] = it.pair;
    const isUsed = used.flat().some(({ given }) =>
      given?.[0] === a && given[1] === b
    );
    if (!isUsed) continue;
    kept.unshift(it);
    used.push(it.otherwise);
  }
  return { inferred: kept, end };
}
