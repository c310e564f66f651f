/**
 * Which modules of the project import which.
 *
 * @module
 */
const root = new URL("../../", import.meta.url);

/** What a module imports: modules as paths in the project, others by name. */
export function importsOf(path: string): string[] {
  const url = new URL(path, root);
  const found = Deno.readTextFileSync(url).matchAll(
    /^(?:import|export)\b(?:[^"';]*?\bfrom)? ?"([^"]+)";/gms,
  );
  return [...found].map(([, name]) =>
    name.startsWith(".")
      ? new URL(name, url).href.slice(root.href.length)
      : name
  );
}

/** All that a module needs, by way of others too, types as well. */
export function needsOf(path: string): Set<string> {
  const found = new Set([path]);
  for (const name of found) {
    if (name.endsWith(".ts")) importsOf(name).forEach((it) => found.add(it));
  }
  return found;
}
