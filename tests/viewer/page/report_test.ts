/** Reports as a person sees them: opened in headless Chromium. */
import assert from "node:assert/strict";
import { type Page } from "playwright-core";
import broadcast from "../../../broadcast.ts";
import counter from "../../../counter.ts";
import echo from "../../../echo.ts";
import kafka from "../../../kafka.ts";
import {
  json,
  message,
  type Node,
  type Program,
} from "../../../lib/maelstrom.ts";
import txn from "../../../txn.ts";
import uniqueIds from "../../../unique_ids.ts";
import * as txnNodes from "../../broken/txn_nodes.ts";
import forgetful from "../../nodes/forgetful.ts";
import { proxy } from "../../support/lin_kv_proxy.ts";
import { show, testPage } from "../../support/pages.ts";
import { keep } from "../../support/reports.ts";

const test = (name: string, perform: () => Promise<void>) =>
  testPage(`report: ${name}`, perform);

const partitions = "-w broadcast --node-count 5 --rate 10 --time-limit 8" +
  " --nemesis partition --nemesis-interval 2";

const found = (page: Page) =>
  page.getByRole("region", { name: "What was found" });
const chosen = (page: Page) =>
  page.getByRole("complementary", { name: "What is chosen" });
const diagram = (page: Page) =>
  page.getByRole("img", { name: /space-time diagram/i });

/** What stands on the diagram, to be told from what stood there before. */
const pixels = async (page: Page) =>
  (await diagram(page).screenshot()).toString("base64");

/** Presses a key, and waits until the diagram looks different. */
async function pressAndSee(page: Page, key: string): Promise<void> {
  const before = await pixels(page);
  await page.keyboard.press(key);
  for (let i = 0; i < 100; i++) {
    if (await pixels(page) !== before) return;
    await page.waitForTimeout(20);
  }
  throw new Error(`${key} changes nothing in the diagram`);
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`a lost value's sentence leads to its operation, its cone and its way, ${colorScheme}`, async () => {
    using run = await keep(forgetful, partitions);
    assert.equal(run.result.valid, false);
    await using shown = await show(await run.report(), { colorScheme });
    const { page, complaints } = shown;
    await page.getByRole("heading", { name: /^Invalid: broadcast/ }).waitFor();
    assert.match(await page.title(), /Invalid/);
    const sentence = await found(page).innerText();
    const [, value] = /set: (\d+) is lost/.exec(sentence) ?? [];
    assert.ok(value, sentence);
    await found(page).getByRole("button", { name: /^op \d+$/ }).first().click();
    await chosen(page).getByText("broadcast, by process").waitFor();
    assert.match(await chosen(page).innerText(), new RegExp(`\\b${value}\\b`));
    const lit = (name: RegExp) =>
      page.getByRole("button", { name, pressed: true });
    await page.keyboard.press("Escape");
    await pressAndSee(page, "c");
    await lit(/before and after/i).waitFor();
    await pressAndSee(page, "v");
    await lit(new RegExp(`the way of ${value}\\b`, "i")).waitFor();
    assert.deepEqual(complaints, []);
  });
}

