/**
 * `report.html`: a run as one file that opens anywhere, and asks nobody for
 * anything.
 *
 * @module
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { messageOf } from "../../lib/errors.ts";
import { RunError } from "../cluster/node_host.ts";
import { type RunDocument } from "../../viewer/run/document.ts";
import { pack } from "../../viewer/run/pack.ts";
import { bundle, inert } from "./bundle.ts";
import { REPORT } from "../results/run_folder.ts";
import { readStoredRun, type ReportContext } from "./stored_run.ts";

/**
 * Writes a run's report beside its results.
 *
 * @returns its path
 * @throws {RunError} a file can't be read or written, or the page not be made
 */
export async function writeReport(
  folder: string,
  context?: ReportContext,
): Promise<string> {
  const path = `${folder}/${REPORT}`;
  const page = await render(await readStoredRun(folder, context));
  // Nobody is to find half of it, also on a disk that is full.
  const unfinished = `${path}.${Deno.pid}`;
  try {
    writeFileSync(unfinished, page);
    renameSync(unfinished, path);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw new RunError(
      `${path} can't be written: ${messageOf(error)}`,
    );
  }
  return path;
}

/**
 * The same for a run whose verdict does not hang on its report.
 *
 * @returns its path as one types it, or why there is none
 */
export async function tryReport(
  folder: string,
  context?: ReportContext,
): Promise<string> {
  try {
    return relative("", await writeReport(folder, context));
  } catch (error) {
    return `none: ${messageOf(error)}`;
  }
}

/**
 * A run as a page. Its parts stand in an order in which a file that was cut off
 * still says so: words first, then the code, then the data.
 *
 * @throws {RunError} the page's code can't be made
 */
export async function render(run: RunDocument): Promise<string> {
  const style = readFileSync(
    new URL("../../viewer/page/style.css", import.meta.url),
    "utf8",
  );
  const data = await pack(run);
  const script = inert(bundle("report"));
  const word = run.valid === true
    ? "Valid"
    : run.valid === false
    ? "Invalid"
    : "Unknown";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>${word}: ${escape(run.workload)}</title>
<style>${LOADING}</style>
</head>
<body>
<div id="page">
<div class="loading">
<p>Reading the run …</p>
<p class="late">If this does not end, the file is damaged, or was cut off on its
way. Make it anew: <code>workbench report</code>, and the run's folder in store/.</p>
</div>
</div>
<noscript>This report draws its pictures with JavaScript.</noscript>
<style>${style}</style>
<script type="module">${script}</script>
<script type="text/plain" id="run">${data}</script>
</body>
</html>
`;
}

/** For a page that has nothing else yet; its second sentence comes late. */
const LOADING = ".loading{margin:2em;font:15px system-ui,sans-serif}" +
  "@media(prefers-color-scheme:dark){html{background:#161616;color:#ddd}}" +
  ".late{animation:late 0s 4s both}@keyframes late{from{visibility:hidden}}";

const escape = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
