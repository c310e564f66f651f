/**
 * What follows a program's name on its command line.
 *
 * @module
 */

/**
 * What a number on the command line may be.
 *
 * @example
 * ```ts
 * import { type Node, type OptionRange } from "@gossip-glomers/maelstrom";
 *
 * const ms: OptionRange = { default: 100, max: 5000, integer: true };
 *
 * export default function program(node: Node): void {
 *   const wait = node.option("wait", ms); // --wait 250
 *   node.after(wait, () => node.log("waited"));
 * }
 * ```
 */
export interface OptionRange {
  /** What it is if it is not given. */
  readonly default: number;
  /** The least. @default 0 */
  readonly min?: number;
  /** The most. @default none */
  readonly max?: number;
  /** Whether it must be whole. @default false */
  readonly integer?: boolean;
}

/** A program, or the library, is used wrongly: the message says how. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What follows a program's name; each argument must be asked for. */
export class CommandLine {
  readonly #known: string[] = [];
  readonly #left: string[];
  #ended = false;

  constructor(args: readonly string[]) {
    this.#left = [...args];
  }

  number(name: string, range: OptionRange): number {
    const { min = 0, max = Infinity, integer = false } = range;
    const text = this.#take(name, true);
    if (text === undefined) return range.default;
    const value = text.trim() === "" ? NaN : Number(text);
    if (value >= min && value <= max && Number.isFinite(value)) {
      if (!integer || Number.isInteger(value)) return value;
    }
    const limit = max === Infinity ? "" : ` and at most ${max}`;
    throw new UsageError(
      `--${name} wants a ${integer ? "whole " : ""}number of at least ${min}` +
        `${limit}, got ${text === "" ? "nothing" : text}`,
    );
  }

  text(name: string): string | undefined {
    const text = this.#take(name, true);
    if (text !== "") return text;
    throw new UsageError(`--${name} wants a value, got nothing`);
  }

  choice<T extends string>(
    name: string,
    values: readonly T[],
    byDefault: T,
  ): T {
    const text = this.#take(name, true);
    if (text === undefined) return byDefault;
    const value = values.find((it) => it === text);
    if (value !== undefined) return value;
    const got = text === "" ? "nothing" : text;
    throw new UsageError(
      `--${name} wants one of ${values.join(", ")}; got ${got}`,
    );
  }

  flag(name: string): boolean {
    return this.#take(name, false) !== undefined;
  }

  /** Takes an argument away; what it says, empty if it says nothing. */
  #take(name: string, wantsValue: boolean): string | undefined {
    const flag = `--${name}`;
    if (this.#ended || this.#known.includes(flag)) {
      const when = "once, before the program function returns";
      throw new TypeError(`${flag} is to be asked for ${when}`);
    }
    this.#known.push(flag);
    const i = this.#left.findIndex((arg) =>
      arg === flag || arg.startsWith(`${flag}=`)
    );
    if (i < 0) return undefined;
    const [arg] = this.#left.splice(i, 1);
    const hasValue = arg !== flag;
    if (!wantsValue) {
      if (hasValue) throw new UsageError(`${flag} takes no value, got ${arg}`);
      return "";
    }
    if (hasValue) return arg.slice(flag.length + 1);
    const next = this.#left[i] ?? "";
    return next.startsWith("--") ? "" : this.#left.splice(i, 1)[0] ?? "";
  }

  /** @throws {UsageError} for an argument that nobody asked for */
  end(): void {
    this.#ended = true;
    const [arg] = this.#left;
    if (arg === undefined) return;
    if (this.#known.includes(arg.split("=")[0])) {
      throw new UsageError(`${arg} is given twice`);
    }
    const known = this.#known.length === 0
      ? "this program takes none"
      : `this program takes ${this.#known.join(", ")}`;
    throw new UsageError(`unknown argument ${arg}: ${known}`);
  }
}

/** Why a program did not start, on one line: where in its code, for a bug. */
export function whyNot(error: unknown): string {
  if (error instanceof UsageError) return error.message;
  const stack = error instanceof Error ? error.stack : undefined;
  const [, place] = /\n\s+(at .*)/.exec(stack ?? "") ?? [];
  const text = place === undefined ? `${error}` : `${error} (${place})`;
  return text.replaceAll(/\s+/g, " ");
}
