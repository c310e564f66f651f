import assert from "node:assert/strict";
import {
  ErrorCode,
  groupCommit,
  isCode,
  Node,
  type Program,
} from "../../lib/maelstrom.ts";
import { TestCluster } from "../../workbench/testing.ts";

/** A node that ran a program's set-up, and time for it to live in. */
async function lone(program: Program = () => {}): Promise<[Node, TestCluster]> {
  const nodes: Node[] = [];
  const it = new TestCluster((node) => {
    nodes.push(node);
    program(node);
  });
  await it.pass(1);
  return [nodes[0], it];
}

/** A commit that takes 50 ms, and what it was called with, and when. */
function slowCommit(node: Node, interval = 0) {
  const groups: [time: number, group: readonly string[]][] = [];
  const start = node.now();
  const commit = groupCommit(
    node,
    interval,
    async (group: readonly string[]) => {
      groups.push([node.now() - start, group]);
      await node.sleep(50);
      return group.map((value) => value.toUpperCase());
    },
  );
  return { groups, commit };
}

Deno.test("groupCommit: the first value goes at once, what comes meanwhile shares the next group", async () => {
  const [node, it] = await lone();
  const { groups, commit } = slowCommit(node);
  const results = ["a", "b", "c"].map(commit);
  await it.pass(60);
  results.push(commit("d"));
  await it.pass(200);
  assert.deepEqual(groups, [[0, ["a"]], [50, ["b", "c"]], [100, ["d"]]]);
  assert.deepEqual(await Promise.all(results), ["A", "B", "C", "D"]);
});

Deno.test("groupCommit: a value is done when its own group is, not before and not after", async () => {
  const [node, it] = await lone();
  const { commit } = slowCommit(node);
  const done: string[] = [];
  for (const value of ["a", "b"]) commit(value).then((it) => done.push(it));
  await it.pass(49);
  assert.deepEqual(done, []);
  await it.pass(2);
  assert.deepEqual(done, ["A"]);
  await it.pass(50);
  assert.deepEqual(done, ["A", "B"]);
});

Deno.test("groupCommit: commits begin no less than the interval apart", async () => {
  const [node, it] = await lone();
  const { groups, commit } = slowCommit(node, 80);
  commit("a");
  await it.pass(60);
  commit("b"); // nothing is under way, but the interval is
  await it.pass(10);
  commit("c");
  await it.pass(1000);
  commit("d"); // long idle: at once
  await it.pass(1);
  assert.deepEqual(groups, [[0, ["a"]], [80, ["b", "c"]], [1070, ["d"]]]);
});

Deno.test("groupCommit: an error reaches all of its group and nobody else", async () => {
  const [node, it] = await lone();
  const commit = groupCommit(node, 10, async (group: readonly string[]) => {
    if (group.includes("bad")) throw new Error("no");
    await node.sleep(1);
  });
  const results = Promise.allSettled(["a", "b", "bad"].map(commit));
  await it.pass(15);
  const last = commit("c");
  await it.pass(15);
  assert.deepEqual(
    (await results).map(({ status }) => status),
    ["fulfilled", "rejected", "rejected"],
  );
  assert.equal(await last, undefined);
});

Deno.test("groupCommit: a commit that throws before it waits is an error like another", async () => {
  const [node, it] = await lone();
  const commit = groupCommit(node, 10, (_: readonly string[]) => {
    throw new Error("no");
  });
  const results = Promise.allSettled([commit("a"), commit("b")]);
  await it.pass(30);
  for (const { status } of await results) assert.equal(status, "rejected");
});

Deno.test("groupCommit: results that don't match the values are an error, not a mix-up", async () => {
  const [node, it] = await lone();
  const commit = groupCommit(
    node,
    10,
    (_: readonly string[]) => Promise.resolve([1, 2]),
  );
  const result = assert.rejects(commit("a"), /2 results for 1 values/);
  await it.pass(30);
  await result;
});

Deno.test("groupCommit: when too many wait, the next is refused and the others are not", async () => {
  const [node, it] = await lone();
  const { groups, commit } = slowCommit(node);
  const results = Array.from({ length: 100_001 }, () => commit("a"));
  await assert.rejects(
    commit("one too many"),
    (error) => isCode(error, ErrorCode.temporarilyUnavailable),
  );
  await it.pass(200);
  await Promise.all(results);
  assert.deepEqual(groups.map(([, { length }]) => length), [1, 100_000]);
});

Deno.test("incarnation: begins with the node's id, and no life of a node has another's", async () => {
  const names: string[] = [];
  const it = new TestCluster((node) => {
    assert.throws(() => node.incarnation, /not known/);
    node.onInit(() => {
      assert.ok(node.incarnation.startsWith(`${node.id}.`));
      names.push(node.incarnation);
    });
  }, { nodes: 3 });
  await it.pass(1);
  for (let life = 2; life <= 20; life++) {
    for (const id of it.ids) {
      it.kill(id);
      it.start(id);
    }
    await it.pass(1);
  }
  assert.equal(new Set(names).size, 60);
});

/** Values that are committed when the test says so, and each one's place. */
function held(node: Node, options: { patience?: number; window?: number }) {
  const begun: [value: string, place: number][] = [];
  const ends = new Map<string, () => void>();
  const commit = groupCommit(node, 0, ([value]: readonly string[], place) => {
    begun.push([value, place]);
    const { promise, resolve } = Promise.withResolvers<void>();
    ends.set(value, resolve);
    return promise;
  }, options);
  return { begun, commit, end: (value: string) => ends.get(value)?.() };
}

Deno.test("groupCommit: a commit that takes longer than the patience does not hold up the next", async () => {
  const [node, it] = await lone();
  const { begun, commit, end } = held(node, { patience: 50 });
  const done: string[] = [];
  commit("a").then(() => done.push("a"));
  await it.pass(10);
  commit("b").then(() => done.push("b"));
  await it.pass(39);
  assert.deepEqual(begun, [["a", 0]]);
  await it.pass(2);
  assert.deepEqual(begun, [["a", 0], ["b", 1]]);
  end("b");
  await it.pass(1);
  assert.deepEqual(done, ["b"]);
  end("a");
  await it.pass(1);
  assert.deepEqual(done, ["b", "a"]);
});

Deno.test("groupCommit: no more commits than the window has are under way, and places are used again", async () => {
  const [node, it] = await lone();
  const { begun, commit, end } = held(node, { patience: 10, window: 2 });
  for (const value of ["a", "b", "c"]) {
    commit(value);
    await it.pass(100);
  }
  assert.deepEqual(begun, [["a", 0], ["b", 1]]);
  end("a");
  await it.pass(100);
  assert.deepEqual(begun, [["a", 0], ["b", 1], ["c", 0]]);
});
