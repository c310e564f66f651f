/** No module imports itself by way of others: each can be read after those below it. */
import assert from "node:assert/strict";
import { importsOf } from "./support/modules.ts";

const root = new URL("../", import.meta.url);

function modulesBelow(folder: string): string[] {
  return [...Deno.readDirSync(new URL(folder, root))].flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) return modulesBelow(path);
    return path.endsWith(".ts") ? [path] : [];
  });
}

/** A way from a module back to itself. */
function cycle(imports: ReadonlyMap<string, readonly string[]>) {
  const done = new Set<string>();
  const visit = (path: string, way: readonly string[]): string[] => {
    if (way.includes(path)) return [...way.slice(way.indexOf(path)), path];
    if (done.has(path)) return [];
    for (const next of imports.get(path) ?? []) {
      const found = visit(next, [...way, path]);
      if (found.length > 0) return found;
    }
    done.add(path);
    return [];
  };
  for (const path of imports.keys()) {
    const found = visit(path, []);
    if (found.length > 0) return found;
  }
  return [];
}

Deno.test("modules: none imports itself by way of others, not even for types", () => {
  const modules = ["lib", "workbench", "bench"].flatMap(modulesBelow);
  const imports = new Map(modules.map((path) => [path, importsOf(path)]));
  assert.ok(imports.get("workbench/run.ts")?.includes("lib/maelstrom.ts"));
  assert.deepEqual(cycle(imports), []);
});

Deno.test("modules: two that import each other would be found", () => {
  const imports = new Map([["a", ["b"]], ["b", ["c"]], ["c", ["b"]]]);
  assert.deepEqual(cycle(imports), ["b", "c", "b"]);
});
