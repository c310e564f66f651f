/**
 * The command `site`: builds the playground for any static host.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { playgroundFiles } from "./playground_page.ts";

/** @param folder where the files go; it is made if need be */
export function buildSite(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const files = playgroundFiles("files");
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(`${folder}/${name}`, text);
  }
}

if (import.meta.main) {
  const folder = resolve("site");
  buildSite(folder);
  console.log(
    `The playground is in ${
      relative("", folder)
    }/: put it on any static host, ` +
      "or look at it with a file server, such as\n" +
      "  cd site && python3 -m http.server",
  );
}
