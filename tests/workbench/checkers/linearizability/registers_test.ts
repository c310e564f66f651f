import assert from "node:assert/strict";
import { checkLinearizability } from "../../../../workbench/checkers/linearizability/check.ts";
import { type Model } from "../../../../workbench/checkers/linearizability/model.ts";
import { checkLinearizableRegisters } from "../../../../workbench/checkers/linearizability/registers.ts";
import { type Op } from "../../../../workbench/load/history.ts";
import { type Event, history, op } from "../../../support/history.ts";

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

/** A compare-and-set from 1 to 2 that failed. */
const failedCas = (error?: unknown) =>
  op(1, "cas", ["x", [1, 2]], ["x", [1, 2]], "fail", { error });

Deno.test("linearizable: a compare-and-set that is refused saw another value", () => {
  const write = op(0, "write", ["x", 1]);
  for (const error of [[22, ""], ["precondition-failed", ""], [20, ""]]) {
    const result = checkLinearizableRegisters(
      history(...write, ...failedCas(error)),
    );
    assert.equal(result.valid, false);
    assert.equal(result.asMaelstrom?.valid, true); // Knossos asks no more
    assert.deepEqual(result.details?.failures, ["x"]);
    assert.match(result.explanation?.join() ?? "", /> op 2.* 1 to 2/);
  }
});

Deno.test("linearizable: a compare-and-set that is refused is placed like a read", () => {
  const isValid = (...events: Event[]) =>
    checkLinearizableRegisters(history(...events)).valid;
  const other = op(0, "write", ["x", 3]);
  const [begin, end] = op(2, "write", ["x", 1]);
  for (const code of [20, 22]) {
    const cas = failedCas([code, ""]);
    assert.equal(isValid(...cas), true, "before there is anything");
    assert.equal(isValid(...cas, begin, end), true);
    assert.equal(isValid(begin, ...cas, end), true, "while it is written");
    assert.equal(isValid(begin, end, ...other, ...cas), code === 22);
  }
});

Deno.test("linearizable: a compare-and-set that fails for no told reason may do so spuriously", () => {
  const events = [undefined, [11, "busy"], ["timeout"], "no"].flatMap(
    failedCas,
  );
  const write = op(0, "write", ["x", 1]);
  const result = checkLinearizableRegisters(history(...write, ...events));
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

Deno.test("linearizable: a key is the same whatever the order of its fields", () => {
  const result = checkLinearizableRegisters(history(
    ...op(0, "write", [{ a: 1, b: 2 }, 5]),
    ...op(1, "read", [{ b: 2, a: 1 }, null], [{ b: 2, a: 1 }, 5]),
  ));
  assert.equal(result.valid, true);
  assert.equal(result.details?.keyCount, 1);
});

Deno.test("linearizable: large integers of a model without words are told exactly", () => {
  const register: Model<unknown> = {
    name: "register",
    init: 0,
    step(state, { f, input, output }) {
      if (f === "write") return input;
      return output === state ? state : undefined;
    },
  };
  const { valid, explanation } = checkLinearizability(
    history(...op(0, "write", 2n ** 60n), ...op(1, "read", null, 2n ** 61n)),
    register,
  );
  assert.equal(valid, false);
  assert.match(
    explanation?.join() ?? "",
    /Then the state is 1152921504606846976,.*"output":2305843009213693952/s,
  );
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

Deno.test("linearizable: forty crashed writes cost little, whether valid or not", () => {
  const crashed = Array.from({ length: 40 }, (_, i) => i + 1);
  const writes = crashed.flatMap((value) => [
    {
      process: value,
      type: "invoke",
      f: "write",
      value: ["x", value],
    } as const,
    { process: value, type: "info", f: "write", value: ["x", value] } as const,
  ]);
  const read = (value: number) => op(100, "read", ["x", null], ["x", value]);
  const reads = crashed.toReversed().flatMap(read);
  const [first] = crashed;
  const check = (...events: Event[]) =>
    checkLinearizableRegisters(history(...writes, ...events));
  assert.equal(check(...reads).valid, true);
  const result = check(...reads, ...op(0, "write", ["x", 99]), ...read(first));
  assert.equal(result.valid, false);
  assert.match(result.explanation?.[0] ?? "", /The first 81 of 82/);
});

Deno.test("linearizable: who gives up says how far it came, and that it knows nothing", () => {
  const writes = [1, 2, 3].flatMap((value) => op(0, "write", ["x", value]));
  const result = checkLinearizableRegisters(history(...writes), {
    limits: { configurations: 1, bytes: 1e6 },
  });
  assert.equal(result.valid, "unknown");
  assert.deepEqual(result.details?.undecided, ["x"]);
  assert.match(result.explanation?.[0] ?? "", /unknown whether.*given up/);
  assert.equal(result.explanation?.length, 1, "it is told once");
  assert.equal(result.asMaelstrom, undefined, "Maelstrom looks at all of it");
});
