import assert from "node:assert/strict";
import {
  groupsOf,
  quantilesOverTime,
  ratesOfGroup,
} from "../../../viewer/measures/latency.ts";
import { type Operation } from "../../../viewer/run/document.ts";

const operation = (
  f: string,
  type: Operation["type"],
  start: number,
  end?: number,
): Operation => ({
  ...{ index: 0, process: 0, client: 0, f, type, start },
  ...end === undefined ? {} : { end },
});

Deno.test("latency: operations are grouped by kind and outcome, those under way left out", () => {
  const operations = [
    operation("read", "fail", 5, 6),
    operation("add", "ok", 1, 2),
    operation("read", "ok", 9, 10),
    operation("read", "ok", 3, 8),
    operation("add", "open", 4),
  ];
  assert.deepEqual(groupsOf(operations), [
    { f: "read", type: "ok", operations: [3, 2] },
    { f: "read", type: "fail", operations: [0] },
    { f: "add", type: "ok", operations: [1] },
  ]);
});

Deno.test("latency: quantiles are Jepsen's, and where nothing began there are none", () => {
  const operations = Array.from(
    { length: 100 },
    (_, i) => operation("read", "ok", i / 10, i / 10 + i + 1),
  );
  const columns = quantilesOverTime(operations, {
    ...{ width: 10, count: 2, end: 20 },
  });
  assert.deepEqual(columns.map(([first]) => Math.round(first ?? NaN)), [
    ...[51, 96, 100, 100],
  ]);
  assert.deepEqual(columns.map(([, second]) => second), Array(4).fill(null));
});

Deno.test("rate: an operation counts when it ends", () => {
  const operations = [operation("read", "ok", 0, 15)];
  const [group] = groupsOf(operations);
  assert.deepEqual(
    ratesOfGroup(operations, group, { width: 10, count: 2, end: 20 }),
    [0, 100],
  );
});