test("by keyboard alone one comes from the sentence to its operation and its messages, closer, and back", async () => {
  using run = await keep(forgetful, partitions);
  await using shown = await show(await run.report());
  const { page, complaints } = shown;
  await found(page).waitFor();
  const focused = () =>
    page.evaluate("document.activeElement?.textContent ?? ''");
  for (let i = 0; !/^op \d+$/.test(`${await focused()}`); i++) {
    assert.ok(i < 30, "no link to an operation within 30 tabs");
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Enter");
  await chosen(page).getByText(/by process \d+/).waitFor();
  await page.keyboard.press("[");
  await chosen(page).getByRole("heading", {
    name: /^broadcast, c\d+ → n\d+$/,
  }).waitFor();
  await page.keyboard.press("]");
  await chosen(page).getByRole("heading", {
    name: /^(value|broadcast_ok), n\d+ → /,
  }).waitFor();
  await page.keyboard.press("Escape");
  for (const key of ["w", "d", "s", "a", "0"]) await pressAndSee(page, key);
  await page.keyboard.press("/");
  await page.keyboard.type("n1");
  assert.equal(await page.getByRole("searchbox").inputValue(), "n1");
  assert.deepEqual(complaints, []);
});

test("ten thousand operations are shown, and one of them is found", async () => {
  using run = await keep(
    echo,
    "-w echo --node-count 3 --rate 1000 --time-limit 11",
  );
  assert.ok(run.result.operations > 10_000, `${run.result.operations}`);
  await using shown = await show(await run.report());
  const { page, complaints } = shown;
  await page.getByRole("heading", { name: /^Valid: echo/ }).waitFor();
  for (let i = 0; i < 20; i++) await page.keyboard.press("w");
  await page.getByRole("tab", { name: "Operations" }).click();
  await page.getByRole("tabpanel").getByRole("button", { name: "echo" })
    .first().click();
  await chosen(page).getByText("echo, by process").waitFor();
  assert.deepEqual(complaints, []);
});

// --------------------------------------------------------- all workloads

const value = message("value", { value: json });

/** A set that tells once. */
function tellingSet(node: Node): void {
  const all = new Set<unknown>();
  node.on(value, ({ value }): void => {
    all.add(value);
  });
  node.serve("g-set", {
    add({ element }) {
      all.add(element);
      for (const peer of node.peers) node.send(peer, value({ value: element }));
      return { type: "add_ok" };
    },
    read: () => ({ type: "read_ok", value: [...all] }),
  });
}

/** A sum of each node's own. */
const ownSum = (workload: "g-counter" | "pn-counter"): Program => (node) => {
  let sum = 0;
  node.serve(workload, {
    add({ delta }) {
      sum += delta;
      return { type: "add_ok" };
    },
    read: () => ({ type: "read_ok", value: sum }),
  });
};

/** Logs of each node's own. */
function ownLogs(node: Node): void {
  const logs = new Map<string, unknown[]>();
  const log = (key: string) => logs.getOrInsertComputed(key, () => []);
  node.serve("kafka", {
    send: ({ key, msg }) => ({
      type: "send_ok",
      offset: log(key).push(msg) - 1,
    }),
    poll: ({ offsets }) => ({
      type: "poll_ok",
      msgs: Object.fromEntries(
        Object.entries(offsets).map(([key, from]) => [
          key,
          log(key).slice(from).map((
            it,
            i,
          ): [number, unknown] => [from + i, it]),
        ]),
      ),
    }),
    commit_offsets: () => ({ type: "commit_offsets_ok" }),
    list_committed_offsets: () => ({
      type: "list_committed_offsets_ok",
      offsets: {},
    }),
  });
}

/** A register whose writes may be overtaken by reads. */
const staleKv = proxy((node) => node.seqKv);

interface Pair {
  readonly flags: string;
  readonly right: Program;
  readonly broken: Program;
}

const sets = "--nemesis partition --nemesis-interval 2";
const transactions = {
  flags: "--consistency-models read-committed --concurrency 4n --rate 20",
  right: txn,
  broken: txnNodes.torn(),
};

const workloads: Readonly<Record<string, Pair>> = {
  "echo": {
    flags: "",
    right: echo,
    broken: (node) =>
      node.serve("echo", { echo: () => ({ type: "echo_ok", echo: "what?" }) }),
  },
  "unique-ids": {
    flags: "",
    right: uniqueIds,
    broken: (node) =>
      node.serve("unique-ids", {
        generate: () => ({ type: "generate_ok", id: 1 }),
      }),
  },
  "broadcast": { flags: sets, right: broadcast, broken: forgetful },
  "g-set": {
    flags: "",
    right: tellingSet,
    broken: (node) =>
      node.serve("g-set", {
        add: () => ({ type: "add_ok" }),
        read: () => ({ type: "read_ok", value: [] }),
      }),
  },
  "g-counter": { flags: sets, right: counter, broken: ownSum("g-counter") },
  "pn-counter": { flags: "", right: counter, broken: ownSum("pn-counter") },
  "kafka": { flags: "--rate 20", right: kafka, broken: ownLogs },
  "lin-kv": {
    flags: "--rate 20 --concurrency 2n",
    right: proxy((node) => node.linKv),
    broken: staleKv,
  },
  "txn-list-append": { ...transactions, right: txnNodes.oneRegister() },
  "txn-rw-register": {
    ...transactions,
    flags: `${transactions.flags}0 --key-count 4`,
  },
};

for (const [workload, { flags, right, broken }] of Object.entries(workloads)) {
  for (
    const [program, word] of [[right, "Valid"], [broken, "Invalid"]] as const
  ) {
    test(`${workload}, ${word.toLowerCase()}: every part of the page is shown`, async () => {
      using run = await keep(
        program,
        `-w ${workload} --node-count 3 --time-limit 6 ${flags}`.trim(),
      );
      assert.equal(run.result.valid, program === right);
      await using shown = await show(await run.report());
      const { page, complaints } = shown;
      await page.getByRole("heading", { name: `${word}: ${workload}` })
        .waitFor();
      for (const tab of await page.getByRole("tab").all()) {
        await tab.click();
        assert.ok((await page.getByRole("tabpanel").innerText()).length > 0);
      }
      assert.deepEqual(complaints, []);
    });
  }
}
