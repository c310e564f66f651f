import assert from "node:assert/strict";
import { knownModel } from "../../../workbench/check/judges.ts";
import { objectJudges } from "../../../workbench/check/objects.ts";
import { type Op } from "../../../workbench/load/history.ts";
import { type Event, history, op } from "../../support/history.ts";

/** One operation after another: process, function, argument or result. */
type Step = readonly [
  process: number,
  f: string,
  value: unknown,
  type?: Op["type"],
];

const steps = (...list: readonly Step[]) =>
  list.flatMap(([process, f, value, type = "ok"]) => {
    const isAnswer = ["read", "get", "dequeue", "pop"].includes(f);
    return op(process, f, isAnswer ? null : value, value, type);
  });

interface Twins {
  readonly right: readonly Event[];
  readonly broken: readonly Event[];
}

const client = (client: string, fence?: number) => ({ client, fence });

const twins: Readonly<Record<string, Twins>> = {
  "register": {
    right: steps([0, "write", 1], [1, "read", 1]),
    broken: steps([0, "write", 1], [0, "write", 2], [1, "read", 1]),
  },
  "cas-register": {
    right: steps([0, "write", 1], [0, "cas", [1, 2]], [1, "read", 2]),
    broken: steps([0, "write", 1], [0, "cas", [3, 2]], [1, "read", 2]),
  },
  "multi-register": {
    right: steps(
      [0, "txn", [["read", "x", 0], ["write", "y", 2]]],
      [1, "txn", [["r", "y", 2], ["r", "x", 0], ["r", "z", null]]],
    ),
    broken: steps(
      [0, "txn", [["read", "x", 0], ["write", "y", 2]]],
      [1, "txn", [["r", "y", 2], ["r", "x", 1]]],
    ),
  },
  "mutex": {
    right: steps([0, "acquire", null], [1, "release", null, "info"], [
      2,
      "acquire",
      null,
    ]),
    broken: steps([0, "acquire", null], [1, "acquire", null]),
  },
  "owner-aware-mutex": {
    right: steps([0, "acquire", null], [0, "release", null]),
    broken: steps([0, "acquire", client("a")], [0, "release", client("b")]),
  },
  "reentrant-mutex": {
    right: steps(
      [0, "acquire", client("a")],
      [0, "acquire", client("a")],
      [0, "release", client("a")],
      [0, "release", client("a")],
      [1, "acquire", client("b")],
    ),
    broken: steps(
      [0, "acquire", client("a")],
      [0, "acquire", client("a")],
      [0, "release", client("a")],
      [1, "acquire", client("b")],
    ),
  },
  "fenced-mutex": {
    right: steps(
      [0, "acquire", client("a", 3)],
      [0, "release", client("a")],
      [1, "acquire", client("b", 4)],
    ),
    broken: steps(
      [0, "acquire", client("a", 3)],
      [0, "release", client("a")],
      [1, "acquire", client("b", 3)],
    ),
  },
  "reentrant-fenced-mutex": {
    right: steps(
      [0, "acquire", client("a", 3)],
      [0, "acquire", client("a", 3)],
    ),
    broken: steps(
      [0, "acquire", client("a", 3)],
      [0, "acquire", client("a", 4)],
    ),
  },
  "semaphore": {
    right: steps([0, "acquire", null], [1, "acquire", null]),
    broken: steps([0, "acquire", null], [1, "acquire", null], [
      2,
      "acquire",
      null,
    ]),
  },
  "linearizable-set": {
    right: steps([0, "add", 1], [0, "add", 2, "info"], [1, "read", [2, 1]]),
    broken: steps([0, "add", 1], [0, "add", 2], [1, "read", [2]]),
  },
  "fifo-queue": {
    right: steps([0, "enqueue", 1], [0, "enqueue", 2], [1, "dequeue", 1]),
    broken: steps([0, "enqueue", 1], [0, "enqueue", 2], [1, "dequeue", 2]),
  },
  "unordered-queue": {
    right: steps([0, "enqueue", 1], [0, "enqueue", 2], [1, "dequeue", 2]),
    broken: steps([0, "enqueue", 1], [1, "dequeue", 1], [1, "dequeue", 1]),
  },
  "stack": {
    right: steps([0, "push", 1], [0, "push", 2], [1, "pop", 2]),
    broken: steps([0, "push", 1], [0, "push", 2], [1, "pop", 1]),
  },
  "kv": {
    right: steps([0, "put", "a"], [0, "append", "b"], [1, "get", "ab"]),
    broken: steps([0, "put", "a"], [0, "append", "b"], [1, "get", "b"]),
  },
};

const verdict = (name: string, events: readonly Event[]) =>
  knownModel(name)?.check(history(...events), {});

for (const [name, { right, broken }] of Object.entries(twins)) {
  Deno.test(`objects: ${name}: what is right passes, what is not is caught`, () => {
    const passed = verdict(name, right);
    assert.equal(passed?.valid, true, passed?.explanation?.join("\n"));
    const caught = verdict(name, broken);
    assert.equal(caught?.valid, false);
    assert.match(caught?.explanation?.join() ?? "", /no order .* > op /s);
  });
}

Deno.test("objects: each has its twins, but the one that allows anything", () => {
  const names = objectJudges.map(({ name }) => name).filter((it) =>
    it !== "noop"
  );
  assert.deepEqual(names, Object.keys(twins));
  assert.equal(verdict("noop", twins.stack.broken)?.valid, true);
});

Deno.test("objects: keys are told by values that are pairs", () => {
  const keyed = (events: readonly Event[], key: string) =>
    events.map((it) => ({ ...it, value: [key, it.value] }));
  const { right, broken } = twins.stack;
  const result = verdict("stack", [
    ...keyed(right, "x"),
    ...keyed(broken, "y"),
  ]);
  assert.deepEqual(result?.details, { keyCount: 2, failures: ["y"] });
  const registers = verdict("cas-register", [
    ...keyed(twins["cas-register"].right, "x"),
    ...keyed(twins["cas-register"].broken, "y"),
  ]);
  assert.deepEqual(registers?.details?.failures, ["y"]);
});

Deno.test("objects: a queue's values each are on their own where there is no order", () => {
  const { details } = verdict("unordered-queue", [
    ...twins["unordered-queue"].broken,
    ...steps([0, "enqueue", "y"], [0, "dequeue", null, "info"]),
  ]) ?? {};
  assert.deepEqual(details, { keyCount: 2, failures: [1] });
});

Deno.test("objects: what isn't one of the model's operations is refused by name", () => {
  for (const { name } of objectJudges) {
    if (name === "noop") continue;
    assert.throws(
      () => verdict(name, op(0, "frobnicate", 1)),
      (error) => error instanceof TypeError && /frobnicate/.test(error.message),
      name,
    );
  }
});
