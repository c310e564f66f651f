import assert from "node:assert/strict";
import {
  json,
  message,
  type Node,
  SlotLog,
  string,
} from "../../lib/maelstrom.ts";
import { TestCluster } from "../../workbench/testing.ts";

const LATENCY = 10;
const asked = message("ask", {}, { value: json });

/** Nodes whose handler of `ask` does what the test says next. */
function cluster(nodes = 1) {
  let next: (log: SlotLog<string, null>, node: Node) => unknown;
  const program = (node: Node) => {
    const log = new SlotLog(node.linKv, "log", string, null);
    node.on(asked, async () => {
      const value = await Promise.resolve(next(log, node)).catch(String);
      return { type: "ask_ok", value: value ?? "nothing" };
    });
  };
  const lab = new TestCluster(program, { nodes, latency: LATENCY });
  const ask = async (
    node: string,
    what: (log: SlotLog<string, null>, node: Node) => unknown,
  ) => {
    next = what;
    return (await lab.request(node, { type: "ask" }).first())?.value;
  };
  const put = (index: number, value: unknown) =>
    lab.request("lin-kv", { type: "write", key: `log/${index}`, value });
  return { lab, ask, put };
}

Deno.test("slots: the first to claim a slot has it, and all others see whose it is", async () => {
  const { lab, ask } = cluster(3);
  await lab.ready();
  const claims = await Promise.all(
    lab.ids.map((id) => ask(id, (log, node) => log.claim(0, node.id))),
  );
  assert.equal(new Set(claims).size, 1, `${claims}`);
  assert.equal(await ask("n2", (log) => log.read(0)), claims[0]);
  assert.equal(await ask("n2", (log) => log.read(1)), "nothing");
});

Deno.test("slots: a claim whose answer was lost is known for one's own", async () => {
  const { lab, ask } = cluster();
  let left = 1;
  lab.isLost = (src) => src === "lin-kv" && left-- > 0;
  await lab.ready();
  assert.equal(await ask("n0", (log) => log.claim(0, "mine")), "mine");
});

for (const count of [0, 1, 2, 3, 4, 5, 100, 127, 128, 129, 1000]) {
  for (const expected of [128, undefined]) {
    Deno.test(`slots: all ${count} are read in three round trips for ${expected ?? "a million"}`, async () => {
      const { lab, ask, put } = cluster();
      await lab.ready();
      for (let i = 0; i < count; i++) await put(i, `${i}`);
      await put(count + 1, "behind a gap");
      const before = lab.now();
      const slots = await ask("n0", (log) => log.readFrom(0, expected));
      const all = Array.from({ length: count }, (_, i) => `${i}`);
      assert.deepEqual(slots, all);
      const rounds = 1 + Math.floor(count / (expected ?? Infinity));
      const took = lab.now() - before;
      assert.ok(took <= rounds * 3 * 2 * LATENCY, `${took} ms`);
      const last = await ask("n0", (log) => log.readFrom(count - 1));
      if (count > 0) assert.deepEqual(last, [`${count - 1}`]);
    });
  }
}

Deno.test("slots: no more than as many again are asked for, and a few", async () => {
  const { lab, ask, put } = cluster();
  await lab.ready();
  for (let i = 0; i < 100; i++) await put(i, `${i}`);
  const before = lab.journal.stats(0).servers.sendCount;
  await ask("n0", (log) => log.readFrom(0));
  const requests = (lab.journal.stats(0).servers.sendCount - before) / 2;
  assert.ok(requests <= 2 * 100 + 21, `${requests}`);
});

Deno.test("slots: one that is read while others are written has no gaps", async () => {
  const { lab, ask, put } = cluster();
  await lab.ready();
  const reads: Promise<unknown>[] = [];
  for (let i = 0; i < 200; i++) {
    await put(i, `${i}`);
    await lab.pass(1);
    if (i % 10 === 0) reads.push(ask("n0", (log) => log.readFrom(0, 16)));
  }
  for (const slots of await Promise.all(reads) as string[][]) {
    assert.deepEqual(slots, slots.map((_, i) => `${i}`));
  }
});

Deno.test("slots: losses cost their own reads a little time, and no other", async () => {
  const { lab, ask, put } = cluster();
  await lab.ready();
  for (let i = 0; i < 300; i++) await put(i, `${i}`);
  lab.pLoss = 0.2;
  const slots = await ask("n0", (log) => log.readFrom(0));
  assert.equal((slots as string[]).length, 300);
});

Deno.test("slots: what is of another shape counts as other, or is an error", async () => {
  const { lab, ask, put } = cluster();
  await lab.ready();
  await put(0, "mine");
  await put(1, { not: "mine" });
  assert.deepEqual(await ask("n0", (log) => log.readFrom(0)), ["mine", null]);
  const claim = await ask(
    "n0",
    (log) => log.claim(1, "mine").then((taken) => taken === null),
  );
  assert.equal(claim, true);
  const strict = await ask(
    "n0",
    (_, { linKv }) => new SlotLog(linKv, "log", string).read(1),
  );
  assert.match(`${strict}`, /log\/1 in lin-kv is {"not":"mine"}, expected/);
});
