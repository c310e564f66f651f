import assert from "node:assert/strict";
import kafka from "../kafka.ts";
import { type Body } from "../lib/maelstrom.ts";
import { stringifyJson } from "../workbench/json.ts";
import { parseTestOptions } from "../workbench/cli/options.ts";
import { simulate } from "../workbench/run.ts";
import { TestCluster } from "../workbench/testing.ts";

function run(seed: number, flags: string) {
  const options = parseTestOptions([
    ...["-w", "kafka", "--bin", "-", "--concurrency", "2n"],
    ...["--seed", `${seed}`, ...flags.split(" ")],
  ]);
  return simulate(options, kafka);
}

const FAULTS = "--nemesis partition,kill,pause --nemesis-interval 3 " +
  "--p-loss 0.05 --p-duplicate 0.05 --latency 20 --latency-dist exponential";

for (const nodes of [1, 2, 5]) {
  Deno.test(`kafka: nothing is lost, moved or doubled, ${nodes} nodes, every fault`, async () => {
    for (let seed = 0; seed < 10; seed++) {
      const result = await run(
        seed,
        `--node-count ${nodes} --rate 100 --time-limit 15 ${FAULTS}`,
      );
      const text = `seed ${seed}: ${result.explanation.join("\n")}`;
      assert.equal(result.valid, true, text);
    }
  });
}

Deno.test("kafka: offsets are small and dense", async () => {
  const { history } = await run(
    1,
    "--node-count 2 --rate 200 --time-limit 10",
  );
  const offsets = new Map<string, Set<number>>();
  for (const { type, f, value } of history) {
    if (type !== "ok" || f !== "send") continue;
    for (const [, key, [offset]] of value as ["send", string, [number]][]) {
      offsets.getOrInsert(key, new Set()).add(offset);
    }
  }
  assert.ok(offsets.size > 0);
  for (const [key, seen] of offsets) {
    assert.equal(Math.max(...seen), seen.size - 1, `key ${key}`);
  }
});

Deno.test("kafka: at most 1.5 messages between servers per operation", async () => {
  const { valid, net, explanation } = await run(
    1,
    "--node-count 2 --rate 1000 --time-limit 5",
  );
  assert.equal(valid, true, explanation.join("\n"));
  assert.ok((net.servers.msgsPerOp ?? 0) <= 1.5, JSON.stringify(net));
});

const LATENCY = 10;

/** Sends one message after the other, so that each has a slot of its own. */
async function fill(
  lab: TestCluster,
  node: string,
  count: number,
): Promise<void> {
  for (let i = 0; i < count; i++) {
    const reply = await lab.request(node, { type: "send", key: "k", msg: i })
      .first();
    assert.deepEqual([reply?.type, reply?.offset], ["send_ok", i]);
  }
}

/** All messages of a key, and how long it took to hear of the first, in ms. */
async function pollAll(lab: TestCluster, node: string, key: string) {
  const messages: unknown[] = [];
  const start = lab.now();
  let took: number | undefined;
  for (let i = 0; i < 1000; i++) {
    const offsets = { [key]: messages.length };
    const reply = await lab.request(node, { type: "poll", offsets }).first();
    if (reply === undefined) continue;
    took ??= lab.now() - start;
    const { [key]: page } = reply.msgs as Record<string, [number, unknown][]>;
    if (page.length === 0) return { messages, took };
    for (const [offset, message] of page) {
      assert.equal(offset, messages.length);
      messages.push(message);
    }
  }
  assert.fail(`${node} has not shown the end of ${key} in 1000 polls`);
}

/** The longest of ten restarts of n1, in round trips. */
async function restart(slots: number, pLoss: number): Promise<number> {
  let longest = 0;
  const lab = new TestCluster(kafka, { nodes: 3, latency: LATENCY });
  await lab.ready();
  await fill(lab, "n0", slots);
  lab.kill(...lab.ids);
  lab.pLoss = pLoss;
  for (let i = 0; i < 10; i++) {
    await lab.start("n1").first();
    const { messages, took } = await pollAll(lab, "n1", "k");
    assert.equal(messages.length, slots);
    longest = Math.max(longest, took / (2 * LATENCY));
    lab.kill("n1");
  }
  return longest;
}

