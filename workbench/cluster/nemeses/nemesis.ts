/**
 * What a nemesis is: a kind of fault that begins and ends again and again.
 *
 * @module
 */
import { type Body } from "../../../lib/maelstrom.ts";
import { type RpcResult } from "../../load/rpc_client.ts";
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
  /**
   * Sends a request to a node, as a client would.
   *
   * @param done told of the reply, or that none came: error 0, after ten times
   * the mean latency, a second at least
   */
  ask(node: string, request: Body, done: (result: RpcResult) => void): void;
  /** Calls back in so many ms of the run's time. */
  after(ms: number, callback: () => void): void;
}

/** How a request ended: as operations of clients do. */
export interface Ending {
  readonly ended: "ok" | "fail" | "info";
  readonly error?: unknown;
}

/** Adds to the history what a fault does later than when it begins or ends. */
export type Tell = (f: string, value: unknown, ending?: Ending) => void;

/** One fault, or the end of one: what the history says, and how to do it. */
export interface FaultOperation {
  /** In a word or two, such as `start-partition`. */
  readonly f: string;
  /** Whom it befalls: JSON. */
  readonly value: unknown;
  apply(tell: Tell): void;
}

/** Alternates between a fault and its end. Undefined: there is nothing to do. */
export interface FaultCycle {
  begin(): FaultOperation | undefined;
  /** Also called at the end of the load, whether or not a fault has begun. */
  end(): FaultOperation | undefined;
  /**
   * From now on nothing is done: final operations begin, or the run is over. Also
   * called twice.
   *
   * @param hadTime whether there was the time that a recovery has after the load
   */
  close?(hadTime: boolean): void;
  /** What is to be said of it with the verdict: sentences for people. */
  readonly notes?: readonly string[];
}

/** Whatever is left to chance it must draw from `random`. */
export type Nemesis = (victim: Victim, random: Random) => FaultCycle;
