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
import { bundle, inert } from "../report/bundle.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/**
 * What the page may do, and its workers with it: run what is in it, and ask
 * nobody, or the lab for programs and for nothing else. It runs programs of
 * strangers, and whatever they get around, they don't get around the browser.
 */
export const playgroundPolicy = (host: PlaygroundHost): string =>
  [
    "default-src 'none'",
    "script-src 'self' blob:",
    "worker-src blob:",
    "style-src 'self'",
    // What a browser's own editing leaves behind, where somebody types.
    "style-src-attr 'unsafe-inline'",
    "img-src data:",
    `connect-src ${host === "files" ? "'none'" : host.programs}`,
    ...["base-uri 'none'", "form-action 'none'"],
  ].join("; ");

/** The files of the playground, by their names; they lie in one folder. */
export const playgroundFiles = (
  host: PlaygroundHost,
): Readonly<Record<"index.html" | "app.js" | "app.css", string>> => ({
  "index.html": playgroundPage(host),
  "app.js": bundle("app"),
  "app.css": playgroundStyle(),
});

/** Who serves it: files alone, or the lab, which knows of more programs. */
export type PlaygroundHost = "files" | {
  /** Where these are: a whole address, as policies have no others. */
  readonly programs: string;
};

export function playgroundPage(host: PlaygroundHost): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${playgroundPolicy(host)}">
<meta name="host" content="${host === "files" ? host : "lab"}">
<link rel="icon" href="data:,">
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

const styles = [
  "viewer/page/style.css",
  "playground/page/app.css",
  "playground/page/stage.css",
];

export const playgroundStyle = (): string =>
  styles.map((path) => readFileSync(`${root}${path}`, "utf8")).join("\n");

/** The scripts, and the programs and pages of the lessons. */
export function catalog(): Catalog {
  const pages = filesIn("lessons").filter((path) => /\/\d\w*\.md$/.test(path));
  return {
    programs: programs(),
    pages: Object.fromEntries(
      Object.entries(read(pages)).map(([path, text]) => [
        path,
        withMoments(withoutFiles(marked.parse(text, { async: false }))),
      ]),
    ),
  };
}

/** A lesson without links to what is in the project's folder only. */
const withoutFiles = (html: string): string =>
  html.replaceAll(
    /<a href="(?:\.\.\/)+([\w/]+\.md)[^"]*">(.*?)<\/a>/gs,
    (link, path: string, words: string) =>
      /^\w+\/\d/.test(path) ? link : `${words} (<code>${path}</code>)`,
  );

/**
 * A lesson whose moments, such as 3.28 s, are links: each into the run of the
 * claim that the text has spoken of before.
 */
export function withMoments(html: string): string {
  let claim = 1;
  // What is code, a link or a tag stays as it is.
  const parts = html.split(
    /(<pre>.*?<\/pre>|<code>.*?<\/code>|<a .*?<\/a>|<[^>]*>)/s,
  );
  return parts.map((part) => {
    const [, named] = /^<a href="#claim=(\d+)"/.exec(part) ?? [];
    if (named !== undefined) claim = Number(named);
    if (part.startsWith("<")) return part;
    return part.replaceAll(
      /\b(\d+\.\d{2,3})(?=\s(?:s\b|to \d+\.\d{2}))/g,
      (_, moment: string) =>
        `<a href="#at=${moment}&amp;claim=${claim}">${moment}</a>`,
    );
  }).join("");
}

/** The scripts, and the programs of the lessons. */
const programs = (): Catalog["programs"] =>
  read([
    ...scripts(),
    ...filesIn("lessons").filter((path) => /\/\d\w*\.ts$/.test(path)),
  ]);

/** All programs of {@linkcode catalog}, and the user's own, as they are now. */
export const programsNow = (): Catalog["programs"] => ({
  ...programs(),
  ...read(filesIn("mine").filter((path) => /\.[jt]s$/.test(path))),
});

const scripts = () => readdirSync(root).filter((name) => name.endsWith(".ts"));

const filesIn = (folder: string): string[] =>
  existsSync(root + folder)
    ? readdirSync(root + folder, { recursive: true, withFileTypes: true })
      .filter((it) => it.isFile())
      .map((it) => `${it.parentPath}/${it.name}`.slice(root.length))
    : [];

const read = (paths: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    paths.toSorted().map((path) => [path, readFileSync(root + path, "utf8")]),
  );
