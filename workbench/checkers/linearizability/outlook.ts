/**
 * What is yet to come, and what that says of a state: see
 * {@linkcode Model.mayLeadTo} and {@linkcode Model.lost}.
 *
 * @module
 */
import { type Draft } from "./configurations.ts";
import { type Timeline } from "./timeline.ts";
import { IMPOSSIBLE, type Transitions } from "./transitions.ts";

/** Where so many different operations each may follow many states, beware. */
const MOST_OPERATIONS = 5000;

/** So many of the next operations that a state may lead to are looked at. */
const LOOKED_AT = 16;

/** What is known of a state. */
interface Prospect {
  /** Operations that it may lead to, in the order of their first ends. */
  readonly awaited: readonly number[];
  /** When the last ends that tells it from the lost state. */
  readonly toldUntil: number;
}

/** Different operations with the same function of a state. */
interface Kind {
  readonly operation: number;
  /** Whether it can happen once all is lost; then it is a read. */
  readonly isLostOnes: boolean;
  /** Those that ended, in the order of their ends. */
  readonly ended: readonly number[];
  /** When the last of them ends, or may. */
  readonly lastEnd: number;
}

/** Intervals in the order of their begins. */
interface Sources {
  readonly ids: readonly number[];
  /** When the last of all up to this one ends, or may. */
  readonly lastEnds: readonly number[];
}

export class Outlook {
  readonly #transitions: Transitions;
  readonly #timeline: Timeline;
  readonly #lost: number;
  /** Those that tell anything of a state, in the order of their first ends. */
  readonly #kinds = new Map<number, Kind>();
  /** By the only state where they can happen. */
  readonly #onlyIn = new Map<number, Kind[]>();
  /** The others. */
  readonly #anywhere: Kind[] = [];
  readonly #prospects: (Prospect | undefined)[] = [];
  /** By operation: intervals whose result may lead to it. */
  readonly #sources = new Map<number, Sources>();
  /** By state: intervals that leave it, whatever was before. */
  readonly #results = new Map<number, number[]>();

