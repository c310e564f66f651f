import assert from "node:assert/strict";
import listAppend from "../../beyond/list_append.ts";
import { type Answer, TestCluster } from "../../workbench/testing.ts";

/** Nodes that all have settled in, and what transactions read there. */
async function cluster(consistency: string) {
  const it = new TestCluster(listAppend, {
    nodes: 3,
    latency: 5,
    args: ["--consistency", consistency],
  });
  await it.ready();
  await it.pass(500);
  const run = (id: string, ...txn: readonly (readonly unknown[])[]) =>
    it.request(id, { type: "txn", txn });
  return { it, run };
}

const values = ({ replies: [reply] }: Answer) => {
  assert.ok(Array.isArray(reply?.txn), "not answered");
  return reply.txn.map(([, , value]) => value);
};

const lower = ["read-uncommitted", "read-committed", "monotonic-atomic-view"];

for (const model of [...lower, "causal"]) {
  Deno.test(`list_append: ${model}, a node that is cut off from all answers at once`, async () => {
    const { it, run } = await cluster(model);
    it.partition(["n0"], ["n1", "n2", "lin-kv"]);
    const answer = run("n0", ["w", "x", 1], ["r", "x", null]);
    await it.pass(1);
    assert.deepEqual(values(answer), [1, 1]);
    it.heal();
    await it.pass(5000);
    const others = run("n2", ["r", "x", null]);
    await it.pass(1);
    assert.deepEqual(values(others), [1]);
  });
}

for (const model of lower) {
  Deno.test(`list_append: ${model}, a list shows appends of two sides in one order, once these hear each other`, async () => {
    const { it, run } = await cluster(model);
    it.partition(["n0"], ["n1", "n2"]);
    const answers = [
      run("n0", ["append", "x", 1], ["r", "x", null]),
      run("n1", ["append", "x", 2], ["r", "x", null]),
    ];
    await it.pass(1000);
    // Whose is the first nobody knows yet.
    assert.deepEqual(answers.map(values), [[1, null], [2, null]]);
    it.heal();
    await it.pass(5000);
    const reads = it.ids.map((id) => run(id, ["r", "x", null]));
    await it.pass(1);
    const [[list], ...others] = reads.map(values);
    assert.deepEqual([...list].sort(), [1, 2]);
    for (const other of others) assert.deepEqual(other, [list]);
  });
}

for (
  const model of ["snapshot-isolation", "serializable", "strict-serializable"]
) {
  Deno.test(`list_append: ${model}, what was acknowledged survives the kill of all nodes`, async () => {
    const { it, run } = await cluster(model);
    const written = it.ids.map((id) =>
      run(id, ["append", "x", id], ["w", id, 1])
    );
    await it.pass(500);
    written.forEach(values);
    for (const id of it.ids) it.kill(id);
    for (const id of it.ids) it.start(id);
    await it.pass(2000);
    const read = run("n1", ["r", "x", null], ["r", "n0", null]);
    await it.pass(500);
    const [list, register] = values(read);
    assert.deepEqual([...list].sort(), it.ids);
    assert.equal(register, 1);
  });
}

Deno.test("list_append: of two transactions on one snapshot that write the same, the later one runs on a newer snapshot", async () => {
  const { it, run } = await cluster("snapshot-isolation");
  const both = ["n0", "n1"].map((id) =>
    run(id, ["r", "x", null], ["append", "x", id])
  );
  await it.pass(500);
  const seen = both.map((answer) => values(answer)[0]);
  assert.ok(seen.includes(null), "one is the first");
  assert.ok(seen.some(Array.isArray), "the other has seen it");
});

Deno.test("list_append: snapshots allow write skew, a serial order does not", async () => {
  for (const model of ["snapshot-isolation", "serializable"]) {
    const { it, run } = await cluster(model);
    const both = [
      run("n0", ["r", "x", null], ["w", "y", 1]),
      run("n1", ["r", "y", null], ["w", "x", 1]),
    ];
    await it.pass(500);
    const seen = both.map((answer) => values(answer)[0]);
    const isSkewed = seen.every((it) => it === null);
    assert.equal(isSkewed, model === "snapshot-isolation", `${seen}`);
  }
});

for (const model of lower) {
  Deno.test(`list_append: ${model}, whoever shows an append has said what the others wait for`, async () => {
    const { it, run } = await cluster(model);
    // What n1 hears of n0 and n2 lets it show all, before it has said anything.
    for (let element = 1; element <= 40; element++) {
      run(element % 2 === 0 ? "n2" : "n0", ["append", "x", element]);
      await it.pass(element % 3);
    }
    await it.pass(10_000);
    const [first, ...reads] = it.ids.map((id) => run(id, ["r", "x", null]));
    await it.pass(1);
    assert.equal(values(first)[0].length, 40);
    for (const read of reads) assert.deepEqual(values(read), values(first));
  });
}
