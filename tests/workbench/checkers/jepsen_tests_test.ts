/** Long fork, causal register, G2, and sequential, as Jepsen has them. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { checkCausalRegister } from "../../../workbench/checkers/causal_register.ts";
import { checkLongFork } from "../../../workbench/checkers/long_fork.ts";
import { anomalyTypes } from "../../../workbench/checkers/result.ts";
import {
  checkG2,
  checkSequential,
} from "../../../workbench/checkers/small_tests.ts";
import { type Event, history, op } from "../../support/history.ts";

// ------------------------------------------------------------------- long fork

const reads = (process: number, seen: Readonly<Record<string, unknown>>) =>
  op(
    process,
    "read",
    Object.keys(seen).map((key) => ["r", key, null]),
    Object.entries(seen).map(([key, value]) => ["r", key, value]),
  );
const write = (key: string, value = 1) => op(9, "write", [["w", key, value]]);
const fork = (...events: readonly Event[]) => checkLongFork(history(...events));

Deno.test("long-fork: the verdict of Jepsen's own test", () => {
  const { valid, details, explanation, evidence } = fork(
    ...reads(0, { 0: 1, 1: 1, 2: null }),
    ...reads(1, { 2: 1, 0: 1, 1: null }),
  );
  assert.equal(valid, false);
  assert.deepEqual(details, {
    readsCount: 2,
    earlyReadCount: 0,
    lateReadCount: 0,
    forks: [[1, 3]],
  });
  assert.match(
    `${explanation}`,
    /op 1 of process 0 sees the write of key "1" and not yet that of "2"/,
  );
  assert.equal(evidence?.length, 1);
});

Deno.test("long-fork: reads that see more and more are right, and groups have nothing to do with each other", () => {
  const { valid, details, notes } = fork(
    ...write("x"),
    ...write("y"),
    ...reads(0, { x: null, y: null }),
    ...reads(0, { x: 1, y: null }),
    ...reads(0, { y: 1, x: 1 }),
    ...reads(0, { a: null, b: 1 }),
  );
  assert.equal(valid, true);
  assert.deepEqual([details?.earlyReadCount, details?.lateReadCount], [1, 1]);
  assert.match(`${notes}`, /groups are taken to be of 2 keys/);
});

Deno.test("long-fork: a history of another kind is not judged, and it says why", () => {
  const odd: [Event[], RegExp][] = [
    [[], /nothing was read/],
    [
      [...write("x"), ...write("x", 2), ...reads(0, { x: 1 })],
      /key "x" is written by/,
    ],
    [
      [...reads(0, { x: 1, y: 1 }), ...reads(0, { x: 1 })],
      /op 3 of process 0 read 1 keys, but a group has 2/,
    ],
    [
      [...reads(0, { x: 1, y: 1 }), ...reads(0, { x: 2, y: 1 })],
      /key "x" is 1 in op 1 of process 0, and 2 in op 3/,
    ],
  ];
  for (const [events, words] of odd) {
    const { valid, explanation } = fork(...events);
    assert.equal(valid, "unknown");
    assert.match(`${explanation}`, words);
  }
  const size = checkLongFork(history(...reads(0, { x: 1 })), { groupSize: 2 });
  assert.equal(size.valid, "unknown");
});

Deno.test("long-fork: exactly where some two reads each see more, one is found", () => {
  const keys = ["a", "b", "c", "d"];
  const seen = fc.array(fc.subarray(keys), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(seen, (seen) => {
      const isFork = seen.some((a) =>
        seen.some((b) =>
          a.some((it) => !b.includes(it)) && b.some((it) => !a.includes(it))
        )
      );
      const { valid } = fork(...seen.flatMap((some) =>
        reads(
          0,
          Object.fromEntries(
            keys.map((key) => [key, some.includes(key) ? 1 : null]),
          ),
        )
      ));
      assert.equal(valid, !isFork);
    }),
    { numRuns: 1000 },
  );
});

// ------------------------------------------------------------- causal register

const causal = (...events: readonly Event[]) =>
  checkCausalRegister(history(...events));
const right = [
  ...op(0, "read-init", null, 0),
  ...op(0, "write", 1),
  ...op(0, "read", null, 1),
  ...op(0, "write", 2),
  ...op(0, "read", null, 2),
];

Deno.test("causal: each client's operations happen in its order", () => {
  assert.equal(causal(...right).valid, true);
  const wrong: [Event[], string, RegExp][] = [
    [
      [...op(0, "read-init", null, 7)],
      "wrong-read",
      /op 1 of process 0 reads 7, not 0/,
    ],
    [
      [...right, ...op(0, "read", null, 1)],
      "wrong-read",
      /op 11 of process 0 reads 1, not 2/,
    ],
    [
      [...op(0, "read", null, 0), ...op(0, "write", 2)],
      "wrong-write",
      /writes 2, not 1/,
    ],
  ];
  for (const [events, type, words] of wrong) {
    const result = causal(...events);
    assert.deepEqual([result.valid, anomalyTypes(result)], [false, [type]]);
    assert.match(`${result.explanation}`, words);
  }
});

Deno.test("causal: an operation links to the position of the one before", () => {
  const linked = (...links: [position: unknown, link: unknown][]) =>
    causal(
      ...links.flatMap(([position, link]) =>
        op(0, "read", null, 0, "ok", { position, link })
      ),
    );
  assert.equal(linked([10, "init"], [11, 10], [12, 11]).valid, true);
  const { valid, explanation } = linked([10, "init"], [12, 11]);
  assert.equal(valid, false);
  assert.match(
    `${explanation}`,
    /links to 11, but the operation before it had position 10/,
  );
});

Deno.test("causal: registers are judged one by one, each as long as its session lasts", () => {
  const keyed = right.map((op, i) => ({
    ...op,
    process: i % 2 && op.process,
    value: ["a", op.value],
  }));
  const other = right.map((op) => ({ ...op, value: ["b", op.value] }));
  assert.equal(
    causal(...keyed.slice(0, 4), ...other, ...keyed.slice(4)).valid,
    true,
  );
  const bad = op(0, "read", ["b", null], ["b", 1]);
  const found = causal(...keyed, ...other, ...bad);
  assert.equal(found.valid, false);
  assert.match(`${found.explanation}`, /on key "b", reads 1, not 2/);
  // Who does not know whether it wrote can't know what it should read.
  const crashed = causal(
    ...right,
    ...op(0, "write", 3, 3, "info"),
    ...op(4, "read", null, 3),
  );
  assert.equal(crashed.valid, true);
  assert.match(`${crashed.notes}`, /only until the session/);
  const failed = causal(
    ...op(0, "read", null, 0),
    ...op(0, "write", 1, 1, "fail"),
    ...op(0, "write", 2),
    ...op(0, "read", null, 2),
  );
  assert.equal(failed.valid, true);
  assert.equal(causal(...op(0, "write", 1)).valid, "unknown");
});

// ----------------------------------------------------------- G2 and sequential

Deno.test("G2: of two inserts under a key one may succeed", () => {
  const insert = (process: number, key: number, type: Event["type"]) => {
    const value = [key, process === 0 ? [1, null] : [null, 2]];
    return op(process, "insert", value, value, type);
  };
  const good = checkG2(history(
    ...insert(0, 1, "ok"),
    ...insert(1, 1, "fail"),
    ...insert(0, 2, "info"),
  ));
  assert.deepEqual([good.valid, good.details], [true, {
    keyCount: 2,
    legalCount: 1,
    illegalCount: 0,
    illegal: {},
  }]);
  const bad = checkG2(history(...insert(0, 1, "ok"), ...insert(1, 1, "ok")));
  assert.deepEqual([bad.valid, anomalyTypes(bad)], [false, ["G2"]]);
  assert.match(
    `${bad.explanation}`,
    /op 1 of process 0 and op 3 of process 1 inserted under key 1/,
  );
  assert.equal(checkG2(history(...insert(0, 1, "fail"))).valid, "unknown");
});

Deno.test("sequential: no part is missing after one that was seen", () => {
  const read = (...parts: unknown[]) =>
    checkSequential(history(...op(0, "read", 7, [7, parts])));
  for (const parts of [["c", "b", "a"], [null, "b", "a"], [null, null, null]]) {
    assert.equal(read(...parts).valid, true);
  }
  const { valid, explanation } = read("c", null, "a");
  assert.equal(valid, false);
  assert.match(`${explanation}`, /op 1 of process 0 read "c" of key 7/);
  assert.equal(checkSequential(history()).valid, "unknown");
});
