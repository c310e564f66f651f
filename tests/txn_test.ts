import assert from "node:assert/strict";
import { type RegisterOp } from "../lib/maelstrom.ts";
import txn from "../txn.ts";
import { faultCycles } from "../workbench/cluster/nemesis.ts";
import { type Victim } from "../workbench/cluster/nemeses/nemesis.ts";
import { parseTestOptions } from "../workbench/cli/options.ts";
import { Random } from "../workbench/clock/random.ts";
import { simulate } from "../workbench/run.ts";
import {
  type Answer,
  TestCluster,
  type TestClusterOptions,
} from "../workbench/testing.ts";

/** Reads and writes: `r x`, `w x 1`. */
function operations(text: string): RegisterOp[] {
  return text.split(", ").map((one) => {
    const [f, key, value] = one.split(" ");
    return f === "r" ? ["r", key, null] : ["w", key, Number(value)];
  });
}

/** Of a transaction that was answered: what it read, in order. */
function reads({ replies }: Answer): unknown[] {
  assert.equal(replies.length, 1);
  const [reply] = replies;
  assert.equal(reply.type, "txn_ok");
  assert(Array.isArray(reply.txn));
  return reply.txn.filter(([f]) => f === "r").map(([, , value]) => value);
}

class Database extends TestCluster {
  run(id: string, text: string): Answer {
    return this.request(id, { type: "txn", txn: operations(text) });
  }

  async assertReads(id: string, text: string, ...expected: unknown[]) {
    const answer = this.run(id, text);
    await this.pass(1);
    assert.deepEqual(reads(answer), expected);
  }
}

/** Long enough for a batch, at no latency. */
const BATCH = 60;
const BOOT = 500;

async function database(
  size: number,
  options?: TestClusterOptions,
): Promise<Database> {
  const it = new Database(txn, { nodes: size, ...options });
  await it.pass(BOOT);
  return it;
}

Deno.test("txn: what a node was told by another comes with what that had seen", async () => {
  const it = await database(3);
  it.partition(["n0", "n1"], ["n2"]);
  it.run("n0", "w x 1, w y 1");
  await it.pass(BATCH);
  await it.assertReads("n1", "r x, w z 1", 1);
  // n2 hears n1, but not n0.
  it.partition(["n0"], ["n1", "n2"]);
  await it.pass(2000);
  await it.assertReads("n2", "r z, r x, r y", 1, 1, 1);
});

Deno.test("txn: no state shows a part of a transaction", async () => {
  // Each transaction writes one number to two keys; batches are lost, doubled
  // and overtaken.
  const it = await database(4, {
    latency: 30,
    latencyDist: "exponential",
    pLoss: 0.2,
    pDuplicate: 0.2,
  });
  const answers: Answer[] = [];
  for (let i = 1; i <= 500; i++) {
    it.run(it.random.pick(it.ids), `w x ${i}, w y ${i}`);
    answers.push(it.run(it.random.pick(it.ids), "r x, r y"));
    await it.pass(10);
  }
  const seen = answers.map(reads);
  for (const [x, y] of seen) assert.equal(x, y);
  assert(new Set(seen.map(([x]) => x)).size > 50);
});

Deno.test("txn: who does not wait for init_ok is answered from the restored state", async () => {
  const it = await database(3, { latency: 20 });
  for (let i = 1; i <= 20; i++) it.run("n0", `w x ${i}`);
  await it.pass(1000);
  it.kill("n1");
  await it.pass(1000);
  const init = it.start("n1");
  const early = it.run("n1", "r x, w x 200");
  await it.pass(10);
  assert.deepEqual([init.replies, early.replies], [[], []]);
  await it.pass(1000);
  assert.deepEqual(reads(early), [20]);
  for (const id of it.ids) await it.assertReads(id, "r x", 200);
});

