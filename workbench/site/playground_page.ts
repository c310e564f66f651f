/**
 * The playground as a page: its code, its worker's, and all texts that it has to
 * offer are in it.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { marked } from "marked";
import { type Catalog } from "../../playground/run/catalog.ts";
import { bundle } from "../report/bundle.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** What a page may do; where it is a file of a static host, nothing but itself. */
export const policy = (connect: "'none'" | "'self'"): string =>
  [
    "default-src 'none'",
    "script-src 'self' blob:",
    "worker-src blob:",
    "style-src 'self'",
    "img-src data:",
    `connect-src ${connect}`,
    ...["base-uri 'none'", "form-action 'none'"],
  ].join("; ");

/** The files of the playground, by their names; they lie in one folder. */
export function playgroundFiles(
  { connect, token = "" }: {
    readonly connect: "'none'" | "'self'";
    /** The lab's; without one the page has no server. */
    readonly token?: string;
  },
): Readonly<Record<"index.html" | "app.js" | "app.css", string>> {
  return {
    "index.html": page(policy(connect), token),
    "app.js": bundle("app"),
    "app.css": style(),
  };
}

function page(policy: string, token: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
${
    token === ""
      ? ""
      : `<meta name="token" content="${token}">\n`
  }<link rel="icon" href="data:,">
<link rel="stylesheet" href="app.css">
<title>Gossip Glomers: the lab</title>
</head>
<body>
<div id="page"><p class="loading">Loading the lab …</p></div>
<noscript>The lab runs clusters in this page, with JavaScript.</noscript>
<script type="text/plain" id="worker">${inert(bundle("worker"))}</script>
<script type="application/json" id="catalog">${
    JSON.stringify(catalog()).replaceAll("<", "\\u003c")
  }</script>
<script type="module" src="app.js"></script>
</body>
</html>
`;
}

/** Code that stands in HTML: a script ends at the first end tag in it. */
const inert = (code: string) =>
  code.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");

const styles = ["viewer/page/style.css", "playground/page/app.css"];

const style = () =>
  styles.map((path) => readFileSync(`${root}${path}`, "utf8")).join("\n");

/** The scripts, and the programs and pages of the lessons. */
export function catalog(): Catalog {
  const scripts = readdirSync(root).filter((name) => name.endsWith(".ts"));
  const lessons = existsSync(`${root}lessons`)
    ? readdirSync(`${root}lessons`, { recursive: true })
      .map((name) => `lessons/${name}`)
    : [];
  const read = (paths: readonly string[], shape = (text: string) => text) =>
    Object.fromEntries(
      paths.toSorted().map((path) => [
        path,
        shape(readFileSync(`${root}${path}`, "utf8")),
      ]),
    );
  return {
    programs: read([
      ...scripts,
      ...lessons.filter((path) => /\/\d\w*\.ts$/.test(path)),
    ]),
    pages: read(
      lessons.filter((path) => /\/\d\w*\.md$/.test(path)),
      (text) => marked.parse(text, { async: false }),
    ),
  };
}
