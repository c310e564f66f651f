/**
 * Flags as a table: of each what it may be, and what the help and the docs tell
 * of it.
 *
 * @module
 */

/** A wrong command line. The message says what is wrong with it. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** One flag. */
export interface Flag<T> {
  /** A letter that stands for its name. */
  readonly short?: string;
  /** What stands for its value in the help, such as `FILE`; none: a switch. */
  readonly value?: string;
  /** What it does; may have Markdown's backticks. */
  readonly help: string;
  /** A link to more about it, for the docs. */
  readonly see?: string;
  /** What it may be, or be made of, where that is a list. */
  readonly names?: readonly string[];
  /** If it is not given. */
  readonly default: T;
  /** The default in words, where its text does not say enough. */
  readonly defaultText?: string;
  /**
   * Of a workload's own: whether it is taken for all workloads, as Maelstrom
   * does, without effect for those that have no such flag.
   *
   * @default false
   */
  readonly anywhere?: boolean;
  /** Of a workload's own: what else to say where it is refused. */
  readonly besides?: string;
  /**
   * @param text what was given as its value; empty for a switch
   * @param name its own, for errors
   * @param earlier what was given before, for flags that add up
   * @throws {UsageError}
   */
  read(text: string, name: string, earlier: T): T;
  /** What {@linkcode read} takes for this value. */
  write(value: T): string;
}

export type Flags = Readonly<Record<string, Flag<unknown>>>;

type Camel<S extends string> = S extends `${infer A}-${infer B}`
  ? `${A}${Capitalize<Camel<B>>}`
  : S;

/** The values of a table's flags, by their names in camel case. */
export type Values<F extends Flags> = {
  readonly [N in keyof F & string as Camel<N>]: F[N] extends Flag<infer T> ? T
    : never;
};

type Description<T> = Pick<
  Flag<T>,
  "help" | "see" | "value" | "short" | "defaultText" | "anywhere"
>;

/** Given or not. */
export function toggle(help: string, see?: string): Flag<boolean> {
  return {
    help,
    ...(see === undefined ? {} : { see }),
    default: false,
    read: () => true,
    write: () => "",
  };
}

/** Any text. */
export function text(
  about: Description<string | undefined>,
): Flag<string | undefined> {
  return {
    ...about,
    default: undefined,
    read: (text) => text,
    write: (value) => value ?? "",
  };
}

/** A flag that may as well not be given. */
export function optional<T>(flag: Flag<T>): Flag<T | undefined> {
  return {
    ...flag,
    default: undefined,
    read: (text, name) => flag.read(text, name, flag.default),
    write: (value) => value === undefined ? "" : flag.write(value),
  };
}

const isPositive = (n: number) => n > 0 && n < Infinity;

/** Kinds of number: a check, and what it wants in words. */
const numbers = {
  positive: [isPositive, "a positive number"],
  notNegative: [
    (n: number) => n === 0 || isPositive(n),
    "a number of at least 0",
  ],
  count: [
    (n: number) => Number.isInteger(n) && isPositive(n),
    "a positive integer",
  ],
  natural: [(n: number) => Number.isInteger(n) && n >= 0, "an integer from 0"],
  share: [(n: number) => n >= 0 && n <= 1, "a number between 0 and 1"],
} as const;

/**
 * A number of a kind: `count`, an integer from 1; `natural`, an integer from 0;
 * `positive`, above 0; `notNegative`, from 0; `share`, from 0 to 1.
 *
 * @param kind what the command line may say
 * @param wants instead of the usual words in the error for what it may not
 * @throws {UsageError} there is no such kind, or the default is not of it
 */
export function number(
  kind: keyof typeof numbers,
  about: Description<number> & { readonly default: number },
  wants?: string,
): Flag<number> {
  const flag = numberOf(kind, about, wants);
  refuseDefault("number", `${about.default}`, flag);
  return flag;
}