Deno.test("txn: two that restart at once do not take each other for the cluster", async () => {
  for (let seed = 0; seed < 20; seed++) {
    const it = await database(3, { seed: `${seed}`, latency: 20 });
    it.run("n0", "w x 1");
    await it.pass(1000);
    for (const id of ["n1", "n2"]) it.kill(id);
    for (const id of ["n1", "n2"]) it.start(id);
    const early = it.run("n1", "r x");
    await it.pass(1000);
    assert.deepEqual(reads(early), [1], `seed ${seed}`);
    // The same while the node that knows is out of reach for a while.
    for (const id of ["n1", "n2"]) it.kill(id);
    it.partition(["n0"], ["n1", "n2"]);
    for (const id of ["n1", "n2"]) it.start(id);
    await it.pass(500);
    it.heal();
    await it.pass(2000);
    await it.assertReads("n2", "r x", 1);
  }
});

Deno.test("txn: what one peer alone was told is back after a restart", async () => {
  const it = await database(5);
  it.partition(["n0", "n1"], ["n2", "n3", "n4"]);
  it.run("n0", "w x 1");
  await it.pass(BATCH);
  it.kill("n0");
  it.partition(["n0", "n1", "n2", "n3", "n4"]);
  it.start("n0");
  await it.pass(5);
  await it.assertReads("n0", "r x", 1);
});

Deno.test("txn: if all are killed at once, all is lost and nobody waits for long", async () => {
  const it = await database(3);
  it.run("n0", "w x 1");
  await it.pass(1000);
  for (const id of it.ids) it.kill(id);
  const inits = it.ids.map((id) => it.start(id));
  await it.pass(200);
  for (const { replies } of inits) assert.equal(replies[0]?.type, "init_ok");
  await it.assertReads("n1", "r x, w x 2", null);
  await it.pass(BATCH);
  await it.assertReads("n0", "r x", 2);
});

Deno.test("txn: a restarted node goes on alone if nobody is in reach", async () => {
  const it = await database(2);
  it.kill("n1");
  it.kill("n0");
  const { replies } = it.start("n0");
  await it.pass(5000);
  assert.equal(replies[0].type, "init_ok");
  await it.assertReads("n0", "w x 1, r x", 1);
});

Deno.test("txn: what a node keeps for a dead peer grows with keys, not writes", async () => {
  const it = await database(2);
  it.kill("n1");
  for (let i = 1; i <= 20_000; i++) it.run("n0", `w k${i % 10} ${i}`);
  await it.pass(1000);
  const before = it.journal.events.length;
  it.start("n1");
  await it.pass(1000);
  const longest = Math.max(
    ...it.journal.events.slice(before).map(({ packet }) => packet.line.length),
  );
  assert(longest < 1000, `a message of ${longest} characters`);
  await it.assertReads("n1", "r k1, r k0", 19991, 20000);
});

Deno.test("txn: nothing is told twice, and nothing when there is nothing", async () => {
  const it = await database(2);
  await it.pass(1000);
  const count = () =>
    it.journal.events.filter(({ type, packet }) =>
      type === "send" && packet.line.includes('"delta"')
    ).length;
  const idle = count();
  await it.pass(10_000);
  // A heartbeat to the neighbour and one to a random peer a second and node.
  assert(count() - idle <= 60, `${count() - idle} messages in 10 s`);
  const before = it.journal.events.length;
  it.run("n0", "w x 123456");
  await it.pass(10_000);
  const copies = it.journal.events.slice(before).filter(({ type, packet }) =>
    type === "send" && packet.line.includes('"delta"') &&
    packet.line.includes("123456")
  );
  assert.equal(copies.length, 1);
});

/** How long after the last fault nodes may still differ, in ms. */
const CONVERGENCE = 2500;

