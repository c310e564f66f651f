/**
 * What a nemesis is: a kind of fault that begins and ends again and again.
 *
 * @module
 */
import { type Disturbance, type Grudge, type GrudgeKind } from "../network.ts";
import { type Random } from "../../clock/random.ts";

/** What faults are injected into. */
export interface Victim {
  readonly nodeIds: readonly string[];
  /** Replaces the grudge that is in force; each kind has one of its own. */
  partition(grudge: Grudge, kind?: GrudgeKind): void;
  kill(ids: readonly string[]): void;
  /** Starts those that are not running. */
  start(): void;
  pause(ids: readonly string[]): void;
  resume(): void;
  /**
   * Loses or slows down messages between servers, beside what others do.
   *
   * @returns ends that
   */
  disturb(disturbance: Disturbance): () => void;
}

/** One fault, or the end of one: what the history says, and how to do it. */
export interface FaultOperation {
  /** In a word or two, such as `start-partition`. */
  readonly f: string;
  /** Whom it befalls: JSON. */
  readonly value: unknown;
  apply(): void;
}

/** Alternates between a fault and its end. */
export interface FaultCycle {
  begin(): FaultOperation;
  /** Also called at the end of the load, whether or not a fault has begun. */
  end(): FaultOperation;
}

/** Whatever is left to chance it must draw from `random`. */
export type Nemesis = (victim: Victim, random: Random) => FaultCycle;
