/**
 * What reads a command line by a table of flags, writes one, and tells of it in
 * the help and in the docs.
 *
 * @module
 */
// As node:util has it, and for browsers, too.
import { parseArgs } from "@pkgjs/parseargs";
import { calledAs } from "./called_as.ts";
import {
  camel,
  type Flag,
  type Flags,
  UsageError,
  type Values,
} from "./flags.ts";

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
    return rowOf(
      `${flag.short === undefined ? "      " : "  "}${spelled(name, flag)}`,
      value === "" ? words : `${words} (${value})`,
    );
  });
}

/** A name and what is to be said of it, as lines for a terminal. */
export function rowOf(left: string, text: string): string {
  const right = wrap(plain(text), WIDTH - COLUMN);
  const [first, ...others] = left.length >= COLUMN ? ["", ...right] : right;
  return [
    `${left.padEnd(COLUMN)}${first}`.trimEnd(),
    ...others.map((line) => " ".repeat(COLUMN) + line),
  ].join("\n");
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
