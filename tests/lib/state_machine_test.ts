import assert from "node:assert/strict";
import {
  json,
  message,
  type Node,
  StateMachine,
  string,
} from "../../lib/maelstrom.ts";
import { TestCluster } from "../../workbench/testing.ts";

const say = message("say", { word: string }, { place: json });
const hear = message("hear", {}, { words: json });

/** Nodes that put words into one order; who says one hears its place. */
function program(node: Node): void {
  const words: string[] = [];
  const machine = new StateMachine(node, "words", {
    command: string,
    apply: (word) => words.push(word) - 1,
  });
  node.on(say, async ({ word }) => {
    return { type: "say_ok", place: await machine.submit(word) };
  });
  node.on(hear, () => ({ type: "hear_ok", words }));
}

Deno.test("state machine: each command has its own result, once, on every node, whoever is killed or cut off", async () => {
  const lab = new TestCluster(program, {
    ...{ nodes: 3, latency: 10, latencyDist: "exponential" },
    ...{ pLoss: 0.05, pDuplicate: 0.05, seed: "words" },
  });
  await lab.ready();
  const said: [string, ReturnType<typeof lab.request>][] = [];
  for (let i = 0; i < 300; i++) {
    const id = lab.random.pick(lab.ids);
    said.push([`${i}`, lab.request(id, say({ word: `${i}` }).body)]);
    if (i === 50) lab.partition(["n0"], ["n1", "n2"]);
    if (i === 150) lab.heal();
    if (i === 200) lab.kill("n0"); // the owner
    if (i === 250) lab.start("n0");
    await lab.pass(20);
  }
  await lab.pass(10_000);
  const all = await Promise.all(
    lab.ids.map(async (id) => (await lab.call(id, hear())).words),
  );
  const [words] = all;
  assert(Array.isArray(words));
  for (const other of all) assert.deepEqual(other, words);
  assert.equal(new Set(words).size, words.length);
  const answered = said.filter(([, { replies }]) =>
    replies[0]?.type === "say_ok"
  );
  assert(answered.length > 200, `${answered.length}`);
  for (const [word, { replies }] of answered) {
    assert.equal(words[Number(replies[0].place)], word);
  }
});
