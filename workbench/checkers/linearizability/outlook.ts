/**
 * What is yet to come, and what that says of a state: see
 * {@linkcode Model.mayLeadTo} and {@linkcode Model.lost}.
 *
 * @module
 */
import { type Draft, NONE } from "./configurations.ts";
import { type Timeline } from "./timeline.ts";
import { IMPOSSIBLE, type Transitions } from "./transitions.ts";

/** Beyond so many different operations, nothing is looked at. */
const MOST_OPERATIONS = 20_000;

/** So many of the next operations that a state may lead to are looked at. */
const LOOKED_AT = 16;

/** What is known of a state. */
interface Prospect {
  /** Operations that it may lead to, in the order of their first ends. */
  readonly awaited: readonly number[];
  /** When the last ends that tells it from the lost state. */
  readonly toldUntil: number;
}

export class Outlook {
  readonly #transitions: Transitions;
  readonly #timeline: Timeline;
  readonly #lost: number;
  /** Different operations. */
  readonly #operations: readonly number[];
  /** By operation: those that ended, in the order of their ends. */
  readonly #ended = new Map<number, number[]>();
  /** By operation: when the last of them ends. */
  readonly #lastEnds = new Map<number, number>();
  /** Operations that can't happen once all is lost. */
  readonly #observers: readonly number[];
  readonly #prospects: (Prospect | undefined)[] = [];
  /** By operation: intervals whose result may lead to it. */
  readonly #sources = new Map<number, readonly number[]>();
  /** By interval: the state that it leaves, whatever was before. */
  readonly #results: readonly (readonly [interval: number, state: number])[];

  private constructor(transitions: Transitions, timeline: Timeline) {
    this.#transitions = transitions;
    this.#timeline = timeline;
    this.#lost = transitions.lost;
    const { operations, ended, ends } = timeline;
    for (const id of ended) {
      this.#ended.getOrInsertComputed(operations[id], () => []).push(id);
    }
    operations.forEach((operation, id) => {
      const last = this.#lastEnds.get(operation) ?? -Infinity;
      this.#lastEnds.set(operation, Math.max(last, ends[id]));
    });
    this.#operations = [...this.#lastEnds.keys()];
    this.#observers = [...this.#ended.keys()].filter((operation) =>
      transitions.step(this.#lost, operation) === IMPOSSIBLE
    );
    this.#results = [...operations.keys()].flatMap((id) => {
      const result = transitions.result(operations[id]);
      return result === IMPOSSIBLE ? [] : [[id, result] as const];
    });
  }

  /** Undefined if the model has none, or there is too much to look at. */
  static of(transitions: Transitions, timeline: Timeline): Outlook | undefined {
    if (transitions.lost === IMPOSSIBLE) return undefined;
    const outlook = new Outlook(transitions, timeline);
    return outlook.#operations.length > MOST_OPERATIONS ? undefined : outlook;
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
    return this.#observers.some((it) =>
      !this.#transitions.mayLeadTo(draft.state, it) && this.#isCutOff(it, draft)
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
      if ((this.#lastEnds.get(operation) ?? 0) < now) continue;
      if (looked++ === LOOKED_AT) return false;
      if (this.#transitions.mayLeadTo(draft.state, operation)) continue;
      if (this.#isCutOff(operation, draft)) return true;
    }
    return false;
  }

  /** Whether nothing that can still be placed leads to an operation in time. */
  #isCutOff(operation: number, draft: Draft): boolean {
    const timeline = this.#timeline;
    const next = this.#ended.get(operation)?.find((id) =>
      !timeline.isPlaced(id, draft)
    );
    if (next === undefined) return false;
    return !this.#sourcesOf(operation).some((id) =>
      timeline.begins[id] <= timeline.ends[next] &&
      !timeline.isPlaced(id, draft)
    );
  }

  #sourcesOf(operation: number): readonly number[] {
    const known = this.#sources.get(operation);
    if (known !== undefined) return known;
    const sources = this.#results.flatMap(([id, state]) =>
      this.#transitions.mayLeadTo(state, operation) ? [id] : []
    );
    this.#sources.set(operation, sources);
    return sources;
  }

  #prospect(state: number): Prospect {
    return this.#prospects[state] ??= this.#lookFrom(state);
  }

  #lookFrom(state: number): Prospect {
    const transitions = this.#transitions;
    let toldUntil = -Infinity;
    for (const operation of this.#operations) {
      const end = this.#lastEnds.get(operation) ?? NONE;
      if (end <= toldUntil) continue;
      const isLostOnes = transitions.step(this.#lost, operation) !== IMPOSSIBLE;
      if (transitions.mayLeadTo(state, operation) !== isLostOnes) {
        toldUntil = end;
      }
    }
    const awaited = this.#observers.filter((operation) =>
      transitions.mayLeadTo(state, operation)
    );
    return { awaited, toldUntil };
  }
}
