/**
 * What a flag takes by name, or as a file of the user's own.
 *
 * @module
 */
import { statSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { RunError } from "./node_host.ts";

/** Whether this is a file's path and no name. */
export const isOwnFile = (name: string): boolean =>
  /[/\\]|\.[cm]?[jt]s$/.test(name);

/** Functions by their names; a file's default export joins them when loaded. */
export class Choices<F extends (...args: never[]) => unknown> {
  readonly names: readonly string[];
  readonly #known: Map<string, F>;

  /**
   * @param flag its name, for errors
   * @param wants what a file's default export looks like
   */
  constructor(
    private readonly flag: string,
    ours: Readonly<Record<string, F>>,
    private readonly wants: string,
  ) {
    this.names = Object.keys(ours);
    this.#known = new Map(Object.entries(ours));
  }

  /** @throws {RangeError} it is neither ours nor loaded */
  get(name: string): F {
    const found = this.#known.get(name);
    if (found !== undefined) return found;
    throw new RangeError(`--${this.flag}: ${name} was not loaded`);
  }

  /**
   * Loads a file, if it is one.
   *
   * @param name one of ours, or an absolute path
   * @throws {RunError} saying what is wrong with the file
   */
  async load(name: string): Promise<void> {
    if (this.#known.has(name)) return;
    if (!statSync(name, { throwIfNoEntry: false })?.isFile()) {
      throw new RunError(`--${this.flag}: there is no file ${name}`);
    }
    let module: { readonly default?: unknown };
    try {
      module = await import(pathToFileURL(name).href);
    } catch (error) {
      const why = error instanceof Error ? error.message : `${error}`;
      throw new RunError(`${name} can't be imported: ${why}`);
    }
    const found = module.default;
    if (typeof found !== "function") {
      throw new RunError(
        `${name} has no function as its default export: --${this.flag} wants ` +
          this.wants,
      );
    }
    // A file's types are checked by whoever checks the file.
    this.#known.set(name, found as F);
  }
}
