/**
 * What is wrong with JavaScript, and where: browsers keep the place to
 * themselves when a module can't be made of it.
 *
 * @module
 */
import { parse, type Program, type SourceLocation } from "acorn";

/** What is no JavaScript. */
export interface Flaw {
  readonly message: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

/** @returns undefined if it is a module */
export function syntaxFlaw(code: string): Flaw | undefined {
  try {
    tree(code);
    return undefined;
  } catch (error) {
    if (!isSyntaxError(error)) throw error;
    const { message, loc: { line, column } } = error;
    const text = message.replace(/ \(\d+:\d+\)$/, "");
    return { message: text, line, column: column + 1 };
  }
}

/** What a module wants of another. */
export interface Wanted {
  readonly name: string;
  readonly specifier: string;
  readonly line: number;
}

/** The names that a module imports, or exports from others. */
export function wantedNames(code: string): Wanted[] {
  return tree(code).body.flatMap((it) => {
    const names = it.type === "ImportDeclaration"
      ? it.specifiers.flatMap((specifier) =>
        specifier.type === "ImportNamespaceSpecifier"
          ? []
          : specifier.type === "ImportDefaultSpecifier"
          ? [{ name: "default", line: lineOf(specifier) }]
          : [{ name: nameOf(specifier.imported), line: lineOf(specifier) }]
      )
      : it.type === "ExportNamedDeclaration"
      ? it.specifiers.map((specifier) => ({
        name: nameOf(specifier.local),
        line: lineOf(specifier),
      }))
      : [];
    const specifier = "source" in it ? it.source?.value : undefined;
    return typeof specifier === "string"
      ? names.map((name) => ({ specifier, ...name }))
      : [];
  });
}

const tree = (code: string): Program =>
  parse(code, { ecmaVersion: "latest", sourceType: "module", locations: true });

type Name = { readonly type: "Identifier"; readonly name: string } | {
  readonly type: "Literal";
  readonly value?: unknown;
};

const nameOf = (it: Name): string =>
  it.type === "Identifier" ? it.name : `${it.value}`;

const lineOf = ({ loc }: { readonly loc?: SourceLocation | null }): number =>
  loc?.start.line ?? 1;

/** As acorn throws it. */
interface PlacedError extends SyntaxError {
  readonly loc: { readonly line: number; readonly column: number };
}

const isSyntaxError = (error: unknown): error is PlacedError =>
  error instanceof SyntaxError && "loc" in error;
