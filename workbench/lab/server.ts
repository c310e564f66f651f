/**
 * The lab's answers to a browser: the list of runs, their reports and files.
 *
 * Whoever can open a page in this browser can send requests here, so only pages
 * of this very server are answered, and by the name of this machine only: a
 * foreign name may have been pointed here since (DNS rebinding). What lies in a
 * store may come from anybody: its pages run in a sandbox, without a way to this
 * server.
 *
 * @module
 */
import { createHash, randomBytes } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { lstat, realpath } from "node:fs/promises";
import { extname, relative } from "node:path";
import { messageOf } from "../../lib/errors.ts";
import { type Listing } from "../../viewer/run/listing.ts";
import { removeRun } from "../cli/clean.ts";
import { bundle } from "../report/bundle.ts";
import { readStoredRun } from "../report/stored_run.ts";
import { render } from "../report/write_report.ts";
import { REPORT } from "../results/run_folder.ts";
import {
  playgroundPage,
  playgroundPolicy,
  playgroundStyle,
  programsNow,
} from "../site/playground_page.ts";
import { Runs } from "./runs.ts";

/** Answers requests; knows nothing of ports and sockets. */
export type Handler = (request: Request) => Promise<Response>;

/** What a page of ours may do. */
const OUR_POLICY = [
  ...["default-src 'none'", "script-src 'self'", "style-src 'self'"],
  ...["connect-src 'self'", "img-src data:", "base-uri 'none'"],
  ...["form-action 'none'", "frame-ancestors 'none'"],
].join("; ");

/** What a report may do: draw. It is a stranger to this server. */
const REPORT_POLICY = [
  ...["sandbox allow-scripts", "default-src 'none'"],
  ...["script-src 'unsafe-inline'", "style-src 'unsafe-inline'"],
  ...["img-src data:", "base-uri 'none'", "form-action 'none'"],
  "frame-ancestors 'none'",
].join("; ");

/** What any other file may do: be looked at. */
const FILE_POLICY =
  "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** How files are shown; all others are text, or saved. */
const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
};
const binaries: ReadonlySet<string> = new Set([".jepsen", ".fressian", ".gz"]);

/** A request that is not answered as it was meant, and why. */
class Refusal extends Error {
  constructor(readonly status: number, message: string) {
    super(message);
  }
}

/**
 * @param store absolute
 * @param port which it is reached by
 */
export function labOf(store: string, port: number): Handler {
  const runs = new Runs(store);
  const token = randomBytes(32).toString("base64url");
  const hosts = ["127.0.0.1", "localhost", "[::1]"].map((it) =>
    `${it}:${port}`
  );

  const answer: Handler = async (request) => {
    const { method } = request;
    const { pathname } = new URL(request.url);
    checkSource(request, hosts);
    if (method === "POST") {
      if (pathname !== "/delete") {
        throw new Refusal(405, "Only /delete takes POST.");
      }
      return await remove(request, runs, token);
    }
    if (method !== "GET" && method !== "HEAD") {
      throw new Refusal(405, `${method} is not among GET, HEAD and POST.`);
    }
    const rest = pathname.startsWith("/runs/")
      ? pathname.slice("/runs/".length)
      : undefined;
    if (rest !== undefined) return await file(runs, rest, method);
    if (pathname === "/") return ours("text/html", page(token));
    if (pathname === "/page.js") return ours("text/javascript", bundle("runs"));
    if (pathname === "/page.css") return ours("text/css", style());
    if (pathname === "/runs") return list(request, runs);
    if (pathname === "/playground") {
      return new Response(null, {
        status: 308,
        headers: { Location: "/playground/" },
      });
    }
    if (pathname.startsWith("/playground/")) {
      return playground(request, pathname.slice("/playground/".length));
    }
    throw new Refusal(404, `There is nothing at ${pathname}.`);
  };

  return async (request) => {
    let response: Response;
    try {
      response = await answer(request);
    } catch (error) {
      const status = error instanceof Refusal ? error.status : 500;
      const words = messageOf(error);
      response = text(status, words);
    }
    const { headers } = response;
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
    headers.set("Cross-Origin-Opener-Policy", "same-origin");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("Cache-Control", "no-store");
    if (request.method !== "HEAD") return response;
    await response.body?.cancel();
    return new Response(null, { status: response.status, headers });
  };
}

/** @throws {Refusal} it comes from elsewhere */
function checkSource(
  { headers, method }: Request,
  hosts: readonly string[],
): void {
  const host = headers.get("Host") ?? "";
  if (!hosts.includes(host.toLowerCase())) {
    throw new Refusal(
      403,
      `The lab answers to ${hosts.join(", ")}, not to "${host}".`,
    );
  }
  const origin = headers.get("Origin");
  if (origin !== null && origin !== `http://${host}`) {
    throw new Refusal(403, `Pages of ${origin} have no access to the lab.`);
  }
  const site = headers.get("Sec-Fetch-Site") ?? "none";
  // Somebody who follows a link from elsewhere may look, but no script may.
  const isLink = (method === "GET" || method === "HEAD") &&
    headers.get("Sec-Fetch-Mode") === "navigate" &&
    headers.get("Sec-Fetch-Dest") === "document";
  if (site !== "none" && site !== "same-origin" && !isLink) {
    throw new Refusal(403, "Other sites' pages have no access to the lab.");
  }
}

function text(status: number, words: string): Response {
  return new Response(`${words}\n`, {
    status,
    headers: {
      "Content-Type": "text/plain; charset=utf-8",
      "Content-Security-Policy": FILE_POLICY,
    },
  });
}

