/**
 * Makes a program that nodes can run from the texts of its modules: types are
 * stripped, imports are resolved among them, and the library is the worker's own.
 *
 * @module
 */
import { init, parse } from "es-module-lexer/js";
import { dirname, join } from "pathe";
import { transform } from "sucrase";
import { messageOf } from "../../lib/errors.ts";
import { type Program } from "../../lib/maelstrom.ts";
import { type Failure, type ProgramSource } from "../run/protocol.ts";
import { syntaxFlaw, wantedNames } from "./syntax.ts";

/** The program can't be run. The message is a sentence for a person. */
export class ProgramError extends Error {
  override readonly name = "ProgramError";
  readonly failure: Failure;

  constructor(message: string, place: Omit<Failure, "message"> = {}) {
    super(message);
    this.failure = { message, ...place };
  }
}

// Programs can't have them, but this module needs them.
const createObjectURL = URL.createObjectURL.bind(URL);
const revokeObjectURL = URL.revokeObjectURL.bind(URL);

/** What programs import the library as. */
const LIBRARY = "lib/maelstrom.ts";
const PACKAGE = "@gossip-glomers/maelstrom";

/** Where modules find the library. */
const KEY = "gossip-glomers.library";

/**
 * @param library the library's module
 * @throws {ProgramError}
 */
export async function loadProgram(
  source: ProgramSource,
  library: object,
): Promise<Program> {
  const { main, files } = source;
  if (!Object.hasOwn(files, main)) {
    throw new ProgramError(`There is no program ${main} in the page.`);
  }
  await init();
  const modules = new Modules(source, library);
  try {
    const { default: program } = await modules.load();
    if (isProgram(program)) return program;
    throw new ProgramError(
      `${source.main} has no function as its default export: a node's program ` +
        "is `export default function (node: Node) { ... }`.",
      { file: source.main },
    );
  } catch (error) {
    if (error instanceof ProgramError) throw error;
    if (error instanceof SyntaxError) modules.examine(error.message);
    throw new ProgramError(
      messageOf(error),
      located(error) ?? { file: source.main },
    );
  } finally {
    modules.forget();
  }
}

const isProgram = (it: unknown): it is Program => typeof it === "function";

/** The files of blob: modules, where a stack speaks of these. */
const paths = new Map<string, string>();

/** The blob: modules of a program. */
class Modules {
  readonly #addresses = new Map<string, string>();
  /** As JavaScript, which has the same lines. */
  readonly #codes = new Map<string, string>();
  readonly #library: string;

