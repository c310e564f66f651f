/**
 * What is certain of the order of writers, however the others are ordered: if
 * one order of two of them would make a cycle at once, the other one holds, and
 * with it its consequences; and so on until nothing follows any more. That is
 * what Cobra (Tan et al., OSDI 2020) and PolySI (Huang et al., VLDB 2023) do
 * before they call a solver.
 *
 * @module
 */
import { Rel } from "../../dependencies/cycles.ts";
import { EdgeList, Graph } from "../../dependencies/graph.ts";
import { Ways } from "../../dependencies/ways.ts";
import { Clocks } from "./clocks.ts";
import { type Edge, type Pair, type Situation } from "./problem.ts";

/** What is certain, or why nothing is possible. */
export interface Saturation {
  /** Each the consequence of what is known and of those before it. */
  readonly inferred: readonly Pair[];
  /** Cycles that exclude each other; empty if no contradiction was found. */
  readonly contradiction: readonly (readonly Edge[])[];
  /** The cycles that show that one was inferred rightly. */
  readonly explain: (inferred: number) => (readonly Edge[])[];
  /**
   * For each transaction how late it comes, as far as that is certain: between
   * all that comes before it and all that comes after it. Undefined if that was
   * not found out.
   */
  readonly lateness?: Float64Array;
  /** Work done, in looks at pairs and parts of clocks. */
  readonly steps: number;
}

/** As many numbers as all clocks together may have: 200 MB. */
const CLOCKS = 50_000_000;
/** As many pairs of writers and readers as are looked at each time. */
const PAIRS = 20_000_000;
const PASSES = 50;
const NONE = -1;

export function saturate(situation: Situation): Saturation {
  return new Saturator(situation).run();
}

/** The order of two writers, and why it is none other. */
interface Inference {
  readonly pair: Pair;
  /** Were it the other way round, this edge would close a cycle. */
  readonly closing: Edge;
  /** The moments between which there is a way, which it closes. */
  readonly from: number;
  readonly to: number;
  /** So many inferences were known then. */
  readonly known: number;
}

class Saturator {
  /** Of moments. The label is a relation and a key, or `~` an inference. */
  readonly #edges = new EdgeList();
  readonly #inferences: Inference[] = [];
  readonly #writersOf: Graph;
  #graph: Graph;
  #clocks?: Clocks;
  /** Of the last graph. */
  #ways?: Ways;
  #steps = 0;

  constructor(private readonly s: Situation) {
    const { keyCount, writeKey } = s.problem.registers;
    const writes = new EdgeList();
    writeKey.forEach((k, w) => writes.push(k, w, 1));
    this.#writersOf = Graph.of(keyCount, writes);
    this.#addCertain();
    this.#graph = Graph.of(s.moments, this.#edges);
  }

  run(): Saturation {
    let contradiction: Edge[][] = [];
    let lateness: Float64Array | undefined;
    if (this.#size() <= PAIRS) {
      for (let pass = 0; pass < PASSES; pass++) {
        const order = this.#topological();
        if (order.length < this.s.moments) {
          contradiction = this.#contradict(order);
          break;
        }
        this.#clocks ??= new Clocks(this.#graph, order, time);
        if (this.#clocks.size > CLOCKS) break;
        this.#clocks.tick(this.#graph, order);
        if (!this.#infer()) {
          const moments = this.#clocks.lateness(this.#graph, order);
          lateness = Float64Array.from(
            { length: this.s.count },
            (_, t) => moments[this.s.commit(t)],
          );
          break;
        }
        this.#graph = Graph.of(this.s.moments, this.#edges);
      }
    }
    const clockSteps = this.#clocks?.steps ?? 0;
    this.#clocks = undefined;
    return {
      inferred: this.#inferences.map(({ pair }) => pair),
      contradiction,
      lateness,
      explain: (i) => this.#explain([i]),
      steps: this.#steps + clockSteps,
    };
  }

  /** How many pairs of writers and readers there are to be looked at. */
  #size(): number {
    const { start, to } = this.#writersOf;
    const { readers } = this.s;
    let size = 0;
    for (let k = 0; k + 1 < start.length; k++) {
      let reads = 0;
      for (let i = start[k]; i < start[k + 1]; i++) {
        reads += 1 + readers.start[to[i] + 1] - readers.start[to[i]];
      }
      size += reads * (start[k + 1] - start[k]);
    }
    return size;
  }