Deno.test("txn: nodes are equal soon after the last fault, whatever it was", async () => {
  for (let seed = 0; seed < 30; seed++) {
    const random = new Random(`convergence ${seed}`);
    const size = 2 + random.integer(6);
    const it = await database(size, {
      seed: `${seed}`,
      latency: 20,
      latencyDist: "exponential",
    });
    const down = new Set<string>();
    const victim: Victim = {
      nodeIds: it.ids,
      partition: (...grudge) => it.network.partition(...grudge),
      disturb: (disturbance) => it.network.disturb(disturbance),
      kill: (ids) =>
        ids.forEach((id) => {
          down.add(id);
          it.kill(id);
        }),
      start: () => {
        for (const id of down) it.start(id);
        down.clear();
      },
      pause: (ids) => ids.forEach((id) => it.pause(id)),
      resume: () => it.ids.forEach((id) => it.resume(id)),
      ...{ ask() {}, after() {} },
    };
    const nobody = () => {};
    const cycles = faultCycles(
      ["partition", "kill", "pause"],
      victim,
      random,
    );
    for (let i = 0; i < 300; i++) {
      const key = `k${random.integer(20)}`;
      it.run(
        random.pick(it.ids),
        `w ${key} ${i}, w k${random.integer(20)} ${i}`,
      );
      if (random.chance(0.05)) random.pick(cycles).begin()?.apply(nobody);
      if (random.chance(0.05)) random.pick(cycles).end()?.apply(nobody);
      await it.pass(20 * random.float());
    }
    for (const cycle of cycles) cycle.end()?.apply(nobody);
    await it.pass(CONVERGENCE);
    const all = Array.from({ length: 20 }, (_, k) => `r k${k}`).join(", ");
    const answers = it.ids.map((id) => it.run(id, all));
    await it.pass(10);
    const states = answers.map(reads);
    for (const state of states) {
      assert.deepEqual(state, states[0], `seed ${seed}`);
    }
  }
});

for (
  const [models, nemesis] of [
    ["causal-cerone,strong-session-read-committed", "partition,pause"],
    ["causal-cerone", "partition,pause,kill"],
  ]
) {
  Deno.test(`txn: ${models} under ${nemesis}, loss, duplication, reordering`, async () => {
    for (let seed = 0; seed < 5; seed++) {
      const result = await simulate(
        parseTestOptions([
          ...["-w", "txn-rw-register", "--bin", "-", "--node-count", "5"],
          ...["--concurrency", "2n", "--rate", "300", "--time-limit", "5"],
          ...["--nemesis", nemesis, "--nemesis-interval", "1"],
          ...["--latency", "20", "--latency-dist", "exponential"],
          ...["--p-loss", "0.05", "--p-duplicate", "0.05"],
          ...["--consistency-models", models, "--seed", `${seed}`],
        ]),
        txn,
      );
      assert.equal(result.valid, true, result.explanation.join("\n"));
    }
  });
}

Deno.test("txn: what was meant for a node's last life is no state for its next", async () => {
  for (const [to, expected] of [["n1.dead", null], ["", 1]]) {
    const it = await database(2);
    const writes = [['"x"', 1, 1, "n0.another"]]; // without what n1.dead wrote
    const delta = { by: "n0.another", since: 0, upTo: 2, writes };
    it.send("n0", "n1", { type: "delta", to, ...delta });
    await it.pass(1);
    await it.assertReads("n1", "r x", expected);
  }
});

for (
  const [name, flags] of [
    ["one node", "--node-count 1"],
    ["two nodes, partitions", "--node-count 2 --nemesis partition"],
    ["five nodes, partitions", "--node-count 5 --nemesis partition"],
  ]
) {
  Deno.test(`txn: total availability and read committed, ${name}`, async () => {
    const result = await simulate(
      parseTestOptions(
        `-w txn-rw-register --bin - --seed test ${flags} --concurrency 2n --rate 1000 --time-limit 20 --consistency-models read-committed --availability total --nemesis-interval 4`
          .split(" "),
      ),
      txn,
    );
    assert.equal(result.valid, true, result.explanation.join("\n"));
    const { msgsPerOp = 0 } = result.net.servers;
    if (flags.includes("2")) assert.ok(msgsPerOp <= 0.3, `${msgsPerOp}`);
  });
}