  constructor(
    private readonly source: ProgramSource,
    private readonly library: object,
  ) {
    Object.defineProperty(globalThis, KEY, {
      configurable: true,
      value: library,
    });
    this.#library = address(
      `export const { ${Object.keys(library).join(", ")} } = ` +
        `globalThis[${JSON.stringify(KEY)}];`,
    );
  }

  async load(): Promise<{ readonly default?: unknown }> {
    return await import(this.#addressOf(this.source.main, []));
  }

  /** Whoever was loaded stays so. */
  forget(): void {
    for (const it of [this.#library, ...this.#addresses.values()]) {
      revokeObjectURL(it);
    }
  }

  /** @param importers from the main module on */
  #addressOf(path: string, importers: readonly string[]): string {
    const known = this.#addresses.get(path);
    if (known !== undefined) return known;
    const own = javaScript(this.source.files[path], path);
    this.#codes.set(path, own);
    const code = linked(own, path, (specifier, line) => {
      const target = this.#resolve(specifier, [...importers, path], line);
      return target === LIBRARY
        ? this.#library
        : this.#addressOf(target, [...importers, path]);
    });
    // A stack then speaks of the file, and of its lines: in a browser.
    const made = address(`${code}\n//# sourceURL=${path}`);
    this.#addresses.set(path, made);
    paths.set(made, path);
    return made;
  }

  /**
   * Says where that is wrong which the engine can't make modules of: a page is
   * told by its browser what it is, and not where.
   *
   * @param complaint the engine's
   * @throws {ProgramError}
   */
  examine(complaint: string): void {
    for (const [file, code] of this.#codes) refuseFlaw(code, file, complaint);
    for (const [file, code] of this.#codes) {
      for (const { name, specifier, line } of wantedNames(code)) {
        const target = this.#resolve(specifier, [file], line);
        const names = this.#namesOf(target);
        if (names.has(name)) continue;
        throw new ProgramError(
          `${file}, line ${line}: ${target} has no export that is called ` +
            `${name}.${hintAt(name, names)}`,
          { file, line },
        );
      }
    }
  }

  /** What a module exports, also what it only hands on. */
  #namesOf(path: string): ReadonlySet<string> {
    if (path === LIBRARY) return new Set(Object.keys(this.library));
    const [, exports] = parse(this.#codes.get(path) ?? "", path);
    return new Set(
      exports.flatMap((it) =>
        it.type === "reexport-all"
          ? [...this.#namesOf(this.#resolve(it.from, [path], 1))]
          : [it.name]
      ),
    );
  }

  /** The path of what a module imports. */
  #resolve(
    specifier: string,
    importers: readonly string[],
    line: number,
  ): string {
    const file = importers.at(-1) ?? this.source.main;
    const isRelative = /^\.{1,2}\//.test(specifier);
    const path = isRelative ? join(dirname(file), specifier) : specifier;
    if (path === LIBRARY || path === PACKAGE) return LIBRARY;
    const refuse = (why: string): never => {
      throw new ProgramError(`${file} imports "${specifier}": ${why}`, {
        file,
        line,
      });
    };
    if (!isRelative) {
      return refuse(
        "in the page there are no packages and no built-in modules, only the " +
          "library and files beside the program.",
      );
    }
    if (importers.includes(path)) {
      return refuse("these modules import each other in a circle.");
    }
    if (!Object.hasOwn(this.source.files, path)) {
      return refuse(
        path.startsWith("lib/")
          ? `what programs need of the library is in ${LIBRARY}.`
          : "there is no such file in the page.",
      );
    }
    return path;
  }
}

/** A name that might be meant. */
function hintAt(name: string, names: ReadonlySet<string>): string {
  const lower = name.toLowerCase();
  const near = [...names].find((it) => {
    const other = it.toLowerCase();
    return other.startsWith(lower) || lower.startsWith(other);
  });
  return near === undefined ? "" : ` Is it ${near}?`;
}

const address = (code: string): string =>
  createObjectURL(new Blob([code], { type: "text/javascript" }));

/**
 * JavaScript with the same lines.
 *
 * @throws {ProgramError} it is no TypeScript
 */
export function javaScript(text: string, file: string): string {
  if (!/\.[cm]?ts$/.test(file)) return text;
  try {
    return transform(text, {
      transforms: ["typescript"],
      disableESTransforms: true,
    }).code;
  } catch (error) {
    const [, message = messageOf(error), line, column] =
      /^(?:Error transforming [^:]*: )?(.*?) \((\d+):(\d+)\)$/s.exec(
        messageOf(error),
      ) ?? [];
    throw new ProgramError(
      line === undefined
        ? `${file}: ${message}`
        : `${file}, line ${line}: ${message}.`,
      {
        file,
        ...line !== undefined && { line: Number(line), column: Number(column) },
      },
    );
  }
}

/**
 * Code whose imports have addresses.
 *
 * @param resolve the address of what is imported in a line
 * @throws {ProgramError}
 */
function linked(
  code: string,
  file: string,
  resolve: (specifier: string, line: number) => string,
): string {
  let done = 0;
  let made = "";
  for (const it of importsIn(code, file)) {
    const { type, specifier, start, end } = it;
    if (type === "import-meta") continue;
    const line = code.slice(0, start).split("\n").length;
    if (type === "dynamic") {
      throw new ProgramError(
        `${file}, line ${line}: import() is not for programs: what a node ` +
          "waits for must come from the run.",
        { file, line },
      );
    }
    made += code.slice(done, start) + resolve(specifier, line);
    done = end;
  }
  return made + code.slice(done);
}

function importsIn(code: string, file: string) {
  try {
    const [imports] = parse(code, file);
    return imports;
  } catch (error) {
    refuseFlaw(code, file, messageOf(error));
    const [, line] = /:(\d+):\d+$/.exec(messageOf(error)) ?? [];
    throw new ProgramError(
      `${file} is no module${
        line === undefined ? "" : `: something is wrong about line ${line}`
      }.`,
      { file, ...line !== undefined && { line: Number(line) } },
    );
  }
}

/**
 * @param complaint what the engine says, if it is more
 * @throws {ProgramError} the code is no module
 */
function refuseFlaw(code: string, file: string, complaint: string): void {
  const flaw = syntaxFlaw(code);
  if (flaw === undefined) return;
  const { message, line, column } = flaw;
  const text = /^Unexpected token/.test(message) ? complaint : message;
  throw new ProgramError(`${file}, line ${line}: ${text}.`, {
    ...{ file, line, column },
  });
}

/** Where an error was thrown, if it was in a program. */
export const located = (error: unknown): Omit<Failure, "message"> | undefined =>
  error instanceof Error && error.stack !== undefined
    ? placeIn(error.stack)
    : undefined;

/** The first place in a program that a stack speaks of: Chromium's, Firefox's. */
export function placeIn(stack: string): Omit<Failure, "message"> | undefined {
  // Programs are files such as mine/x.ts; all else is blob: or app.js.
  const text = stack.replaceAll(
    /blob:[^\s()]*?(?=:\d+:\d+)/g,
    (it) => paths.get(it) ?? it,
  );
  const [, file, line, column] =
    /(?:^|[\s(@])((?!\w+:)(?:[\w.-]+\/)*[\w.-]+\.[cm]?[jt]s):(\d+):(\d+)/m
      .exec(text) ?? [];
  return file === undefined
    ? undefined
    : { file, line: Number(line), column: Number(column) };
}
