/** The page and its worker need nothing that only Deno or Node has. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle } from "../../workbench/report/bundle.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

interface Graph {
  readonly modules: readonly {
    readonly specifier: string;
    readonly local?: string;
  }[];
}

/** What a node that is a process of its own needs, and no other calls. */
const OF_PROCESSES = ["lib/stdio.ts", "lib/file_disk.ts"];

/** All modules that one imports, itself included. */
function modulesOf(path: string): Graph["modules"] {
  const { stdout } = new Deno.Command(Deno.execPath(), {
    args: ["info", "--quiet", "--json", path],
    cwd: root,
  }).outputSync();
  const graph: Graph = JSON.parse(new TextDecoder().decode(stdout));
  return graph.modules;
}

/** Without comments, as far as this project writes them. */
const codeIn = (text: string): string =>
  text.replaceAll(/\/\*\*.*?\*\//gs, "").replaceAll(/(^|\s)\/\/ .*/g, "");

for (
  const [entry, path] of [
    ["app", "playground/page/app.tsx"],
    ["worker", "playground/worker/worker.ts"],
  ] as const
) {
  Deno.test(`playground: ${path} imports nothing that only Deno or Node has, nor does what it imports`, () => {
    const modules = modulesOf(path);
    assert.ok(modules.length > 50, `${modules.length} modules`);
    const nodes = modules.filter(({ specifier }) => /^node:/.test(specifier));
    assert.deepEqual(nodes, []);
    const users = modules.flatMap(({ specifier, local }) => {
      if (!specifier.startsWith("file:") || local === undefined) return [];
      if (OF_PROCESSES.includes(relative(root, local))) return [];
      // Whoever asks whether there is one can do without.
      const found =
        /(?<!globalThis\.)\bDeno\b\s*[.[;,)}]|\bprocess\.\w+|\bBuffer\./
          .exec(codeIn(readFileSync(local, "utf8")));
      return found ? [`${relative(root, local)}: ${found[0]}`] : [];
    });
    assert.deepEqual(users, []);
    // Libraries of others, too.
    assert.doesNotMatch(
      bundle(entry),
      /(from|import|import\(|require\()\s*["']node:/,
    );
  });

  Deno.test(`playground: ${path} is JavaScript that the browsers named in docs/lab.md can read`, () => {
    // Safari does not, before 27.3; strings that speak of it have no name after.
    assert.doesNotMatch(bundle(entry), /\busing [$\w]+ ?=[^=>]/);
  });
}
