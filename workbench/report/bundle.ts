/**
 * The page's code as one script, made once and kept until its sources change.
 *
 * @module
 */
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { fileURLToPath } from "node:url";
import { RunError } from "../cluster/node_host.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const kept = `${root}.deno/viewer`;

/**
 * @returns JavaScript for a browser
 * @throws {RunError} it can't be made, and why
 */
export function bundle(entry: string): string {
  const path = `${kept}/${fingerprint()}-${entry}.js`;
  if (!existsSync(path)) make(entry, path);
  return readFileSync(path, "utf8");
}

/** Of all that the page is made from. */
function fingerprint(): string {
  const hash = createHash("sha256");
  const files = readdirSync(`${root}viewer`, { recursive: true })
    .map((name) => `${root}viewer/${name}`)
    .filter((path) => statSync(path).isFile())
    .toSorted();
  for (const path of [...files, `${root}deno.lock`]) {
    hash.update(readFileSync(path)).update("\0");
  }
  return hash.digest("hex").slice(0, 16);
}

function make(entry: string, path: string): void {
  mkdirSync(kept, { recursive: true });
  const own = `${path}.${Deno.pid}`;
  const { success, stderr } = new Deno.Command(Deno.execPath(), {
    args: [
      ...["bundle", "--quiet", "--platform", "browser", "--minify"],
      ...["--output", own, `${root}viewer/page/${entry}.tsx`],
    ],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
  }).outputSync();
  if (!success) {
    throw new RunError(
      "The page's code can't be bundled (the first time, Deno fetches its " +
        `bundler from npm): ${new TextDecoder().decode(stderr).trim()}`,
    );
  }
  // What others are made of is of no more use.
  for (const name of readdirSync(kept)) {
    if (name.endsWith(`-${entry}.js`)) rmSync(`${kept}/${name}`);
  }
  renameSync(own, path);
}
