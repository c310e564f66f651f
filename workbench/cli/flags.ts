/**
 * Flags as a table: what reads a command line, writes one, and tells of it in
 * the help and in the docs.
 *
 * @module
 */
// As node:util has it, and for browsers, too.
import { parseArgs } from "@pkgjs/parseargs";
import { calledAs } from "./called_as.ts";

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

/** What a command takes. */
export interface Command {
  /** As one types it. */
  readonly name: string;
  /** What follows the name, in short. */
  readonly synopsis: string;
  /** Flags, in the order in which they are told. */
  readonly flags: Flags;
  /** Flags that it takes, but does not tell of. */
  readonly untold?: Flags;
  /** Whether words that belong to no flag are its own. @default false */
  readonly takesWords?: boolean;
  /** Whether arguments for the node follow a bare `--`. @default false */
  readonly takesNodeArguments?: boolean;
  /** What to say of a flag that it does not have, if there is more to say. */
  instead?(name: string, words: readonly string[]): string | undefined;
}

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

/** A command line that was taken apart. */
export class Arguments {
  /** Words that belong to no flag. */
  readonly words: readonly string[];
  /** What follows a bare `--`. */
  readonly nodeArguments: readonly string[];
  readonly #given = new Map<string, string[]>();

  /** @throws {UsageError} for flags that the command does not have */
  constructor(args: readonly string[], command: Command) {
    const { takesWords, takesNodeArguments, instead } = command;
    const flags = { ...command.flags, ...command.untold };
    refusePasted(args);
    const own = [...ownArguments(args)];
    const isCut = own.length < args.length;
    if (isCut && !takesNodeArguments) {
      throw new UsageError(
        `there is no node to pass arguments after "--" to`,
      );
    }
    this.nodeArguments = args.slice(own.length + 1);
    const { tokens } = parseArgs({
      args: own,
      options: Object.fromEntries(
        Object.entries(flags).map(([name, { short, value }]) => [name, {
          type: value === undefined ? "boolean" : "string",
          ...(short === undefined ? {} : { short }),
        }]),
      ),
      strict: false,
      tokens: true,
    });
    const words: string[] = [];
    for (const token of tokens) {
      if (token.kind === "option-terminator") continue;
      if (token.kind === "positional") {
        words.push(token.value);
        if (takesWords) continue;
        throw new UsageError(
          takesNodeArguments
            ? `"${token.value}" belongs to no flag; arguments of the node ` +
              "follow after a bare --"
            : `"${token.value}" belongs to no flag: ${onlyFlags(command)}`,
        );
      }
      const { name, rawName, value, inlineValue } = token;
      if (!Object.hasOwn(flags, name)) {
        const hint = instead?.(name, words);
        throw hint === undefined
          ? noSuchFlag(rawName, Object.keys(flags))
          : new UsageError(hint);
      }
      const flag = flags[name];
      if (flag.value === undefined && value !== undefined) {
        throw new UsageError(`${rawName} takes no value, got "${value}"`);
      }
      if (flag.value !== undefined) {
        const isFlag = !inlineValue && /^-\D/.test(value ?? "");
        if (value === undefined || isFlag) {
          flag.read("", name, flag.default); // may say better what it wants
          const but = isFlag ? `, but ${value} follows` : "";
          throw new UsageError(`${rawName} wants ${flag.value}${but}`);
        }
      }
      const texts = this.#given.get(name) ?? [];
      this.#given.set(name, [...texts, value ?? ""]);
    }
    this.words = words;
  }

  has(name: string): boolean {
    return this.#given.has(name);
  }

  /** What was given for some of the command's flags. @throws {UsageError} */
  values<F extends Flags>(flags: F): Values<F> {
    const entries = Object.entries(flags).map(([name, flag]) => {
      const texts = this.#given.get(name) ?? [];
      const value = texts.reduce<unknown>(
        (earlier, text) => flag.read(text, name, earlier),
        flag.default,
      );
      return [camel(name), value];
    });
    // What the table's types say is what its functions have just returned.
    return Object.fromEntries(entries) as Values<F>;
  }
}

/** What a command takes that takes flags only. */
function onlyFlags({ name, flags }: Command): string {
  const own = Object.keys(flags).filter((it) => it !== "help");
  const shown = own.map((it) => spelled(it, flags[it]));
  const count = own.length === 1 ? "one flag" : "flags";
  return `${name} has ${count}, ${shown.join(", ")}, and nothing else`;
}

/** The fewest arguments from which a table's flags get these values. */
export function argumentsFor<F extends Flags>(
  flags: F,
  values: Values<F>,
): string[] {
  const given = new Map<string, unknown>(Object.entries(values));
  return Object.entries(flags).flatMap(([name, flag]) => {
    const value = given.get(camel(name));
    const text = flag.write(value);
    const isDefault = JSON.stringify(value) === JSON.stringify(flag.default);
    if (isDefault) return [];
    if (flag.value === undefined) return [`--${name}`];
    if (text.startsWith("-")) return [`--${name}=${text}`];
    return [flag.short === undefined ? `--${name}` : `-${flag.short}`, text];
  });
}

/** Words as a shell takes them. */
export function quoted(words: readonly string[]): string {
  return words.map((word) =>
    /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
  ).join(" ");
}

/** What follows a bare `--` is for the node, whatever it looks like. */
export function ownArguments(args: readonly string[]): readonly string[] {
  const end = args.indexOf("--");
  return end < 0 ? args : args.slice(0, end);
}

