/**
 * What a flag takes by name, or as a file of the user's own.
 *
 * @module
 */
import { loadOwnModule, type Wanted } from "../own_module.ts";

/** Functions by their names; a file's default export joins them when loaded. */
export class Choices<F> {
  readonly names: readonly string[];
  readonly #known: Map<string, F>;

  constructor(
    ours: Readonly<Record<string, F>>,
    private readonly wanted: Wanted<F>,
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

  /**
   * Loads a file, if it is one.
   *
   * @param name one of ours, or an absolute path
   * @throws {RunError} saying what is wrong with the file
   */
  async load(name: string): Promise<void> {
    if (this.#known.has(name)) return;
    this.#known.set(name, await loadOwnModule(name, this.wanted));
  }
}