  private constructor(transitions: Transitions, timeline: Timeline) {
    this.#transitions = transitions;
    this.#timeline = timeline;
    this.#lost = transitions.lost;
    const { operations, ended, unended, ends, isRead } = timeline;
    const all = new Map<number, number[]>();
    for (const ids of [ended, unended]) {
      for (const id of ids) {
        all.getOrInsertComputed(operations[id], () => []).push(id);
        const result = transitions.result(operations[id]);
        if (result === IMPOSSIBLE) continue;
        this.#results.getOrInsertComputed(result, () => []).push(id);
      }
    }
    for (const [operation, ids] of all) {
      const isLostOnes = transitions.step(this.#lost, operation) !== IMPOSSIBLE;
      if (isLostOnes && !isRead[ids[0]]) continue; // it can happen in all states
      const lastEnd = ends[ids[ids.length - 1]];
      const finished = ids.filter((id) => ends[id] < Infinity);
      const kind = { operation, isLostOnes, ended: finished, lastEnd };
      this.#kinds.set(operation, kind);
      const only = transitions.onlyIn(operation);
      if (only === IMPOSSIBLE) this.#anywhere.push(kind);
      else this.#onlyIn.getOrInsertComputed(only, () => []).push(kind);
    }
  }

  /** Undefined if the model has none, or there is too much to look at. */
  static of(transitions: Transitions, timeline: Timeline): Outlook | undefined {
    if (transitions.lost === IMPOSSIBLE) return undefined;
    const outlook = new Outlook(transitions, timeline);
    return outlook.#anywhere.length > MOST_OPERATIONS ? undefined : outlook;
  }

  /** The state, or the lost one if nobody can tell it from that any more. */
  settled(state: number, level: number): number {
    if (state === this.#lost) return state;
    const { ends, ended } = this.#timeline;
    return this.#prospect(state).toldUntil < ends[ended[level]]
      ? this.#lost
      : state;
  }

  /** Whether something that must happen can't, from the beginning. */
  isHopelessFrom(draft: Draft): boolean {
    return this.#kinds.values().some(({ operation, isLostOnes }) =>
      !isLostOnes && !this.#transitions.mayLeadTo(draft.state, operation) &&
      this.#isCutOff(operation, draft)
    );
  }

  /**
   * Whether something that must happen could have happened after a state that
   * was left, but can't any more.
   */
  isHopeless(left: number, draft: Draft): boolean {
    if (left === draft.state) return false;
    const { ends, ended } = this.#timeline;
    const now = ends[ended[draft.level]];
    let looked = 0;
    for (const operation of this.#prospect(left).awaited) {
      if ((this.#kinds.get(operation)?.lastEnd ?? 0) < now) continue;
      if (looked++ === LOOKED_AT) return false;
      if (this.#transitions.mayLeadTo(draft.state, operation)) continue;
      if (this.#isCutOff(operation, draft)) return true;
    }
    return false;
  }

  /** Whether nothing that can still be placed leads to an operation in time. */
  #isCutOff(operation: number, draft: Draft): boolean {
    const timeline = this.#timeline;
    const { ended = [] } = this.#kinds.get(operation) ?? {};
    const next = ended[this.#firstLeft(ended, draft)];
    if (next === undefined) return false;
    const { begins, ends } = timeline;
    const { ids, lastEnds } = this.#sourcesOf(operation);
    const begun = firstWhere(ids, (id) => begins[id] > ends[next]);
    const now = ends[timeline.ended[draft.level]];
    for (let i = begun - 1; i >= 0 && lastEnds[i] >= now; i--) {
      if (!timeline.isPlaced(ids[i], draft)) return false;
    }
    return true;
  }

  /** The place of the first in the order of ends that is not placed. */
  #firstLeft(ended: readonly number[], draft: Draft): number {
    const { ends, ended: levels } = this.#timeline;
    const now = ends[levels[draft.level]];
    let from = firstWhere(ended, (id) => ends[id] >= now);
    while (from < ended.length && this.#timeline.isPlaced(ended[from], draft)) {
      from++;
    }
    return from;
  }

  #sourcesOf(operation: number): Sources {
    const known = this.#sources.get(operation);
    if (known !== undefined) return known;
    const only = this.#transitions.onlyIn(operation);
    const ids = only === IMPOSSIBLE
      ? this.#results.entries().flatMap(([state, ids]) =>
        this.#transitions.mayLeadTo(state, operation) ? ids : []
      ).toArray()
      : this.#results.get(only) ?? [];
    const { begins, ends } = this.#timeline;
    const sorted = ids.toSorted((a, b) => begins[a] - begins[b]);
    let last = -Infinity;
    const lastEnds = sorted.map((id) => last = Math.max(last, ends[id]));
    const sources = { ids: sorted, lastEnds };
    this.#sources.set(operation, sources);
    return sources;
  }

  #prospect(state: number): Prospect {
    return this.#prospects[state] ??= this.#lookFrom(state);
  }

  #lookFrom(state: number): Prospect {
    const kinds = [...this.#onlyIn.get(state) ?? [], ...this.#anywhere];
    let toldUntil = -Infinity;
    const awaited: Kind[] = [];
    for (const kind of kinds) {
      const { operation, isLostOnes, lastEnd } = kind;
      const isPossible = this.#transitions.mayLeadTo(state, operation);
      if (isPossible !== isLostOnes) toldUntil = Math.max(toldUntil, lastEnd);
      if (isPossible && !isLostOnes && kind.ended.length > 0) {
        awaited.push(kind);
      }
    }
    const { ends } = this.#timeline;
    awaited.sort((a, b) => ends[a.ended[0]] - ends[b.ended[0]]);
    return { awaited: awaited.map(({ operation }) => operation), toldUntil };
  }
}

/** The first place from which on something is true; the length if nowhere. */
function firstWhere(
  sorted: readonly number[],
  isTrue: (item: number) => boolean,
): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (isTrue(sorted[middle])) to = middle;
    else from = middle + 1;
  }
  return from;
}