for (const slots of [100, 3000]) {
  Deno.test(`kafka: a restart alone takes 7 round trips, ${slots} slots`, async () => {
    assert.ok(await restart(slots, 0) <= 7);
  });

  Deno.test(`kafka: a restart takes 50 round trips at 5 % loss, ${slots} slots`, async () => {
    const took = await restart(slots, 0.05);
    assert.ok(took <= 50, `${took}`);
  });

  Deno.test(`kafka: a restart takes 150 round trips at 20 % loss, ${slots} slots`, async () => {
    const took = await restart(slots, 0.2);
    assert.ok(took <= 150, `${took}`);
  });
}

Deno.test("kafka: segments are written while the owner is dead", async () => {
  const lab = new TestCluster(kafka, { nodes: 3, latency: LATENCY });
  await lab.ready();
  lab.kill("n0");
  await fill(lab, "n1", 400);
  const key = "kafka/segment/2";
  const read = await lab.request("lin-kv", { type: "read", key }).first();
  assert.equal(read?.type, "read_ok");
});

Deno.test("kafka: a batch that comes again after restarts is still known", async () => {
  const lab = new TestCluster(kafka, { nodes: 3, latency: LATENCY });
  const appends: Body[] = [];
  lab.isLost = (_src, _dest, body) => {
    if (body.type === "append") appends.push(body);
    return false;
  };
  await lab.ready();
  await fill(lab, "n1", 200);
  const commit = { type: "commit_offsets", offsets: { k: 150 } };
  assert.equal(
    (await lab.request("n1", commit).first())?.type,
    "commit_offsets_ok",
  );
  lab.kill(...lab.ids);
  for (const id of lab.ids) await lab.start(id).first();
  const again = [appends[0], appends[127], appends[128], appends[199]];
  for (const body of again) lab.request("n0", body, "n1");
  await lab.pass(1000);
  for (const id of lab.ids) {
    const { messages } = await pollAll(lab, id, "k");
    assert.deepEqual(messages, Array.from({ length: 200 }, (_, i) => i));
    const list = { type: "list_committed_offsets", keys: ["k"] };
    assert.deepEqual((await lab.request(id, list).first())?.offsets, {
      k: 150,
    });
  }
});

Deno.test("kafka: what is asked before a node has recovered waits for it", async () => {
  const lab = new TestCluster(kafka, { nodes: 3, latency: LATENCY });
  const list = { type: "list_committed_offsets", keys: ["k"] };
  await lab.ready();
  await fill(lab, "n0", 200);
  const commit = { type: "commit_offsets", offsets: { k: 150 } };
  await lab.request("n0", commit).first();
  lab.kill(...lab.ids);
  const inits = lab.ids.map((id) => lab.start(id).first());
  const replies = await Promise.all([
    lab.request("n1", { type: "poll", offsets: { k: 199 } }).first(),
    lab.request("n1", list).first(),
    lab.request("n1", { type: "send", key: "k", msg: "n1" }).first(),
    // The owner is not ready either.
    lab.request("n0", { type: "commit_offsets", offsets: { k: 100 } }).first(),
    lab.request("n2", { type: "commit_offsets", offsets: { k: 160 } }).first(),
  ]);
  await Promise.all(inits);
  const [poll, listed, sent, lower, higher] = replies;
  assert.deepEqual(poll?.msgs, { k: [[199, 199]] });
  assert.deepEqual(listed?.offsets, { k: 150 });
  assert.equal(sent?.offset, 200);
  assert.equal(lower?.type, "commit_offsets_ok");
  assert.equal(higher?.type, "commit_offsets_ok");
  assert.deepEqual((await lab.request("n2", list).first())?.offsets, {
    k: 160,
  });
});

