import assert from "node:assert/strict";
import { loadsOf, streamsOf } from "../../../viewer/measures/traffic.ts";
import { compose } from "../../../viewer/run/compose.ts";
import { Recording } from "../../../viewer/run/recording.ts";

/** Messages `[from, to, type, how often it arrives]`, one a ms. */
function recorded(...all: [string, string, string, number?][]) {
  const recording = new Recording();
  all.forEach(([src, dest, type, arrivals = 1], id) => {
    const event = { id, src, dest, text: JSON.stringify({ type }), time: id };
    recording.add({ ...event, type: "send" });
    for (let i = 0; i < arrivals; i++) {
      recording.add({ ...event, type: "recv" });
    }
  });
  return recording.messages();
}

const buckets = { width: 1000, count: 1, end: 1000 };

Deno.test("traffic: messages between servers by type, clients' left out, the rarest together", () => {
  const messages = recorded(
    ["c1", "n1", "read"],
    ["n1", "n2", "a"],
    ["n1", "n2", "b"],
    ["n2", "lin-kv", "b"],
    ["n1", "n2", "c"],
    ["n1", "c1", "read_ok"],
  );
  assert.deepEqual(streamsOf(messages, buckets, 2), [
    { type: "b", count: 2, rates: [2] },
    { type: "2 other types", count: 2, rates: [2] },
  ]);
});

Deno.test("traffic: of a sampled run each message stands for several", () => {
  const messages = { ...recorded(["n1", "n2", "a"]), sampling: 8 };
  assert.deepEqual(streamsOf(messages, buckets), [
    { type: "a", count: 8, rates: [8] },
  ]);
});

Deno.test("load: what is lost is sent and not received, what arrives twice is received twice", () => {
  const messages = recorded(
    ["n1", "n2", "a", 0],
    ["n1", "n2", "a", 2],
    ["n2", "lin-kv", "a"],
    ["c1", "n2", "read"],
    ["n2", "c1", "read_ok"],
  );
  const run = compose({
    ...{ workload: "broadcast", valid: true, explanation: [], anomalies: [] },
    ...{ notes: [], figures: [], settings: [], history: [], end: 2000 },
    ...{ nodes: ["n1", "n2", "n3"], messages },
  });
  const loads = loadsOf(run, messages);
  assert.deepEqual(
    loads.map(({ name, sent, received, withClients, perSecond }) => [
      ...[name, sent, received, withClients, perSecond],
    ]),
    [
      ["n2", 1, 2, 2, 2.5],
      ["n1", 2, 0, 0, 1],
      ["lin-kv", 0, 1, 0, 0.5],
      ["n3", 0, 0, 0, 0],
    ],
  );
  assert.equal(loads.reduce((sum, { share }) => sum + share, 0), 1);
  assert.deepEqual(loads.map(({ isService }) => isService), [
    ...[false, false, true, false],
  ]);
});
