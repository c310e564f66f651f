/** The cluster in the playground, as a person sees and breaks it. */
import assert from "node:assert/strict";
import { type Page } from "playwright-core";
import broadcast from "../../broadcast.ts";
import { Flights } from "../../playground/run/flights.ts";
import { momentsOf, step } from "../../playground/run/playback.ts";
import {
  linksOf,
  type Point,
  pointOf,
  ringOf,
} from "../../playground/run/ring.ts";
import { type RunDocument } from "../../viewer/run/document.ts";
import { testPage } from "../support/pages.ts";
import { play, seek, timeOf } from "../support/playground.ts";
import { simulated } from "../viewer/simulated.ts";

const test = (name: string, perform: () => Promise<void>) =>
  testPage(`playground: ${name}`, perform);

const flags = "-w broadcast --node-count 3 --rate 10 --time-limit 5" +
  " --latency 200 --seed ring";
/** The same run as the page does. */
const { run } = await simulated(broadcast, flags);
const program = `${flags} --program broadcast.ts`;

const chosen = (page: Page) =>
  page.getByRole("region", { name: "What is chosen in the ring" });
const byHand = (page: Page) => page.getByRole("region", { name: "By hand" });
const canvas = (page: Page) =>
  page.getByRole("img", { name: /nodes in a ring/ });

/** Where everything is on the page's canvas. */
async function placesOn(page: Page, run: RunDocument) {
  const box = await canvas(page).boundingBox();
  assert.ok(box);
  const { width, height } = box;
  return ringOf(run, linksOf(run), width, height);
}

const click = async (page: Page, position: Point): Promise<void> =>
  await canvas(page).click({ position: { ...position } });

const timeNow = async (page: Page): Promise<number> =>
  Number(await timeOf(page).inputValue());

/** Presses a key, and waits until it is some time. */
async function pressTo(page: Page, key: string, time: number): Promise<void> {
  await page.keyboard.press(key);
  await until(async () => await timeNow(page) === time, `${key}: ${time} ms`);
}

/** Waits until something is so. */
async function until(
  isSo: () => Promise<boolean>,
  what: string,
): Promise<void> {
  for (let i = 0; i < 800; i++) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`it never came to this: ${what}`);
}

test("it opens at the end; play begins at the start, space ends that, keys step from moment to moment", async () => {
  await using shown = await play(program);
  const { page, complaints } = shown;
  assert.equal(await timeNow(page), run.duration);
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await until(async () => {
    const time = await timeNow(page);
    return time > 0 && time < run.duration;
  }, "time passes");
  await page.keyboard.press(" ");
  await page.getByRole("button", { name: "Play", exact: true }).waitFor();
  await seek(page, 1000);
  const moments = momentsOf(run);
  const next = step(moments, 1000, 1);
  await pressTo(page, ".", next);
  await pressTo(page, ",", step(moments, next, -1));
  await pressTo(page, "Home", 0);
  await pressTo(page, "End", run.duration);
  assert.deepEqual(complaints, []);
});

test("a click on a node tells what can be done to it; a kill is a step of that moment, and the node is down", async () => {
  await using shown = await play(program);
  const { page, complaints } = shown;
  await seek(page, 2000);
  const place = (await placesOn(page, run)).places.get("n1");
  assert.ok(place);
  await click(page, place);
  await chosen(page).getByRole("heading", { name: "n1" }).waitFor();
  await chosen(page).getByText(/^Inbox/).waitFor();
  await chosen(page).getByRole("button", { name: "Kill" }).click();
  assert.match(
    await byHand(page).innerText(),
    /2\.000 s kill n1/,
  );
  await chosen(page).getByText("It is down by hand.").waitFor();
  // What was clicked is not clicked again by who means to play.
  await page.keyboard.press(" ");
  await page.getByRole("button", { name: "Pause", exact: true }).last()
    .waitFor();
  await page.keyboard.press(" ");
  assert.equal(await byHand(page).getByRole("listitem").count(), 1);
  await seek(page, 2000);
  await byHand(page).getByRole("button", { name: /take back/i }).click();
  await chosen(page).getByRole("button", { name: "Kill" }).waitFor();
  assert.deepEqual(complaints, []);
});

test("a node that is killed when it has just received something has received it", async () => {
  await using shown = await play(program);
  const { page, complaints } = shown;
  const { messages } = run;
  assert.ok(messages);
  const { names, to, ended } = messages;
  const at = ended.findIndex((it, i) => it > 2000 && names[to[i]] === "n1");
  await seek(page, ended[at]);
  await page.getByRole("region", { name: "Nodes" })
    .getByRole("button", { name: /^n1/ }).click();
  const last = chosen(page).getByRole("listitem").filter({
    hasText: `${(ended[at] / 1000).toFixed(3)} s`,
  });
  const before = await last.count();
  assert.ok(before > 0);
  await chosen(page).getByRole("button", { name: "Kill" }).click();
  await chosen(page).getByText("It is down by hand.").waitFor();
  assert.equal(await last.count(), before);
  assert.deepEqual(complaints, []);
});

