import assert from "node:assert/strict";
import fc from "fast-check";
import {
  appendRun,
  json,
  type Run,
  runsOf,
  Sequences,
  versionVector,
} from "../../lib/maelstrom.ts";

const sequences = (...runs: Run<string>[]) => {
  const it = new Sequences<string>();
  it.add(runs);
  return it;
};

Deno.test("sequences: appended values are numbered from 0, each origin for itself", () => {
  const it = new Sequences<string>();
  const numbers = [it.append("a", "x"), it.append("b", "y")];
  assert.deepEqual([...numbers, it.append("a", "z")], [0, 0, 1]);
  assert.deepEqual(it.pick("a", [1, 7, 0]), [["a", 1, ["z"]], ["a", 0, ["x"]]]);
  assert.deepEqual(it.pick("a", [0, 1]), [["a", 0, ["x", "z"]]]);
  assert.deepEqual(it.versions(), { a: [0, 2], b: [0, 1] });
});

Deno.test("sequences: what is added twice is new once, and the first value stays", () => {
  const it = sequences(["a", 0, ["x", "y"]]);
  assert.deepEqual(it.add([["a", 1, ["other", "z"]]]), [["a", 2, ["z"]]]);
  assert.deepEqual(it.pick("a", [1]), [["a", 1, ["y"]]]);
});

Deno.test("sequences: a value that overtook others leaves a hole until they are here", () => {
  const it = sequences(["a", 2, ["z"]]);
  assert.deepEqual(it.versions(), { a: [2, 3] });
  assert.equal(it.hasHole("a"), true);
  it.add([["a", 0, ["x"]]]);
  assert.deepEqual(it.versions(), { a: [0, 1, 2, 3] });
  assert.equal(it.hasHole("a"), true);
  it.add([["a", 1, ["y"]]]);
  assert.deepEqual(it.versions(), { a: [0, 3] });
  assert.equal(it.hasHole("a"), false);
  assert.equal(it.hasHole("unknown"), false);
});

Deno.test("sequences: what is missing stops at the limit, lower numbers first", () => {
  const it = sequences(["a", 0, ["0", "1", "2", "3"]], ["b", 5, ["5", "6"]]);
  const theirs = { a: [1, 2] };
  assert.deepEqual(it.missing(theirs), [
    ["a", 0, ["0"]],
    ["a", 2, ["2", "3"]],
    ["b", 5, ["5", "6"]],
  ]);
  assert.deepEqual(it.missing(theirs, { limit: 2 }), [
    ["a", 0, ["0"]],
    ["a", 2, ["2"]],
  ]);
});

Deno.test("sequences: what is missing may be limited to an earlier snapshot", () => {
  const it = sequences(["a", 0, ["0"]]);
  const among = it.versions();
  it.add([["a", 1, ["1"]], ["b", 0, ["new"]]]);
  assert.deepEqual(it.missing({}, { among }), [["a", 0, ["0"]]]);
  assert.deepEqual(it.missing({}, { among: { a: [0, 9] } }), [
    ["a", 0, ["0", "1"]],
  ], "none but what is here");
});

Deno.test("sequences: origins may have any name", () => {
  const names = ["__proto__", "constructor", "toString", ""];
  const it = sequences(...names.map((name): Run<string> => [name, 0, [name]]));
  const read: unknown = JSON.parse(JSON.stringify(it.versions()));
  assert(versionVector.test(read));
  assert.deepEqual(it.missing(read), []);
  assert.equal(it.lacks(read), false);
  assert.equal(it.missing({}).length, names.length);
  assert.equal(new Sequences().lacks(read), true);
});

Deno.test("sequences: a run that follows on the last one joins it", () => {
  const runs: Run<string>[] = [];
  appendRun(runs, "a", 3, ["x"]);
  appendRun(runs, "a", 4, ["y"]);
  appendRun(runs, "a", 6, ["z"]);
  appendRun(runs, "b", 7, ["w"]);
  assert.deepEqual(runs, [
    ["a", 3, ["x", "y"]],
    ["a", 6, ["z"]],
    ["b", 7, ["w"]],
  ]);
});

Deno.test("sequences: vectors and runs in messages are those that a replica can have", () => {
  for (const ranges of [[], [0, 1], [3, 5, 7, 9]]) {
    assert(versionVector.test({ a: ranges }), `${ranges}`);
  }
  const bad = [[0], [1, 0], [0, 0], [-1, 2], [0, 2, 2, 3], [0.5, 1], "0", null];
  for (const ranges of bad) {
    assert(!versionVector.test({ a: ranges }), `${ranges}`);
  }
  assert(runsOf(json).test([["a", 0, [null, 1]]]));
  assert(!runsOf(json).test([["a", -1, [1]]]));
  assert(!runsOf(json).test([["a", 2 ** 53, [1]]]));
});

/** Which of the first numbers of two origins a replica has. */
const someRuns = fc.array(
  fc.tuple(fc.constantFrom("a", "b"), fc.nat(8), fc.nat(4)),
  { maxLength: 6 },
).map((runs) =>
  runs.map(([origin, start, size]): Run<string> => [
    origin,
    start,
    Array.from({ length: size }, (_, i) => `${origin}${start + i}`),
  ])
);

const all = (runs: readonly Run<string>[]) =>
  runs.flatMap(([, , values]) => values).toSorted();

Deno.test("sequences: replicas that exchange what is missing become equal, a few values at a time", () => {
  fc.assert(fc.property(someRuns, someRuns, fc.integer({ min: 1, max: 5 }), (
    one,
    other,
    limit,
  ) => {
    const [a, b] = [sequences(...one), sequences(...other)];
    const union = [...new Set([...all(one), ...all(other)])].toSorted();
    assert.equal(
      b.lacks(a.versions()),
      union.length > new Set(all(other)).size,
    );
    for (let i = 0; i < 50 && b.lacks(a.versions()); i++) {
      const runs = a.missing(b.versions(), { limit });
      assert(all(runs).length <= limit);
      assert.deepEqual(all(b.add(runs)), all(runs), "all of it is new");
    }
    a.add(b.missing(a.versions()));
    assert.deepEqual(all(a.missing({})), union);
    assert.deepEqual(all(b.missing({})), union);
  }));
});
