import assert from "node:assert/strict";
import counter from "../counter.ts";
import { type Node } from "../lib/maelstrom.ts";
import { parseTestOptions } from "../workbench/cli/options.ts";
import { simulate } from "../workbench/run.ts";
import { TestCluster } from "../workbench/testing.ts";

function run(program: (node: Node) => void, seed: number, flags: string) {
  const args = ["--bin", "-", "--seed", `${seed}`, ...flags.split(" ")];
  return simulate(parseTestOptions(args), program);
}

const FAULTS = "--nemesis partition,kill,pause --nemesis-interval 3 " +
  "--p-loss 0.05 --p-duplicate 0.05 --latency 20 --latency-dist exponential";

for (const workload of ["g-counter", "pn-counter"]) {
  Deno.test(`counter: ${workload} reads are exact after every fault`, async () => {
    for (let seed = 0; seed < 20; seed++) {
      const result = await run(
        counter,
        seed,
        `-w ${workload} --node-count 3 --rate 100 --time-limit 20 ${FAULTS}`,
      );
      const text = `seed ${seed}: ${result.explanation.join("\n")}`;
      assert.equal(result.valid, true, text);
    }
  });
}

Deno.test("counter: at most one message between servers an operation", async () => {
  const result = await run(
    counter,
    1,
    "-w g-counter --node-count 3 --rate 100 --time-limit 20 --nemesis partition",
  );
  assert.equal(result.valid, true, result.explanation.join("\n"));
  assert.ok(
    (result.net.servers.msgsPerOp ?? 0) <= 1,
    JSON.stringify(result.net),
  );
});

Deno.test("counter: a sum beyond 2^53 is exact, also after restarts", async () => {
  const it = new TestCluster(counter, { nodes: 2 });
  await it.pass(100);
  const add = async (id: string, delta: number) => {
    const { replies } = it.request(id, { type: "add", delta });
    await it.pass(50);
    assert.deepEqual(replies.map(({ type }) => type), ["add_ok"]);
  };
  const assertReads = async (value: number | bigint) => {
    await it.pass(3000);
    const answers = it.ids.map((id) => it.request(id, { type: "read" }));
    await it.pass(10);
    assert.deepEqual(
      answers.map(({ replies }) => replies[0]?.value),
      [value, value],
    );
  };
  await add("n0", Number.MAX_SAFE_INTEGER);
  await assertReads(Number.MAX_SAFE_INTEGER);
  await add("n1", Number.MAX_SAFE_INTEGER);
  await add("n0", 1);
  await add("n0", 1);
  await assertReads(2n ** 54n);
  for (const id of it.ids) {
    it.kill(id);
    it.start(id);
  }
  await assertReads(2n ** 54n);
  await add("n0", -Number.MAX_SAFE_INTEGER);
  await add("n1", -4);
  await assertReads(Number.MAX_SAFE_INTEGER - 2);
});

Deno.test("counter: a delta that is no exact integer is refused, and changes nothing", async () => {
  const it = new TestCluster(counter, { nodes: 1 });
  await it.pass(100);
  for (const delta of [0.5, 1e20, 2 ** 53, 2n ** 60n, "1", null, [1]]) {
    const { replies } = it.request("n0", { type: "add", delta });
    await it.pass(50);
    assert.deepEqual(replies.map(({ code }) => code), [12], `${delta}`);
  }
  const { replies } = it.request("n0", { type: "read" });
  await it.pass(10);
  assert.equal(replies[0].value, 0);
});

Deno.test("counter: a twin that tells nobody of its adds is caught", async () => {
  const secretive = (node: Node) => {
    let total = 0;
    node.serve("g-counter", {
      add: ({ delta }) => ((total += delta), { type: "add_ok" }),
      read: () => ({ type: "read_ok", value: total }),
    });
  };
  const result = await run(
    secretive,
    1,
    "-w g-counter --node-count 3 --rate 100 --time-limit 10",
  );
  assert.equal(result.valid, false);
});
