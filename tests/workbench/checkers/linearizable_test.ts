import fc from "fast-check";
import assert from "node:assert/strict";
import {
  casRegister,
  checkLinearizableRegisters,
  type Interval,
  linearize,
  type RegisterOperation,
} from "../../../workbench/checkers/linearizable.ts";
import { type Op } from "../../../workbench/load/history.ts";
import { type Event, history, op } from "../../support/history.ts";

type Step = [
  process: number,
  type: Op["type"],
  f: "read" | "write" | "cas",
  value: unknown,
];

/** A history of operations on key `x`. */
function register(...steps: readonly Step[]) {
  return history(
    ...steps.map(([process, type, f, value]) => ({
      process,
      type,
      f,
      value: ["x", value],
    })),
  );
}

const check = (...steps: readonly Step[]) =>
  checkLinearizableRegisters(register(...steps));

const valid: Readonly<Record<string, readonly Step[]>> = {
  "a read overlaps a write and may see either value": [
    [0, "invoke", "write", 1],
    [1, "invoke", "read", null],
    [1, "ok", "read", null],
    [1, "invoke", "read", null],
    [1, "ok", "read", 1],
    [0, "ok", "write", 1],
  ],
  "Herlihy and Wing's H1, for a register: writes take effect in the other order":
    [
      [0, "invoke", "write", 1],
      [1, "invoke", "write", 2],
      [1, "ok", "write", 2],
      [0, "ok", "write", 1],
      [1, "invoke", "read", null],
      [1, "ok", "read", 1],
    ],
  "a write of unknown fate takes effect much later": [
    [0, "invoke", "write", 1],
    [0, "info", "write", 1],
    [1, "invoke", "write", 2],
    [1, "ok", "write", 2],
    [1, "invoke", "read", null],
    [1, "ok", "read", 2],
    [1, "invoke", "read", null],
    [1, "ok", "read", 1],
  ],
  "a write of unknown fate never takes effect": [
    [0, "invoke", "write", 1],
    [0, "info", "write", 1],
    [1, "invoke", "cas", [1, 2]],
    [1, "fail", "cas", [1, 2]],
    [1, "invoke", "read", null],
    [1, "ok", "read", null],
  ],
  "what failed did not happen": [
    [0, "invoke", "write", 1],
    [0, "fail", "write", 1],
    [1, "invoke", "cas", [1, 2]],
    [1, "info", "cas", [1, 2]],
  ],
  "the run ended before a write did": [
    [0, "invoke", "write", 1],
    [1, "invoke", "read", null],
    [1, "ok", "read", 1],
  ],
};

const invalid: Readonly<Record<string, readonly Step[]>> = {
  "a stale read": [
    [0, "invoke", "write", 1],
    [0, "ok", "write", 1],
    [0, "invoke", "write", 2],
    [0, "ok", "write", 2],
    [1, "invoke", "read", null],
    [1, "ok", "read", 1],
  ],
  "a new value is seen, then the old one, while the write goes on": [
    [0, "invoke", "write", 1],
    [0, "ok", "write", 1],
    [0, "invoke", "write", 2],
    [1, "invoke", "read", null],
    [1, "ok", "read", 2],
    [2, "invoke", "read", null],
    [2, "ok", "read", 1],
    [0, "ok", "write", 2],
  ],
  "two compare-and-sets from one value": [
    [0, "invoke", "write", 1],
    [0, "ok", "write", 1],
    [0, "invoke", "cas", [1, 2]],
    [1, "invoke", "cas", [1, 3]],
    [0, "ok", "cas", [1, 2]],
    [1, "ok", "cas", [1, 3]],
  ],
  "a read of what nobody wrote": [
    [0, "invoke", "write", 1],
    [0, "ok", "write", 1],
    [1, "invoke", "read", null],
    [1, "ok", "read", 9],
  ],
  "a read of what failed": [
    [0, "invoke", "write", 1],
    [0, "fail", "write", 1],
    [1, "invoke", "read", null],
    [1, "ok", "read", 1],
  ],
  "a write of unknown fate takes effect twice": [
    [0, "invoke", "write", 1],
    [0, "info", "write", 1],
    [1, "invoke", "read", null],
    [1, "ok", "read", 1],
    [1, "invoke", "write", 2],
    [1, "ok", "write", 2],
    [1, "invoke", "read", null],
    [1, "ok", "read", 1],
  ],
};

for (const [name, steps] of Object.entries(valid)) {
  Deno.test(`linearizable: passed: ${name}`, () => {
    const result = check(...steps);
    assert.equal(result.valid, true, result.explanation?.join("\n"));
  });
}

for (const [name, steps] of Object.entries(invalid)) {
  Deno.test(`linearizable: found: ${name}`, () => {
    assert.equal(check(...steps).valid, false);
  });
}

/** A read that was answered with an error. */
const failedRead = (code: number, process = 1) =>
  op(process, "read", ["x", null], ["x", null], "fail", {
    error: [code, "no such key"],
  });

for (
  const [answer, read] of [
    ["null", op(1, "read", ["x", null])],
    ["error 20", failedRead(20)],
  ] as const
) {
  Deno.test(`linearizable: a read of nothing, told by ${answer}, comes before all writes`, () => {
    const write = op(0, "write", ["x", 1]);
    const forgot = checkLinearizableRegisters(history(...write, ...read));
    assert.equal(forgot.valid, false);
    assert.equal(forgot.asMaelstrom?.valid, true); // Knossos asks no more
    assert.match(forgot.explanation?.join() ?? "", /forgotten.*found nothing/);

    const isValid = (...events: Event[]) =>
      checkLinearizableRegisters(history(...events)).valid;
    assert.equal(isValid(...read, ...write), true);
    const [begin, end] = write;
    assert.equal(isValid(begin, ...read, end), true, "while it is written");
    assert.equal(isValid(begin, ...read), true, "if its fate is unknown");
    assert.equal(isValid(begin, { ...end, type: "fail" }, ...read), true);
    const cas = op(2, "cas", ["x", [1, 2]]);
    assert.equal(isValid(...write, ...cas, ...read), false);
  });
}

