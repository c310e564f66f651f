import assert from "node:assert/strict";
import {
  consistencyModelNames,
  prohibitedAnomalies,
  ruledOut,
} from "../../../../workbench/checkers/dependencies/consistency_models.ts";

const prohibits = (model: string, anomaly: string) =>
  prohibitedAnomalies([model]).has(anomaly);

Deno.test("models: each rules out what its definition names, and no more", () => {
  const table: readonly [model: string, not: string[], may: string[]][] = [
    ["read-uncommitted", ["G0", "duplicate-elements", "cyclic-versions"], [
      "G1a",
      "G1b",
      "G1c",
      "internal",
      "lost-update",
    ]],
    ["read-committed", [
      "G0",
      "G1a",
      "G1b",
      "G1c",
      "dirty-update",
      "incompatible-order",
      "future-read",
    ], ["internal", "G-single-item", "lost-update", "G0-process"]],
    ["monotonic-atomic-view", ["G1c", "observed-transaction-vanishes"], [
      "fractured-read",
      "internal",
    ]],
    ["read-atomic", ["internal", "G1c", "future-read"], [
      "G-single-item",
      "causality-violation",
    ]],
    ["causal-cerone", ["fractured-read", "causality-violation"], [
      "G-single-item",
      "lost-update",
    ]],
    ["cursor-stability", ["lost-update"], ["G-single-item", "internal"]],
    ["repeatable-read", ["G-single-item", "G2-item", "lost-update"], [
      "G2",
      "G-single-item-process",
    ]],
    ["consistent-view", ["G-single", "G-single-item"], [
      "G-nonadjacent-item",
      "internal",
    ]],
    ["snapshot-isolation", [
      "G-single-item",
      "G-nonadjacent-item",
      "internal",
      "lost-update",
    ], ["G2-item", "G-single-item-process"]],
    ["serializable", ["G2-item", "G2", "internal"], ["G1c-process"]],
    ["strong-session-snapshot-isolation", [
      "G1c-process",
      "G-nonadjacent-item-process",
      "G-single-item-process",
    ], ["G2-item", "G2-item-process", "G-single-item-realtime"]],
    ["strong-session-serializable", ["G2-item-process", "G0-process"], [
      "G0-realtime",
    ]],
    ["strong-read-uncommitted", ["G0-realtime"], ["G1c-realtime", "G1a"]],
    ["strict-serializable", [
      "G0-realtime",
      "G1c-realtime",
      "G2-item-realtime",
      "G-single-item-process",
      "internal",
      "lost-update",
    ], []],
  ];
  for (const [model, not, may] of table) {
    for (const anomaly of not) {
      assert.ok(prohibits(model, anomaly), `${model} rules out ${anomaly}`);
    }
    for (const anomaly of may) {
      assert.ok(!prohibits(model, anomaly), `${model} allows ${anomaly}`);
    }
  }
});

Deno.test("models: all names of Elle's are known, several for the same model", () => {
  for (
    const [a, b] of [
      ["strict-serializable", "PL-SS"],
      ["read-committed", "PL-2"],
      ["conflict-serializable", "serializable"],
      ["strong-read-committed", "strong-PL-2"],
    ]
  ) {
    assert.ok(consistencyModelNames.includes(a));
    assert.ok(consistencyModelNames.includes(b));
    assert.deepEqual(prohibitedAnomalies([a]), prohibitedAnomalies([b]));
  }
});

Deno.test("models: an anomaly rules out the weakest models that forbid it, and all stronger", () => {
  const { not, alsoNot } = ruledOut(["G1c", "G-single-item"]);
  assert.deepEqual(not, ["read-committed"]);
  assert.ok(alsoNot.includes("serializable"));
  assert.ok(alsoNot.includes("snapshot-isolation"));
  assert.ok(!alsoNot.includes("read-uncommitted"));
  assert.deepEqual(ruledOut([]), { not: [], alsoNot: [] });
});