test("a message under way is pointed at, and dropped; a link is cut, and healed", async () => {
  await using shown = await play(program);
  const { page, complaints } = shown;
  const { messages } = run;
  assert.ok(messages);
  const flights = Flights.of(messages);
  const isAlone = (time: number) => flights.at(time, 0).length === 1;
  const { names, types, from, to, type, sent, ids } = messages;
  // Half way, with no other that could be meant.
  const at = sent.findIndex((it, i) =>
    [from, to].every((column) => names[column[i]].startsWith("n")) &&
    it > 500 && isAlone(it + 100) && flights.isUnderWay(i, it + 100)
  );
  assert.ok(at >= 0, "no message is ever alone");
  const time = sent[at] + 100;
  await seek(page, time);
  const ring = await placesOn(page, run);
  const [flight] = flights.at(time, 0);
  const point = pointOf(ring, messages, flight);
  assert.ok(point);
  await click(page, point);
  const [src, dest] = [names[from[at]], names[to[at]]];
  await chosen(page).getByRole("heading", {
    name: `${types[type[at]]}, ${src} → ${dest}`,
  }).waitFor();
  await chosen(page).getByRole("button", { name: "Drop" }).click();
  assert.match(
    await byHand(page).innerText(),
    new RegExp(`drop message ${ids?.[at]}\\b`),
  );
  await chosen(page).getByText("dropped by hand").waitFor();
  const [a, b] = ["n0", "n1"].map((id) => ring.places.get(id));
  assert.ok(a && b);
  await seek(page, 3000);
  await click(page, {
    x: a.x + (b.x - a.x) * 0.3,
    y: a.y + (b.y - a.y) * 0.3,
  });
  await chosen(page).getByRole("heading", { name: "between n0 and n1" })
    .waitFor();
  await chosen(page).getByRole("button", { name: "Cut" }).click();
  await seek(page, 3500);
  await chosen(page).getByRole("button", { name: "Heal" }).click();
  assert.match(
    await byHand(page).innerText(),
    /cut[^]*n0 and n1[^]*heal[^]*n0 and n1/,
  );
  assert.deepEqual(complaints, []);
});

test("by keyboard alone a node is chosen, one of its messages is read, and one goes back", async () => {
  await using shown = await play(program);
  const { page, complaints } = shown;
  await seek(page, 2000);
  const nodes = page.getByRole("region", { name: "Nodes" });
  await nodes.getByRole("button", { name: /^n2/ }).focus();
  await page.keyboard.press("Enter");
  await chosen(page).getByRole("heading", { name: "n2" }).waitFor();
  const focused = () => page.evaluate("document.activeElement?.textContent");
  await until(async () => await focused() === "n2", "the heading has focus");
  for (let i = 0; !/ s .*from /.test(`${await focused()}`); i++) {
    assert.ok(i < 20, "no message within 20 tabs");
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Enter");
  await chosen(page).getByText(/"type": /).first().waitFor();
  await page.keyboard.press("Escape");
  await nodes.waitFor();
  assert.deepEqual(complaints, []);
});

test("in the diagram the row of times and the line move the playhead, and it stays in sight", async () => {
  await using shown = await play(program);
  const { page, complaints } = shown;
  const diagram = page.getByRole("img", { name: /space-time diagram/i });
  const box = await diagram.boundingBox();
  assert.ok(box);
  await page.mouse.click(box.x + box.width / 2, box.y + 8);
  await until(async () => {
    const time = await timeNow(page);
    return time > 0 && time < run.duration;
  }, "a click in the row of times moves the playhead");
  const before = await timeNow(page);
  const line = page.getByTitle("Drag it through time");
  const xNow = async () => {
    const { x = NaN, width = NaN } = await line.boundingBox() ?? {};
    return x + width / 2;
  };
  await page.mouse.move(await xNow(), box.y + 60);
  await page.mouse.down();
  await page.mouse.move(await xNow() - 100, box.y + 60, { steps: 3 });
  await page.mouse.up();
  await until(async () => await timeNow(page) < before, "it is dragged back");
  // Closer than the whole run.
  await page.locator("h1").click();
  for (let i = 0; i < 5; i++) await page.keyboard.press("w");
  for (const time of [100, run.duration - 200]) {
    await seek(page, time);
    await until(async () => {
      const x = await xNow();
      return x > box.x && x < box.x + box.width;
    }, `the playhead is in sight at ${time} ms`);
  }
  assert.deepEqual(complaints, []);
});
