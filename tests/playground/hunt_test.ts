/** The hunt, as a person sees it: many seeds, a red one, and a smaller one. */
import assert from "node:assert/strict";
import { type Page } from "playwright-core";
import { testPage } from "../support/pages.ts";
import { command, play, repeat } from "../support/playground.ts";

const test = (name: string, perform: () => Promise<void>) =>
  testPage(`lab: ${name}`, perform);

/** Whoever is told of a value is told once: what is lost on its way is lost. */
const naive = "-w broadcast --program lessons/broadcast/1_tell_all.ts " +
  "--node-count 5 --rate 5 --time-limit 3 --p-loss 0.02 --seed hunt";

const progress = (page: Page) => page.locator(".so-many");
const grid = (page: Page) => page.getByRole("grid", { name: "Seeds" });
const squareOf = (page: Page) => grid(page).getByRole("button");

/** Goes to the hunt, as it is. */
const turnToHunt = (page: Page) =>
  page.getByRole("group", { name: "View" })
    .getByRole("button", { name: "Hunt" }).click();

/** Hunts, and waits for the end. */
async function hunt(page: Page, count: number): Promise<void> {
  await turnToHunt(page);
  await page.getByRole("spinbutton", { name: "Seeds" }).fill(`${count}`);
  await page.getByRole("button", { name: "Hunt" }).last().click();
  await page.getByRole("status").filter({ hasText: "The hunt is over" })
    .waitFor({ state: "attached", timeout: 120_000 });
}

test("200 seeds are hunted, a red square is clicked, its run is shrunk, and its command fails in the same way", async () => {
  await using shown = await play(naive);
  const { page, complaints } = shown;
  await hunt(page, 200);
  const [, valid, invalid] =
    /^200 of 200, (\d+) valid, (\d+) invalid, [\d.]+ a second$/
      .exec(await progress(page).innerText()) ?? [];
  assert.equal(Number(valid) + Number(invalid), 200);
  assert.ok(Number(invalid) > 5 && Number(invalid) < 195, invalid);

  const lost = page.getByRole("row", { name: /^\d+ lost / });
  const first = lost.getByRole("button", { name: /^See seed/ }).first();
  const place = Number(await first.innerText()) - 1;
  const columns = Number(await grid(page).getAttribute("aria-colcount"));
  const box = await squareOf(page).boundingBox(); // the first one
  const side = (box?.width ?? 0) + 1;
  await grid(page).click({
    position: {
      x: (place % columns + 0.5) * side,
      y: (Math.floor(place / columns) + 0.5) * side,
    },
  });

  const found = page.getByRole("region", { name: "From the hunt" });
  await found.getByText(`hunt/${place + 1}, failure`).waitFor();
  await page.getByRole("heading", { name: "Invalid: broadcast, 5 nodes" })
    .waitFor();
  await found.getByRole("button", { name: "Shrink it" }).click();
  const smaller = page.getByRole("region", { name: "Smaller and smaller" });
  await smaller.getByRole("heading", { name: `Shrunk hunt/${place + 1}` })
    .waitFor({ timeout: 120_000 });
  assert.match(
    await smaller.innerText(),
    /From 5 nodes, 3 s, \d+ operations, 0 faults to \d nodes, [\d.]+ s, \d operations?, 0 faults\./,
  );
  // What is left is shown, and how to have it elsewhere.
  await page.getByRole("heading", { name: /^Invalid: broadcast, [2-4] nodes/ })
    .waitFor();
  const code = command(page).locator("code", { hasText: "--journal-hash" });
  await code.filter({ hasText: "--keep-ops" }).waitFor();
  const words = await code.innerText();
  const folder = Deno.makeTempDirSync();
  try {
    const { code, out } = await repeat(words, folder);
    assert.equal(code, 1, out);
    assert.match(out, /lost/);
    assert.doesNotMatch(out, /went otherwise/);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }

  await smaller.getByRole("button", { name: "all seeds" }).click();
  assert.match(await progress(page).innerText(), /^200 of 200, /);
  assert.equal(
    await squareOf(page).getAttribute("aria-label"),
    `Seed ${place + 1}: lost`,
  );
  // The same as above, for who does not look at the run.
  const told = page.getByRole("region", { name: "Smaller and smaller" });
  assert.equal(await told.locator("code").innerText(), words);
  assert.deepEqual(complaints, []);
});

