/**
 * The lab in the browser: how fast clusters run there, how soon they are seen,
 * and how smoothly they play.
 *
 * @module
 */
import { type Browser, type Page } from "playwright-core";
import broadcast from "../broadcast.ts";
import { type Job, type Outcome } from "../playground/run/protocol.ts";
import { CHROMIUM, launch, skipped } from "../tests/support/chromium.ts";
import { Site } from "../tests/support/site.ts";
import { median } from "../workbench/checkers/result.ts";
import { parseRun } from "../workbench/cli/run_flags.ts";
import { SimulatedDocument } from "../workbench/report/simulated_document.ts";
import { simulate } from "../workbench/run.ts";
import { catalog } from "../workbench/site/playground_page.ts";
import { atLeast, atMost, noTarget, type Row } from "./row.ts";

const area = "lab";

/** 3d's command. */
const run3d =
  "-w broadcast --program broadcast.ts --node-count 25 --rate 100 " +
  "--latency 100 --time-limit 20 --seed bench";
/** What somebody sees who comes for the first time, about. */
const small = "-w broadcast --program broadcast.ts --node-count 5 --rate 10 " +
  "--latency 100 --time-limit 10 --nemesis partition --nemesis-interval 3 " +
  "--seed bench";

/** So often each is done; the first times are slower, and don't count. */
const [WARM, TIMES] = [3, 7];

/** ms that 3d takes here, with all that the page collects. */
async function here(): Promise<number> {
  const run = parseRun(run3d.split(" "));
  const times: number[] = [];
  for (let i = 0; i < WARM + TIMES; i++) {
    const { onMessage } = new SimulatedDocument();
    const start = performance.now();
    await simulate(run, broadcast, { onMessage });
    if (i >= WARM) times.push(performance.now() - start);
  }
  return median(times);
}

/** ms that it takes in a worker of the page's, which does nothing else. */
async function inPage(page: Page): Promise<number> {
  const job: Job = {
    run: parseRun(run3d.split(" ")),
    source: { main: "broadcast.ts", files: catalog().programs },
    want: "document",
  };
  const times: number[] = [];
  await page.evaluate(`{
    const code = document.getElementById("worker").textContent;
    const blob = new Blob([code], { type: "text/javascript" });
    globalThis.bench = new Worker(URL.createObjectURL(blob), {
      type: "module",
    });
  }`);
  for (let i = 0; i < WARM + TIMES; i++) {
    const { took } = await page.evaluate<Outcome>(`
      new Promise((resolve, reject) => {
        bench.onmessage = ({ data }) => {
          if (data.kind === "done") resolve(data.outcome);
          if (data.kind === "failed") reject(new Error(data.failure.message));
        };
        bench.postMessage({ id: 1, job: ${JSON.stringify(job)} });
      }).then(({ took }) => ({ took }))`);
    if (i >= WARM) times.push(took);
  }
  await page.evaluate("bench.terminate()");
  return median(times);
}

/** Tells the page to note when its pictures are drawn. */
const WATCH = `
  globalThis.drawnAt = undefined;
  const isDrawn = (selector) => {
    const canvas = document.querySelector(selector);
    return canvas && canvas.width > 300;
  };
  const look = () => {
    const isThere = isDrawn(".diagram canvas") && isDrawn(".ring canvas");
    if (isThere) requestAnimationFrame(() => drawnAt = performance.now());
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);`;

/** @param flags of `simulate` */
async function open(browser: Browser, site: Site, flags: string) {
  const page = await browser.newPage({
    viewport: { width: 1440, height: 900 },
  });
  await page.addInitScript(WATCH);
  await page.goto(site.addressOf(flags).href);
  return page;
}

/** Asks a page until there is an answer; its own rules forbid it to wait. */
async function answer(page: Page, question: string): Promise<number> {
  for (;;) {
    const value = Number(await page.evaluate(question));
    if (value > 0) return value;
    await page.waitForTimeout(20);
  }
}

/** ms since the page was asked for. */
const firstPicture = (page: Page): Promise<number> =>
  answer(page, "globalThis.drawnAt");

/** ms from Control-Enter until another verdict is there. */
async function edited(page: Page): Promise<number> {
  await page.getByRole("textbox", { name: "The program's text" }).click();
  await page.keyboard.press("ControlOrMeta+End");
  const times: number[] = [];
  for (let i = 0; i < TIMES; i++) {
    await page.keyboard.insertText("\n// changed");
    // What is typed runs by itself, too, but later.
    const begun = Number(
      await page.evaluate(`(() => {
        const head = document.querySelector(".head");
        globalThis.seenAt = undefined;
        const look = () => {
          if (document.querySelector(".head") === head) {
            requestAnimationFrame(look);
          } else requestAnimationFrame(() => seenAt = performance.now());
        };
        look();
        return performance.now();
      })()`),
    );
    await page.keyboard.press("ControlOrMeta+Enter");
    times.push(await answer(page, "globalThis.seenAt") - begun);
    await page.waitForTimeout(800);
  }
  return median(times);
}

/** Frames a second while the ring and the diagram play. */
async function frameRate(page: Page): Promise<number> {
  await page.getByRole("button", { name: "Play", exact: true }).click();
  const rates: number[] = [];
  for (let i = 0; i < 5; i++) {
    rates.push(Number(
      await page.evaluate(`new Promise((resolve) => {
        let frames = 0, start = 0;
        const next = (now) => {
          if (frames === 0) start = now;
          if (now - start > 1000) return resolve(1000 * frames / (now - start));
          frames++;
          requestAnimationFrame(next);
        };
        requestAnimationFrame(next);
      })`),
    ));
  }
  return median(rates);
}

export async function* rows(): AsyncGenerator<Row> {
  if (CHROMIUM === undefined) {
    return console.error(skipped("the lab is not measured"));
  }
  await using site = new Site();
  await using browser = await launch();
  const pictures: number[] = [];
  for (let i = 0; i < 5; i++) {
    const page = await open(browser, site, small);
    pictures.push(await firstPicture(page));
    await page.close();
  }
  yield atMost(1000, {
    area,
    figure: "first picture, 5 nodes",
    value: median(pictures),
    unit: "ms",
    peer: "from the address to ring and diagram, in a new page",
  });
  const large = await open(browser, site, run3d);
  await firstPicture(large);
  const [page, deno] = [await inPage(large), await here()];
  yield atLeast(0.5, {
    area,
    figure: "3d's 20 s in a page's worker, of the speed here",
    value: deno / page,
    unit: "x",
    peer: `${page.toFixed(0)} ms there, ${deno.toFixed(0)} ms in this process`,
  });
  yield atLeast(50, {
    area,
    figure: "25 nodes play",
    value: await frameRate(large),
    unit: "frames/s",
    peer: "headless Chromium, which draws without a graphics card",
  });
  const few = await open(browser, site, small);
  await firstPicture(few);
  yield atMost(2000, {
    area,
    figure: "5 nodes, from Control-Enter to the next verdict and picture",
    value: await edited(few),
    unit: "ms",
    peer: "what one waits for without losing one's thought",
  });
  yield noTarget({
    area,
    figure: "3d, from Control-Enter to the next verdict and picture",
    value: await edited(large),
    unit: "ms",
    peer: "for orientation",
  });
}
