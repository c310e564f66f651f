/**
 * Puts transactions in an order one after the other, the likeliest first, each
 * after all that must come before it, given what has been put in order so far:
 *
 * - it begins after what is known to come before it, and after the commits of
 *   what it read;
 * - it replaces the current version of a key only after all who read that have
 *   begun;
 * - with snapshots: it begins after the commits of those that have begun and
 *   write the same keys.
 *
 * Whatever is demanded is done first, and demands in turn. Each demand must be
 * met in every order that continues the present one; so if they form a circle,
 * nothing continues it. The circle is a cycle of edges, each of which is certain
 * or follows from the order of two writers of a key: a lesson for the next try.
 * After that the order is of no use, but goes on, to learn more.
 *
 * @module
 */
import { Rel } from "../../dependencies/cycles.ts";
import { EdgeList, Graph, IntList } from "../../dependencies/graph.ts";
import { INITIAL } from "../registers.ts";
import { type Edge, type Pair, type Situation } from "./problem.ts";

/** An order, or why it is none. */
export interface Schedule {
  /** Moments. */
  readonly order: Int32Array;
  /** Cycles of the order. If there are none, it is a witness. */
  readonly cycles: readonly (readonly Edge[])[];
  /** How many demands could not be met. */
  readonly violations: number;
  /** Work done, in looks at moments. */
  readonly steps: number;
}

/** So many edges of cycles are remembered, at least of one. */
const MOST_EDGES = 20_000;
/** What it costs to remember one, in steps. */
const EDGE_STEPS = 40;
const NONE = -1;

/**
 * @param hint all transactions, the likeliest first
 * @param assumed pairs of writers of a key whose order is tried
 */
export function schedule(
  situation: Situation,
  hint: Int32Array,
  assumed: readonly Pair[],
): Schedule {
  return new Scheduler(situation, assumed).run(hint);
}

class Scheduler {
  /** The version of each key. */
  readonly #current: Int32Array;
  readonly #isDone: Uint8Array;
  /** The readers of a version before this one have begun. */
  readonly #nextReader: Int32Array;
  /** With snapshots: who has begun and is to write a key. */
  readonly #writing: Int32Array;
  /** Whose place before a transaction is tried. */
  readonly #assumed: Graph;
  readonly #order = new IntList();
  readonly #cycles: Edge[][] = [];
  #violations = 0;
  /** In all cycles. */
  #edges = 0;
  #steps = 0;
  /** Moments that wait for the next one, and why: see {@linkcode Why}. */
  readonly #stack: number[] = [];
  readonly #place: Int32Array;
  readonly #whys: Why[] = [];
  #why: Why = { rel: 0, version: NONE, before: NONE };

  constructor(private readonly s: Situation, assumed: readonly Pair[]) {
    const { keyCount } = s.problem.registers;
    this.#current = new Int32Array(keyCount).map((_, k) => s.initialOf(k));
    this.#writing = new Int32Array(keyCount).fill(NONE);
    this.#isDone = new Uint8Array(s.moments);
    this.#place = new Int32Array(s.moments).fill(NONE);
    this.#nextReader = s.readers.start.slice(0, s.versionCount);
    const edges = new EdgeList();
    for (const [before, after] of assumed) edges.push(after, before, Rel.ww);
    this.#assumed = Graph.of(s.count, edges);
  }

  run(hint: Int32Array): Schedule {
    for (const t of hint) this.#demand(this.s.commit(t));
    return {
      order: this.#order.view(),
      cycles: this.#cycles,
      violations: this.#violations,
      steps: this.#steps + EDGE_STEPS * this.#edges,
    };
  }

  #demand(root: number): void {
    if (this.#isDone[root] === 1) return;
    const stack = this.#stack;
    this.#push(root);
    while (stack.length > 0) {
      const moment = stack[stack.length - 1];
      const demanded = this.#next(moment);
      if (demanded !== NONE && this.#place[demanded] === NONE) {
        this.#whys[stack.length - 1] = this.#why;
        this.#push(demanded);
        continue;
      }
      if (demanded !== NONE) {
        this.#whys[stack.length - 1] = this.#why;
        this.#violations++;
        if (this.#edges < MOST_EDGES) this.#addCycle(demanded);
      }
      stack.pop();
      this.#place[moment] = NONE;
      this.#do(moment);
    }
  }

  #push(moment: number): void {
    this.#place[moment] = this.#stack.length;
    this.#stack.push(moment);
  }

