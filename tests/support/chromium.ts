/**
 * Pages in a real browser: headless Chromium, if the machine has one.
 *
 * @module
 */
import { type Browser, chromium, type Page } from "playwright-core";

/** Where it is; undefined if PATH has none. */
export const CHROMIUM: string | undefined = (Deno.env.get("PATH") ?? "")
  .split(":")
  .map((folder) => `${folder}/chromium`)
  .find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });

/** Tells that something is left out for want of a browser. */
export const skipped = (what: string) =>
  `skipped: no chromium on PATH, so ${what} (apt-get install chromium)`;

/** @throws {Error} there is no Chromium, or it does not start */
export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    // As root, as in a container, Chromium has no sandbox.
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
}

/** A page, and what it should not have done. */
export interface Opened extends AsyncDisposable {
  readonly page: Page;
  /** Errors, warnings, and requests to anybody else. */
  readonly complaints: readonly string[];
}

export interface PageSettings {
  /** @default "light" */
  readonly colorScheme?: "light" | "dark";
  /** In CSS pixels. @default 1440 by 900 */
  readonly viewport?: { readonly width: number; readonly height: number };
  /** JavaScript that runs before the page's own. */
  readonly before?: string;
}

/** So long a page may take for what is waited for, in ms. */
const PATIENCE = 120_000;

/** Opens a file as a person would, by its path, or what a server of ours has. */
export async function open(
  browser: Browser,
  path: string | URL,
  { colorScheme, viewport = { width: 1440, height: 900 }, before }:
    PageSettings = {},
): Promise<Opened> {
  const page = await browser.newPage({ colorScheme, viewport });
  // A machine that has other work takes its time.
  page.setDefaultTimeout(PATIENCE);
  if (before !== undefined) await page.addInitScript(before);
  const complaints: string[] = [];
  const address = `${path instanceof URL ? path : `file://${path}`}`;
  // A server of ours has more than one file for the page.
  const own = path instanceof URL ? path.origin : address;
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) {
      complaints.push(`${message.type()}: ${message.text()}`);
    }
  });
  page.on("pageerror", (error) => complaints.push(`thrown: ${error}`));
  page.on("request", (request) => {
    const url = request.url();
    const isOwn = path instanceof URL
      ? url.startsWith(`${own}/`) || url.startsWith(`blob:${own}/`)
      : url.split("#")[0] === own;
    if (!isOwn && !url.startsWith("data:")) {
      complaints.push(`asked for ${url}`);
    }
  });
  await page.goto(address);
  return { page, complaints, [Symbol.asyncDispose]: () => page.close() };
}
