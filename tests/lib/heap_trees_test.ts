import assert from "node:assert/strict";
import fc from "fast-check";
import { HeapTrees } from "../../lib/maelstrom.ts";
import { TestCluster } from "../../workbench/testing.ts";

/** What the nodes of a cluster have for trees, by index. */
async function cluster(nodes: number, fanOut: number): Promise<HeapTrees[]> {
  const all: HeapTrees[] = [];
  const lab = new TestCluster((node) => {
    const trees = new HeapTrees(node, fanOut);
    node.onInit(() => {
      all[trees.self] = trees;
    });
  }, { nodes });
  await lab.ready();
  return all;
}

const indexOf = (id: string) => Number(id.slice(1));

/** How many hops each node is away from a tree's root. */
function depths(all: readonly HeapTrees[], tree: number): number[] {
  const depths: number[] = [];
  const visit = (node: number, depth: number) => {
    assert.equal(depths[node], undefined, `n${node} is reached twice`);
    depths[node] = depth;
    for (const child of all[node].children(tree)) {
      assert.equal(all[indexOf(child)].parent(tree), `n${node}`);
      visit(indexOf(child), depth + 1);
    }
  };
  visit(tree, 0);
  return depths;
}

Deno.test("heap trees: each tree reaches every node once, no deeper than a heap", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 40 }),
      async (nodes, fanOut) => {
        const all = await cluster(nodes, fanOut);
        for (let tree = 0; tree < nodes; tree++) {
          assert.equal(all[tree].parent(tree), undefined);
          const reached = depths(all, tree);
          assert.equal(reached.filter((it) => it >= 0).length, nodes);
          let depth = 0;
          for (let size = 1; size < nodes; size += fanOut ** depth) depth++;
          assert.equal(Math.max(...reached), depth);
        }
      },
    ),
    { numRuns: 20 },
  );
});

Deno.test("heap trees: a disjoint tree has other inner nodes, and another root than oneself", async () => {
  for (const [nodes, fanOut] of [[25, 24], [25, 4], [9, 2], [100, 24]]) {
    const all = await cluster(nodes, fanOut);
    const inner = (tree: number) =>
      all.filter((it) => it.children(tree).length > 0).map((it) => it.self);
    for (const tree of [0, 1, nodes - 1]) {
      for (
        const { self, disjoint } of all.map((it) => ({
          self: it.self,
          disjoint: it.disjoint(tree),
        }))
      ) {
        assert.notEqual(disjoint, self);
        const both = inner(tree).filter((it) => inner(disjoint).includes(it));
        assert.deepEqual(both, [], `${nodes}/${fanOut}: ${tree}, ${disjoint}`);
      }
    }
  }
});

Deno.test("heap trees: where all trees share inner nodes, another root is found", async () => {
  const all = await cluster(3, 1);
  assert.deepEqual(all.map((it) => it.disjoint(0)), [2, 2, 0]);
});

Deno.test("heap trees: an index in a message is one of a node that there is", async () => {
  const [{ index }] = await cluster(3, 2);
  for (const good of [0, 2]) assert(index.test(good), `${good}`);
  for (const bad of [3, -1, 0.5, "0", null, 2n ** 60n]) {
    assert(!index.test(bad), `${bad}`);
  }
});
