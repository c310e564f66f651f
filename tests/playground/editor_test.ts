/** A program is changed in the page, under the page's own policy. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { type Page } from "playwright-core";
import { type PageSettings } from "../support/chromium.ts";
import { testPage } from "../support/pages.ts";
import { play } from "../support/playground.ts";

const root = new URL("../../", import.meta.url);
const original = readFileSync(new URL("echo.ts", root), "utf8");

const test = (
  name: string,
  act: (page: Page) => Promise<void>,
  settings?: PageSettings,
) =>
  testPage(`editor: ${name}`, async () => {
    await using shown = await play(
      "-w echo --node-count 1 --time-limit 1 --seed editor --program echo.ts",
      settings,
    );
    const { page } = shown;
    await page.getByRole("button", { name: "Program", exact: true }).click();
    await content(page).waitFor();
    await act(page);
    assert.deepEqual(shown.complaints, []);
  });

const content = (page: Page) =>
  page.getByRole("textbox", { name: "The program's text" });
const sentence = (page: Page) => page.locator(".sentence");

/** Goes to the end of a line that has some words. */
async function goTo(page: Page, words: string): Promise<number> {
  const line = original.split("\n").findIndex((it) => it.includes(words));
  assert.ok(line >= 0, words);
  await content(page).focus();
  await page.keyboard.press("ControlOrMeta+Home");
  for (let i = 0; i < line; i++) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("End");
  return line + 1;
}

/** All of the text: so few lines are all drawn. */
const textNow = async (page: Page): Promise<string> =>
  (await content(page).locator(".cm-line").allInnerTexts())
    .map((it) => it.replace(/\n$/, "")).join("\n");

test("who types fast finds what was typed, and an error at its line", async (page) => {
  const line = await goTo(page, "export default function");
  await page.keyboard.type("\nconst = 3;");
  await sentence(page).getByText(`echo.ts, line ${line + 1}: Unexpected token.`)
    .waitFor();
  assert.equal(await page.locator(".cm-lint-marker-error").count(), 1);
  const lines = original.split("\n");
  assert.equal(
    await textNow(page),
    [...lines.slice(0, line), "  const = 3;", ...lines.slice(line)].join("\n"),
  );
  const changed = page.locator(".cm-lineNumbers .changed");
  assert.deepEqual(await changed.allInnerTexts(), [`${line + 1}`]);
  await page.getByRole("button", { name: "as it was" }).click();
  await changed.waitFor({ state: "detached" });
  await sentence(page).waitFor({ state: "detached" });
  assert.equal(await textNow(page), original);
  await content(page).focus();
  await page.keyboard.press("ControlOrMeta+z");
  await sentence(page).waitFor();
});

test("an error that the program throws is told at its line", async (page) => {
  const line = await goTo(page, "export default function");
  await page.keyboard.type("\nthrow new Error(`oh no`);");
  await sentence(page).getByText("Error: oh no").waitFor();
  await page.keyboard.press("ControlOrMeta+Home");
  const marked = page.locator(".cm-line:has(+ .sentence)");
  assert.match(await marked.innerText(), /throw new Error/);
  const lines = await content(page).locator(".cm-line").allInnerTexts();
  assert.match(lines[line], /throw new Error/);
});

test("search and words to complete open as the page's policy wants", async (page) => {
  await goTo(page, "import");
  await page.keyboard.type("\nserv");
  await page.keyboard.press("Control+ ");
  await page.getByRole("option", { name: "serve" }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("ControlOrMeta+f");
  await page.keyboard.type("echo");
  await page.locator(".cm-searchMatch").first().waitFor();
});

test("Tab indents; Escape, then Tab, leaves the text", async (page) => {
  await goTo(page, "export default function");
  await page.keyboard.type("\n");
  await page.keyboard.press("Tab");
  assert.match(await textNow(page), /\n {4}\n/);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  const focused = "document.activeElement.textContent";
  assert.equal(await page.evaluate(focused), "as it was");
});

test("Control-Enter runs the program again", async (page) => {
  // Within one turn, in which nobody else asks for a run.
  const asked = await page.evaluate<number>(`(() => {
    const before = globalThis.jobs;
    const { shadowRoot } = document.querySelector(".editor");
    shadowRoot.querySelector(".cm-content").dispatchEvent(
      new KeyboardEvent("keydown", { key: "Enter", ctrlKey: true }),
    );
    return globalThis.jobs - before;
  })()`);
  assert.equal(asked, 1);
  assert.equal(await textNow(page), original);
}, {
  before: `globalThis.jobs = 0;
    const { postMessage } = Worker.prototype;
    Worker.prototype.postMessage = function (...args) {
      globalThis.jobs++;
      return postMessage.apply(this, args);
    };`,
});
