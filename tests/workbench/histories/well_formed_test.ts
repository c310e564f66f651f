import assert from "node:assert/strict";
import { faultOf, jsonLines, readText } from "../../support/histories.ts";

const invoke = { type: "invoke", process: 0, f: "read", value: null };
const ok = { type: "ok", process: 0, f: "read", value: 3 };

/** What is said of events, after one operation that is right. */
const fault = (...events: unknown[]) =>
  faultOf(jsonLines([invoke, ok, ...events]));

Deno.test("histories: an end that nothing began is named by its line", async () => {
  assert.equal(
    await fault(ok),
    "line 3: process 0 ends read (ok), which it has not begun",
  );
  assert.equal(
    await faultOf(jsonLines([ok, invoke])),
    "line 1: process 0 ends read (ok), which it has not begun (are the " +
      "file's beginning or all invocations missing?)",
  );
});

Deno.test("histories: a process does one operation at a time", async () => {
  assert.equal(
    await fault(invoke, { ...invoke, f: "write", value: 1 }),
    "line 4: process 0 invokes write, but its read of line 3 has not ended, " +
      "and a process does one operation at a time (has the file two " +
      "histories?)",
  );
});

Deno.test("histories: an end has its invocation's function", async () => {
  assert.equal(
    await fault(invoke, { ...ok, f: "write" }),
    "line 4: process 0 ends write (ok), but what it has begun, on line 3, " +
      "is read",
  );
});

Deno.test("histories: an index that goes back shows a second history", async () => {
  assert.equal(
    await faultOf(jsonLines([
      { ...invoke, index: 0 },
      { ...ok, index: 1 },
      { ...invoke, index: 0 },
    ])),
    "line 3: its index, 0, comes after 1 (has the file two histories?)",
  );
});

Deno.test("histories: a field that is none is named", async () => {
  const faults = [
    [
      { ...invoke, type: "begin" },
      'its type, "begin", is none of invoke, ok, fail and info',
    ],
    [
      { process: 0, f: "read" },
      "it has no type, which is invoke, ok, fail or info",
    ],
    [
      { ...invoke, process: -1 },
      "its process, -1, is neither a number from 0 nor a name",
    ],
    [
      { type: "invoke", f: "read" },
      "it has no process, though others before it have",
    ],
    [{ ...invoke, f: 3 }, "its f, 3, is no function's name"],
    [{ type: "invoke", process: 0 }, "it has no f, which names what is done"],
    [
      { ...invoke, time: "noon" },
      'its time, "noon", is no number of nanoseconds',
    ],
    [{ ...invoke, index: 1.5 }, "its index, 1.5, is no integer"],
  ] as const;
  for (const [event, said] of faults) {
    assert.equal(await fault(event), `line 3: ${said}`);
  }
});

Deno.test("histories: a write's end has its invocation's value, if it has none itself", async () => {
  for (const type of ["ok", "fail", "info"]) {
    const { history } = await readText(jsonLines([
      { type: "invoke", process: 0, f: "write", value: ["x", 1] },
      { type, process: 0, f: "write" },
    ]));
    assert.deepEqual(history[1].value, ["x", 1]);
  }
});

Deno.test("histories: what a read found is not made up", async () => {
  const asked = { ...invoke, f: "txn", value: [["r", "x", null]] };
  assert.equal(
    await fault(asked, { type: "ok", process: 0, f: "txn" }),
    "line 4: process 0 ends txn (ok) without a value, so that nobody knows " +
      'what it read when it asked for [["r","x",null]] on line 3',
  );
  const failed = [asked, { type: "fail", process: 0, f: "txn" }];
  const { history } = await readText(jsonLines(failed));
  assert.deepEqual(history[1].value, asked.value);
});

Deno.test("histories: times that are missing are a ms apart, and a note says so", async () => {
  const { history, notes } = await readText(jsonLines([invoke, ok]));
  assert.deepEqual(history.map(({ time }) => time), [0, 1e6]);
  assert.deepEqual(notes, [
    "No event has a time: they are taken to be a ms apart, in the order of " +
    "the file.",
  ]);
});

Deno.test("histories: where times go backwards the file's order counts, which is said once", async () => {
  const { history, notes } = await readText(jsonLines([
    { ...invoke, time: 5e6 },
    { ...ok, time: 3e6 },
    { ...invoke, time: 4e6 },
    { ...ok, time: 9e6 },
  ]));
  assert.deepEqual(history.map(({ time }) => time), [5e6, 5e6, 5e6, 9e6]);
  assert.deepEqual(notes, [
    "Times go backwards, by 2 ms at most: the order of the file is what " +
    "counts, and each of these events gets the latest time before it.",
  ]);
});

Deno.test("histories: times since 1970 are exact to the ns", async () => {
  const { history } = await readText(
    '{"type":"invoke","process":0,"f":"a","time":1795000000000000001}\n' +
      '{"type":"ok","process":0,"f":"a","time":1795000000000000004}\n',
  );
  assert.deepEqual(history.map(({ time }) => time), [0, 3]);
});

Deno.test("histories: gaps in indices stay", async () => {
  const { history } = await readText(jsonLines([
    { ...invoke, index: 1 },
    { ...ok, index: 7 },
  ]));
  assert.deepEqual(history.map(({ index }) => index), [1, 7]);
});

Deno.test("histories: processes that have names are numbered after the others", async () => {
  const { history, notes } = await readText(jsonLines([
    { ...invoke, process: "alice" },
    { ...invoke, process: 4 },
    { ...invoke, process: "bob" },
    { type: "info", process: "nemesis", f: "kill" },
  ]));
  assert.deepEqual(history.map((op) => op.process), [5, 4, 6, "nemesis"]);
  assert.ok(
    notes.includes(
      "Processes that have names are numbered: alice is 5, bob is 6.",
    ),
  );
});

Deno.test("histories: who goes on after info is noted", async () => {
  const { notes } = await readText(jsonLines([
    { ...invoke, time: 1 },
    { ...invoke, type: "info", time: 2 },
    { ...invoke, time: 3 },
  ]));
  assert.deepEqual(notes, [
    "Some processes go on after an operation whose outcome is unknown " +
    "(info): it may still happen at any later time.",
    "An operation has not ended when the file does: it may have happened, " +
    "or not.",
  ]);
});

Deno.test("histories: without processes, an operation ends with what fits it alone", async () => {
  const write = (type: string, value: number) => ({ type, f: "write", value });
  const { history, hasProcesses } = await readText(jsonLines([
    write("invoke", 1),
    write("invoke", 2),
    write("ok", 2),
    write("ok", 1),
  ]));
  assert.deepEqual(history.map((op) => op.process), [0, 1, 1, 0]);
  assert.equal(hasProcesses, false);
  assert.equal(
    await faultOf(jsonLines([
      write("invoke", 1),
      write("invoke", 1),
      write("ok", 1),
    ])),
    "line 3: it has no process, and may end the write of line 1 or 2",
  );
});
