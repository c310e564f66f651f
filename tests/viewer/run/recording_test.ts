import assert from "node:assert/strict";
import { type Fate, fates } from "../../../viewer/run/document.ts";
import { pack, unpack } from "../../../viewer/run/pack.ts";
import { compose } from "../../../viewer/run/compose.ts";
import { type Op } from "../../../workbench/load/history.ts";
import { Recording } from "../../../viewer/run/recording.ts";

/** A network that one event after the other is told of. */
function record(
  ...events: [
    time: number,
    type: "send" | "recv" | Exclude<Fate, "arrived" | "under way">,
    id: number,
    way: string,
    text?: string,
  ][]
): Recording {
  const recording = new Recording();
  for (const [time, what, id, way, text = "{}"] of events) {
    const [src, dest] = way.split(" ");
    const isDrop = what !== "send" && what !== "recv";
    recording.add({
      ...{ time, id, src, dest, text },
      ...isDrop ? { type: "drop", fate: what } : { type: what },
    });
  }
  return recording;
}

const fatesOf = (recording: Recording) =>
  Array.from(recording.messages().fate, (fate) => fates[fate]);

Deno.test("recording: what became of each message is told apart", () => {
  const recording = record(
    [0, "send", 0, "n0 n1"],
    [1, "recv", 0, "n0 n1"],
    [2, "send", 1, "n0 n1"],
    [2, "lost", 1, "n0 n1"],
    [3, "send", 2, "n0 n2"],
    [9, "cut off", 2, "n0 n2"],
    [4, "send", 3, "n0 n2"],
    [5, "undelivered", 3, "n0 n2"],
    [6, "send", 4, "n0 n2"],
  );
  assert.deepEqual(fatesOf(recording), [
    "arrived",
    "lost",
    "cut off",
    "undelivered",
    "under way",
  ]);
  const { ended } = recording.messages();
  assert.deepEqual([...ended], [1, 2, 9, 5, NaN]);
});

Deno.test("recording: a message of which one copy is lost arrives once; of which both arrive, twice", () => {
  const { duplicates, fate } = record(
    [0, "send", 0, "n0 n1"],
    [0, "lost", 0, "n0 n1"],
    [7, "recv", 0, "n0 n1"],
    [1, "send", 1, "n0 n1"],
    [8, "recv", 1, "n0 n1"],
    [9, "recv", 1, "n0 n1"],
  ).messages();
  assert.deepEqual([...fate].map((it) => fates[it]), ["arrived", "arrived"]);
  assert.deepEqual(duplicates, [{ message: 1, at: 9 }]);
});

Deno.test("recording: types come from bodies, whatever their form", () => {
  const { types, type } = record(
    [0, "send", 0, "n0 n1", '{"type":"up","values":[1]}'],
    [0, "send", 1, "n0 n1", '{"values":[1],"type":"d\\u006fwn"}'],
    [0, "send", 2, "n0 n1", '{"type":"up"}'],
    [0, "send", 3, "n0 n1", "garbage"],
  ).messages();
  assert.deepEqual([...type].map((it) => types[it]), ["up", "down", "up", ""]);
});

Deno.test("recording: of a long run a share of the servers' messages is kept, and all of clients'", () => {
  const recording = new Recording();
  for (let id = 0; id < 700_000; id++) {
    const src = id % 1000 === 0 ? "c1" : "n0";
    const event = { time: id, id, src, dest: "n1", text: "{}" };
    recording.add({ ...event, type: "send" });
  }
  const { count, sampling, from, names } = recording.messages();
  assert.ok(count <= 300_000, `${count} messages`);
  assert.ok(count > 100_000, `${count} messages`);
  assert.equal(sampling, 4);
  assert.equal(from.filter((it) => names[it] === "c1").length, 700);
});

Deno.test("recording: a huge body is cut, and says so", () => {
  const [body] = record([0, "send", 0, "n0 n1", `"${"x".repeat(5e6)}"`])
    .messages().bodies;
  assert.ok(body.length < 20_000);
  assert.match(body, /\(5000002 characters\)$/);
});

Deno.test("pack: what is unpacked is what was packed, to the microsecond", async () => {
  const messages = record(
    [0, "send", 0, "n0 n1", '{"type":"</script><script>alert(1)</script>"}'],
    [1.2345, "recv", 0, "n0 n1"],
    [2.5, "recv", 0, "n0 n1"],
    [100.001, "send", 1, "n1 c1", '{"type":"é"}'],
  ).messages();
  const run = compose({
    ...{ workload: "echo", valid: "unknown", explanation: [], anomalies: [] },
    ...{ notes: ["a", "b"], figures: [], settings: [], history: [] },
    ...{ nodes: ["n0", "n1"], messages, end: 200 },
  });
  const packed = await pack(run);
  assert.match(packed, /^[A-Za-z0-9+/=]*$/);
  const again = await unpack(packed);
  const { messages: found } = again;
  assert.deepEqual([...found?.ended ?? []], [1.235, NaN]);
  assert.deepEqual(found?.bodies, messages.bodies);
  assert.deepEqual(found?.duplicates, [{ message: 0, at: 2.5 }]);
  const meta = (it: typeof run) =>
    JSON.parse(JSON.stringify({ ...it, messages: undefined }));
  assert.deepEqual(meta(again), meta(run));
});

Deno.test("unpack: what is cut off is an error", async () => {
  const run = compose({
    ...{ workload: "echo", valid: true, explanation: [], anomalies: [] },
    ...{ notes: [], figures: [], settings: [], history: [], nodes: [], end: 0 },
  });
  const packed = await pack(run);
  await assert.rejects(unpack(packed.slice(0, 40)));
  await assert.rejects(unpack("no base64 !"));
});

Deno.test("pack: answers and bodies that grow take little, and come back whole", async () => {
  const recording = new Recording();
  const history: Op[] = [];
  const values: unknown[] = ["\ud83d\ude00", "\ud83d\ude01"];
  for (let i = 0; i < 2000; i++) {
    values.push(i * 7919 % 10_007);
    const [time, node] = [i * 1e6, `n${i % 3}`];
    const text = JSON.stringify({ type: "read_ok", messages: values });
    const event = { id: i, src: node, dest: "c1", text, time: i };
    recording.add({ ...event, type: "send" });
    const op = { time, process: 0, f: "read", node };
    history.push({ ...op, index: 2 * i, type: "invoke" });
    const value = i % 2 === 0 ? [...values] : undefined;
    history.push({ ...op, index: 2 * i + 1, type: "ok", value });
  }
  const messages = recording.messages();
  const run = compose({
    ...{ workload: "broadcast", valid: true, explanation: [], anomalies: [] },
    ...{ notes: [], figures: [], settings: [], history, nodes: [], end: 0 },
    messages,
  });
  const packed = await pack(run);
  assert.ok(packed.length < 150_000, `${packed.length} characters`);
  const again = await unpack(packed);
  assert.deepEqual(again.messages?.bodies, messages.bodies);
  assert.deepEqual(
    again.operations.map(({ result }) => result),
    run.operations.map(({ result }) => result),
  );
});
