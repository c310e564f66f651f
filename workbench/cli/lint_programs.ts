/**
 * Lint rules for the scripts, the files at the top of the project and in
 * `beyond/`, and for the programs of lessons. What they forbid would work in a process, and
 * break a simulation.
 *
 * @module
 */
import { dirname, relative, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname ?? "", "../..");

/** What a file imports, if it is a program. */
function libraryOf(filename: string): string | undefined {
  const path = resolve(filename);
  if (dirname(path) === ROOT) return "./lib/maelstrom.ts";
  if (dirname(path) === resolve(ROOT, "beyond")) return "../lib/maelstrom.ts";
  const isLessons = /^lessons\W\w+\W\d_\w+\.ts$/.test(relative(ROOT, path));
  return isLessons ? "../../lib/maelstrom.ts" : undefined;
}

/** Globals through which a program would touch the world. */
const world: ReadonlySet<string> = new Set([
  "Date",
  "Deno",
  "clearInterval",
  "clearTimeout",
  "console",
  "crypto",
  "performance",
  "process",
  "setInterval",
  "setTimeout",
]);

/** Whether a name stands for a global, and not for a property of that name. */
function isReference(node: Deno.lint.Identifier): boolean {
  const { parent } = node;
  return parent.type === "MemberExpression"
    ? parent.object === node
    : (parent.type === "CallExpression" || parent.type === "NewExpression") &&
      parent.callee === node;
}

function inPrograms(
  visitor: (context: Deno.lint.RuleContext) => Deno.lint.LintVisitor,
): Deno.lint.Rule {
  return {
    create: (context) =>
      libraryOf(context.filename) === undefined ? {} : visitor(context),
  };
}

const plugin: Deno.lint.Plugin = {
  name: "programs",
  rules: {
    "through-node": inPrograms((context) => ({
      Identifier(node) {
        if (!world.has(node.name) || !isReference(node)) return;
        context.report({
          node,
          message: `A program does not use ${node.name} itself`,
          hint: "Ask the node: now, random, sleep, after, every, log, send.",
        });
      },
      'MemberExpression[object.name="Math"][property.name="random"]'(
        node: Deno.lint.MemberExpression,
      ) {
        context.report({
          node,
          message: "A program does not use Math.random itself",
          hint: "node.random() comes from the seed of a simulation.",
        });
      },
    })),
    "library-only": inPrograms((context) => ({
      ImportDeclaration(node) {
        const library = libraryOf(context.filename);
        if (node.source.value === library) return;
        context.report({
          node,
          message: `A program imports ${library} and nothing else`,
        });
      },
    })),
    "no-module-state": inPrograms((context) => ({
      "Program > VariableDeclaration[kind!='const']"(node: Deno.lint.Node) {
        context.report({
          node,
          message: "State of a module is shared by all nodes of a simulation",
          hint: "Keep it inside the program's function.",
        });
      },
    })),
  },
};

export default plugin;
