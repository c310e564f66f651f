import fc from "fast-check";
import assert from "node:assert/strict";
import gSet from "../../beyond/g_set.ts";
import {
  array,
  json,
  message,
  type Node,
  type Program,
  workloads,
} from "../../lib/maelstrom.ts";
import { parseTestOptions } from "../../workbench/cli/options.ts";
import { simulate } from "../../workbench/run.ts";
import { TestCluster } from "../../workbench/testing.ts";

function run(seed: number, flags: string, program: Program = gSet) {
  const args = `-w g-set --bin - --seed ${seed} ${flags}`.split(" ");
  return simulate(parseTestOptions(args), program);
}

const network = "--p-loss 0.05 --p-duplicate 0.05 --latency 20 " +
  "--latency-dist exponential --node-count 5 --rate 50 --time-limit 20";

const faults = {
  "partition, pause": "--nemesis partition,pause",
  "partition, pause, kill, but for what only victims knew":
    "--nemesis partition,pause,kill --forgive-victims",
};

for (const [name, flags] of Object.entries(faults)) {
  Deno.test(`g_set: what was added is on all nodes after ${name}`, async () => {
    for (let seed = 0; seed < 20; seed++) {
      const result = await run(
        seed,
        `${network} ${flags} --nemesis-interval 3 --check-sessions`,
      );
      const text = `seed ${seed}: ${result.explanation.join("\n")}`;
      assert.equal(result.valid, true, text);
    }
  });
}

Deno.test("g_set: who is cut off is served all the same", async () => {
  for (let seed = 0; seed < 10; seed++) {
    const result = await run(
      seed,
      "--node-count 5 --rate 50 --time-limit 20 --nemesis partition " +
        "--nemesis-interval 3 --availability total",
    );
    assert.equal(result.valid, true, result.explanation.join("\n"));
  }
});

const state = message("state", { elements: array(json) });

Deno.test("g_set: states make the same set in any order, however often each comes", async () => {
  const elements = fc.array(fc.constantFrom(0, "0", null, "a", { a: 1 }));
  const arrivals = fc.array(elements, { minLength: 1, maxLength: 5 }).chain(
    (states) =>
      fc.tuple(
        fc.constant(states),
        fc.shuffledSubarray([...states, ...states], {
          minLength: 2 * states.length,
        }),
      ),
  );
  await fc.assert(
    fc.asyncProperty(arrivals, async (orders) => {
      const sets = await Promise.all(orders.map(async (states) => {
        const it = new TestCluster(gSet, { nodes: 2 });
        await it.ready();
        for (const elements of states) {
          it.send("n1", "n0", state({ elements }).body);
          await it.pass(1);
        }
        const { value } = await it.call("n0", workloads["g-set"].read());
        return value?.map((it) => JSON.stringify(it)).sort();
      }));
      assert.deepEqual(sets[0], sets[1]);
    }),
    { numRuns: 50, seed: 1 },
  );
});

/** A set whose nodes tell each other something else than their union. */
const twin =
  (hear: (set: Set<unknown>, elements: readonly unknown[]) => void, last = 0) =>
  (node: Node): void => {
    const set = new Set<unknown>();
    node.on(state, ({ elements }) => hear(set, elements));
    node.onInit(() => {
      node.every(500, () => {
        const elements = [...set].slice(-last);
        node.send(node.pick(node.peers), state({ elements }));
      });
    });
    node.serve("g-set", {
      add({ element }) {
        set.add(element);
        return { type: "add_ok" };
      },
      read: () => ({ type: "read_ok", value: [...set] }),
    });
  };

const union = (set: Set<unknown>, elements: readonly unknown[]) =>
  elements.forEach((it) => set.add(it));

Deno.test("g_set: a set that takes the newest state for its own is caught, and one that tells its newest elements once", async () => {
  const replaced = twin((set, elements) => {
    set.clear();
    union(set, elements);
  });
  const flags = `${network} --nemesis partition --nemesis-interval 3`;
  assert.equal((await run(1, flags, twin(union))).valid, true);
  for (const broken of [replaced, twin(union, 5)]) {
    const { valid, explanation } = await run(1, flags, broken);
    assert.equal(valid, false);
    assert.match(explanation.join("\n"), /lost/);
  }
});
