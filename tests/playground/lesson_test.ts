/** Lessons in the playground. */
import assert from "node:assert/strict";
import { lessons } from "../../lessons/lessons.ts";
import { catalog, withMoments } from "../../workbench/site/playground_page.ts";
import { testPage } from "../support/pages.ts";
import { play, timeOf } from "../support/playground.ts";

Deno.test("lesson: moments are links into the run that was spoken of last, but not in code", () => {
  assert.equal(
    withMoments(
      '<p>At 1.50 s, <a href="#claim=2">here</a> from 4.31 to 6.48 s, within ' +
        "0.4 s.</p><pre>at 3.28 s</pre>",
    ),
    '<p>At <a href="#at=1.50&amp;claim=1">1.50</a> s, ' +
      '<a href="#claim=2">here</a> from <a href="#at=4.31&amp;claim=2">4.31</a> ' +
      'to <a href="#at=6.48&amp;claim=2">6.48</a> s, within 0.4 s.</p>' +
      "<pre>at 3.28 s</pre>",
  );
});

Deno.test("lesson: each step has its program and its page in the playground", () => {
  const { programs, pages } = catalog();
  for (const { steps } of lessons) {
    for (const { program, text } of steps) {
      assert.ok(programs[program], program);
      assert.match(pages[text], /^<h1>/, text);
    }
  }
});

testPage(
  "lesson: from the list to a claim, to a moment, to a dial and to the next step",
  async () => {
    const [first] = lessons;
    await using shown = await play(
      "-w echo --program echo.ts --time-limit 1 --node-count 1 --seed x",
    );
    const { page, complaints } = shown;
    await page.getByRole("button", { name: "Lessons" }).click();
    const broadcast = lessons.find(({ id }) => id === "broadcast");
    assert.ok(first && broadcast);
    const [step, next] = broadcast.steps;
    await page.getByRole("button", { name: step.title, exact: true }).click();
    await page.getByRole("heading", { name: /^Valid: broadcast/ }).waitFor();
    const fails = step.claims.find((it) => "fails" in it);
    assert.ok(fails);
    await page.getByRole("button", { name: fails.title }).click();
    await page.getByRole("heading", { name: /^Invalid: broadcast/ }).waitFor();
    const moment = page.locator(".lesson .text a[href^='#at=']").first();
    const seconds = Number(await moment.innerText());
    await moment.click();
    for (let i = 0; i < 200; i++) {
      if (Number(await timeOf(page).inputValue()) === seconds * 1000) break;
      await page.waitForTimeout(25);
    }
    assert.equal(Number(await timeOf(page).inputValue()), seconds * 1000);
    await page.locator(".lesson .text a[href^='#set?latency=']").first()
      .click();
    await page.locator(".command code", { hasText: "--latency 200" }).waitFor();
    await page.getByRole("button", { name: `${next.title} ›` }).click();
    await page.getByRole("heading", { name: /^\d\. / }).first().waitFor();
    await page.locator(".command code", { hasText: next.program }).waitFor();
    assert.deepEqual(complaints, []);
  },
);
