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
import { messageOf } from "../../lib/errors.ts";
import { RunError } from "../cluster/node_host.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** What there is to be bundled, with the folders that it is made from. */
const entries = {
  report: { file: "viewer/page/report.tsx", folders: ["viewer"] },
  runs: { file: "viewer/page/runs.tsx", folders: ["viewer"] },
  app: {
    file: "playground/page/app.tsx",
    folders: ["playground", "viewer", "workbench", "lib", "lessons"],
  },
  worker: {
    file: "playground/worker/worker.ts",
    folders: ["playground", "viewer", "workbench", "lib"],
  },
} as const;

/**
 * @param kept the folder where it is kept
 * @returns JavaScript for a browser
 * @throws {RunError} it can't be made, and why
 */
export function bundle(
  entry: keyof typeof entries,
  kept = `${root}.deno/viewer`,
): string {
  const { file, folders } = entries[entry];
  const path = `${kept}/${fingerprint(folders)}-${entry}.js`;
  try {
    if (!existsSync(path)) make(entry, file, kept, path);
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof RunError) throw error;
    throw new RunError(
      `The page's code can't be kept in ${kept}: ${messageOf(error)}`,
    );
  }
}

/** Of all that the page is made from. */
function fingerprint(folders: readonly string[]): string {
  const hash = createHash("sha256");
  const files = folders.flatMap((folder) =>
    readdirSync(`${root}${folder}`, { recursive: true })
      .map((name) => `${root}${folder}/${name}`)
  ).filter((path) => statSync(path).isFile()).toSorted();
  for (const path of [...files, `${root}deno.lock`]) {
    hash.update(readFileSync(path)).update("\0");
  }
  return hash.digest("hex").slice(0, 16);
}

function make(
  entry: string,
  file: string,
  kept: string,
  path: string,
): void {
  mkdirSync(kept, { recursive: true });
  const own = `${path}.${Deno.pid}`;
  const { success, stderr } = new Deno.Command(Deno.execPath(), {
    args: [
      ...["bundle", "--quiet", "--platform", "browser", "--minify"],
      ...["--output", own, `${root}${file}`],
    ],
    // Deno looks for deno.json there, which says what preact is.
    cwd: root,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
  }).outputSync();
  if (!success) {
    const [reason] = new TextDecoder().decode(stderr).split("Stack backtrace:");
    throw new RunError(
      "The page's code can't be bundled. The first time, Deno fetches its " +
        "bundler and the page's libraries from npm; with a network, " +
        "`workbench report` and the run's folder make up for it. " +
        `What it said: ${reason.trim().replaceAll(/\s*\n\s*/g, " ")}`,
    );
  }
  // What others are made of is of no more use.
  for (const name of readdirSync(kept)) {
    if (name.endsWith(`-${entry}.js`)) {
      rmSync(`${kept}/${name}`, { force: true });
    }
  }
  renameSync(own, path);
}

/**
 * Code that may stand in a page: a script ends at the first end tag, wherever it
 * stands, but after these.
 */
export const inert = (code: string): string =>
  code.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
