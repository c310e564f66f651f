import assert from "node:assert/strict";
import fc from "fast-check";
import broadcast from "../broadcast.ts";
import { stringifyJson } from "../workbench/json.ts";
import { parseTestOptions } from "../workbench/cli/options.ts";
import { simulate } from "../workbench/run.ts";
import { type Answer, TestCluster } from "../workbench/testing.ts";

/** Runs the workload on 25 nodes under virtual time. */
function workload(seed: string, ...flags: string[]) {
  const options = parseTestOptions([
    ...["-w", "broadcast", "--bin", "-", "--node-count", "25"],
    ...["--time-limit", "10", "--rate", "100", "--latency", "100"],
    ...["--seed", seed],
    ...flags,
  ]);
  return simulate(options, broadcast, { keepJournal: true });
}

class Cluster extends TestCluster {
  broadcast(id: string, message: unknown): Answer {
    return this.request(id, { type: "broadcast", message });
  }

  /** What each node answers to a read. */
  async reads(): Promise<unknown[]> {
    const answers = this.ids.map((id) => this.request(id, { type: "read" }));
    await this.pass(1);
    return answers.map(({ replies: [reply] }) => reply?.messages);
  }

  async assertAllRead(...messages: unknown[]) {
    const sorted = (await this.reads()).map((it) =>
      Array.isArray(it) ? it.toSorted() : it
    );
    assert.deepEqual(sorted, this.ids.map(() => messages));
  }
}

const cluster = (nodes: number, args: readonly string[]) =>
  new Cluster(broadcast, { nodes, args, latency: 100 });

function script(
  name: string,
  size: number,
  steps: (it: Cluster) => Promise<void>,
  args: readonly string[] = [],
) {
  Deno.test(`broadcast: ${name}`, () => steps(cluster(size, args)));
}

script("a value is at every node after two hops", 25, async (it) => {
  await it.pass(10);
  it.broadcast("n7", "a");
  await it.pass(201);
  await it.assertAllRead("a");
});

script("deep trees reach all", 700, async (it) => {
  it.broadcast("n699", 1);
  await it.pass(601);
  await it.assertAllRead(1);
});

script(
  "values of any JSON type, and one twice, are read once",
  3,
  async (it) => {
    for (const value of [1, "1", null, { a: [1] }]) it.broadcast("n1", value);
    it.broadcast("n2", 1);
    await it.pass(1000);
    for (const read of await it.reads()) {
      assert(Array.isArray(read));
      assert.deepEqual(
        new Set(read.map((value) => JSON.stringify(value))),
        new Set(["1", '"1"', "null", '{"a":[1]}']),
      );
      assert.equal(read.length, 4);
    }
  },
);

// --------------------------------------------------------------------- poison

const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

/** JSON that has broken something somewhere. */
const oddText = fc.oneof(
  fc.json({ maxDepth: 2 }),
  fc.bigInt().map(String),
  fc.constantFrom(
    ...["null", "-0", "1.0", "1e20", "1e400", "-1e999", "9007199254740993"],
    ...['"\\ud800"', '{"__proto__":{"a":1}}', '{"toString":1,"length":-1}'],
    ...['{"a":1,"b":2}', '{"b":2,"a":1}', "[[],{}]", nested(400), nested(600)],
  ),
);
const oddInteger = fc.constantFrom("0", "1", "-1", "24", "9007199254740991");
const oddRuns = fc.array(
  fc.tuple(
    fc.constantFrom("o", "p", "n1.x", "__proto__", "constructor"),
    fc.oneof(oddInteger, oddText),
    fc.array(oddText, { maxLength: 3 }),
  ).map(([origin, start, values]) => `["${origin}",${start},[${values}]]`),
  { maxLength: 3 },
).map((runs) => `[${runs}]`);
const oddRanges = fc.array(oddInteger, { maxLength: 5 }).map((it) => `[${it}]`);

