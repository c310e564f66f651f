import assert from "node:assert/strict";
import { compose, type RunRemains } from "../../../viewer/run/compose.ts";
import { type Op, type OpType } from "../../../workbench/load/history.ts";
import { Recording } from "../../../viewer/run/recording.ts";
import { bandsOf } from "../../../viewer/scene/bands.ts";

const ms = 1e6;

/** A history of `[ms, process, type, f, value]`. */
function history(
  ...events: [number, number | "nemesis", OpType, string, unknown?][]
): Op[] {
  return events.map(([time, process, type, f, value], index) => ({
    ...{ index, time: time * ms, process, type, f, value },
    ...typeof process === "number" ? { node: `n${process % 2}` } : {},
  }));
}

const made = (some: Partial<RunRemains>) =>
  compose({
    ...{ workload: "broadcast", valid: false, explanation: [], anomalies: [] },
    ...{ notes: [], figures: [], settings: [], history: [], end: 0 },
    ...{ nodes: ["n0", "n1"], ...some },
  });

Deno.test("compose: a finding leads to the operations that it names, and to its value", () => {
  const { findings } = made({
    history: history(
      [0, 0, "invoke", "broadcast", 7],
      [1, 0, "ok", "broadcast", 7],
      [2, 1, "invoke", "read"],
      [3, 1, "ok", "read", []],
    ),
    explanation: ["7 is lost: op 1 was acknowledged, op 2 missed it", "other"],
    anomalies: [{
      type: "lost",
      explanation: ["7 is lost: op 1 was acknowledged, op 2 missed it"],
    }],
  });
  assert.deepEqual(findings, [{
    type: "lost",
    text: "7 is lost: op 1 was acknowledged, op 2 missed it",
    operations: [0, 1],
    subject: 7,
  }, {
    ...{ type: undefined, text: "other" },
    ...{ operations: [], subject: undefined },
  }]);
});

Deno.test("compose: a finding has the type of the anomaly that it ends with", () => {
  const { findings } = made({
    explanation: ["G1a (3): dirty.\nOp 1 read 2", "This rules it out."],
    anomalies: [{ type: "G1a", explanation: ["Op 9 read 8", "Op 1 read 2"] }],
  });
  assert.deepEqual(findings.map(({ type }) => type), ["G1a", undefined]);
});

Deno.test("compose: evidence has operations by their positions", () => {
  const { evidence } = made({
    history: history(
      [0, 0, "invoke", "read"],
      [1, 1, "invoke", "read"],
      [2, 0, "ok", "read", 1],
      [3, 1, "ok", "read", 1],
    ),
    evidence: [
      { kind: "linearization", key: 1, order: [1], omitted: 0, stuck: [0] },
      {
        ...{ kind: "operations", anomaly: "G1a", why: "", key: 1 },
        operations: [3, 2],
      },
    ],
  });
  assert.deepEqual(evidence.map((it) => "order" in it && it.order), [
    [1],
    false,
  ]);
  assert.deepEqual(evidence.map((it) => "operations" in it && it.operations), [
    false,
    [1, 0],
  ]);
});

Deno.test("compose: where the words name none, the anomaly's operations count", () => {
  const { findings: [{ operations }] } = made({
    history: history([0, 0, "invoke", "read"], [1, 0, "ok", "read", 1]),
    explanation: ["wrong"],
    anomalies: [{ type: "a", explanation: ["wrong"], operations: [1, 99] }],
  });
  assert.deepEqual(operations, [0]);
});

Deno.test("compose: operations that have not ended stay open, and who crashed is followed by the same client", () => {
  const { operations, clients } = made({
    concurrency: 2,
    history: history(
      [0, 0, "invoke", "read"],
      [5, 0, "info", "read"],
      [6, 2, "invoke", "read"],
    ),
  });
  assert.deepEqual(operations.map(({ type, client }) => [type, client]), [
    ["info", 0],
    ["open", 0],
  ]);
  assert.deepEqual(clients.map(({ name }) => name), ["client 0"]);
});

Deno.test("compose: each client's names in the network are found by its first request", () => {
  const recording = new Recording();
  const send = (time: number, id: number, src: string, dest: string) =>
    recording.add({ type: "send", time, id, src, dest, text: "{}" });
  send(0, 0, "c0", "n0"); // an init, long before
  send(10, 1, "c2", "n0");
  send(20, 2, "c3", "n1");
  send(30, 3, "c4", "n0");
  const { clients, services } = made({
    concurrency: 2,
    messages: recording.messages(),
    history: history(
      [10, 0, "invoke", "read"],
      [20, 1, "invoke", "read"],
      [25, 0, "info", "read"],
      [30, 2, "invoke", "read"],
    ),
  });
  assert.deepEqual(clients.map(({ node, ids }) => [node, ids]), [
    ["n0", ["c2", "c4"]],
    ["n1", ["c3"]],
  ]);
  assert.deepEqual(services, []);
});

