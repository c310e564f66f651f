import assert from "node:assert/strict";
import kafka from "../../../kafka.ts";
import { logsOf } from "../../../viewer/pictures/logs.ts";
import { compose } from "../../../viewer/run/compose.ts";
import { checkKafka } from "../../../workbench/checkers/kafka.ts";
import { forgetsMessages, node } from "../../broken/kafka_nodes.ts";
import { type Event, history, op } from "../../support/history.ts";
import { simulated } from "../simulated.ts";

const flags = "-w kafka --node-count 2 --concurrency 2n --rate 100 " +
  "--time-limit 8 --latency 2 --seed broken";

const made = (...events: readonly Event[]) => {
  const all = history(...events);
  const { explanation = [], anomalies = [], evidence } = checkKafka(all);
  return logsOf(compose({
    ...{ workload: "kafka", valid: false, explanation, anomalies, evidence },
    ...{ notes: [], figures: [], settings: [], history: all, end: 0 },
    nodes: ["n0"],
  }));
};

const send = (process: number, offset: number, message: number) =>
  op(process, "send", [["send", "k", message]], [
    ["send", "k", [offset, message]],
  ]);
const poll = (process: number, ...pairs: readonly [number, number][]) =>
  op(process, "poll", [["poll"]], [["poll", { k: pairs }]]);
const all = [[0, 10], [1, 11], [2, 12]] as const;
const sends = all.flatMap(([offset, message]) => send(0, offset, message));

const wrong = (...events: readonly Event[]) =>
  Object.fromEntries(
    made(...events)[0].rows.filter(({ wrong }) => wrong.length > 0)
      .map(({ offset, wrong }) => [offset, wrong.join("; ")]),
  );

Deno.test("logs: a node that forgets messages: each lost one is told, and the key with most of them comes first", async () => {
  const { run, result } = await simulated(forgetsMessages, flags);
  assert.equal(result.workload.valid, false);
  const logs = logsOf(run);
  const counts = logs.map(({ wrong }) => wrong);
  assert.deepEqual(counts, counts.toSorted((a, b) => b - a));
  const lost = logs.flatMap(({ rows }) =>
    rows.filter(({ wrong }) => wrong.some((it) => it.startsWith("lost")))
  );
  const found = result.workload.anomalies?.find(({ type }) =>
    type === "lost-write"
  );
  assert.equal(lost.length, found?.count);
  assert.ok(lost.every(({ polls, sent }) => !polls[0] && sent !== undefined));
});

Deno.test("logs: nothing is wrong in a right run, however many offsets hold nothing", async () => {
  const sparse = node((logs) => ({
    append: async (key, message) => 10 * await logs.append(key, message),
    async read(key, from) {
      const pairs = await logs.read(key, Math.ceil(from / 10));
      return pairs.map(([offset, message]) => [10 * offset, message]);
    },
  }));
  for (const program of [kafka, sparse]) {
    const { run, result } = await simulated(program, flags);
    assert.equal(result.workload.valid, true);
    const logs = logsOf(run);
    assert.ok(logs.length > 0);
    for (const { wrong, rows } of logs) {
      assert.equal(wrong, 0);
      const [, second] = rows;
      assert.ok(
        second === undefined || second.gap === (program === sparse ? 9 : 0),
      );
    }
    const rows = logs.flatMap(({ rows }) => rows);
    assert.ok(rows.some(({ commits }) => commits.length > 0));
    assert.ok(rows.some(({ told }) => told.length > 0));
  }
});

Deno.test("logs: rows stand by offset, with who sent them, who polled them, and gaps", () => {
  const [{ rows }] = made(
    ...send(0, 7, 11),
    ...send(1, 2, 10),
    ...poll(1, [2, 10], [7, 11]),
  );
  assert.deepEqual(
    rows.map(({ offset, message, sent, polls, commits, gap }) => ({
      ...{ offset, message, sent, polls, commits, gap },
    })),
    [
      { offset: 2, message: 10, sent: 1, polls: [2], commits: [], gap: 2 },
      { offset: 7, message: 11, sent: 0, polls: [2], commits: [2], gap: 4 },
    ],
  );
});

Deno.test("logs: lost and passed over", () => {
  assert.deepEqual(wrong(...sends, ...poll(1, [0, 10], [2, 12])), {
    1: "lost: never polled, though later ones were; a poll left it out",
  });
});

Deno.test("logs: acknowledged and never polled at the end of a log", () => {
  assert.deepEqual(wrong(...sends, ...poll(1, [0, 10], [1, 11])), {
    2: "never polled",
  });
});

Deno.test("logs: two messages at one offset, and one at two", () => {
  const ends = poll(1, [0, 10], [1, 13], [2, 12], [3, 11]);
  assert.deepEqual(
    wrong(...sends, ...send(2, 1, 13), ...ends),
    {
      1: "another message stands here, too",
      3: "stands at 1, too",
    },
  );
});

Deno.test("logs: what nobody sent, and what failed", () => {
  const failed = op(
    2,
    "send",
    [["send", "k", 13]],
    [["send", "k", 13]],
    "fail",
  );
  assert.deepEqual(
    wrong(
      ...sends,
      ...failed,
      ...poll(1, ...all.map(([o, m]): [number, number] => [o, m]), [3, 13], [
        4,
        99,
      ]),
    ),
    { 3: "its send had failed", 4: "nobody sent it" },
  );
});

Deno.test("logs: what a process sent later stands before what it had sent", () => {
  assert.deepEqual(
    wrong(...send(0, 5, 10), ...send(0, 2, 11), ...poll(1, [2, 11], [5, 10])),
    { 2: "process 0 sent it after what stands at 5" },
  );
});

Deno.test("logs: a client's polls that go back", () => {
  const text = wrong(
    ...sends,
    ...poll(1, [0, 10], [1, 11], [2, 12]),
    ...poll(1, [1, 11]),
  );
  assert.match(text[1], /went back here/);
});

Deno.test("logs: a run without messages has none", () => {
  assert.deepEqual(made(), []);
});
