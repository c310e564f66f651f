import assert from "node:assert/strict";
import { readStoredRun } from "../../../workbench/report/stored_run.ts";
import { RunError } from "../../../workbench/cluster/node_host.ts";
import {
  MAELSTROMS,
  maelstroms,
  OURS,
  ours,
  withStore,
} from "../../support/stores.ts";

/** The run, after some of its files were changed; undefined: removed. */
async function read(changes: Readonly<Record<string, string | undefined>>) {
  let run: Awaited<ReturnType<typeof readStoredRun>> | undefined;
  const files = new Map(Object.entries(maelstroms()));
  for (const [name, text] of Object.entries(changes)) {
    if (text === undefined) files.delete(`${MAELSTROMS}/${name}`);
    else files.set(`${MAELSTROMS}/${name}`, text);
  }
  await withStore(Object.fromEntries(files), async (store) => {
    run = await readStoredRun(`${store}/${MAELSTROMS}`);
  });
  assert(run !== undefined);
  return run;
}

Deno.test("Maelstrom's folder: verdict, operations, faults and figures are read", async () => {
  const run = await read({});
  assert.equal(run.valid, false);
  assert.equal(run.workload, "broadcast");
  assert.equal(run.date, "2024-01-06T09:37:51.664Z");
  assert.match(run.command ?? "", /^lein run test -w broadcast/);
  assert.deepEqual(run.nodes, ["n0", "n1"]);
  assert.deepEqual(
    run.operations.map(({ f, node, type, start, end, final }) =>
      `${f} ${node} ${type} ${start} ${end} ${final ?? ""}`
    ),
    ["broadcast n0 ok 1 3 ", "read n1 ok 6 9 true"],
  );
  assert.deepEqual(
    run.faults.map(({ kind, start, end, label }) => [kind, start, end, label]),
    [["partition", 5, 8, "n0 | n1"]],
  );
  assert.deepEqual(
    run.figures.map(({ value, unit }) => `${value.toFixed(2)} ${unit}`),
    ["1.67 msgs/op", "3.00 ms", "3.00 ms", "45.00 ms", "90.00 ms"],
  );
  assert.equal(run.messages, undefined);
  assert.match(run.notes.join("\n"), /messages were not kept/);
  assert(run.files?.includes("timeline.html"));
});

Deno.test("Maelstrom's folder: what was lost leads to the operation that wrote it", async () => {
  const [finding] = (await read({})).findings;
  assert.match(finding.text, /workload checker says invalid/);
  assert.equal(finding.subject, 14);
  assert.deepEqual(finding.operations, [0]);
});

Deno.test("Jepsen's folder: without history.edn the log tells what happened", async () => {
  const run = await read({ "history.edn": undefined });
  assert.deepEqual(
    run.operations.map(({ f, type, start, end }) => [f, type, start, end]),
    [["broadcast", "ok", 0, 2], ["read", "fail", 2, 4]],
  );
  assert.match(run.notes.join("\n"), /no history\.edn/);
});

Deno.test("Jepsen's folder: history.txt alone gives the order", async () => {
  const run = await read({ "history.edn": undefined, "jepsen.log": undefined });
  assert.deepEqual(run.operations.map(({ f, type }) => [f, type]), [
    ["broadcast", "ok"],
  ]);
  assert.match(run.notes.join("\n"), /history\.txt has no times/);
});

Deno.test("Jepsen's folder: a run that was not judged is unknown, and says so", async () => {
  const run = await read({ "results.edn": undefined });
  assert.equal(run.valid, "unknown");
  assert.match(run.notes.join("\n"), /was not judged/);
});

Deno.test("Jepsen's folder: damaged lines of a history are counted", async () => {
  const run = await read({
    "history.edn":
      "{:type :invoke, :f :read, :process 0, :time 5}\n{:type :o\n",
  });
  assert.equal(run.operations.length, 1);
  assert.match(run.notes.join("\n"), /history\.edn is damaged: 1 of its lines/);
});

Deno.test("Jepsen's folder: results that are cut off are refused in words", async () => {
  await assert.rejects(
    read({ "results.edn": "{:valid? " }),
    (error) =>
      error instanceof RunError &&
      /results\.edn can't be read/.test(error.message),
  );
});

Deno.test("report: a folder without a run's files is refused in words", async () => {
  await withStore({ "a/b/notes.txt": "" }, async (store) => {
    await assert.rejects(readStoredRun(`${store}/a/b`), /is no run's folder/);
    await assert.rejects(readStoredRun(`${store}/a/c`), /can't be read/);
  });
});

Deno.test("report: a folder of ours is told from theirs by what is in it", async () => {
  await withStore({
    ...ours(),
    [`${OURS}/results.edn`]: "{:valid? true}",
  }, async (store) => {
    const run = await readStoredRun(`${store}/${OURS}`);
    assert.equal(run.workload, "echo");
    assert.equal(run.valid, true);
    assert.equal(run.date, "2026-11-25T03:00:00.000Z");
  });
});