  /** A moment that must come before this one, or none. */
  #next(moment: number): number {
    this.#steps++;
    const { s } = this;
    const t = s.txnOf(moment);
    if (!s.isSnapshot) {
      const demanded = this.#beforeBegin(t);
      return demanded === NONE ? this.#beforeCommit(t) : demanded;
    }
    if (moment === s.begin(t)) return this.#beforeBegin(t);
    const demanded = this.#beforeCommit(t);
    if (demanded !== NONE || this.#isDone[s.begin(t)] === 1) return demanded;
    this.#why = { rel: 0, version: NONE, before: NONE };
    return s.begin(t);
  }

  #beforeBegin(t: number): number {
    const { s } = this;
    const { before } = s;
    for (let e = before.start[t]; e < before.start[t + 1]; e++) {
      const moment = s.commit(before.to[e]);
      if (this.#isDone[moment] === 1) continue;
      this.#why = { rel: before.mask[e], version: NONE, before: NONE };
      return moment;
    }
    const assumed = this.#assumed;
    for (let e = assumed.start[t]; e < assumed.start[t + 1]; e++) {
      const moment = s.commit(assumed.to[e]);
      if (this.#isDone[moment] === 1) continue;
      this.#why = { rel: Rel.ww, version: NONE, before: assumed.to[e] };
      return moment;
    }
    const { readStart, writeStart, writeKey } = s.problem.registers;
    for (let i = readStart[t]; i < readStart[t + 1]; i++) {
      const version = s.readVersion[i];
      const writer = s.writerOf[version];
      if (writer === INITIAL || this.#isDone[s.commit(writer)] === 1) continue;
      this.#why = { rel: Rel.wr, version, before: NONE };
      return s.commit(writer);
    }
    if (!s.isSnapshot) return NONE;
    for (let w = writeStart[t]; w < writeStart[t + 1]; w++) {
      const other = this.#writing[writeKey[w]];
      if (other === NONE || this.#isDone[s.commit(other)] === 1) continue;
      this.#why = { rel: Rel.ww, version: NONE, before: other };
      return s.commit(other);
    }
    return NONE;
  }

  #beforeCommit(t: number): number {
    const { s } = this;
    const { readers } = s;
    const { writeStart, writeKey } = s.problem.registers;
    for (let w = writeStart[t]; w < writeStart[t + 1]; w++) {
      const version = this.#current[writeKey[w]];
      const end = readers.start[version + 1];
      for (let i = this.#nextReader[version]; i < end; i++) {
        const reader = readers.to[i];
        if (this.#isDone[s.begin(reader)] === 1) {
          if (i === this.#nextReader[version]) this.#nextReader[version]++;
          continue;
        }
        if (reader === t) continue;
        this.#why = { rel: Rel.rw, version, before: s.writerOf[version] };
        return s.begin(reader);
      }
    }
    return NONE;
  }

  #do(moment: number): void {
    const { s } = this;
    const t = s.txnOf(moment);
    this.#isDone[moment] = 1;
    this.#order.push(moment);
    const { writeStart, writeKey } = s.problem.registers;
    const isCommit = moment === s.commit(t);
    for (let w = writeStart[t]; w < writeStart[t + 1]; w++) {
      const k = writeKey[w];
      if (isCommit) this.#current[k] = w;
      else this.#writing[k] = t;
    }
  }

  /** The top of the stack demands what is in it already. */
  #addCycle(demanded: number): void {
    const { s } = this;
    const cycle: Edge[] = [];
    const top = this.#stack.length - 1;
    for (let i = this.#place[demanded]; i <= top; i++) {
      const to = s.txnOf(this.#stack[i]);
      const from = s.txnOf(i === top ? demanded : this.#stack[i + 1]);
      const { rel, version, before } = this.#whys[i];
      if (rel === 0) continue;
      // Who read a version and then replaced it comes after its writer.
      const isCertain = before < 0 ||
        (version !== NONE && s.hasRead(to, version));
      cycle.push({
        from,
        to,
        rel,
        key: version === NONE ? NONE : s.keyOf(version),
        ...(!isCertain && { given: [before, to] }),
      });
    }
    this.#edges += cycle.length;
    this.#cycles.push(cycle.reverse());
  }
}

/** Why a moment is demanded. */
interface Why {
  /** The label of an edge; 0 between the moments of a transaction. */
  readonly rel: number;
  readonly version: number;
  /** Whose place before the demanding one is a choice; negative if none is. */
  readonly before: number;
}