/** By field: often such as the node's own, but for a detail. */
const oddFields = {
  message: oddText,
  tree: oddInteger,
  runs: oddRuns,
  again: fc.oneof(oddInteger, fc.constant('"zzz"')),
  by: fc.constantFrom('"n0"', '"x"', '"__proto__"'),
  n: oddInteger,
  have: fc.dictionary(fc.constantFrom("o", "__proto__", "n1.x"), oddRanges)
    .map((have) =>
      `{${Object.entries(have).map(([key, it]) => `"${key}":${it}`)}}`
    ),
  urgent: oddInteger,
  more: oddInteger,
};
const oddBody = fc.tuple(
  fc.constantFrom(
    ...["broadcast", "broadcast", "topology", "read", "init"],
    ...["up", "spread", "digest", "delta"],
  ),
  fc.record(oddFields, {
    requiredKeys: ["message", "tree", "runs", "n", "by"],
  }),
  fc.option(fc.tuple(fc.constantFrom(...Object.keys(oddFields)), oddText)),
).map(([type, fields, other]) => ({
  type,
  text: Object.entries({ ...fields, ...other && { [other[0]]: other[1] } })
    .map(([name, text]) => `,"${name}":${text}`).join(""),
}));

const texts = (values: unknown) => {
  assert(Array.isArray(values));
  return new Set(values.map((value) => stringifyJson(value)));
};