Deno.test("kafka: a send waits for four hops, not for those before it", async () => {
  const latency = 400;
  const lab = new TestCluster(kafka, { nodes: 3, latency });
  await lab.ready();
  await lab.pass(10 * latency);
  const times = await Promise.all(Array.from({ length: 20 }, async (_, i) => {
    await lab.pass(170 * i);
    const start = lab.now();
    const node = lab.ids[i % 3];
    const reply = await lab.request(node, { type: "send", key: "k", msg: i })
      .first();
    assert.equal(reply?.type, "send_ok");
    return lab.now() - start;
  }));
  assert.ok(Math.max(...times) <= 5 * latency, `${times}`);
});

Deno.test("kafka: a hole that a dead owner left is filled, and breaks nothing", async () => {
  const lab = new TestCluster(kafka, { nodes: 3, latency: LATENCY });
  lab.isLost = (src, _dest, { type, key }) =>
    src === "n0" && type === "cas" && key === "kafka/5";
  await lab.ready();
  await fill(lab, "n0", 5);
  for (const msg of ["lost", "unknown"]) {
    lab.request("n0", { type: "send", key: "k", msg });
    await lab.pass(200);
  }
  const key = "kafka/6";
  const read = await lab.request("lin-kv", { type: "read", key }).first();
  assert.equal(read?.type, "read_ok");
  lab.kill("n0");
  for (const msg of ["n1", "n2"]) {
    const reply = await lab.request(msg, { type: "send", key: "k", msg })
      .first();
    assert.equal(reply?.type, "send_ok");
  }
  await lab.start("n0").first();
  await lab.pass(2000);
  for (const id of lab.ids) {
    const { messages } = await pollAll(lab, id, "k");
    assert.deepEqual(messages, [0, 1, 2, 3, 4, "n1", "unknown", "n2"]);
  }
});

Deno.test("kafka: a request that waited for the recovery has no longer for it", async () => {
  const lab = new TestCluster(kafka, { nodes: 3, latency: LATENCY });
  await lab.ready();
  lab.kill("n0");
  // Ready after 3.5 s, and able to write after 5.5 s.
  lab.isLost = (src, _dest, { type, key }) =>
    src === "lin-kv" && lab.now() < 3500 ||
    type === "cas" && key === "kafka/0" && lab.now() < 5500;
  const start = lab.start("n0").first();
  const send = { type: "send", key: "k", msg: 1 };
  const answer = lab.request("n0", send);
  assert.equal(await answer.first(), undefined);
  await start;
  await lab.pass(5000);
  assert.deepEqual(answer.replies, []);
  assert.equal((await pollAll(lab, "n0", "k")).messages.length, 1);
});

/** A cluster, something odd, and then all must work on all nodes as before. */
function survives(
  name: string,
  odd: (lab: TestCluster) => Promise<void>,
): void {
  Deno.test(`kafka: ${name}`, async () => {
    const lab = new TestCluster(kafka, { nodes: 3 });
    await lab.ready();
    await odd(lab);
    const before = (await pollAll(lab, "n0", "k")).messages.length;
    for (const round of [0, 1]) {
      for (const [i, msg] of lab.ids.entries()) {
        const sent = await lab.request(msg, { type: "send", key: "k", msg })
          .first();
        assert.equal(sent?.offset, before + 3 * round + i, msg);
      }
      await lab.pass(2000);
      const logs = await Promise.all(
        lab.ids.map((id) => pollAll(lab, id, "k")),
      );
      for (const { messages } of logs) {
        assert.equal(messages.length, before + 3 * round + 3);
        assert.deepEqual(messages, logs[0].messages);
      }
      if (round === 1) break;
      lab.kill(...lab.ids);
      for (const id of lab.ids) await lab.start(id).first();
    }
  });
}