/** Whether a command line asks for help, be the rest of it right or wrong. */
export function wantsHelp(args: readonly string[]): boolean {
  const own = ownArguments(args);
  return own.includes("--help") || own.includes("-h");
}

/**
 * Refuses what a web page or a word processor made of a command line: fly.io's
 * own page has `–-nemesis`, with a dash that is no hyphen.
 *
 * @throws {UsageError}
 */
export function refusePasted(args: readonly string[]): void {
  const own = ownArguments(args).length;
  for (const [i, arg] of args.entries()) {
    const [dashes = ""] = /^[-\u2010-\u2015\u2212]+/.exec(arg) ?? [];
    // A node's argument may be any text, but none begins like a pasted flag.
    const mayBeText = i >= own && !/^\w/.test(arg.slice(dashes.length));
    const odd = (mayBeText ? undefined : /[^-]/.exec(dashes)?.[0]) ??
      (i >= own ? undefined : /[\u2018-\u201f]/.exec(arg)?.[0]);
    if (odd === undefined) continue;
    const code = odd.charCodeAt(0).toString(16).toUpperCase();
    const typed = dashes === odd && arg.length === 2 ? "-" : "--";
    const meant = arg.replace(/^[-\u2010-\u2015\u2212]+/, dashes && typed)
      .replaceAll(/[\u2018-\u201b]/g, "'").replaceAll(/[\u201c-\u201f]/g, '"');
    throw new UsageError(
      `"${arg}" has a "${odd}" (U+${code}), as pasted from a page: type ${meant}`,
    );
  }
}

/**
 * @param rawName as it was typed, with its dashes
 * @param known names without dashes
 */
export function noSuchFlag(
  rawName: string,
  known: readonly string[],
): UsageError {
  const similar = closest(rawName.replace(/^-+/, ""), known);
  return new UsageError(
    `there is no flag ${rawName}` +
      (similar === undefined ? "" : `; did you mean --${similar}?`),
  );
}

/** The name that someone may have meant, if there is one. */
function closest(
  name: string,
  names: readonly string[],
): string | undefined {
  const [best] = names
    .map((known) => ({
      known,
      distance: known.startsWith(name) ? 1 : editDistance(name, known),
    }))
    .sort((a, b) => a.distance - b.distance || a.known.length - b.known.length);
  return best.distance <= Math.max(1, name.length / 3) ? best.known : undefined;
}

/** Levenshtein's: how many letters must be put in, taken out or replaced. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(
        row[j] + 1,
        next[j - 1] + 1,
        row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1),
      ));
    }
    row = next;
  }
  return row[b.length];
}

/** A flag with its letter and its value: `-w, --workload NAME`. */
const spelled = (name: string, { short, value }: Flag<unknown>) =>
  `${short === undefined ? "" : `-${short}, `}--${name}` +
  (value === undefined ? "" : ` ${value}`);

const defaultOf = (flag: Flag<unknown>) =>
  flag.defaultText ??
    (flag.value === undefined || flag.default === undefined
      ? ""
      : flag.write(flag.default));

/** How wide the help's first column is, and the whole. */
const [COLUMN, WIDTH] = [27, 80];

/**
 * What a command takes, for a terminal.
 *
 * @param told instead of all its flags
 * @param others what is to be said of the rest
 */
export function usage(
  { name, synopsis, flags }: Command,
  told: Flags = flags,
  others = "",
): string {
  const last = others === "" ? [] : [`      ${others}`];
  return [
    `Usage: ${calledAs(name)} ${synopsis}`,
    "",
    ...rowsOf(Object.entries(told)),
    ...last,
  ].join("\n");
}

/** Flags as lines for a terminal. */
export function rowsOf(
  flags: Iterable<readonly [name: string, flag: Flag<unknown>]>,
): string[] {
  return Array.from(flags, ([name, flag]) => {
    const words = plain(flag.help);
    const value = plain(defaultOf(flag));
    const left = `${flag.short === undefined ? "      " : "  "}${
      spelled(name, flag)
    }`;
    const right = wrap(
      value === "" ? words : `${words} (${value})`,
      WIDTH - COLUMN,
    );
    const [first, ...others] = left.length >= COLUMN ? ["", ...right] : right;
    return [
      `${left.padEnd(COLUMN)}${first}`.trimEnd(),
      ...others.map((line) => " ".repeat(COLUMN) + line),
    ].join("\n");
  });
}

const plain = (markdown: string) => markdown.replaceAll("`", "");

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${line} ${word}`;
    } else lines.push(word);
  }
  return lines;
}

/** Flags as a list in Markdown: flag, what it does, default. */
export function listOf(flags: Flags): string {
  return Object.entries(flags).filter(([name]) => name !== "help")
    .map(([name, flag]) => {
      const text = defaultOf(flag);
      const isWords = flag.defaultText !== undefined || /^[\d.]*$/.test(text);
      const see = flag.see === undefined ? "" : `; see ${flag.see}`;
      const byDefault = text === ""
        ? ""
        : `. Default: ${isWords ? text : `\`${text}\``}`;
      return `- \`${spelled(name, flag)}\`: ${flag.help}${see}${byDefault}`;
    }).join("\n");
}

/** What a command says of a wrong command line: one sentence, and where more is. */
export function complaint(command: string, { message }: UsageError): string {
  return `${command}: ${message}\n${command} --help shows all flags.`;
}