test("a keyboard goes over the squares, from failure to failure, into a run and back", async () => {
  await using shown = await play(naive);
  const { page, complaints } = shown;
  await hunt(page, 60);
  const square = squareOf(page);
  const label = () => square.getAttribute("aria-label");
  const columns = Number(await grid(page).getAttribute("aria-colcount"));
  await square.focus();
  const isFocused = async () =>
    await grid(page).locator("button:focus").count() === 1;
  for (
    const [key, seed] of [
      ["ArrowRight", 2],
      ["ArrowDown", columns + 2],
      ["ArrowLeft", columns + 1],
      ["ArrowUp", 1],
      ["ArrowUp", 1],
      ["ArrowLeft", 1],
      ["End", 60],
      ["ArrowRight", 60],
      ["Home", 1],
    ] as const
  ) {
    await page.keyboard.press(key);
    await grid(page).getByRole("button", { name: `Seed ${seed}:` }).waitFor();
    assert.ok(await isFocused(), key);
  }
  const seeds: string[] = [];
  for (const key of ["n", "n", "p"]) {
    const before = await label();
    await page.keyboard.press(key);
    await grid(page).locator(`button:not([aria-label="${before}"])`).waitFor();
    seeds.push(await label() ?? "");
    assert.match(seeds.at(-1) ?? "", /: .*(lost|missing)/);
  }
  assert.equal(seeds[2], seeds[0]);
  const chosen = page.getByRole("region", { name: "The chosen seed" });
  await chosen.getByRole("button", { name: "Shrink it" }).waitFor();

  await page.keyboard.press("Enter");
  const found = page.getByRole("region", { name: "From the hunt" });
  const [, nth] = /failure (\d+) of/.exec(await found.innerText()) ?? [];
  await found.getByRole("button", { name: "next failure" }).press("Enter");
  await found.getByText(`failure ${Number(nth) + 1} of`).waitFor();
  await found.getByRole("button", { name: "all seeds" }).press("Enter");
  await square.waitFor();
  assert.equal(await label(), seeds[1], "where it was last");
  assert.ok(await isFocused());
  assert.deepEqual(complaints, []);
});

test("a hunt can stop at the first failure; another program is told, and hunted with the same seeds", async () => {
  await using shown = await play(naive);
  const { page, complaints } = shown;
  await turnToHunt(page);
  await page.getByRole("checkbox", { name: "stop at the first" }).check();
  await hunt(page, 10_000);
  assert.match(
    await progress(page).innerText(),
    /^\d{1,2} of 10,000, \d+ valid, [1-9]\d* invalid, /,
  );
  await page.getByRole("row", { name: /^\d+ / }).first()
    .getByRole("button", { name: /^See seed/ }).first().click();
  await page.getByRole("region", { name: "From the hunt" }).waitFor();
  await page.getByRole("combobox", { name: "Program" })
    .selectOption("broadcast.ts");
  await page.getByRole("heading", { name: "Valid: broadcast, 5 nodes" })
    .waitFor();
  await turnToHunt(page);
  await page.getByText(/Since this hunt .*changed/).waitFor();
  assert.deepEqual(complaints, []);
});

test("more squares than there may be are refused, before anything runs", async () => {
  await using shown = await play(naive);
  const { page } = shown;
  await turnToHunt(page);
  const field = page.getByRole("spinbutton", { name: "Seeds" });
  for (const count of ["10001", "0", "1.5", ""]) {
    await field.fill(count);
    await page.getByRole("button", { name: "Hunt" }).last().click();
    assert.equal(await page.locator("input:invalid").count(), 1, count);
    assert.equal(await progress(page).count(), 0, count);
  }
});

test("a seed that never ends counts as an error, in words, and the others are run", async () => {
  await using shown = await play(
    "-w echo --program echo.ts --node-count 1 --rate 5 --time-limit 1 --seed loop",
    {
      // A test has less patience.
      before:
        "const wait = setTimeout; globalThis.setTimeout = (f, ms, ...more) => " +
        "wait(f, ms === 10_000 ? 2000 : ms, ...more);",
    },
  );
  const { page, complaints } = shown;
  await page.getByRole("textbox", { name: "The program's text" }).click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText(
    'import { type Node } from "./lib/maelstrom.ts";\n' +
      "export default function (node: Node): void {\n" +
      '  node.serve("echo", { echo({ echo }) {\n' +
      "    while (LOOPS);\n" +
      '    return { type: "echo_ok", echo };\n' +
      "  } });\n" +
      "  const LOOPS = node.random() < 0.4;\n" +
      "}\n",
  );
  await page.getByRole("button", { name: "as it was" }).waitFor();
  await hunt(page, 6);
  const [, valid, invalid] = /^6 of 6, (\d) valid, (\d) invalid/
    .exec(await progress(page).innerText()) ?? [];
  assert.ok(Number(valid) > 0 && Number(invalid) > 0, `${valid} ${invalid}`);
  const errors = page.getByRole("row", { name: `${invalid} error ` });
  const first = errors.getByRole("button", { name: /^See seed/ }).first();
  const place = Number(await first.innerText());
  await squareOf(page).focus();
  await page.keyboard.press("Home");
  for (let at = 1; at < place; at++) await page.keyboard.press("ArrowRight");
  const chosen = page.getByRole("region", { name: "The chosen seed" });
  await chosen.getByText(/The run broke off: The program was stopped: n0 did/)
    .waitFor();
  assert.deepEqual(complaints, []);
});
