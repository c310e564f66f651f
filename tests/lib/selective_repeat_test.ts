import assert from "node:assert/strict";
import {
  SelectiveRepeat,
  type SelectiveRepeatOptions,
} from "../../lib/maelstrom.ts";
import { TestCluster } from "../../workbench/testing.ts";

/** What was sent when, and the sender. */
async function sender(
  options: Omit<SelectiveRepeatOptions<number>, "transmit"> = {},
) {
  const sent: [ms: number, items: number[], count?: number][] = [];
  const { promise, resolve } = Promise.withResolvers<SelectiveRepeat<number>>();
  const lab = new TestCluster((node) => {
    const start = node.now();
    resolve(
      new SelectiveRepeat<number>(node, {
        ...options,
        transmit: (items, last) =>
          sent.push([node.now() - start, [...items], last?.count]),
      }),
    );
  }, { nodes: 1 });
  await lab.ready();
  const start = lab.now();
  return { sent, sender: await promise, pass: lab.pass.bind(lab), start };
}

Deno.test("selective repeat: of what was sent together, only what is not acknowledged is sent again", async () => {
  const { sent, sender: it, pass } = await sender();
  it.send([1, 2, 3]);
  await pass(500);
  it.acknowledge(2);
  await pass(600);
  assert.deepEqual(sent.map(([, items]) => items), [[1, 2, 3], [1, 3]]);
  it.acknowledge(1);
  it.acknowledge(3);
  await pass(60_000);
  assert.equal(sent.length, 2);
});

Deno.test("selective repeat: what is under way is not sent a second time, what was acknowledged is", async () => {
  const { sent, sender: it, pass } = await sender();
  it.send([1]);
  it.send([1, 2]);
  it.send([2]);
  assert.deepEqual(sent.map(([, items]) => items), [[1], [2]]);
  it.acknowledge(1);
  it.send([1]);
  assert.deepEqual(sent.at(-1)?.[1], [1]);
  await pass(1);
});

Deno.test("selective repeat: the wait is learnt from the first answers, and doubles while none comes", async () => {
  const { sent, sender: it, pass } = await sender({ max: 2000 });
  it.send([0]);
  await pass(100);
  it.acknowledge(0); // smoothed 100 ms, deviation 50 ms: 300 ms
  it.send([1]);
  await pass(10_000);
  const times = sent.slice(1).map(([ms]) => Math.round(ms));
  const gaps = times.slice(1).map((ms, i) => ms - times[i]);
  assert.deepEqual(gaps.slice(0, 4), [300, 600, 1200, 2000]);
});

Deno.test("selective repeat: an answer to what was sent twice measures nothing (Karn)", async () => {
  const { sender: it, pass } = await sender();
  it.send([1]);
  await pass(1_500);
  it.acknowledge(1);
  assert.equal(it.roundTrip.smoothed, undefined);
  it.send([2]);
  await pass(100);
  it.acknowledge(2);
  assert.equal(Math.round(it.roundTrip.smoothed ?? 0), 100);
});

Deno.test("selective repeat: after the last of its tries an item is given up, and may be sent anew", async () => {
  const { sent, sender: it, pass } = await sender({ tries: 3 });
  it.send([1]);
  await pass(60_000);
  assert.deepEqual(sent.map(([, , count]) => count), [undefined, 1, 2]);
  it.acknowledge(1); // too late: nobody waits
  it.send([1]);
  assert.equal(sent.length, 4);
});

Deno.test("selective repeat: what was never sent may be acknowledged", async () => {
  const { sent, sender: it, pass } = await sender();
  it.acknowledge(7);
  await pass(2_000);
  assert.deepEqual([sent, it.roundTrip.smoothed], [[], undefined]);
});