Deno.test("linearizable: other errors of a read tell nothing", () => {
  for (const code of [0, 11, 13, 22]) {
    const events = [...op(0, "write", ["x", 1]), ...failedRead(code)];
    assert.equal(checkLinearizableRegisters(history(...events)).valid, true);
  }
});

Deno.test("linearizable: a compare-and-set may fail spuriously", () => {
  const result = checkLinearizableRegisters(history(
    ...op(0, "write", ["x", 1]),
    ...op(1, "cas", ["x", [1, 2]], ["x", [1, 2]], "fail", { error: [22, ""] }),
    ...op(1, "cas", ["x", [1, 2]], ["x", [1, 2]], "fail", { error: [20, ""] }),
  ));
  assert.equal(result.valid, true);
});

Deno.test("linearizable: what is wrong without reads of nothing is Maelstrom's too", () => {
  const result = checkLinearizableRegisters(history(
    ...op(0, "write", ["x", 1]),
    ...op(0, "write", ["x", 2]),
    ...failedRead(20),
    ...op(1, "read", ["x", null], ["x", 1]),
  ));
  assert.equal(result.asMaelstrom?.valid, false);
  assert.equal(result.explanation?.length, 2);
});

Deno.test("linearizable: each key is on its own, whatever its JSON", () => {
  const result = checkLinearizableRegisters(history(
    ...op(0, "write", [1, "a"]),
    ...op(0, "write", ["1", "b"]),
    ...op(1, "read", [1, null], [1, "a"]),
    ...op(1, "read", ["1", null], ["1", "b"]),
    ...op(1, "read", [{ k: 1 }, null], [{ k: 1 }, "c"]),
  ));
  assert.equal(result.valid, false);
  assert.deepEqual(result.details?.failures, [{ k: 1 }]);
});

Deno.test("linearizable: a failure says how far one gets, and what is in the way", () => {
  const { explanation } = check(...invalid["a stale read"]);
  assert.deepEqual(explanation, [
    `linearizability: no order of the operations on key "x" explains what ` +
    `they returned.
The first 2 of 3 can be put into an order:
    op 0, process 0, from 0.000 s to 0.001 s: wrote 1
    op 2, process 0, from 0.002 s to 0.003 s: wrote 2
Then the value is 2, and none of those that must have happened by op 5 can come next:
  > op 4, process 1, from 0.004 s to 0.005 s: read 1`,
  ]);
});

/** Tries every order of every choice of operations of unknown fate. */
function bruteForce(intervals: readonly Interval<RegisterOperation>[]) {
  const search = (state: number, left: ReadonlySet<number>): boolean => {
    const ends = [...left].map((i) => intervals[i].end ?? Infinity);
    const firstEnd = Math.min(...ends);
    if (firstEnd === Infinity) return true;
    return [...left].some((i) => {
      if (intervals[i].begin > firstEnd) return false;
      const next = casRegister.step(state, intervals[i].operation);
      if (next === undefined) return false;
      return search(next, new Set([...left].filter((j) => j !== i)));
    });
  };
  return search(casRegister.initial, new Set(intervals.keys()));
}

const smallOperation: fc.Arbitrary<RegisterOperation> = fc.oneof(
  fc.record({ f: fc.constant("read" as const), value: fc.nat(2) }),
  fc.record({
    f: fc.constant("write" as const),
    value: fc.integer({ min: 1, max: 2 }),
  }),
  fc.record({
    f: fc.constant("cas" as const),
    from: fc.nat(2),
    to: fc.integer({ min: 1, max: 2 }),
  }),
);

/** Ends in any order, all different; some operations never end. */
const smallHistory = fc.array(
  fc.tuple(smallOperation, fc.nat(1000), fc.nat(300), fc.boolean()),
  { minLength: 1, maxLength: 7 },
).map((list) =>
  list.map(([operation, begin, length, isInfo], i) => ({
    operation,
    begin: begin + i / 100,
    end: isInfo && operation.f !== "read"
      ? undefined
      : begin + length + 0.5 + i / 100,
  }))
);

Deno.test("linearizable: the search agrees with trying every order", () => {
  let [yes, no] = [0, 0];
  fc.assert(
    fc.property(smallHistory, (intervals) => {
      const expected = bruteForce(intervals);
      if (expected) yes++;
      else no++;
      assert.equal(linearize(casRegister, intervals).linearizable, expected);
    }),
    { numRuns: 3000 },
  );
  assert.ok(yes > 300 && no > 300, `${yes} linearizable, ${no} not`);
});

Deno.test("linearizable: the order found is one", () => {
  fc.assert(fc.property(smallHistory, (intervals) => {
    const { order, linearizable } = linearize(casRegister, intervals);
    let state: number | undefined = casRegister.initial;
    for (const [i, id] of order.entries()) {
      state = casRegister.step(state, intervals[id].operation);
      assert.ok(state !== undefined, "an operation can't happen there");
      for (const earlier of order.slice(0, i)) {
        assert.ok(intervals[earlier].begin < (intervals[id].end ?? Infinity));
      }
    }
    if (!linearizable) return;
    const ended = intervals.flatMap(({ end }, id) => end ? [id] : []);
    assert.ok(ended.every((id) => order.includes(id)));
  }));
});
