import assert from "node:assert/strict";
import {
  anomalyTypes,
  asMaelstrom,
  combine,
  stricter,
  tellMaelstroms,
  written,
} from "../../../workbench/checkers/result.ts";
import { checkConvergence } from "../../../workbench/checkers/convergence.ts";
import { checkSetFull } from "../../../workbench/checkers/set_full.ts";
import { checkRwRegister } from "../../../workbench/checkers/txn/rw_register.ts";
import { toEdn } from "../../../workbench/results/edn.ts";
import { parseTestOptions } from "../../../workbench/cli/options.ts";
import { simulate } from "../../../workbench/run.ts";
import { type Node } from "../../../lib/maelstrom.ts";
import { parse } from "../../../workbench/cli/run_challenges.ts";
import { history, op } from "../../support/history.ts";

const anomaly = (type: string, ...explanation: string[]) => ({
  type,
  count: explanation.length,
  explanation,
});

Deno.test("results: several are as valid as the worst, with all that they found", () => {
  const lost = {
    valid: false,
    anomalies: [anomaly("lost", "1 is lost")],
    details: { lostCount: 1, names: ["a"] },
    forms: { names: "list" },
    stableLatencies: { 0.5: 7 },
    figures: { forgiven: "2" },
    explanation: ["1 is lost"],
  } as const;
  const doubtful = {
    valid: "unknown",
    details: { sessions: 3, names: ["b"] },
    forms: { sessions: "float" },
    notes: ["odd"],
  } as const;
  assert.deepEqual(combine({ valid: true }, lost, doubtful), {
    valid: false,
    anomalies: [anomaly("lost", "1 is lost")],
    details: { lostCount: 1, names: ["a", "b"], sessions: 3 },
    forms: { names: "list", sessions: "float" },
    stableLatencies: { 0.5: 7 },
    figures: { forgiven: "2" },
    explanation: ["1 is lost"],
    notes: ["odd"],
  });
  assert.deepEqual(combine({ valid: true }, { valid: true }), { valid: true });
  assert.equal(combine({ valid: true }, doubtful).valid, "unknown");
});

Deno.test("results: details are written in their place, and what is for the workbench is not", () => {
  const result = {
    valid: true,
    anomalies: [],
    details: { count: 3, errors: [] },
    forms: { errors: "list" },
    stableLatencies: undefined,
    explanation: [],
  } as const;
  assert.equal(
    JSON.stringify(written(result)),
    '{"valid":true,"count":3,"errors":[],"explanation":[]}',
  );
});

Deno.test("results: what is invalid and has no name is called wrong", () => {
  assert.deepEqual(anomalyTypes({ valid: false }), ["wrong"]);
  assert.deepEqual(anomalyTypes({ valid: true }), []);
  const result = { valid: false, anomalies: [anomaly("G0", "x")] } as const;
  assert.deepEqual(anomalyTypes(result), ["G0"]);
});

Deno.test("as Maelstrom: findings of ours alone leave its verdict valid", () => {
  const right = { valid: true, explanation: [] } as const;
  assert.equal(stricter(right, anomaly("phantom"), "phantoms"), right);
  const ours = stricter(right, anomaly("phantom", "a phantom"), "phantoms");
  assert.equal(ours.valid, false);
  assert.deepEqual(asMaelstrom([right, ours]), {
    valid: true,
    ignores: ["phantoms"],
  });
});

Deno.test("as Maelstrom: what it finds too, or leaves open, stays so", () => {
  const phantom = anomaly("phantom", "a phantom");
  const wrong = { valid: false, explanation: ["lost"] } as const;
  const both = stricter(wrong, phantom, "phantoms");
  assert.deepEqual(both.explanation, ["lost", "a phantom"]);
  assert.equal(asMaelstrom([both]).valid, false);
  const open = stricter({ valid: "unknown" }, phantom, "phantoms");
  assert.equal(open.valid, false);
  assert.equal(asMaelstrom([open, { valid: true }]).valid, "unknown");
});

Deno.test("as Maelstrom: several of ours are told in one sentence", () => {
  const once = stricter({ valid: true }, anomaly("phantom", "x"), "phantoms");
  const twice = stricter(once, anomaly("session", "y"), "sessions");
  assert.equal(
    tellMaelstroms(asMaelstrom([twice])),
    "Maelstrom would say: valid; it does not look at phantoms, nor at sessions.",
  );
  assert.equal(
    tellMaelstroms({ valid: false, ignores: [] }),
    "Maelstrom would say: invalid.",
  );
});

Deno.test("as Maelstrom: each difference on purpose is marked", () => {
  const duplicated = checkSetFull(
    history(...op(0, "add", 1), ...op(0, "read", null, [1, 1])),
    { add: "add" },
  );
  const final = { final: true };
  const divergence = checkConvergence(
    history(
      ...op(0, "txn", [["r", 1, null]], [["r", 1, 5]], "ok", final),
      ...op(1, "txn", [["r", 1, null]], [["r", 1, 6]], "ok", final),
    ),
  );
  const futureRead = checkRwRegister(
    history(
      ...op(0, "txn", [["r", 1, null], ["w", 1, 5]], [["r", 1, 5], [
        "w",
        1,
        5,
      ]]),
      ...op(1, "txn", [["r", 1, null]], [["r", 1, 5]]),
    ),
    { consistencyModels: ["read-committed"] },
  );
  for (const result of [duplicated, divergence, futureRead]) {
    assert.equal(result.valid, false);
    assert.equal(result.asMaelstrom?.valid, true);
  }
});

/** Answers every read with what is there, and the first of it once more. */
function stutter(node: Node): void {
  const messages: unknown[] = [];
  node.serve("broadcast", {
    topology: () => ({ type: "topology_ok" }),
    broadcast: ({ message }) => {
      messages.push(message);
      return { type: "broadcast_ok" };
    },
    read: () => ({
      type: "read_ok",
      messages: [...messages.slice(0, 1), ...messages],
    }),
  });
}

Deno.test("--as-maelstrom: both verdicts stand in the results, ours counts", async () => {
  const run = (...flags: string[]) =>
    simulate(
      parseTestOptions([
        ..."-w broadcast --bin x --node-count 1 --time-limit 5 --seed s"
          .split(" "),
        ...flags,
      ]),
      stutter,
    );
  const { journal: _, history: __, ...result } = await run("--as-maelstrom");
  assert.equal(result.valid, false);
  assert.equal(result.asMaelstrom?.valid, true);
  assert.match(toEdn({ ...result }), /:as-maelstrom {:valid\? true,/);
  assert.equal((await run()).asMaelstrom, undefined);
});

Deno.test("--as-maelstrom: challenges take it", () => {
  assert.equal(parse(["3a", "--as-maelstrom"]).asMaelstrom, true);
  assert.equal(parse(["3a"]).asMaelstrom, false);
});
