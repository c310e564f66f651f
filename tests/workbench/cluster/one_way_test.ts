import assert from "node:assert/strict";
import {
  array,
  json,
  message,
  type Node,
  type Program,
} from "../../../lib/maelstrom.ts";
import { parseTestOptions } from "../../../workbench/cli/options.ts";
import { Random } from "../../../workbench/clock/random.ts";
import { type Grudge } from "../../../workbench/cluster/network.ts";
import { oneWay } from "../../../workbench/cluster/nemeses/one_way.ts";
import { simulate } from "../../../workbench/run.ts";

const ids = ["n0", "n1", "n2", "n3", "n4"];

/** What the nemesis does to five nodes first, and at the end. */
function firstOf(seed: string): Grudge[] {
  const done: Grudge[] = [];
  const nothing = () => {};
  const cycle = oneWay({
    nodeIds: ids,
    partition(grudge, kind) {
      assert.equal(kind, "one-way");
      done.push(grudge);
    },
    ...{ kill: nothing, start: nothing, pause: nothing, resume: nothing },
    ...{ disturb: () => nothing, ask: nothing, after: nothing },
  }, new Random(seed));
  cycle.begin()?.apply(nothing);
  cycle.end()?.apply(nothing);
  return done;
}

Deno.test("one-way: nobody is unheard by whom it does not hear, and the end heals all", () => {
  const sizes = new Map<number, number>();
  for (let seed = 0; seed < 100; seed++) {
    const [grudge, healed] = firstOf(`${seed}`);
    assert.equal(healed.size, 0);
    let count = 0;
    for (const [to, sources] of grudge) {
      for (const from of sources) {
        assert.ok(to !== from && !grudge.get(from)?.has(to));
        count++;
      }
    }
    sizes.set(count, (sizes.get(count) ?? 0) + 1);
  }
  // One deaf or mute node, half of ten links, two nodes deaf to two.
  assert.deepEqual([...sizes.keys()].sort(), [4, 5]);
});

// ---------------------------------------------------------------- broken twin

const news = message("news", { elements: array(json) });
const ask = message("ask", {});

/**
 * A set whose nodes tell each other what is new, and everything after a silence:
 * a node that has heard a peer all the time believes that it was heard all the
 * time, too. Or it asks for everything itself.
 */
const set = (asks: boolean): Program => (node: Node) => {
  const set = new Set<unknown>();
  const heard = new Map<string, number>();
  const tell = (peer: string, elements: unknown[]) =>
    node.send(peer, news({ elements }));
  node.on(news, ({ elements }, { src }) => {
    for (const it of elements) set.add(it);
    const silence = node.now() - (heard.get(src) ?? 0);
    heard.set(src, node.now());
    if (silence < 100) return;
    tell(src, [...set]);
    if (asks) node.send(src, ask());
  });
  node.on(ask, (_, { src }) => tell(src, [...set]));
  node.onInit(() => {
    node.every(20, () => node.peers.forEach((peer) => tell(peer, [])));
  });
  node.serve("g-set", {
    add({ element }) {
      set.add(element);
      node.peers.forEach((peer) => tell(peer, [element]));
      return { type: "add_ok" };
    },
    read: () => ({ type: "read_ok", value: [...set] }),
  });
};

function run(program: Program, nemesis: string, seed: number) {
  const flags = `-w g-set --bin - --node-count 5 --rate 20 --time-limit 20 ` +
    `--nemesis ${nemesis} --nemesis-interval 4 --seed one-way/${seed}`;
  return simulate(parseTestOptions(flags.split(" ")), program);
}

Deno.test("one-way: a program that believes that whom it hears hears it is caught, and by partitions it is not", async () => {
  const caught: string[] = [];
  for (let seed = 0; seed < 5; seed++) {
    assert.equal((await run(set(true), "one-way", seed)).valid, true);
    assert.equal((await run(set(false), "partition", seed)).valid, true);
    const { valid, explanation } = await run(set(false), "one-way", seed);
    if (valid === false) caught.push(explanation.join("\n"));
  }
  assert.ok(caught.length >= 3, `${caught.length} of 5`);
  assert.match(caught[0], /lost/);
  assert.match(caught[0], /Meanwhile .*(did not hear|was not heard by) n/);
});