  #add(from: number, to: number, rel: number, key: number): void {
    const { s } = this;
    if (rel === Rel.rw) {
      this.#edges.push(s.begin(from), s.commit(to), labelOf(rel, key));
    } else this.#edges.push(s.commit(from), s.begin(to), labelOf(rel, key));
  }

  #addCertain(): void {
    const { s } = this;
    const { known, registers } = s.problem;
    const { writeStart, writeKey, readStart } = registers;
    known.forEach((from, to, rel) => this.#add(from, to, rel, NONE));
    const written = new Int32Array(registers.keyCount).fill(NONE);
    for (let t = 0; t < s.count; t++) {
      if (s.isSnapshot) this.#edges.push(s.begin(t), s.commit(t), 0);
      for (let w = writeStart[t]; w < writeStart[t + 1]; w++) {
        written[writeKey[w]] = t;
      }
      for (let i = readStart[t]; i < readStart[t + 1]; i++) {
        const version = s.readVersion[i];
        const key = s.keyOf(version);
        const writer = s.writerOf[version];
        if (writer >= 0) this.#add(writer, t, Rel.wr, key);
        if (written[key] !== t) continue;
        // It replaced what it read: all others read it before.
        const { start, to } = s.readers;
        for (let r = start[version]; r < start[version + 1]; r++) {
          if (to[r] !== t) this.#add(to[r], t, Rel.rw, key);
        }
      }
    }
    const { start, to } = this.#writersOf;
    for (let k = 0; k < registers.keyCount; k++) {
      const initial = s.initialOf(k);
      const { readers } = s;
      for (
        let r = readers.start[initial];
        r < readers.start[initial + 1];
        r++
      ) {
        for (let i = start[k]; i < start[k + 1]; i++) {
          const writer = s.writerOf[to[i]];
          if (writer !== readers.to[r]) {
            this.#add(readers.to[r], writer, Rel.rw, k);
          }
        }
      }
    }
  }

  /** Moments in an order of the edges; in a circle or after one, they lack. */
  #topological(): Int32Array {
    const { size, start, to } = this.#graph;
    const open = new Int32Array(size);
    for (const v of to) open[v]++;
    const order = new Int32Array(size);
    let end = 0;
    for (let v = 0; v < size; v++) if (open[v] === 0) order[end++] = v;
    for (let i = 0; i < end; i++) {
      const v = order[i];
      for (let e = start[v]; e < start[v + 1]; e++) {
        if (--open[to[e]] === 0) order[end++] = to[e];
      }
    }
    return order.subarray(0, end);
  }

  #isBefore(u: number, v: number): boolean {
    return this.#clocks?.isBefore(u, v) ?? false;
  }

  /** @returns whether anything new follows */
  #infer(): boolean {
    const { start, to } = this.#writersOf;
    const known = this.#inferences.length;
    for (let k = 0; k + 1 < start.length; k++) {
      for (let i = start[k]; i < start[k + 1]; i++) {
        for (let j = start[k]; j < start[k + 1]; j++) {
          if (i !== j) this.#test(to[i], to[j], known);
        }
      }
    }
    return this.#inferences.length > known;
  }

  /** Whether the writer of `v` can't come after that of `w`. */
  #test(v: number, w: number, known: number): void {
    const { s } = this;
    const { readers } = s;
    this.#steps++;
    const a = s.writerOf[v];
    const b = s.writerOf[w];
    const key = s.keyOf(v);
    const given: Pair = [b, a];
    if (this.#isBefore(s.begin(a), s.commit(b))) {
      const closing = { from: b, to: a, rel: Rel.ww, key, given };
      this.#conclude(v, b, closing, s.begin(a), s.commit(b), known);
      return;
    }
    for (let r = readers.start[w]; r < readers.start[w + 1]; r++) {
      const reader = readers.to[r];
      this.#steps++;
      if (reader === a) continue;
      if (!this.#isBefore(s.commit(a), s.begin(reader))) continue;
      const closing = { from: reader, to: a, rel: Rel.rw, key, given };
      this.#conclude(v, b, closing, s.commit(a), s.begin(reader), known);
      return;
    }
  }

  /** The writer of `v` comes before `b`: what is new of that is noted. */
  #conclude(
    v: number,
    b: number,
    closing: Edge,
    from: number,
    to: number,
    known: number,
  ): void {
    const { s } = this;
    const { readers } = s;
    const a = s.writerOf[v];
    const label = ~this.#inferences.length;
    const before = this.#edges.length;
    if (!this.#isBefore(s.commit(a), s.begin(b))) {
      this.#edges.push(s.commit(a), s.begin(b), label);
    }
    for (let r = readers.start[v]; r < readers.start[v + 1]; r++) {
      const reader = readers.to[r];
      if (reader === b || this.#isBefore(s.begin(reader), s.commit(b))) {
        continue;
      }
      this.#edges.push(s.begin(reader), s.commit(b), label);
    }
    if (this.#edges.length === before) return;
    this.#inferences.push({ pair: [a, b], closing, from, to, known });
  }

  /** A circle of edges, and what they follow from. */
  #contradict(order: Int32Array): Edge[][] {
    const { size, start, to } = this.#graph;
    const isOutside = new Uint8Array(size);
    for (const v of order) isOutside[v] = 1;
    // Backwards from a moment that lacks, one always comes upon such.
    const from = new Int32Array(size).fill(NONE);
    for (let v = 0; v < size; v++) {
      if (isOutside[v] === 1) continue;
      for (let e = start[v]; e < start[v + 1]; e++) from[to[e]] = v;
    }
    let v = from.findIndex((before, w) => before !== NONE && !isOutside[w]);
    const seen = new Set<number>();
    for (; !seen.has(v); v = from[v]) seen.add(v);
    const cycle = this.#path(from[v], v, this.#inferences.length).concat(
      this.#path(v, from[v], this.#inferences.length),
    );
    return [cycle, ...this.#explain(this.#used(cycle))];
  }

  #explain(inferences: Iterable<number>): Edge[][] {
    const cycles: Edge[][] = [];
    const needed = new Set(inferences);
    for (const i of needed) {
      const { from, to, closing, known } = this.#inferences[i];
      const cycle = [...this.#path(from, to, known), closing];
      cycles.push(cycle);
      for (const other of this.#used(cycle.slice(0, -1))) needed.add(other);
    }
    return cycles;
  }

  readonly #inferenceOf = new Map<Edge, number>();

  #used(cycle: readonly Edge[]): number[] {
    return cycle.flatMap((edge) => this.#inferenceOf.get(edge) ?? []);
  }

  /**
   * A shortest way.
   *
   * @param known so many inferences may be used
   */
  #path(from: number, to: number, known: number): Edge[] {
    this.#ways ??= new Ways(this.#graph);
    const way = this.#ways.shortest(
      from,
      to,
      (_, label) => label >= 0 || ~label < known,
    );
    if (way === undefined) throw new Error("an inference follows from nothing");
    return way.map(({ from, to, label }) => this.#edgeOf(from, to, label))
      .filter(({ rel }) => rel !== 0);
  }

  #edgeOf(u: number, v: number, label: number): Edge {
    const { s } = this;
    const [from, to] = [s.txnOf(u), s.txnOf(v)];
    if (label >= 0) return { from, to, rel: label & 31, key: (label >> 5) - 1 };
    const { pair } = this.#inferences[~label];
    const isWrite = from === pair[0] && u === s.commit(from) &&
      v === s.begin(to);
    const edge = {
      from,
      to,
      rel: isWrite ? Rel.ww : Rel.rw,
      key: this.#inferences[~label].closing.key,
      given: pair,
    };
    this.#inferenceOf.set(edge, ~label);
    return edge;
  }
}

const labelOf = (rel: number, key: number) => rel + 32 * (key + 1);

/** Edges that follow the time of one session. */
const time: ReadonlySet<number> = new Set([0, labelOf(Rel.process, NONE)]);
