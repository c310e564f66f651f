/**
 * The states and operations of a model as small integers.
 *
 * @module
 */
import { canonicalJson } from "../../json.ts";
import { type Model } from "./model.ts";

/** An operation can't happen in a state. */
export const IMPOSSIBLE = -1;

/** The initial state. */
export const INITIAL = 0;

/** What becomes of states, as far as somebody asked. */
export interface Transitions {
  /** The state after an operation, or {@linkcode IMPOSSIBLE}. */
  step(state: number, operation: number): number;
  /** The lost state, or {@linkcode IMPOSSIBLE} if the model has none. */
  readonly lost: number;
  /** See {@linkcode Model}. */
  mayLeadTo(state: number, operation: number): boolean;
  isRead(operation: number): boolean;
  /** The state after it, or {@linkcode IMPOSSIBLE} if that depends. */
  result(operation: number): number;
  /** The only state where it can happen, or {@linkcode IMPOSSIBLE}. */
  onlyIn(operation: number): number;
  /** About how many bytes the states take. */
  readonly bytes: number;
}

/** At most so many transitions are remembered. */
const REMEMBERED = 1 << 18;

/** A state besides its key: an object in a map. */
const BYTES_OF_STATE = 100;

/** Interns the states of a model and its operations as they turn up. */
export class ModelTransitions<State, Operation> implements Transitions {
  readonly #model: Model<State, Operation>;
  readonly #states: State[] = [];
  readonly #stateIds = new Map<string | number, number>();
  readonly #operations: Operation[] = [];
  readonly #operationIds = new Map<string, number>();
  /** Direct mapped: an entry is a state, an operation, what they lead to. */
  readonly #cache: Int32Array;
  readonly #mask: number;
  #bytes = 0;

  /** @param expected about how many operations there will be */
  constructor(model: Model<State, Operation>, expected: number) {
    this.#model = model;
    let size = 64;
    while (size < 8 * expected && size < REMEMBERED) size *= 2;
    this.#mask = size - 1;
    this.#cache = new Int32Array(3 * size).fill(-1);
    this.#stateId(model.init);
  }

  get lost(): number {
    const { lost } = this.#model;
    return lost === undefined ? IMPOSSIBLE : this.#stateId(lost);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Equal ones have the same number. */
  operationId(operation: Operation): number {
    const key = canonicalJson(operation);
    const known = this.#operationIds.get(key);
    if (known !== undefined) return known;
    const id = this.#operations.push(operation) - 1;
    this.#operationIds.set(key, id);
    return id;
  }

  step(state: number, operation: number): number {
    const hash = Math.imul(state, 0x9e3779b1) ^
      Math.imul(operation, 0x85ebca6b);
    const at = 3 * ((hash ^ (hash >>> 15)) & this.#mask);
    const cache = this.#cache;
    if (cache[at] === state && cache[at + 1] === operation) {
      return cache[at + 2];
    }
    const next = this.#model.step(
      this.#states[state],
      this.#operations[operation],
    );
    const id = next === undefined ? IMPOSSIBLE : this.#stateId(next);
    cache[at] = state;
    cache[at + 1] = operation;
    cache[at + 2] = id;
    return id;
  }

  mayLeadTo(state: number, operation: number): boolean {
    return this.#model.mayLeadTo?.(
      this.#states[state],
      this.#operations[operation],
    ) ?? true;
  }

  isRead(operation: number): boolean {
    return this.#model.isRead?.(this.#operations[operation]) ?? false;
  }

  result(operation: number): number {
    const result = this.#model.result?.(this.#operations[operation]);
    return result === undefined ? IMPOSSIBLE : this.#stateId(result);
  }

  onlyIn(operation: number): number {
    const state = this.#model.onlyIn?.(this.#operations[operation]);
    return state === undefined ? IMPOSSIBLE : this.#stateId(state);
  }

  #stateId(state: State): number {
    const key = this.#model.key?.(state) ?? keyOf(state);
    const known = this.#stateIds.get(key);
    if (known !== undefined) return known;
    const id = this.#states.push(state) - 1;
    this.#stateIds.set(key, id);
    this.#bytes += BYTES_OF_STATE + (typeof key === "string" ? key.length : 0);
    return id;
  }
}

/** @throws {TypeError} JSON does not tell such states apart */
function keyOf(state: unknown): string | number {
  if (typeof state === "string" || typeof state === "number") return state;
  if (state instanceof Map || state instanceof Set) {
    throw new TypeError(
      "a model whose states are Maps or Sets needs a function `key`, which " +
        "gives equal states the same string",
    );
  }
  return canonicalJson(state);
}