const ours = (type: string, body: string) =>
  new Response(body, {
    headers: {
      "Content-Type": `${type}; charset=utf-8`,
      "Content-Security-Policy": OUR_POLICY,
    },
  });

const page = (token: string) =>
  `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="token" content="${token}">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/page.css">
<title>Runs</title>
</head>
<body>
<div id="page"><p class="loading">Reading the runs …</p></div>
<noscript>This list is drawn with JavaScript.</noscript>
<script type="module" src="/page.js"></script>
</body>
</html>
`;

const style = () =>
  ["style.css", "runs.css"].map((name) =>
    readFileSync(new URL(`../../viewer/page/${name}`, import.meta.url), "utf8")
  ).join("\n");

/** All runs; nothing if they are those that the page has. */
async function list(request: Request, runs: Runs): Promise<Response> {
  const listing: Listing = {
    store: relative("", runs.store) || ".",
    runs: await runs.list(),
  };
  return tagged(request, listing);
}

/** JSON; nothing if it is what the page has. */
function tagged(request: Request, value: object): Response {
  const body = JSON.stringify(value);
  const tag = `"${createHash("sha256").update(body).digest("base64url")}"`;
  const response = request.headers.get("If-None-Match") === tag
    ? new Response(null, { status: 304 })
    : ours("application/json", body);
  response.headers.set("ETag", tag);
  return response;
}

/** The page in which clusters run; what runs there does so in the browser. */
function playground(request: Request, name: string): Response {
  if (name === "") {
    const { origin } = new URL(request.url);
    const host = { programs: `${origin}/playground/programs` };
    const response = ours("text/html", playgroundPage(host));
    response.headers.set(
      "Content-Security-Policy",
      `${playgroundPolicy(host)}; frame-ancestors 'none'`,
    );
    return response;
  }
  if (name === "app.js") return ours("text/javascript", bundle("app"));
  if (name === "app.css") return ours("text/css", playgroundStyle());
  if (name === "programs") return tagged(request, programsNow());
  throw new Refusal(404, `There is nothing at /playground/${name}.`);
}

/** @throws {Refusal} it is outside of the store, or not there */
async function file(
  { store }: Runs,
  rest: string,
  method: string,
): Promise<Response> {
  const names = rest.split("/").map(decoded);
  const outside = names.some((name) =>
    name === "" || name === "." || name === ".." || /[/\\\0]/.test(name)
  );
  if (outside) throw new Refusal(403, "That is no path of a run's file.");
  const path = `${store}/${names.join("/")}`;
  const [workload, run, ...inside] = names;
  const folder = `${store}/${workload}/${run}`;
  const isReport = inside.join("/") === REPORT;
  const real = await realpath(isReport ? folder : path).catch(() => {
    throw new Refusal(404, `There is no ${names.join("/")} in the store.`);
  });
  if (!real.startsWith(`${await realpath(store)}/`)) {
    throw new Refusal(403, `${names.join("/")} leads out of the store.`);
  }
  if (inside.length === 0) {
    throw new Refusal(404, "That is a folder: only its files are shown.");
  }
  if (isReport) return await report(folder, method);
  const found = statSync(real);
  if (!found.isFile()) {
    throw new Refusal(404, "That is a folder: only its files are shown.");
  }
  const extension = extname(real);
  const headers = {
    "Content-Type": binaries.has(extension)
      ? "application/octet-stream"
      : types[extension] ?? "text/plain; charset=utf-8",
    "Content-Length": `${found.size}`,
    "Content-Security-Policy": FILE_POLICY,
  };
  if (method === "HEAD") return new Response(null, { headers });
  return new Response((await Deno.open(real)).readable, { headers });
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new Refusal(403, "That is no path of a run's file.");
  }
}

/** A run's report, made if there is none that is newer than the results. */
async function report(folder: string, method: string): Promise<Response> {
  const headers = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": REPORT_POLICY,
  };
  if (method === "HEAD") return new Response(null, { headers });
  const path = `${folder}/${REPORT}`;
  const kept = await lstat(path).catch(() => undefined);
  const results = await Promise.all(
    ["results.json", "results.edn"].map((name) =>
      lstat(`${folder}/${name}`).catch(() => undefined)
    ),
  );
  const isFresh = kept?.isFile() &&
    results.every((it) => it === undefined || it.mtimeMs <= kept.mtimeMs);
  if (isFresh) {
    return new Response((await Deno.open(path)).readable, { headers });
  }
  let made: string;
  try {
    made = await render(await readStoredRun(folder));
  } catch (error) {
    throw new Refusal(
      404,
      `This run can't be drawn. ${error instanceof Error ? error.message : ""}`,
    );
  }
  try {
    // Never through a link to somewhere else.
    if (kept === undefined || kept.isFile()) writeFileSync(path, made);
  } catch {
    // A store that can't be written to can be read all the same.
  }
  return new Response(made, { headers });
}

/** @throws {Refusal} */
async function remove(
  request: Request,
  runs: Runs,
  token: string,
): Promise<Response> {
  if (request.headers.get("X-Token") !== token) {
    throw new Refusal(
      403,
      "Only the lab's own page may delete runs: reload it.",
    );
  }
  const id = await request.text();
  const run = await runs.find(id);
  if (run === undefined) {
    throw new Refusal(404, `There is no run ${id} in the store.`);
  }
  if (run.state === "under way") {
    throw new Refusal(409, `${id} is still running: end it first.`);
  }
  const all = await runs.list();
  const newest = all.find((it) => it.id !== id && it.author === "workbench");
  const { store } = runs;
  removeRun(`${store}/${id}`, store, newest && `${store}/${newest.id}`);
  return text(200, `${id} was deleted.`);
}