const MALFORMED = 12;
const deep = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
const odd: readonly string[] = [
  ...["1e20", "-1", "1.5", "9007199254740993", "1e400", "null", '"1"'].flatMap(
    (offset) => [
      `{"type":"commit_offsets","offsets":{"k":${offset}}}`,
      `{"type":"poll","offsets":{"k":${offset}}}`,
    ],
  ),
  `{"type":"commit_offsets","offsets":{"k\\ud800":1}}`,
  `{"type":"send","key":"k\\ud800","msg":1}`,
  `{"type":"send","key":"k","msg":{"\\udc00":1}}`,
  `{"type":"send","key":"k","msg":[1e400]}`,
  `{"type":"send","key":"k","msg":${deep(100_000)}}`,
  `{"type":"send","key":["k"],"msg":1}`,
];
for (const body of odd) {
  survives(
    `${body.slice(0, 70)} is refused, and breaks nothing`,
    async (lab) => {
      await lab.request("n1", { type: "send", key: "k", msg: 0 }).first();
      const reply = await lab.request("n1", body).first();
      assert.equal(reply?.code, MALFORMED, JSON.stringify(reply));
    },
  );
}

survives("names of Object's own are keys like others", async (lab) => {
  for (const key of ["__proto__", "constructor", "toString", ""]) {
    const name = JSON.stringify(key);
    const call = (body: string) => lab.request("n2", body).first();
    await call(`{"type":"send","key":${name},"msg":{"__proto__":1}}`);
    await call(`{"type":"commit_offsets","offsets":{${name}:7}}`);
    const polled = await call(`{"type":"poll","offsets":{${name}:0}}`);
    assert.equal(
      JSON.stringify(polled?.msgs),
      `{${name}:[[0,{"__proto__":1}]]}`,
    );
    const list = `{"type":"list_committed_offsets","keys":[${name}]}`;
    const listed = await call(list);
    assert.equal(JSON.stringify(listed?.offsets), `{${name}:7}`);
  }
});

survives("odd messages come back as they were", async (lab) => {
  const odd = [
    "1180591620717411303424",
    "null",
    "-0.5",
    deep(150),
    '""',
  ];
  for (const msg of odd) {
    await lab.request("n1", `{"type":"send","key":"o","msg":${msg}}`).first();
  }
  await lab.pass(100);
  lab.kill("n2");
  await lab.start("n2").first();
  for (const id of lab.ids) {
    const { messages } = await pollAll(lab, id, "o");
    assert.equal(stringifyJson(messages), `[${odd.join()}]`);
  }
});

const batch = ["n1", 1, [["k", "never sent"]]];
survives(
  "messages that only nodes may send are refused to others",
  async (lab) => {
    for (
      const [src, body] of [
        ["c9", { type: "append", batch }],
        ["n1", { type: "append", batch: ["n1", -1, []] }],
        ["n1", { type: "append", batch: ["n1", 1e300, []] }],
        ["n1", { type: "append", batch: ["n1", 1, [{ k: -1 }]] }],
        ["c9", {
          type: "written",
          slots: [[0, { id: "", batches: [batch] }]],
        }],
        ["n1", { type: "written", slots: [[0, {}]] }],
      ] as const
    ) {
      const reply = await lab.request("n0", body, src).first();
      assert.equal(reply?.code, MALFORMED, JSON.stringify(body));
    }
  },
);

survives(
  "what is no slot is skipped, what is no segment is not needed",
  async (lab) => {
    await fill(lab, "n1", 100);
    for (const key of ["kafka/100", "kafka/segment/0"]) {
      const write = { type: "write", key, value: [{ 1: null }] };
      assert.equal(
        (await lab.request("lin-kv", write).first())?.type,
        "write_ok",
      );
    }
    for (let i = 100; i < 200; i++) {
      const sent = await lab.request("n1", { type: "send", key: "k", msg: i })
        .first();
      assert.equal(sent?.offset, i);
    }
  },
);
