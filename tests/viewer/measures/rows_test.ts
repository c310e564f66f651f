import assert from "node:assert/strict";
import { rowsOf } from "../../../viewer/measures/rows.ts";
import { compose } from "../../../viewer/run/compose.ts";
import { type OpType } from "../../../workbench/load/history.ts";

const ms = 1e6;

/** Four operations: ok, failed, unknown, and one that never ended. */
const run = compose({
  ...{ workload: "broadcast", valid: false, anomalies: [], notes: [] },
  ...{ figures: [], settings: [], end: 100, nodes: ["n2", "n10"] },
  explanation: ["op 2 is wrong"],
  history: ([
    [0, 0, "invoke", "read", "n10"],
    [9, 0, "ok", "read", "n10"],
    [10, 1, "invoke", "add", "n2"],
    [11, 1, "fail", "add", "n2"],
    [20, 2, "invoke", "add", "n2"],
    [50, 2, "info", "add", "n2"],
    [60, 3, "invoke", "read", "n10"],
  ] satisfies [number, number, OpType, string, string][]).map((
    [time, process, type, f, node],
    index,
  ) => ({ index, time: time * ms, process, type, f, node, value: null })),
});

const all = { start: 0, end: 100 };

Deno.test("rows: all, those in sight, those not ok, those that a finding names", () => {
  assert.deepEqual(rowsOf(run, "all", all, "at", false), [0, 1, 2, 3]);
  const view = { start: 30, end: 55 };
  assert.deepEqual(rowsOf(run, "in sight", view, "at", false), [2]);
  assert.deepEqual(rowsOf(run, "not ok", all, "at", false), [1, 2, 3]);
  assert.deepEqual(rowsOf(run, "named", all, "at", false), [1]);
});

Deno.test("rows: what never ended took longest", () => {
  assert.deepEqual(rowsOf(run, "all", all, "took", true), [3, 2, 0, 1]);
});

Deno.test("rows: nodes are sorted as people count, equal ones by time", () => {
  assert.deepEqual(rowsOf(run, "all", all, "node", false), [1, 2, 0, 3]);
  assert.deepEqual(rowsOf(run, "all", all, "node", true), [0, 3, 1, 2]);
});
