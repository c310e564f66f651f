import assert from "node:assert/strict";
import counter from "../../../counter.ts";
import { integer, message, type Node } from "../../../lib/maelstrom.ts";
import { inWords, readsOfSums } from "../../../viewer/pictures/sums.ts";
import {
  type Operation,
  type RunDocument,
} from "../../../viewer/run/document.ts";
import { simulated } from "../simulated.ts";

const load = "--node-count 3 --rate 50 --time-limit 6 --seed 1 " +
  "--nemesis partition --nemesis-interval 2";

for (const workload of ["g-counter", "pn-counter"]) {
  Deno.test(`sums: no read of a right ${workload} is wrong, though it may be behind`, async () => {
    const { run, result } = await simulated(counter, `-w ${workload} ${load}`);
    assert.equal(result.valid, true);
    const reads = readsOfSums(run);
    assert(reads.length > 50);
    assert.deepEqual(reads.filter(({ verdict }) => verdict === "wrong"), []);
    assert.equal(reads.filter(({ isFinal }) => isFinal).length, 3);
  });

  Deno.test(`sums: the final reads that the checker finds wrong are wrong, of a ${workload} that tells once`, async () => {
    const { run, result } = await simulated(
      tellingOnce(workload),
      `-w ${workload} ${load}`,
    );
    assert.equal(result.valid, false);
    const errors = result.workload.anomalies?.flatMap(({ operations = [] }) =>
      operations
    );
    const wrong = readsOfSums(run).filter(({ verdict }) => verdict === "wrong");
    assert.deepEqual(
      wrong.filter(({ isFinal }) => isFinal)
        .map(({ operation }) => run.operations[operation].completed),
      errors,
    );
    assert.match(inWords(wrong[0]), /and it is final$/);
  });
}

const delta = message("delta", { delta: integer });

const tellingOnce = (workload: string) => (node: Node): void => {
  let sum = 0;
  node.on(delta, (body): void => {
    sum += body.delta;
  });
  node.serve(workload === "g-counter" ? "g-counter" : "pn-counter", {
    add(body) {
      sum += body.delta;
      for (const peer of node.peers) {
        node.send(peer, delta({ delta: body.delta }));
      }
      return { type: "add_ok" };
    },
    read: () => ({ type: "read_ok", value: sum }),
  });
};

/** Operations one after the other or overlapping: `[f, value, from, to, type]`. */
function made(
  ...operations: [
    string,
    unknown,
    number,
    number,
    (Operation["type"] | "final")?,
  ][]
): RunDocument {
  return {
    ...{ format: 1, workload: "pn-counter", valid: true, duration: 100 },
    ...{ findings: [], notes: [], settings: [], figures: [], evidence: [] },
    ...{ nodes: ["n0"], services: [], clients: [], faults: [] },
    operations: operations.map(([f, value, start, end, type = "ok"]) => ({
      ...{ index: start, completed: end, process: 0, client: 0, node: "n0" },
      ...{ f, start, end, type: type === "final" ? "ok" : type },
      final: type === "final",
      ...f === "read" ? { result: value } : { value },
    })),
  };
}

const judged = (run: RunDocument) =>
  readsOfSums(run).map(({ sum, lowest, highest, verdict }) => [
    ...[sum, lowest, highest, verdict],
  ]);

Deno.test("sums: adds that overlap a read may be in it, and both signs widen what is possible", () => {
  const run = made(
    ["add", 5, 0, 1],
    ["add", 3, 2, 9],
    ["add", -4, 3, 8],
    ["read", 1, 4, 5],
    ["read", 9, 6, 7],
  );
  assert.deepEqual(judged(run), [
    [1, 1, 8, "possible"],
    [9, 1, 8, "wrong"],
  ]);
});

Deno.test("sums: a read that lacks what was acknowledged is behind, unless it is final", () => {
  const run = made(
    ["add", 5, 0, 1],
    ["read", 0, 2, 3],
    ["read", 0, 4, 5, "final"],
  );
  assert.deepEqual(judged(run), [
    [0, 5, 5, "behind"],
    [0, 5, 5, "wrong"],
  ]);
  assert.deepEqual(readsOfSums(run).map(inWords), [
    "5 below 5: adds were on their way still",
    "5 below 5, and it is final",
  ]);
});

Deno.test("sums: what was refused is in no sum, what is unknown may be", () => {
  const run = made(
    ["add", 5, 0, 1, "fail"],
    ["add", 3, 2, 3, "info"],
    ["read", 3, 4, 5, "final"],
    ["read", 5, 6, 7, "final"],
    ["read", null, 8, 9],
  );
  assert.deepEqual(judged(run), [
    [3, 0, 3, "possible"],
    [5, 0, 3, "wrong"],
    [undefined, 0, 3, "wrong"],
  ]);
});

Deno.test("sums: a run without reads has none", () => {
  assert.deepEqual(readsOfSums(made(["add", 5, 0, 1])), []);
});
