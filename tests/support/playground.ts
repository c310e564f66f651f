/**
 * The playground, in the browser that tests share.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { type Page } from "playwright-core";
import { type Answer, type Job } from "../../playground/run/protocol.ts";
import { type Opened, type PageSettings } from "./chromium.ts";
import { show } from "./pages.ts";
import { Site } from "./site.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Opens a run in the playground, and waits until it can be played.
 *
 * @param flags of `simulate`
 */
export async function play(
  flags: string,
  settings?: PageSettings,
): Promise<Opened> {
  const site = new Site();
  const shown = await show(site.addressOf(flags), settings);
  await timeOf(shown.page).waitFor();
  return {
    ...shown,
    async [Symbol.asyncDispose]() {
      await shown[Symbol.asyncDispose]();
      await site[Symbol.asyncDispose]();
    },
  };
}

/** Where the playhead is: a slider. */
export const timeOf = (page: Page) =>
  page.getByRole("slider", { name: "Time" });

/** Moves the playhead, in ms. */
export const seek = async (page: Page, time: number): Promise<void> =>
  await timeOf(page).fill(`${time}`);

/** What the page says to type, to have the same run. */
export const command = (page: Page) =>
  page.getByRole("region", { name: "The command that repeats this run" });

/** Runs a command of the page's in a folder, as a person would in a shell. */
export async function repeat(words: string, cwd: string) {
  const [, args] = /^deno task workbench (.*)$/.exec(words) ?? [];
  assert.ok(args, words);
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    args: [
      "-c",
      `"${Deno.execPath()}" run --quiet --allow-all --config "${root}deno.json" ` +
      `"${root}workbench/cli/main.ts" ${
        args.replaceAll("--program ", `--program ${root}`)
      } --no-report`,
    ],
    cwd,
  }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: decode(stdout) + decode(stderr) };
}

/** Has a worker of the page do a job, and waits for what it says last. */
export const perform = (page: Page, job: Job): Promise<Answer> =>
  page.evaluate<Answer>(`new Promise((resolve, reject) => {
    const code = document.getElementById("worker").textContent;
    const blob = new Blob([code], { type: "text/javascript" });
    const worker = new Worker(URL.createObjectURL(blob), { type: "module" });
    worker.onerror = (event) => reject(new Error(event.message));
    worker.onmessage = ({ data }) => {
      if (data.kind !== "done" && data.kind !== "failed") return;
      worker.terminate();
      resolve(data);
    };
    worker.postMessage({ id: 1, job: ${JSON.stringify(job)} });
  })`);