for (const args of [[], ["--durable"], ["--max-wait", "0"]]) {
  Deno.test(`broadcast ${args}: odd requests break nothing`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(2), oddBody), { maxLength: 20 }),
        async (requests) => {
          const it = cluster(3, args);
          await it.pass(10);
          const answers: Answer[] = [];
          for (const [node, { type, text }] of requests) {
            const body = `{"type":"${type}"${text}}`;
            answers.push(it.request(it.ids[node], body));
            await it.pass(50);
          }
          for (const id of it.ids) it.broadcast(id, `${id} is well`);
          await it.pass(9_000);
          const reads = (await it.reads()).map(texts);
          for (const id of it.ids) assert(reads[0].has(`"${id} is well"`));
          assert.deepEqual(reads[1], reads[0]);
          assert.deepEqual(reads[2], reads[0]);
          for (const [i, [, { type, text }]] of requests.entries()) {
            const [reply] = answers[i].replies;
            if (type !== "broadcast" || reply?.type === "error") {
              if (type === "broadcast") assert.equal(reply?.code, 12);
              continue;
            }
            assert.equal(reply?.type, "broadcast_ok");
            const { message } = JSON.parse(`{"x":0${text}}`);
            if (typeof message === "object" && message) continue;
            if (Number.isInteger(message)) continue; // it may be a bigint
            assert(reads[0].has(stringifyJson(message)), text);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
}

script("equal values are one, whatever their form", 3, async (it) => {
  const values = ['{"a":1,"b":[2]}', '{"b":[2.0],"a":1}', "1", "1.0", "1e0"];
  for (const text of ["-0", "0", ...values]) {
    it.request("n1", `{"type":"broadcast","message":${text}}`);
  }
  await it.pass(1_000);
  for (const read of await it.reads()) {
    assert.deepEqual(texts(read), new Set(["0", '{"a":1,"b":[2]}', "1"]));
  }
});

for (const text of ["1e400", nested(502)]) {
  script(`${text.slice(0, 5)} is refused, nothing changes`, 3, async (it) => {
    await it.pass(10);
    const body = `{"type":"broadcast","message":${text}}`;
    const { replies } = it.request("n1", body);
    it.broadcast("n1", "next");
    await it.pass(1_000);
    assert.equal(replies[0]?.code, 12);
    await it.assertAllRead("next");
  });
}

// -------------------------------------------------------------- faults by hand

script("a healed partition leaves nothing behind", 9, async (it) => {
  it.partition(it.ids.slice(0, 4), it.ids.slice(4));
  it.broadcast("n0", "hub's side");
  it.broadcast("n8", "other side");
  await it.pass(15_000);
  const reads = await it.reads();
  assert.deepEqual(reads[3], ["hub's side"]);
  assert.deepEqual(reads[5], ["other side"]);
  it.heal();
  await it.pass(9_000);
  await it.assertAllRead("hub's side", "other side");
});

script("what an isolated root accepted comes out", 25, async (it) => {
  it.partition(["n0"], it.ids.slice(1));
  it.broadcast("n0", "a");
  await it.pass(15_000);
  it.heal();
  await it.pass(9_000);
  await it.assertAllRead("a");
});

script("a silent root costs a short detour", 25, async (it) => {
  for (let i = 0; i < 5; i++) {
    it.broadcast("n5", `a${i}`);
    await it.pass(500); // n5 learns the round trip
  }
  it.pause("n0");
  it.broadcast("n5", "b");
  await it.pass(1_000);
  const others = (await it.reads()).slice(1);
  for (const read of others) {
    assert(Array.isArray(read) && read.includes("b"));
  }
  it.resume("n0");
  await it.pass(9_000);
  await it.assertAllRead("a0", "a1", "a2", "a3", "a4", "b");
});

script("after a detour all return to one tree", 25, async (it) => {
  it.pause("n0");
  for (const id of it.ids) it.broadcast(id, id);
  await it.pass(10_000);
  it.resume("n0");
  it.broadcast("n0", "back");
  await it.pass(5_000);
  it.broadcast("n0", "on");
  await it.pass(1_000);
  const before = it.journal.events.length;
  for (const id of it.ids) it.broadcast(id, `${id} again`);
  await it.pass(500);
  const trees = it.journal.events.slice(before)
    .filter(({ packet }) => packet.body.type === "spread")
    .map(({ packet }) => packet.body.tree);
  assert.deepEqual(new Set(trees), new Set([0]));
});

script("what a dead node told one other reaches all", 5, async (it) => {
  const others = it.ids.filter((id) => id !== "n3");
  it.partition(["n3"], others);
  it.broadcast("n3", "only n3 knows");
  await it.pass(150);
  // Nobody hears n0, which hears n3.
  it.network.partition(
    new Map(it.ids.map((id) => [id, new Set(id === "n0" ? [] : ["n0"])])),
  );
  it.broadcast("n3", "n0 knows too");
  await it.pass(150);
  it.kill("n3");
  await it.pass(1_000);
  it.heal();
  it.start("n3");
  await it.pass(9_000);
  await it.assertAllRead("n0 knows too");
});

script(
  "what a dead node told an inner node reaches all",
  5,
  async (it) => {
    it.broadcast("n3", "n1 has passed this on in vain");
    await it.pass(101); // n3 sends to n1, which sends to the root
    it.kill("n3");
    it.partition(["n0"], it.ids.slice(1));
    await it.pass(1_000);
    it.heal();
    it.start("n3");
    await it.pass(9_000);
    await it.assertAllRead("n1 has passed this on in vain");
  },
  ["--fan-out", "2"],
);

script("a repair whose answer is lost is asked for again", 9, async (it) => {
  const others = it.ids.filter((id) => id !== "n4");
  await it.pass(5_000); // the next digests are seconds away
  it.partition(["n4"], others);
  it.broadcast("n1", "a");
  await it.pass(250);
  it.heal();
  it.broadcast("n1", "b");
  await it.pass(350); // n4 has seen the gap, and has asked
  it.partition(["n4"], others);
  await it.pass(100);
  it.heal();
  await it.pass(1_000); // it asks after a second
  await it.assertAllRead("a", "b");
});

const patient = ["--max-wait", "3000"];

script(
  "the last batch of patient nodes is repaired as soon as any",
  9,
  async (it) => {
    await it.pass(10);
    it.partition(["n4"], it.ids.filter((id) => id !== "n4"));
    it.broadcast("n1", "a");
    await it.pass(1_000);
    it.heal();
    await it.pass(5_000);
    await it.assertAllRead("a");
  },
  patient,
);

script(
  "a value's turn comes, however often others send before it",
  9,
  async (it) => {
    await it.pass(10);
    for (let i = 0; i < 3; i++) {
      it.kill("n5");
      it.start("n5");
      await it.pass(10);
      it.broadcast("n5", `n5 sends at once, ${i}`); // it knows of no batch
      await it.pass(500);
      if (i === 0) it.broadcast("n1", "a");
      await it.pass(1_500);
    }
    for (const read of await it.reads()) {
      assert(Array.isArray(read) && read.includes("a"));
    }
  },
  patient,
);

Deno.test("broadcast: 3d and 3e at once, without faults", async () => {
  const { valid, net, journal } = await workload("economy");
  assert.equal(valid, true);
  assert(Number(net.servers.msgsPerOp) < 3.1, `${net.servers.msgsPerOp}`);
  const urgent = journal.events.filter(({ type, packet }) =>
    type === "send" && packet.body.type === "delta"
  );
  assert(urgent.length < 30, `repairs without faults: ${urgent.length}`);
});

Deno.test("broadcast: lowest latency is one hop", async () => {
  const { valid, workload: check } = await workload(
    "direct",
    "--delivery",
    "independent",
    "--",
    "--max-wait",
    "0",
  );
  assert.equal(valid, true);
  const latencies = check.stableLatencies;
  assert(typeof latencies === "object" && latencies !== null);
  assert(Math.max(...Object.values(latencies)) <= 101);
});

Deno.test("broadcast: what lies between two steps of the dial is the lower one", async () => {
  const messages = async (maxWait: number) => {
    const { net } = await workload("dial", "--", "--max-wait", `${maxWait}`);
    return net.servers.msgCount;
  };
  const [none, step, hold] = [0, 115, 165].map(messages);
  for (const below of [1, 60, 114]) {
    assert.equal(await messages(below), await none);
  }
  for (const below of [116, 164]) {
    assert.equal(await messages(below), await step);
  }
  assert(Number(await none) > 3 * Number(await step));
  assert.notEqual(await hold, await step);
});

const faults = {
  "partitions": ["--nemesis", "partition", "--nemesis-interval", "3"],
  "loss, duplication and reordering": [
    ...["--p-loss", "0.1", "--p-duplicate", "0.1"],
    ...["--latency-dist", "exponential"],
  ],
  "pauses": ["--nemesis", "pause", "--nemesis-interval", "3"],
  "all of these": [
    ...["--nemesis", "partition,pause", "--nemesis-interval", "3"],
    ...["--p-loss", "0.1", "--p-duplicate", "0.1"],
    ...["--latency-dist", "exponential"],
  ],
};

Deno.test("broadcast: --durable loses nothing to kills either", async () => {
  for (const seed of ["a", "b", "c"]) {
    const { valid, explanation } = await workload(
      seed,
      ...["--node-count", "5", "--time-limit", "20", "--rate", "50"],
      ...["--nemesis", "kill,partition,pause", "--nemesis-interval", "3"],
      ...["--p-loss", "0.05", "--p-duplicate", "0.05"],
      ...["--latency", "50", "--latency-dist", "exponential"],
      ...["--", "--durable"],
    );
    assert.equal(valid, true, `seed ${seed}: ${explanation.join("\n")}`);
  }
});

Deno.test("broadcast: --durable, restarted nodes are complete in 10 s", async () => {
  for (const seed of ["a", "b", "c"]) {
    const { valid, explanation } = await workload(
      seed,
      ...["--node-count", "3", "--time-limit", "40", "--rate", "50"],
      ...["--nemesis", "kill", "--nemesis-interval", "5"],
      ...["--p-loss", "0.1", "--latency", "20"],
      ...["--", "--durable"],
    );
    assert.equal(valid, true, `seed ${seed}: ${explanation.join("\n")}`);
  }
});

Deno.test("broadcast: --durable, a lost reply costs a restart a second", async () => {
  for (const seed of ["d/1", "d/2", "d/3"]) { // d/1 took longer than 10 s
    const { valid, explanation } = await workload(
      seed,
      ...["--node-count", "5", "--time-limit", "20", "--rate", "30"],
      ...["--nemesis", "kill", "--nemesis-interval", "4", "--p-loss", "0.05"],
      ...["--latency", "500", "--latency-dist", "exponential"],
      ...["--", "--durable"],
    );
    assert.equal(valid, true, `seed ${seed}: ${explanation.join("\n")}`);
  }
});

Deno.test("broadcast: patient nodes are equal in 10 s too", async () => {
  for (const seed of ["a", "b", "c", "d", "e", "f"]) {
    const { valid, explanation } = await workload(
      seed,
      ...["--node-count", "9", "--time-limit", "20", "--rate", "30"],
      ...["--nemesis", "partition,pause,kill", "--nemesis-interval", "4"],
      ...["--p-loss", "0.05", "--p-duplicate", "0.05"],
      ...["--latency", "20", "--latency-dist", "exponential"],
      ...["--forgive-victims", "--", ...patient],
    );
    assert.equal(valid, true, `seed ${seed}: ${explanation.join("\n")}`);
  }
});

for (const [name, flags] of Object.entries(faults)) {
  Deno.test(`broadcast: nothing is lost under ${name}`, async () => {
    for (const seed of ["a", "b", "c"]) {
      const { valid, explanation } = await workload(seed, ...flags);
      assert.equal(valid, true, `seed ${seed}: ${explanation.join("\n")}`);
    }
  });
}
