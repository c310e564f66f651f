/** The lab, as a person runs, breaks and hunts in it. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Page } from "playwright-core";
import { testPage } from "../support/pages.ts";
import { command, play, repeat, seek } from "../support/playground.ts";

const test = (name: string, perform: () => Promise<void>) =>
  testPage(`lab: ${name}`, perform);

const root = fileURLToPath(new URL("../../", import.meta.url));
const flags = "-w broadcast --program broadcast.ts --node-count 3 --rate 10 " +
  "--time-limit 3 --latency 50 --seed lab";

const editor = (page: Page) =>
  page.getByRole("textbox", { name: "The program's text" });
/** Writes another program, and runs it. */
async function write(page: Page, text: string): Promise<void> {
  await editor(page).click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText(text);
  await page.keyboard.press("ControlOrMeta+Enter");
}

test("what a hand did is the same journal on the command line, byte by byte", async () => {
  await using shown = await play(flags);
  const { page, complaints } = shown;
  await seek(page, 1200);
  await page.getByRole("button", { name: "n1", exact: true }).click();
  await page.getByRole("button", { name: "Kill" }).click();
  const byHand = page.getByRole("region", { name: "By hand" });
  await byHand.getByText("kill n1").waitFor();
  await seek(page, 2100);
  await page.getByRole("button", { name: "Restart" }).click();
  await byHand.getByText("start n1").waitFor();

  const folder = Deno.makeTempDirSync();
  try {
    const download = page.waitForEvent("download");
    await byHand.getByRole("button", { name: /^Save faults/ }).click();
    await (await download).saveAs(join(folder, "faults.jsonl"));
    const words = command(page).locator("code", { hasText: "--journal-hash" });
    await words.filter({ hasText: "--script-of-faults" }).waitFor();
    const text = await words.innerText();
    const [, hash] = /--journal-hash (\w+)/.exec(text) ?? [];
    const { code, out } = await repeat(text, folder);
    assert.equal(code, 0, out);
    const journal = readFileSync(join(folder, "store/latest/journal.jsonl"));
    const sha = createHash("sha256").update(journal).digest("hex");
    assert.equal(sha.slice(0, 16), hash);
    const lives = `${journal}`.match(/"dest":"n1","body":\{"type":"init"/g);
    assert.equal(lives?.length, 4, "it was sent and received twice");
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
  assert.deepEqual(complaints, []);
});

test("a program that was changed, saved where the page says, is the same journal on the command line", async () => {
  await using shown = await play(flags);
  const { page, complaints } = shown;
  const text = readFileSync(`${root}broadcast.ts`, "utf8");
  await write(page, `${text}\n// Changed.\n`);
  const words = command(page).locator("code", { hasText: "--journal-hash" });
  await words.filter({ hasText: "--program mine/broadcast.ts" }).waitFor();
  const told = await words.innerText();
  const download = page.waitForEvent("download");
  await command(page).getByRole("button", { name: "mine/broadcast.ts" })
    .click();
  // By another name: there may be a broadcast.ts of somebody's own.
  const own = `mine/moved_${Deno.pid}.ts`;
  const folder = Deno.makeTempDirSync();
  try {
    await (await download).saveAs(`${root}${own}`);
    const { code, out } = await repeat(
      told.replace("mine/broadcast.ts", own),
      folder,
    );
    // With another journal it is 1.
    assert.equal(code, 0, out);
  } finally {
    Deno.removeSync(folder, { recursive: true });
    Deno.removeSync(`${root}${own}`);
  }
  assert.deepEqual(complaints, []);
});

test("its address shows the same to somebody else, with what was changed and done", async () => {
  await using shown = await play(flags);
  const { page } = shown;
  await seek(page, 1200);
  await page.getByRole("button", { name: "n2", exact: true }).click();
  await page.getByRole("region", { name: "What is chosen in the ring" })
    .getByRole("button", { name: "Pause" }).click();
  await page.getByText("pause n2").waitFor();
  const code = command(page).locator("code");
  await code.filter({ hasText: /--script-of-faults.*--journal-hash/ })
    .waitFor();
  const told = await code.innerText();
  const address = page.url();
  assert.match(address, /&steps=/);
  const other = await page.context().browser()?.newPage();
  assert.ok(other);
  await other.goto(address);
  const again = command(other).locator("code");
  await again.filter({ hasText: /--script-of-faults.*--journal-hash/ })
    .waitFor();
  assert.equal(await again.innerText(), told);
  await other.getByText("pause n2").waitFor();
  await other.close();
});

test("an error in a program is told at its line, and the next run is a run again", async () => {
  await using shown = await play(flags);
  const { page, complaints } = shown;
  const text = readFileSync(`${root}echo.ts`, "utf8");
  await write(page, `${text}\nconst = 3;\n`);
  const line = text.split("\n").length + 1;
  const alert = page.getByRole("alert");
  await alert.filter({ hasText: `line ${line}` }).waitFor();
  await page.locator(".cm-lint-marker-error").waitFor();
  await page.getByRole("button", { name: "as it was" }).click();
  await alert.waitFor({ state: "detached" });
  await page.getByRole("heading", { name: "Valid: broadcast, 3 nodes" })
    .waitFor();
  assert.deepEqual(complaints, []);
});

test("an error that a handler throws is told at its line", async () => {
  await using shown = await play(
    flags.replace("-w broadcast", "-w echo").replace("broadcast.ts", "echo.ts"),
  );
  const { page } = shown;
  await write(
    page,
    'import { type Node } from "./lib/maelstrom.ts";\n' +
      "export default function (node: Node): void {\n" +
      '  node.serve("echo", {\n' +
      "    echo() {\n" +
      '      throw new Error("my own mistake");\n' +
      "    },\n  });\n}\n",
  );
  await page.getByRole("heading", { name: /^Invalid: echo/ }).waitFor();
  await page.locator(".cm-lint-marker-error").first().waitFor();
  const marked = page.locator(".cm-lintRange-error").first();
  assert.match(await marked.innerText(), /Error\("my own mistake"\)/);
});

for (
  const [where, text, said] of [
    [
      "in a handler",
      "node.on('x', () => {}); node.serve('echo', { echo() { for (;;); } });",
      /n\d+ did not come to the end of something/,
    ],
    ["at its top level", "for (;;);", /it did nothing else/],
  ] as const
) {
  test(`a program that loops for ever ${where} is stopped, which is said, and the page goes on`, async () => {
    await using shown = await play(
      flags.replace("-w broadcast", "-w echo")
        .replace("broadcast.ts", "echo.ts"),
    );
    const { page, complaints } = shown;
    await write(
      page,
      where === "in a handler"
        ? `export default function (node) { ${text} }`
        : `${text}\nexport default function () {}`,
    );
    await page.getByRole("alert").filter({ hasText: said }).waitFor();
    await page.getByRole("button", { name: "as it was" }).click();
    await page.getByRole("alert").waitFor({ state: "detached" });
    await page.getByRole("heading", { name: /^Valid: echo/ }).waitFor();
    assert.deepEqual(complaints, []);
  });
}

test("a program can't reach other hosts, the page, or the machine's clock", async () => {
  await using shown = await play(
    flags.replace("-w broadcast", "-w echo").replace("broadcast.ts", "echo.ts"),
  );
  const { page, complaints } = shown;
  for (
    const [code, said] of [
      ["fetch('https://example.com/')", /fetch\(\) is the machine's/],
      ["Date.now()", /Date\.now\(\) is the machine's.*node\.now\(\)/],
      ["postMessage({})", /postMessage\(\) is the machine's/],
    ] as const
  ) {
    await write(page, `${code};\nexport default function () {}`);
    await page.getByRole("alert").filter({ hasText: said }).waitFor();
  }
  assert.deepEqual(complaints, []);
});

test("without a network it goes on", async () => {
  await using shown = await play(flags);
  const { page, complaints } = shown;
  await page.context().setOffline(true);
  await page.getByRole("button", { name: "Dials" }).click();
  await page.getByRole("spinbutton", { name: "Nodes" }).fill("4");
  await page.getByRole("spinbutton", { name: "Nodes" }).blur();
  await page.getByRole("heading", { name: "Valid: broadcast, 4 nodes" })
    .waitFor();
  assert.deepEqual(complaints, []);
});

test("an address that can't be read is told in words, and the page goes on", async () => {
  await using shown = await play(flags);
  const { page, complaints } = shown;
  for (
    const [address, said] of [
      ["#play/-w+nonsense", /--workload wants one of/],
      ["#play/%", /This address can't be read/],
      ["#lesson/none/x", /there is no lesson none\/x/],
      ["#play/-w+echo+--program+echo.ts&steps=AAAA", /damaged, or was cut off/],
      ["#play/-w+echo+--program+echo.ts&code=AA%", /damaged, or was cut off/],
      ["#play/-w+echo+--program+nothing.ts", /no program nothing\.ts/],
      [
        "#play/-w+echo+--program+echo.ts+--script-of-faults+x.jsonl",
        /--script-of-faults: a page has no files; do by hand/,
      ],
      ["#play/-w+mine%2Fw.ts+--program+echo.ts", /file of one's own/],
      ["#play/-w+echo+--program+echo.ts+--+--nope", /unknown argument --nope/],
    ] as const
  ) {
    await page.evaluate((it) => location.hash = it, address);
    await page.locator(".trouble", { hasText: said }).waitFor();
    await page.evaluate(
      (it) => location.hash = it,
      "#play/-w+echo+--program+echo.ts+--node-count+1+--time-limit+1+--seed+x",
    );
    await page.getByRole("heading", { name: /^Valid: echo/ }).waitFor();
    await page.locator(".trouble").waitFor({ state: "detached" });
  }
  assert.deepEqual(complaints, []);
});

/** Makes a page's worker take longer to start than a program may be silent. */
const slowStart = `
  const { Blob } = globalThis;
  globalThis.Blob = class extends Blob {
    constructor([code, ...others], options) {
      const isWorker = typeof code === "string" && code.length > 100_000;
      const wait = "{ const end = Date.now() + 6000; while (Date.now() < end); }";
      super([isWorker ? wait + code : code, ...others], options);
    }
  };`;

test("a worker that takes long to start is no fault of the program's", async () => {
  await using shown = await play(flags, { before: slowStart });
  const { page, complaints } = shown;
  await page.getByRole("heading", { name: /^Valid: broadcast/ }).waitFor();
  assert.equal(await page.getByRole("alert").count(), 0);
  assert.deepEqual(complaints, []);
});
