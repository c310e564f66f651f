import assert from "node:assert/strict";
import { type Node, type RegisterOp } from "../../../lib/maelstrom.ts";
import txn from "../../../txn.ts";
import { checkConvergence } from "../../../workbench/checkers/convergence.ts";
import { type History, type Op } from "../../../workbench/load/history.ts";
import { parseTestOptions } from "../../../workbench/cli/options.ts";
import { simulate } from "../../../workbench/run.ts";

/** Transactions that ended ok, one a process. */
function history(
  ...txns: readonly (readonly [final: boolean, txn: readonly unknown[]])[]
): History {
  return txns.map(([final, value], index): Op => ({
    index,
    time: index,
    type: "ok",
    process: index,
    f: "txn",
    value,
    final,
  }));
}

Deno.test("convergence: equal final reads pass, whatever was read before", () => {
  const result = checkConvergence(history(
    [false, [["r", 1, 5]]],
    [true, [["r", 1, 7], ["r", 2, null]]],
    [true, [["r", 1, 7], ["r", 2, null]]],
  ));
  assert.deepEqual(result, { valid: true });
});

Deno.test("convergence: one key that differs is named with both values", () => {
  const { valid, explanation, details: { anomalyTypes } = {} } =
    checkConvergence(history(
      [true, [["r", 1, 7], ["r", 2, [1, 2]]]],
      [true, [["r", 1, 7], ["r", 2, [1]]]],
      [true, [["r", 1, 7], ["r", 2, [1]]]],
    ));
  assert.equal(valid, false);
  assert.deepEqual(anomalyTypes, ["divergence"]);
  assert.match(
    `${explanation}`,
    /Key 2 was \[1,2\] at op 0 of process 0 and \[1\] at op 1 of process 1/,
  );
});

Deno.test("convergence: nothing may not stand where something was written", () => {
  const writes = [false, [["w", 1, 5]]] as const;
  const empty = [true, [["r", 1, null], ["r", 2, null]]] as const;
  const { valid, explanation, details: { anomalyTypes } = {} } =
    checkConvergence(
      history(writes, empty, empty),
    );
  assert.equal(valid, false);
  assert.deepEqual(anomalyTypes, ["forgotten"]);
  assert.match(`${explanation}`, /Key 1 was empty, but 5 .* op 0 of process 0/);
});

Deno.test("convergence: what a kill may have taken is not asked for", () => {
  const [first, ...others] = history(
    [false, [["w", 1, 5]]],
    [true, [["r", 1, null]]],
    [true, [["r", 1, null]]],
  );
  const kill = (value: string[]): Op => ({
    index: 1,
    time: 0,
    type: "info",
    process: "nemesis",
    f: "kill",
    value,
  });
  const check = (value: string[]) =>
    checkConvergence([first, kill(value), ...others]).valid;
  assert.equal(check(["n0"]), true);
  assert.equal(check([]), false); // a kill of none of the nodes
});

Deno.test("convergence: one answer alone says nothing", () => {
  const { valid } = checkConvergence(history([true, [["r", 1, 7]]]));
  assert.equal(valid, "unknown");
});

function run(program: (node: Node) => void, ...flags: string[]) {
  const options = parseTestOptions([
    ...["-w", "txn-rw-register", "--bin", "-", "--seed", "converge"],
    ...["--node-count", "3", "--rate", "50", "--time-limit", "5"],
    ...["--consistency-models", "read-committed", "--nemesis", "partition"],
    ...["--nemesis-interval", "1", "--p-loss", "0.1"],
    ...flags,
  ]);
  return simulate(options, program);
}

/** A node that keeps to itself: it keeps read committed all the same. */
function hermit(node: Node): void {
  const store = new Map<unknown, unknown>();
  node.serve("txn-rw-register", {
    txn: ({ txn }) => ({
      type: "txn_ok",
      txn: txn.map(([f, key, value]): RegisterOp => {
        if (f === "r") return ["r", key, store.get(key) ?? null];
        store.set(key, value);
        return ["w", key, value];
      }),
    }),
  });
}

/** Acknowledges every transaction, and forgets it. */
function oblivion(node: Node): void {
  node.serve("txn-rw-register", {
    txn: ({ txn }) => ({
      type: "txn_ok",
      txn: txn.map(([f, key, value]): RegisterOp =>
        f === "r" ? ["r", key, null] : ["w", key, value]
      ),
    }),
  });
}

Deno.test("nothing stored: who answers every read with null is caught, by default", async () => {
  const { valid, explanation, workload } = await run(oblivion);
  assert.equal(valid, false);
  assert.match(`${explanation}`, /nothing-stored: of \d+ reads/);
  assert.equal(workload.asMaelstrom?.valid, true);
});

Deno.test("nothing stored: a store that shows its own writes late passes", async () => {
  const late = (node: Node) => {
    const store = new Map<unknown, unknown>();
    node.serve("txn-rw-register", {
      txn: ({ txn }) => ({
        type: "txn_ok",
        txn: txn.map(([f, key, value]): RegisterOp => {
          if (f === "r") return ["r", key, store.get(key) ?? null];
          node.sleep(500).then(() => store.set(key, value));
          return ["w", key, value];
        }),
      }),
    });
  };
  const { explanation } = await run(late);
  assert.doesNotMatch(`${explanation}`, /nothing-stored/);
});

Deno.test("convergence: nodes that never talk pass only if nobody asks", async () => {
  assert.equal((await run(hermit)).valid, true);
  const { valid, explanation } = await run(hermit, "--check-convergence");
  assert.equal(valid, false);
  assert.match(`${explanation}`, /divergence/);
});

Deno.test("convergence: txn.ts agrees in the end", async () => {
  const { valid, explanation } = await run(txn, "--check-convergence");
  assert.equal(valid, true, explanation.join("\n"));
});
