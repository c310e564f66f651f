/**
 * A run's report: how long its file is, how soon it is seen, how smoothly it
 * moves, and what it costs a run.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { type Browser, type Page } from "playwright-core";
import { median } from "../workbench/checkers/result.ts";
import { readStoredRun } from "../workbench/report/stored_run.ts";
import { CHROMIUM, launch, skipped } from "../tests/support/chromium.ts";
import { keep } from "../tests/support/reports.ts";
import flood from "./nodes/flood.ts";
import { atLeast, atMost, noTarget, type Row } from "./row.ts";

const area = "report";
const path = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** 3d's command. Each value takes 48 messages. */
const run3d = (seconds: number) =>
  "-w broadcast --node-count 25 --rate 100 --latency 100 --topology tree4 " +
  `--time-limit ${seconds}`;

/** Asks a page until there is an answer; its own rules forbid it to wait. */
async function answer(page: Page, question: string): Promise<number> {
  for (;;) {
    const value = Number(await page.evaluate(question));
    if (value > 0) return value;
    await page.waitForTimeout(20);
  }
}

/** ms from the opening until the browser has drawn the diagram. */
async function firstPicture(browser: Browser, file: string): Promise<number> {
  const page = await browser.newPage({
    viewport: { width: 1440, height: 900 },
  });
  // Told by the page itself: a question from outside takes its own time.
  await page.addInitScript(`
    const look = () => {
      const canvas = document.querySelector(".diagram canvas");
      const isDrawn = canvas && canvas.width > 300;
      if (isDrawn) requestAnimationFrame(() => drawn = performance.now());
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);`);
  await page.goto(`file://${file}`);
  const ms = await answer(page, "globalThis.drawn");
  await page.close();
  return ms;
}

/** So many frames are counted. */
const FRAMES = 120;

/** Frames per second while something is done in each of them. */
async function frameRate(page: Page, act: string): Promise<number> {
  return Number(
    await page.evaluate(`new Promise((resolve) => {
      const canvas = document.querySelector(".diagram canvas");
      const wheel = (event) => canvas.dispatchEvent(
        new WheelEvent("wheel", {
          bubbles: true, cancelable: true, clientX: 700, clientY: 300, ...event,
        }));
      let frame = 0, start = 0;
      const next = (now) => {
        if (frame === 0) start = now;
        if (frame === ${FRAMES}) {
          return resolve(${FRAMES} / (now - start) * 1000);
        }
        ${act};
        frame++;
        requestAnimationFrame(next);
      };
      requestAnimationFrame(next);
    })`),
  );
}

/** In each frame a step; first in, then out, or to and fro. */
const moves: Readonly<Record<string, string>> = {
  "zooming in and out": `wheel({ deltaY: frame < ${FRAMES / 2} ? -120 : 120 })`,
  "panning, close": `wheel({ deltaX: frame < ${FRAMES / 2} ? 40 : -40 })`,
};

async function* inBrowser(
  browser: Browser,
  file: string,
  count: number,
): AsyncGenerator<Row> {
  const page = await browser.newPage({
    viewport: { width: 1440, height: 900 },
  });
  await page.goto(`file://${file}`);
  // The workload's picture is there a moment after the diagram.
  await answer(page, "document.querySelector('.tab svg, .tab canvas') ? 1 : 0");
  // Nothing is lit: all is drawn. From the whole run it begins.
  for (const key of ["Escape", "Escape", "0"]) await page.keyboard.press(key);
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  /** s that the page's main thread has worked, without what it waited. */
  const worked = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "TaskDuration")?.value ?? NaN;
  };
  const all = count.toLocaleString("en");
  for (const [name, act] of Object.entries(moves)) {
    const before = await worked();
    const rate = await frameRate(page, act);
    const work = (await worked() - before) * 1000 / FRAMES;
    yield atLeast(50, {
      area,
      figure: `${name}, ${all} messages`,
      value: rate,
      unit: "frames/s",
      peer: "headless Chromium, which draws without a graphics card",
    });
    yield atMost(20, {
      area,
      figure: `${name}, ${all} messages, work for a frame`,
      value: work,
      unit: "ms",
      peer:
        "50 frames/s; time of the page's thread alone, on a busy machine too",
    });
    for (let i = 0; i < 12; i++) await page.keyboard.press("w");
  }
  await page.close();
}

/** Seconds that `workbench simulate --seed` takes, and bytes that it leaves. */
function cost(cwd: string, ...flags: readonly string[]) {
  const start = performance.now();
  const { code, stderr } = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--frozen", "--allow-all"],
      ...["--config", path("../deno.json"), path("../workbench/cli/main.ts")],
      ...["simulate", "--program", path("../broadcast.ts"), "--seed", "bench"],
      ...run3d(20).split(" "),
      ...flags,
    ],
    cwd,
    stdout: "null",
  }).outputSync();
  const seconds = (performance.now() - start) / 1000;
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
  const latest = Deno.realPathSync(`${cwd}/store/latest`);
  const bytes = [...Deno.readDirSync(latest)]
    .filter(({ isFile }) => isFile)
    .reduce(
      (sum, { name }) => sum + Deno.statSync(`${latest}/${name}`).size,
      0,
    );
  return { seconds, bytes };
}

function* costs(): Generator<Row> {
  const folder = Deno.makeTempDirSync();
  try {
    cost(folder); // the page's code is made once, and kept
    const [withOne, without] = [[], ["--no-report"]].map((flags) => {
      const runs = [1, 2, 3].map(() => cost(folder, ...flags));
      return {
        seconds: median(runs.map(({ seconds }) => seconds)),
        bytes: runs[0].bytes,
      };
    });
    yield atMost(1.5, {
      area,
      figure: "3d by simulate --seed, of its time with --no-report",
      value: withOne.seconds / without.seconds,
      unit: "x",
      peer: `${withOne.seconds.toFixed(2)} s and ${
        without.seconds.toFixed(2)
      } s`,
    });
    yield noTarget({
      area,
      figure: "3d by simulate --seed, of its bytes with --no-report",
      value: withOne.bytes / without.bytes,
      unit: "x",
      peer: `${(withOne.bytes / 1e6).toFixed(2)} MB and ${
        (without.bytes / 1e6).toFixed(2)
      } MB`,
    });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

export async function* rows(): AsyncGenerator<Row> {
  using short = await keep(flood, run3d(22));
  const file = await short.report();
  const { messages } = await readStoredRun(short.folder);
  const count = (messages?.count ?? 0).toLocaleString("en");
  yield atMost(3, {
    area,
    figure: `3d, a file with ${count} messages`,
    value: Deno.statSync(file).size / 1e6,
    unit: "MB",
    peer: "a file that can be mailed",
  });
  if (CHROMIUM === undefined) {
    console.error(skipped("first picture and frames are not measured"));
  } else {
    const browser = await launch();
    const times: number[] = [];
    for (let i = 0; i < 5; i++) times.push(await firstPicture(browser, file));
    yield atMost(1000, {
      area,
      figure: `3d, ${count} messages, first picture`,
      value: median(times),
      unit: "ms",
      peer: "what one waits for without noticing",
    });
    using long = await keep(flood, run3d(98));
    const run = await readStoredRun(long.folder);
    const { count: all = 0, sampling = 0 } = run.messages ?? {};
    if (sampling !== 1) throw new Error(`${all} messages of too many`);
    yield* inBrowser(browser, await long.report(), all);
    await browser.close();
  }
  yield* costs();
}
