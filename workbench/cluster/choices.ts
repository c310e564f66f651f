/**
 * What a flag takes by name, or as a file of the user's own.
 *
 * @module
 */
import { type Wanted } from "../own_file.ts";

/** Functions by their names; a file's default export joins them when loaded. */
export class Choices<F> {
  readonly names: readonly string[];
  readonly #known: Map<string, F>;

  constructor(
    ours: Readonly<Record<string, F>>,
    /** What a file with one's own has to be. */
    readonly wanted: Wanted<F>,
  ) {
    this.names = Object.keys(ours);
    this.#known = new Map(Object.entries(ours));
  }

  /** @throws {RangeError} it is neither ours nor loaded */
  get(name: string): F {
    const found = this.#known.get(name);
    if (found !== undefined) return found;
    throw new RangeError(`--${this.wanted.flag}: ${name} was not loaded`);
  }

  isKnown(name: string): boolean {
    return this.#known.has(name);
  }

  /** Adds a user's own, by the absolute path of its file. */
  add(name: string, own: F): void {
    this.#known.set(name, own);
  }
}
