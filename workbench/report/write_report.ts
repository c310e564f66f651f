/**
 * `report.html`: a run as one file that opens anywhere, and asks nobody for
 * anything.
 *
 * @module
 */
import { readFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { type RunDocument } from "../../viewer/run/document.ts";
import { pack } from "../../viewer/run/pack.ts";
import { bundle } from "./bundle.ts";
import { REPORT } from "../results/run_folder.ts";
import { readStoredRun, type ReportContext } from "./stored_run.ts";

/**
 * Writes a run's report beside its results.
 *
 * @returns its path
 * @throws {RunError} a file can't be read, or the page not be made
 */
export async function writeReport(
  folder: string,
  context?: ReportContext,
): Promise<string> {
  const path = `${folder}/${REPORT}`;
  writeFileSync(path, await render(await readStoredRun(folder, context)));
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
    return `none: ${error instanceof Error ? error.message : error}`;
  }
}

/** A run as a page. */
export async function render(run: RunDocument): Promise<string> {
  const style = readFileSync(
    new URL("../../viewer/page/style.css", import.meta.url),
    "utf8",
  );
  const data = await pack(run);
  // A script ends at the first end tag, wherever it stands.
  const script = bundle("report").replaceAll("</script", "<\\/script");
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
<style>${style}</style>
</head>
<body>
<div id="page"><p class="loading">Reading the run …</p></div>
<noscript>This report draws its pictures with JavaScript.</noscript>
<script type="text/plain" id="run">${data}</script>
<script type="module">${script}</script>
</body>
</html>
`;
}

const escape = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
