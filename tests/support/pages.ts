/**
 * Tests that open pages, in one browser for all tests of a file.
 *
 * @module
 */
import { type Browser } from "playwright-core";
import {
  CHROMIUM,
  launch,
  open,
  type Opened,
  type PageSettings,
  skipped,
} from "./chromium.ts";

if (CHROMIUM === undefined) console.log(skipped("no page was opened"));

let browser: Promise<Browser> | undefined;

Deno.test.afterAll(async () => await (await browser)?.close());

/** Opens a file, or what a server of ours has, in the browser. */
export async function show(
  path: string | URL,
  settings?: PageSettings,
): Promise<Opened> {
  return await open(await (browser ??= launch()), path, settings);
}

/** A test that needs the browser, and is ignored if there is none. */
export function testPage(name: string, perform: () => Promise<void>): void {
  Deno.test({
    name,
    ignore: CHROMIUM === undefined,
    fn: perform,
    // The browser is there before the test, and after it.
    sanitizeOps: false,
    sanitizeResources: false,
  });
}
