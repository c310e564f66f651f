import assert from "node:assert/strict";
import {
  array,
  type Body,
  json,
  message,
  type Node,
  ReplicatedLog,
  string,
} from "../../lib/maelstrom.ts";
import { TestCluster } from "../../workbench/testing.ts";

const LATENCY = 10;
const asked = message("ask", {}, { value: json });

/** Nodes whose state is all that was in the log; each entry has an effect once. */
function cluster(nodes = 3) {
  type Log = ReplicatedLog<string[]>;
  type What = (log: Log, applied: readonly string[]) => unknown;
  const next = new Map<string, What>();
  const program = (node: Node) => {
    const applied: string[] = [];
    const log: Log = new ReplicatedLog(node, "log", {
      shape: array(string),
      apply(words) {
        const news = words.filter((word) => !applied.includes(word));
        applied.push(...news);
        return news;
      },
      merge: (entries) => entries.flat(),
    });
    node.on(asked, async () => {
      const value = await next.get(node.id)?.(log, applied);
      return { type: "ask_ok", value: value ?? "nothing" };
    });
  };
  const lab = new TestCluster(program, { nodes, latency: LATENCY });
  /** Clients wait until a node has recovered, its peers do not. */
  const ask = async (node: string, what: What, src?: string) => {
    next.set(node, what);
    return (await lab.request(node, { type: "ask" }, src).first())?.value;
  };
  const state = (node: string) => ask(node, (_, applied) => applied);
  const get = async (key: string) =>
    (await lab.request("lin-kv", { type: "read", key }).first())?.value;
  return { lab, ask, state, get };
}

const words = (count: number, prefix = "") =>
  Array.from({ length: count }, (_, i) => `${prefix}${i}`);

const proposeAll = (log: ReplicatedLog<string[]>, all: readonly string[]) =>
  Promise.all(all.map((word) => log.propose([word])));

Deno.test("replicated log: all that is proposed at once on three nodes is applied in one order", async () => {
  const { lab, ask, state } = cluster();
  await lab.ready();
  await Promise.all(
    lab.ids.map((id) =>
      ask(id, (log) =>
        Promise.all(
          words(20, `${id}/`).map(async (word) => {
            while (!(await log.propose([word])).isChosen);
          }),
        ))
    ),
  );
  await lab.pass(3000);
  const states = await Promise.all(lab.ids.map(state)) as string[][];
  assert.equal(states[0].length, 60);
  for (const other of states) assert.deepEqual(other, states[0]);
});

Deno.test("replicated log: a proposal that was overtaken says so, and what was chosen is applied", async () => {
  const { lab, ask, state } = cluster();
  await lab.ready();
  const first = await ask("n0", (log) => log.propose(["mine"]));
  assert.deepEqual(first, { slot: 0, isChosen: true });
  const second = await ask("n1", (log) => log.propose(["too late"]));
  assert.deepEqual(second, { slot: 0, isChosen: false });
  assert.deepEqual(await state("n1"), ["mine"]);
});

Deno.test("replicated log: a proposal whose answer was lost is known for one's own", async () => {
  const { lab, ask } = cluster();
  await lab.ready();
  let left = 1;
  lab.isLost = (src) => src === "lin-kv" && left-- > 0;
  const result = await ask("n0", (log) => log.propose(["mine"]));
  assert.deepEqual(result, { slot: 0, isChosen: true });
});

Deno.test("replicated log: the entry of an earlier life is not taken for one's own", async () => {
  const { lab, ask, state } = cluster();
  const late: Body[] = [];
  lab.isLost = (_src, _dest, body) =>
    body.type === "cas" && late.push(body) > 0;
  await lab.ready();
  ask("n0", (log) => log.propose(["same"]));
  while (late.length === 0) await lab.pass(1);
  lab.isLost = undefined;
  lab.kill("n0");
  await lab.start("n0").first();
  await lab.pass(5 * LATENCY);
  const result = ask("n0", (log) => log.propose(["same"]));
  lab.request("lin-kv", late[0]);
  assert.deepEqual(await result, { slot: 0, isChosen: false });
  assert.deepEqual(await state("n0"), ["same"]);
});

Deno.test("replicated log: what is learned out of order waits for what is before it, which is asked for", async () => {
  const { lab, ask, state } = cluster();
  await lab.ready();
  await ask("n0", (log) => proposeAll(log, ["a", "b", "c"]));
  await ask("n1", (log) => log.learn(2, ["c"]));
  await ask("n1", (log) => log.learn(1, ["b"]));
  assert.deepEqual(await state("n1"), []);
  await lab.pass(100 + 2 * LATENCY);
  assert.deepEqual(await state("n1"), ["a", "b", "c"]);
});

Deno.test("replicated log: what comes in time is not asked for", async () => {
  const { lab, ask, state } = cluster();
  await lab.ready();
  await ask("n0", (log) => proposeAll(log, ["a", "b"]));
  const reads = () =>
    lab.journal.events.filter(({ packet }) =>
      packet.src === "n1" && packet.body.type === "read"
    ).length;
  const before = reads();
  await ask("n1", (log) => log.learn(1, ["b"]));
  await ask("n1", (log) => log.learn(0, ["a"]));
  await lab.pass(500);
  assert.equal(reads(), before);
  assert.deepEqual(await state("n1"), ["a", "b"]);
});

