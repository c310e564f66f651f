/**
 * Makes docs/pictures/*.png: reports of seeded runs, as a browser shows them.
 *
 * @module
 */
import { type Locator, type Page } from "playwright-core";
import { type Program } from "../lib/maelstrom.ts";
import { CHROMIUM, launch, open, skipped } from "../tests/support/chromium.ts";
import { keep } from "../tests/support/reports.ts";
import { Site } from "../tests/support/site.ts";
import listAppend from "../beyond/list_append.ts";
import broadcast from "../broadcast.ts";
import forgetful from "../tests/nodes/forgetful.ts";
import { torn } from "../tests/broken/txn_nodes.ts";

interface Picture {
  readonly program: Program;
  readonly flags: string;
  /** What a person does before the picture is taken. */
  readonly act?: (page: Page) => Promise<void>;
}

const pictures: Readonly<Record<string, Picture>> = {
  "lost_value": {
    program: forgetful,
    flags: "-w broadcast --node-count 5 --rate 10 --time-limit 8" +
      " --latency 80 --nemesis partition --nemesis-interval 2",
  },
  "whole_run": {
    program: broadcast,
    flags: "-w broadcast --node-count 10 --rate 20 --time-limit 12" +
      " --latency 100 --nemesis partition,pause --nemesis-interval 3",
  },
  "cycle": {
    program: torn(),
    flags: "-w txn-list-append --node-count 3 --concurrency 4n --rate 200" +
      " --time-limit 6 --key-count 4 --consistency-models read-committed",
    async act(page) {
      await page.getByRole("tablist").evaluate((it) => it.scrollIntoView());
    },
  },
};

/** In CSS pixels. */
const SIZE = { width: 1280, height: 800 };

/** What a page of the docs can bear, in bytes. */
const LIMIT = 250_000;

const folder = new URL("pictures/", import.meta.url);

async function take(
  page: Page,
  name: string,
  part: Page | Locator = page,
): Promise<void> {
  await page.waitForTimeout(500); // what moves has come to rest
  const path = new URL(`${name}.png`, folder).pathname;
  const { length } = await part.screenshot({ path });
  console.log(`${path}: ${Math.round(length / 1000)} kB`);
  if (length > LIMIT) {
    console.error(`That is more than ${LIMIT / 1000} kB.`);
    Deno.exitCode = 1;
  }
}

if (CHROMIUM === undefined) {
  console.error(skipped("no pictures are made"));
  Deno.exit(2);
}
Deno.mkdirSync(folder, { recursive: true });
const browser = await launch();
for (const [name, { program, flags, act }] of Object.entries(pictures)) {
  using run = await keep(program, flags);
  await using shown = await open(browser, await run.report());
  const { page } = shown;
  await page.setViewportSize(SIZE);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await act?.(page);
  await take(page, name);
}

/** The lab: a moment after a node was killed by hand. */
async function lab(): Promise<void> {
  await using site = new Site();
  const address = site.address("#lesson/broadcast/2_until_heard");
  await using shown = await open(browser, address);
  const { page } = shown;
  await page.setViewportSize({ width: 1360, height: 800 });
  const time = page.getByRole("slider", { name: "Time" });
  await time.fill("5000");
  await page.getByRole("button", { name: "n3", exact: true }).click();
  await page.getByRole("button", { name: "Kill", exact: true }).click();
  await page.getByText("kill n3").waitFor();
  await time.fill("5012");
  await page.keyboard.press("Escape");
  await take(page, "lab");
}

/** The anomalies of docs/ladder.md, each by the command below its picture. */
async function ladder(): Promise<void> {
  const text = await Deno.readTextFile(new URL("ladder.md", import.meta.url));
  const shown = /\(pictures\/(ladder_.*)\.png\)\s+```sh\n.* simulate (.*)\n/g;
  for (const [, name, words] of text.matchAll(shown)) {
    using run = await keep(listAppend, words);
    await using it = await open(browser, await run.report());
    await it.page.setViewportSize(SIZE);
    await it.page.getByRole("tabpanel").scrollIntoViewIfNeeded();
    await take(it.page, name, it.page.getByRole("tabpanel"));
  }
}

await lab();
await ladder();
await browser.close();