Deno.test("compose: faults are bands with an end, and a partition tells its sides", () => {
  const sides = { n0: ["n1", "n2"], n1: ["n0"], n2: ["n0"] };
  const { faults } = made({
    nodes: ["n0", "n1", "n2"],
    history: history(
      [1, "nemesis", "info", "start-partition", sides],
      [2, "nemesis", "info", "kill", ["n1"]],
      [3, "nemesis", "info", "stop-partition", null],
      [4, "nemesis", "info", "pause", ["n2"]],
      [5, "nemesis", "info", "start", ["n1"]],
      [6, "nemesis", "info", "start-one-way", { n1: ["n0", "n2"] }],
      [7, "nemesis", "info", "stop-one-way", null],
    ),
  });
  assert.deepEqual(
    faults.map(({ kind, start, end, label }) => [kind, start, end, label]),
    [
      ["partition", 1, 3, "n0 | n1, n2"],
      ["kill", 2, 5, "n1"],
      ["pause", 4, undefined, "n2"],
      ["partition", 6, 7, "n1 does not hear n0, n2"],
    ],
  );
});

Deno.test("compose: who is no member is a band over its lane", () => {
  const request = (node: string) => ({ node, asked: "n0" });
  const run = made({
    history: history(
      [0, "nemesis", "info", "remove-members", ["n1"]],
      [0, "nemesis", "info", "remove-member", request("n1")],
      [9, "nemesis", "info", "remove-member", request("n0")],
    ).toSpliced(2, 0, {
      ...{ index: 9, time: 5 * ms, process: "nemesis", type: "info" },
      ...{ f: "remove-member", value: request("n1"), ended: "ok" },
    }),
  });
  assert.deepEqual(run.faults.map(({ kind, nodes }) => [kind, nodes]), [
    ["other", ["n1"]],
    ["other", ["n0"]],
  ]);
  assert.deepEqual(bandsOf(run).map(({ label }) => label), [
    "no member: n1",
    "no member: n0, perhaps",
  ]);
});

Deno.test("compose: a run without anything is a run", () => {
  const { operations, duration, messages } = made({ nodes: [] });
  assert.deepEqual([operations, duration, messages], [[], 0, undefined]);
});

Deno.test("compose: where answers are too long together some are left out, never a final one", () => {
  const long = Array.from({ length: 10_000 }, (_, i) => i);
  const reads = Array.from({ length: 300 }, (_, i): Op[] => [
    ...history([i, 0, "invoke", "read"], [i, 0, "ok", "read", long]),
  ]).flat().map((op, index): Op => ({ ...op, index }));
  const last = reads.slice(-2).map((op): Op => ({ ...op, final: true }));
  const { operations, notes } = made({
    history: [...reads.slice(0, -2), ...last],
  });
  const kept = operations.filter(({ result }) => result !== undefined);
  assert.equal(kept.length, 101);
  assert.equal(operations[1].omitted, 10_000);
  assert.deepEqual(operations.at(-1)?.result, long);
  assert.match(notes[0], /leaves out 199 of 300/);
});

Deno.test("compose: what a hand did is marked, each with its own end, and a point has no length", () => {
  const step = (at: number, f: string, value: unknown) => ({
    ...{ time: at * ms, process: "nemesis" as const, type: "info" as const },
    ...{ f, value, byHand: true },
  });
  const { faults } = made({
    end: 90,
    history: [
      step(1, "kill", ["n0"]),
      step(2, "kill", ["n1"]),
      step(3, "cut", ["n0", "n1"]),
      step(4, "start", ["n0"]),
      step(5, "drop", { message: 7, src: "n0", dest: "c3" }),
      step(6, "delay", { message: 8, src: "n1", dest: "n0", by: 30 }),
      step(7, "skew", { node: "n1", by: -20 }),
      step(8, "heal", ["n1", "n0"]),
    ].map((op, index) => ({ index, ...op })),
  });
  assert.deepEqual(
    faults.map(({ kind, byHand, start, end, nodes, label }) => [
      ...[kind, byHand, start, end, nodes.join(), label],
    ]),
    [
      ["kill", true, 1, 4, "n0", "n0"],
      ["kill", true, 2, undefined, "n1", "n1"],
      ["partition", true, 3, 8, "n0,n1", "n0 | n1"],
      ["other", true, 5, 5, "n0", "message 7 from n0 to c3 was dropped"],
      [
        ...["other", true, 6, 6, "n1,n0"],
        "message 8 from n1 to n0 was delayed by 30 ms",
      ],
      ["other", true, 7, 7, "n1", "the clock of n1 was set back by 20 ms"],
    ],
  );
  assert.deepEqual(faults[2].unheard, { n0: ["n1"], n1: ["n0"] });
});