Deno.test("replicated log: who is told nothing finds out within two seconds", async () => {
  const { lab, ask, state } = cluster();
  await lab.ready();
  await ask("n0", (log) => log.propose(["a"]));
  assert.deepEqual(await state("n2"), []);
  await lab.pass(2500);
  assert.deepEqual(await state("n2"), ["a"]);
  await ask("n2", (log) => log.learn(0, ["a"])); // it knows that
  await ask("n0", (log) => log.propose(["b"]));
  await lab.pass(2500);
  assert.deepEqual(await state("n2"), ["a", "b"]);
});

Deno.test("replicated log: segments hold their slots, merged, also of a thousand proposals at once", async () => {
  const { lab, ask, get } = cluster();
  await lab.ready();
  const all = words(1000);
  await ask("n0", (log) => proposeAll(log, all));
  for (let i = 0; i < 6; i++) {
    assert.deepEqual(
      await get(`log/segment/${i}`),
      all.slice(128 * i, 128 * (i + 1)),
      `segment ${i}`,
    );
  }
});

Deno.test("replicated log: no slot is written while the segment before the last is not durable", async () => {
  const { lab, ask, get } = cluster();
  await lab.ready();
  lab.isLost = (_src, _dest, { key }) => key === "log/segment/0";
  ask("n0", (log) => proposeAll(log, words(400)));
  await lab.pass(5000);
  assert.notEqual(await get("log/255"), undefined);
  assert.equal(await get("log/256"), undefined);
  lab.isLost = undefined;
  await lab.pass(5000);
  assert.notEqual(await get("log/399"), undefined);
});

Deno.test("replicated log: a segment that its writer owed when it died is written by the next", async () => {
  const { lab, ask, get } = cluster();
  await lab.ready();
  lab.isLost = (_src, _dest, { key }) => key === "log/segment/0";
  await ask("n0", (log) => proposeAll(log, words(200)));
  lab.kill("n0");
  await lab.pass(2500);
  const proposed = ask("n1", (log) => proposeAll(log, words(200, "n1/")));
  await lab.pass(2500);
  assert.equal(await get("log/256"), undefined);
  lab.isLost = undefined;
  await proposed;
  assert.deepEqual(await get("log/segment/0"), words(128));
});

for (const slots of [0, 1, 127, 128, 129, 255, 256, 257, 1000]) {
  Deno.test(`replicated log: a restart applies all of ${slots} slots in 7 round trips, and goes on`, async () => {
    const { lab, ask, state } = cluster();
    await lab.ready();
    const all = words(slots);
    await ask("n0", (log) => proposeAll(log, all));
    lab.kill(...lab.ids);
    const before = lab.now();
    await lab.start("n1").first();
    const proposed = await ask("n1", (log) => log.propose(["next"]));
    assert.deepEqual(proposed, { slot: slots, isChosen: true });
    assert.ok(lab.now() - before <= 8 * 2 * LATENCY, `${lab.now() - before}`);
    assert.deepEqual(await state("n1"), [...all, "next"]);
  });
}

Deno.test("replicated log: what is told while a node recovers is applied once, in its place", async () => {
  const { lab, ask, state } = cluster();
  await lab.ready();
  const all = words(300);
  await ask("n0", (log) => proposeAll(log, all));
  lab.kill("n1");
  lab.start("n1");
  for (const slot of [0, 5, 299]) {
    const tell = (log: ReplicatedLog<string[]>) => log.learn(slot, [all[slot]]);
    await ask("n1", tell, "n0");
    await lab.pass(1);
  }
  await lab.pass(1000);
  assert.deepEqual(await state("n1"), all);
  await ask("n0", (log) => log.propose(["next"]));
  await lab.pass(2500);
  assert.deepEqual(await state("n1"), [...all, "next"]);
});

Deno.test("replicated log: what is proposed while a node recovers goes behind all that was there", async () => {
  const { lab, ask } = cluster();
  await lab.ready();
  await ask("n0", (log) => proposeAll(log, words(300)));
  lab.kill("n1");
  lab.start("n1");
  const proposed = await ask("n1", (log) => log.propose(["next"]), "n0");
  assert.deepEqual(proposed, { slot: 300, isChosen: true });
});

Deno.test("replicated log: what is no entry in the store is skipped by all", async () => {
  const { lab, ask, state } = cluster();
  await lab.ready();
  const write = { type: "write", key: "log/1", value: { not: "an entry" } };
  await lab.request("lin-kv", write).first();
  const results = await ask("n0", (log) => proposeAll(log, ["a", "b", "c"]));
  assert.deepEqual(
    (results as { isChosen: boolean }[]).map((it) => it.isChosen),
    [true, false, true],
  );
  await lab.pass(2500);
  for (const id of lab.ids) assert.deepEqual(await state(id), ["a", "c"]);
});