/** Says what is wrong with a table's entry to whoever writes it. */
function refuseDefault<T>(made: string, text: string, flag: Flag<T>): void {
  try {
    flag.read(text, "", flag.default);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const [, wants] = /wants (.*), got/.exec(error.message) ?? [];
    throw new UsageError(
      `the default of a flag, ${text}, is not what its ${made}(...) takes: ` +
        wants,
    );
  }
}

function numberOf(
  kind: keyof typeof numbers,
  about: Description<number> & { readonly default: number },
  wants?: string,
): Flag<number> {
  if (!Object.hasOwn(numbers, kind)) {
    const known = Object.entries(numbers).map(([name, [, words]]) =>
      `"${name}", ${words}`
    );
    throw new UsageError(
      `number("${kind}", ...): there is no such kind of number; there are ` +
        known.join("; "),
    );
  }
  const [isValid, words] = numbers[kind];
  return {
    ...about,
    read(text, name) {
      const n = text.trim() === "" ? NaN : Number(text);
      if (isValid(n)) return n;
      throw new UsageError(`--${name} wants ${wants ?? words}, got "${text}"`);
    },
    write: String,
  };
}

/** A number, or one word. */
export function numberOr<W extends string>(
  word: W,
  kind: keyof typeof numbers,
  about: Description<number | W> & { readonly default: number | W },
  wants?: string,
): Flag<number | W> {
  const plain = numberOf(kind, { ...about, default: 0 }, wants);
  return {
    ...about,
    read: (text, name) => text === word ? word : plain.read(text, name, 0),
    write: String,
  };
}

// As Clojure's keywords, too: those who copy from results.edn have colons.
const known = <T extends string>(text: string, names: readonly T[]) =>
  names.find((name) => name === text.replace(/^:/, ""));

/**
 * One of several names.
 *
 * @throws {UsageError} the default is none of them
 */
export function oneOf<T extends string>(
  names: readonly T[],
  about: Description<T> & { readonly default: T },
): Flag<T> {
  const flag: Flag<T> = {
    ...about,
    names,
    read(text, name) {
      const found = known(text, names);
      if (found !== undefined) return found;
      throw new UsageError(
        `--${name} wants one of ${names.join(", ")}, got "${text}"`,
      );
    },
    write: (value) => value,
  };
  refuseDefault("oneOf", about.default, flag);
  return flag;
}

/** Some of several names, separated by commas. */
export function someOf<T extends string>(
  names: readonly T[],
  about: Description<readonly T[]> & { readonly default: readonly T[] },
): Flag<readonly T[]> {
  return {
    ...about,
    names,
    read: (text, name) =>
      list(text).map((it) => {
        const found = known(it, names);
        if (found !== undefined) return found;
        throw new UsageError(
          `--${name} wants some of ${names.join(",")}, got "${it}"`,
        );
      }),
    write: (value) => value.join(),
  };
}

/** Numbers as in `3,7-9`, or `none`. */
export function ranges(
  about: Description<readonly number[]>,
): Flag<readonly number[] | undefined> {
  return optional({
    ...about,
    default: [],
    read: (text, name) =>
      text === "none" ? [] : list(text).flatMap((part) => {
        const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
        const length = Number(last) - Number(first) + 1;
        if (length > 0 && length < 1e7) {
          return Array.from({ length }, (_, i) => Number(first) + i);
        }
        throw new UsageError(
          `--${name} wants numbers as in 3,7-9, got "${part}"`,
        );
      }),
    write(value) {
      const found: [first: number, last: number][] = [];
      for (const n of value) {
        const last = found.at(-1);
        if (last && last[1] === n - 1) last[1] = n;
        else found.push([n, n]);
      }
      return found.map(([a, b]) => a === b ? `${a}` : `${a}-${b}`).join() ||
        "none";
    },
  });
}

/** The parts between commas. */
export function list(text: string): string[] {
  return text.split(",").map((it) => it.trim()).filter((it) => it !== "");
}

/** `nodeCount` for `node-count`. */
export const camel = (name: string) =>
  name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
