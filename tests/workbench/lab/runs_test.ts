import assert from "node:assert/strict";
import { Runs } from "../../../workbench/lab/runs.ts";
import { type ListedRun } from "../../../viewer/run/listing.ts";
import { kindOf, shown } from "../../../viewer/page/runs_filter.ts";
import {
  MAELSTROMS,
  maelstroms,
  OURS,
  ours,
  withStore,
} from "../../support/stores.ts";

const NEWER = "kafka/2026-11-26T030000.000Z-999999999";

async function listed(
  files: Readonly<Record<string, string>>,
): Promise<ListedRun[]> {
  let runs: ListedRun[] = [];
  await withStore(files, async (store) => {
    runs = await new Runs(store).list(Infinity);
  });
  return runs;
}

Deno.test("runs: all are listed, newest first, whoever wrote them", async () => {
  const runs = await listed({ ...ours(), ...maelstroms(), ...ours(NEWER) });
  assert.deepEqual(runs.map(({ id }) => id), [NEWER, OURS, MAELSTROMS]);
  const [, own, theirs] = runs;
  assert.deepEqual({ ...own }, {
    ...{ id: OURS, workload: "echo", date: "2026-11-25T03:00:00.000Z" },
    ...{ author: "workbench", state: "judged", valid: true, nodes: 1 },
    ...{ nemesis: "", seed: "abc", msgsPerOp: 0.5, median: 1.25, max: 3 },
    told: undefined,
  });
  assert.equal(theirs.author, "jepsen");
  assert.equal(theirs.valid, false);
  assert.deepEqual([theirs.nodes, theirs.median, theirs.max], [2, 45, 90]);
  assert.match(
    theirs.told ?? "",
    /workload checker says invalid.*lost: \[14\]/,
  );
});

Deno.test("runs: what is wrong is told in a sentence", async () => {
  const [run] = await listed(ours(OURS, {
    valid: false,
    explanation: ["set: 3 is lost. It was known at op 4.", "set: 4 is lost."],
  }));
  assert.equal(run.told, "set: 3 is lost. (and 1 more)");
});

Deno.test("runs: damaged ones are listed, each with the reason", async () => {
  const cut = "echo/2026-11-25T030001.000Z-999999999";
  const none = "echo/2026-11-25T030002.000Z-999999999";
  const odd = "echo/2026-11-25T030003.000Z-999999999";
  const theirs = "set/20240106T150751.664+0530";
  const runs = await listed({
    ...ours(),
    [`${cut}/results.json`]: '{"valid": tr',
    [`${none}/journal.jsonl`]: "",
    [`${odd}/results.json`]: "7",
    [`${theirs}/results.edn`]: "{:valid? ",
  });
  const told = new Map(runs.map((it) => [it.id, `${it.state}: ${it.told}`]));
  assert.match(
    told.get(cut) ?? "",
    /^damaged: Its results\.json can't be read/,
  );
  assert.match(told.get(none) ?? "", /^damaged: It has no results\.json/);
  assert.match(told.get(odd) ?? "", /^damaged: .*no object/);
  assert.match(
    told.get(theirs) ?? "",
    /^damaged: .*results\.edn can't be read/,
  );
});

Deno.test("runs: one whose process is there is under way", async () => {
  const id = `echo/2026-11-25T030000.000Z-${Deno.pid}`;
  const [run] = await listed({ [`${id}/journal.jsonl`]: "" });
  assert.equal(run.state, "under way");
});

Deno.test("runs: neither links nor folders of other things are runs", async () => {
  await withStore({ ...ours(), "notes/today/x.txt": "" }, async (store) => {
    await Deno.symlink(`${store}/${OURS}`, `${store}/latest`);
    await Deno.symlink(`${store}/${OURS}`, `${store}/echo/again`);
    const runs = await new Runs(store).list(Infinity);
    assert.deepEqual(runs.map(({ id }) => id), [OURS]);
  });
});

Deno.test("runs: a store that is not there is empty", async () => {
  assert.deepEqual(await new Runs("/nowhere/at/all").list(), []);
});

Deno.test("runs: each is read once, and again when its results change", async () => {
  await withStore(ours(), async (store) => {
    const runs = new Runs(store);
    const [first] = await runs.list(Infinity);
    assert.equal((await runs.list(0))[0], first);
    await Deno.writeTextFile(
      `${store}/${OURS}/results.json`,
      JSON.stringify({ valid: false, explanation: ["it is wrong."] }),
    );
    assert.equal((await runs.list(0))[0].state, "unread");
    assert.equal((await runs.list(Infinity))[0].valid, false);
  });
});

Deno.test("runs: the filter takes words, a verdict and a workload", async () => {
  const runs = await listed({ ...ours(), ...maelstroms(), ...ours(NEWER) });
  const all = { text: "", kind: "all", workload: "all" } as const;
  const ids = (search: Partial<Parameters<typeof shown>[1]>) =>
    shown(runs, { ...all, ...search }).map(({ id }) => id);
  assert.equal(ids({}).length, 3);
  assert.deepEqual(ids({ text: "LOST broadcast" }), [MAELSTROMS]);
  assert.deepEqual(ids({ kind: "invalid" }), [MAELSTROMS]);
  assert.deepEqual(ids({ workload: "echo", text: "abc" }), [NEWER, OURS]);
  assert.deepEqual(ids({ text: "nothing like it" }), []);
  assert.deepEqual(runs.map(kindOf), ["valid", "valid", "invalid"]);
});
