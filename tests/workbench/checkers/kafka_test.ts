import assert from "node:assert/strict";
import { checkKafka } from "../../../workbench/checkers/kafka.ts";
import { toEdn } from "../../../workbench/results/edn.ts";
import { NEMESIS, type Op } from "../../../workbench/load/history.ts";
import { atNodes, type Event, history, op } from "../../support/history.ts";

type Pairs = readonly (readonly [offset: number, message: unknown])[];

/** A send that was acknowledged, at this offset. */
const send = (process: number, key: string, offset: number, msg: unknown) =>
  op(process, "send", [["send", key, msg]], [["send", key, [offset, msg]]]);
/** A send that was not. */
const sendNot = (
  process: number,
  type: Op["type"],
  key: string,
  msg: unknown,
) => op(process, "send", [["send", key, msg]], [["send", key, msg]], type);
const poll = (
  process: number,
  msgs: Readonly<Record<string, Pairs>>,
  type: Op["type"] = "ok",
) => op(process, "poll", [["poll"]], [["poll", msgs]], type);
const assign = (process: number, keys: readonly string[], extra = {}) =>
  op(process, "assign", keys, keys, "ok", extra);
const txn = (process: number, asked: unknown, done: unknown) =>
  op(process, "txn", asked, done);

/** Sends of `a`, `b`, ... to the offsets 0, 1, ... of key `k`. */
const sends = (...messages: string[]) =>
  messages.flatMap((msg, offset) => send(9, "k", offset, msg));

const check = (...events: Event[]) => checkKafka(history(...events));

/** Two nodes, which take turns, and owe each other's commits. */
const onTwo = (...events: Event[]) =>
  atNodes((process) => `n${process % 2}`, history(...events));
const converging = { checkConvergence: true };

function assertValid(...events: Event[]) {
  const result = check(...events);
  assert.deepEqual(result.explanation, []);
  assert.equal(result.valid, true);
  return result;
}

/** Exactly these anomalies, and all of them count. */
function assertFound(anomalies: readonly string[], ...events: Event[]) {
  const result = check(...events);
  assert.deepEqual(result.details?.badErrorTypes, anomalies);
  assert.equal(result.valid, false);
  assert.equal(result.explanation?.length, anomalies.length);
  return result.explanation?.join("\n") ?? "";
}

// ------------------------------------------------------------------ sound logs

Deno.test("kafka: a log that is read in order is valid, however large and sparse its offsets", () => {
  assertValid(
    ...send(0, "k", 3, "a"),
    ...send(0, "k", 2 ** 50, "b"),
    ...send(0, "k", 2 ** 50 + 7, "c"),
    ...poll(1, { k: [[3, "a"]] }),
    ...poll(1, { k: [[2 ** 50, "b"], [2 ** 50 + 7, "c"]] }),
  );
});

Deno.test("kafka: messages may be any JSON, and equal ones of two keys are two messages", () => {
  assertValid(
    ...send(0, "k", 0, { a: [1, null] }),
    ...send(0, "l", 5, { a: [1, null] }),
    ...send(0, "k", 1, "1"),
    ...send(0, "k", 2, 1),
    ...send(0, "k", 3, null),
    ...poll(1, {
      k: [[0, { a: [1, null] }], [1, "1"], [2, 1], [3, null]],
      l: [[5, { a: [1, null] }]],
    }),
  );
});

Deno.test("kafka: who is assigned other keys begins anew with those that are new to it", () => {
  assertValid(
    ...sends("a", "b", "c"),
    ...poll(1, { k: [[0, "a"], [1, "b"]] }),
    ...assign(1, ["l"]),
    ...assign(1, ["k", "l"]),
    ...poll(1, { k: [[0, "a"]] }),
    ...assign(1, ["l"]),
    ...assign(1, ["k"]),
    ...poll(1, { k: [[2, "c"]] }),
  );
});

Deno.test("kafka: who seeks to the beginning may go back", () => {
  assertValid(
    ...sends("a", "b"),
    ...poll(1, { k: [[0, "a"], [1, "b"]] }),
    ...assign(1, ["k"], { seek_to_beginning: true }),
    ...poll(1, { k: [[0, "a"], [1, "b"]] }),
  );
});

Deno.test("kafka: a new process, as after a crash, begins where it likes", () => {
  assertValid(
    ...sends("a", "b", "c"),
    ...poll(1, { k: [[0, "a"], [1, "b"], [2, "c"]] }),
    ...op(1, "crash", undefined, undefined, "info"),
    ...poll(6, { k: [[2, "c"]] }),
  );
});

Deno.test("kafka: a send of unknown fate may be polled or not", () => {
  assertValid(
    ...sendNot(0, "info", "k", "a"),
    ...sendNot(1, "info", "k", "b"),
    ...poll(2, { k: [[0, "b"]] }),
  );
});

Deno.test("kafka: a send may be polled while it is under way", () => {
  const [begin, end] = send(0, "k", 0, "a");
  assertValid(begin, ...poll(1, { k: [[0, "a"]] }), end);
});

Deno.test("kafka: a send that the end of the run cut off may be polled", () => {
  const [begin] = send(0, "k", 0, "a");
  assertValid(begin, ...poll(1, { k: [[0, "a"]] }));
});

Deno.test("kafka: a failed send leaves no gap", () => {
  assertValid(
    ...send(0, "k", 0, "a"),
    ...sendNot(0, "fail", "k", "b"),
    ...send(0, "k", 2, "c"),
    ...poll(1, { k: [[0, "a"]] }),
    ...poll(1, { k: [[2, "c"]] }),
  );
});

Deno.test("kafka: a poll that failed moves nobody on", () => {
  assertValid(
    ...sends("a", "b", "c"),
    ...poll(1, { k: [[0, "a"]] }),
    ...poll(1, { k: [[1, "b"], [2, "c"]] }, "fail"),
    ...poll(1, { k: [[1, "b"], [2, "c"]] }),
  );
});

Deno.test("kafka: clients that are behind one another are fine", () => {
  assertValid(
    ...sends("a", "b", "c"),
    ...poll(1, { k: [[0, "a"], [1, "b"], [2, "c"]] }),
    ...poll(2, { k: [[0, "a"]] }),
    ...poll(2, {}),
    ...poll(2, { k: [] }),
    ...poll(2, { k: [[1, "b"]] }),
  );
});

// ------------------------------------------------------------------- anomalies

Deno.test("kafka: an acknowledged message before a polled one is lost", () => {
  const text = assertFound(
    ["lost-write", "int-poll-skip", "unseen"],
    ...sends("a", "b", "c"),
    ...poll(1, { k: [[0, "a"], [2, "c"]] }),
  );
  assert.match(text, /Message "b" of key "k", sent by process 9 at 0.003 s/);
  assert.match(text, /> offset 1: message "b".*never polled/);
});

Deno.test("kafka: an acknowledged message after all polled ones is unseen, not lost", () => {
  assertFound(
    ["unseen"],
    ...sends("a", "b"),
    ...poll(1, { k: [[0, "a"]] }),
  );
});

Deno.test("kafka: a message that only a poll of unknown fate returned is lost", () => {
  assertFound(
    ["lost-write", "unseen"],
    ...sends("a", "b"),
    ...poll(1, { k: [[0, "a"]] }, "info"),
    ...poll(2, { k: [[1, "b"]] }),
  );
});

Deno.test("kafka: a message that another one has replaced is lost", () => {
  assertFound(
    ["lost-write", "inconsistent-offsets", "unseen"],
    ...send(0, "k", 0, "a"),
    ...send(1, "k", 0, "b"),
    ...send(1, "k", 2, "c"),
    ...poll(2, { k: [[0, "b"], [2, "c"]] }),
  );
});

Deno.test("kafka: of an operation of unknown fate all is lost that was not polled, if some was", () => {
  const unsure = [
    ...op(0, "txn", [["send", "k", "a"], ["send", "l", "b"]], [
      ["send", "k", "a"],
      ["send", "l", [0, "b"]],
    ], "info"),
    ...sendNot(1, "info", "l", "c"),
    ...poll(2, { l: [[1, "c"]] }),
  ];
  assertValid(...unsure);
  assertFound(
    ["lost-write"],
    ...unsure,
    ...poll(3, { k: [[0, "a"]] }),
  );
});

Deno.test("kafka: a send of unknown fate takes no offset unless it was polled", () => {
  const unsure = [
    ...op(0, "txn", [["send", "k", 1], ["send", "l", 1]], [
      ["send", "k", [0, 1]],
      ["send", "l", 1],
    ], "info"),
    ...send(1, "k", 0, 2),
    ...poll(1, { k: [[0, 2]] }),
  ];
  assertValid(...unsure);
  assertFound(
    ["lost-write", "inconsistent-offsets"],
    ...unsure,
    ...poll(2, { l: [[5, 1]] }),
  );
});

Deno.test("kafka: G1a, a failed send is polled", () => {
  const text = assertFound(
    ["G1a"],
    ...sendNot(0, "fail", "k", "a"),
    ...poll(1, { k: [[0, "a"]] }),
  );
  assert.match(text, /"a" of key "k", sent by process 0 .*which failed, was/);
});

Deno.test("kafka: a message that nobody sent is polled", () => {
  assertFound(
    ["garbage-read"],
    ...sends("a"),
    ...poll(1, { k: [[0, "a"], [1, "b"]] }),
  );
});

Deno.test("kafka: a message at two offsets is a duplicate, and nothing else", () => {
  const text = assertFound(
    ["duplicate"],
    ...send(0, "k", 1, "a"),
    ...send(0, "k", 2, "b"),
    ...poll(1, { k: [[1, "a"], [2, "b"], [3, "a"]] }),
  );
  assert.match(text, /"a" was sent once, and stands at 2 offsets.*: 1, 3\./);
});

Deno.test("kafka: a duplicate that a failed poll shows is one", () => {
  assertFound(
    ["duplicate"],
    ...send(0, "k", 1, "a"),
    ...poll(1, { k: [[1, "a"]] }),
    ...poll(2, { k: [[11, "a"]] }, "fail"),
  );
});

Deno.test("kafka: one offset twice in a poll is out of order, no duplicate", () => {
  assertFound(
    ["int-nonmonotonic-poll"],
    ...sends("a"),
    ...poll(1, { k: [[0, "a"], [0, "a"]] }),
  );
});

Deno.test("kafka: two messages at one offset are inconsistent", () => {
  const text = assertFound(
    ["inconsistent-offsets"],
    ...send(0, "k", 4, "a"),
    ...poll(1, { k: [[4, "a"]] }),
    ...send(2, "k", 4, "b"),
    ...poll(3, { k: [[4, "b"]] }),
  );
  assert.match(text, /Offset 4 of key "k".* message "a" and message "b"/);
});

Deno.test("kafka: a poll that leaves out a message", () => {
  const text = assertFound(
    ["int-poll-skip"],
    ...sends("a", "b", "c"),
    ...poll(1, { k: [[0, "a"], [1, "b"], [2, "c"]] }),
    ...poll(2, { k: [[0, "a"], [2, "c"]] }),
  );
  assert.match(text, /after offset 0 \(message "a"\) came offset 2.*past 1/);
  assert.match(text, /> offset 1: message "b"/);
});

Deno.test("kafka: a poll that leaves out a message which another sent only later", () => {
  const [begin, end] = send(9, "k", 1, "b");
  assertFound(
    ["int-poll-skip"],
    ...send(0, "k", 0, "a"),
    begin,
    ...send(0, "k", 2, "c"),
    ...poll(1, { k: [[0, "a"], [2, "c"]] }),
    end,
    ...poll(2, { k: [[0, "a"], [1, "b"], [2, "c"]] }),
  );
});

Deno.test("kafka: a poll that goes back within itself", () => {
  assertFound(
    ["int-nonmonotonic-poll"],
    ...sends("a", "b"),
    ...poll(1, { k: [[1, "b"], [0, "a"]] }),
  );
});

for (
  const [how, between] of Object.entries({
    "at once": [],
    "after an assign that keeps the key": assign(1, ["l", "k"]),
    "after an assign that failed": op(1, "assign", ["l"], ["l"], "fail"),
    "after an empty poll": poll(1, { k: [] }),
    "after a poll of unknown fate": poll(1, { k: [[1, "b"]] }, "fail"),
    "after another process's assign": assign(2, ["l"]),
  })
) {
  Deno.test(`kafka: a poll that skips a message ${how}`, () => {
    const text = assertFound(
      ["poll-skip"],
      ...sends("a", "b", "c"),
      ...poll(3, { k: [[0, "a"], [1, "b"], [2, "c"]] }),
      ...poll(1, { k: [[0, "a"]] }),
      ...between,
      ...poll(1, { k: [[2, "c"]] }),
    );
    assert.match(text, /Process 1 polled key "k": after offset 0/);
  });

  Deno.test(`kafka: a poll that goes back ${how}`, () => {
    const text = assertFound(
      ["nonmonotonic-poll"],
      ...sends("a", "b", "c"),
      ...poll(1, { k: [[0, "a"]] }),
      ...between,
      ...poll(1, { k: [[0, "a"], [1, "b"], [2, "c"]] }),
    );
    assert.match(text, /the same again/);
  });
}

Deno.test("kafka: a poll of unknown fate can be the one that skips", () => {
  assertFound(
    ["poll-skip"],
    ...sends("a", "b", "c"),
    ...poll(3, { k: [[0, "a"], [1, "b"], [2, "c"]] }),
    ...poll(1, { k: [[0, "a"]] }),
    ...poll(1, { k: [[2, "c"]] }, "info"),
  );
});

Deno.test("kafka: one client's sends out of order", () => {
  const text = assertFound(
    ["nonmonotonic-send"],
    ...send(0, "k", 1, "b"),
    ...send(0, "k", 0, "a"),
    ...poll(1, { k: [[0, "a"], [1, "b"]] }),
  );
  assert.match(text, /Process 0 sent to key "k": after offset 1/);
});

Deno.test("kafka: where a send of unknown fate stands, polls tell", () => {
  assertFound(
    ["nonmonotonic-send"],
    ...send(0, "k", 7, "b"),
    ...sendNot(0, "info", "k", "a"),
    ...poll(1, { k: [[3, "a"], [7, "b"]] }),
  );
});

Deno.test("kafka: two clients' sends in any order, and one's with others between", () => {
  assertValid(
    ...send(0, "k", 1, "b"),
    ...send(1, "k", 0, "a"),
    ...send(1, "k", 2, "c"),
    ...poll(2, { k: [[0, "a"], [1, "b"], [2, "c"]] }),
  );
});

Deno.test("kafka: an operation's sends out of order", () => {
  assertFound(
    ["int-nonmonotonic-send"],
    ...txn(0, [["send", "k", "a"], ["send", "k", "b"]], [
      ["send", "k", [1, "a"]],
      ["send", "k", [0, "b"]],
    ]),
    ...poll(1, { k: [[0, "b"], [1, "a"]] }),
  );
});

Deno.test("kafka: messages of others between an operation's own are allowed", () => {
  const result = assertValid(
    ...send(1, "k", 1, "b"),
    ...txn(0, [["send", "k", "a"], ["send", "k", "c"]], [
      ["send", "k", [0, "a"]],
      ["send", "k", [2, "c"]],
    ]),
    ...poll(2, { k: [[0, "a"], [1, "b"], [2, "c"]] }),
  );
  assert.deepEqual(result.details?.errorTypes, ["int-send-skip"]);
});

Deno.test("kafka: a transaction that polls what it sends", () => {
  assertFound(
    ["precommitted-read"],
    ...txn(0, [["send", "k", "a"], ["poll"]], [
      ["send", "k", [0, "a"]],
      ["poll", { k: [[0, "a"]] }],
    ]),
    ...poll(0, {}),
  );
});

Deno.test("kafka: G1c, two transactions that poll what the other sends", () => {
  const [begin, end] = txn(0, [["send", "k", "a"], ["poll"]], [
    ["send", "k", [0, "a"]],
    ["poll", { l: [[0, "b"]] }],
  ]);
  const text = assertFound(
    ["G1c"],
    begin,
    ...txn(1, [["send", "l", "b"], ["poll"]], [
      ["send", "l", [0, "b"]],
      ["poll", { k: [[0, "a"]] }],
    ]),
    end,
  );
  assert.match(text, /T\d sent message "a" to key "k", which T\d polled/);
});

Deno.test("kafka: G1c-realtime, a message is polled before it is sent", () => {
  assertFound(
    ["G1c-realtime"],
    ...poll(1, { k: [[0, "a"]] }),
    ...send(0, "k", 0, "a"),
  );
});

Deno.test("kafka: sends in another order than that of time, between clients, are allowed", () => {
  assertValid(
    ...send(0, "k", 5, "b"),
    ...send(1, "k", 4, "a"),
    ...poll(2, { k: [[4, "a"], [5, "b"]] }),
  );
});

Deno.test("kafka: a run in which nothing was sent or polled proves nothing", () => {
  for (const events of [[], assign(0, ["k"])]) {
    const { valid, explanation, details: { errorTypes } = {} } = checkKafka(
      history(...events),
    );
    assert.equal(valid, "unknown");
    assert.deepEqual(errorTypes, ["empty-transaction-graph"]);
    assert.match(`${explanation}`, /too little happened/);
  }
});

// ------------------------------------------------------------ from the beginning

Deno.test("kafka: start-skip, a first poll that does not begin where it was to", () => {
  const log: Pairs = [[0, "a"], [1, "b"], [2, "c"]];
  const events = (extra: object, from: number) => [
    ...sends("a", "b", "c"),
    ...poll(1, { k: [[0, "a"], [1, "b"]] }),
    ...assign(2, ["k", "l"], extra),
    ...poll(2, {}),
    ...poll(2, { k: log.slice(from) }),
    ...poll(3, { k: log }),
  ];
  const text = assertFound(
    ["start-skip"],
    ...events({ seek_to_beginning: true }, 2),
  );
  assert.match(
    text,
    /was to begin at offset 0, and got offset 2 first, past 2/,
  );
  const { asMaelstrom } = check(...events({ seek_to_beginning: true }, 2));
  assert.deepEqual(asMaelstrom, {
    valid: true,
    ignores: ["where a client's first poll begins"],
  });
  assertFound(["start-skip"], ...events({ committed: {} }, 1));
  assertFound(["start-skip"], ...events({ committed: { k: 0 } }, 2));
  assertValid(...events({ seek_to_beginning: true }, 0));
  assertValid(...events({ committed: { k: 0 } }, 1));
  assertValid(...events({ committed: { k: 1 } }, 2));
  // Where it is not said from where.
  assertValid(...events({}, 2));
});

Deno.test("kafka: where a first poll begins is forgotten with the key, and kept with it", () => {
  const begin = { committed: {} };
  const later = { committed: { k: 2 } };
  const events = (keys: string[]) => [
    ...sends("a", "b", "c"),
    ...poll(1, { k: [[0, "a"], [1, "b"], [2, "c"]] }),
    ...assign(2, ["k"], begin),
    ...assign(2, keys, later),
    ...assign(2, ["k"], later),
    ...poll(2, { k: [[2, "c"]] }),
  ];
  assertValid(...events(["l"]));
  assertFound(["start-skip"], ...events(["k", "l"]));
});

Deno.test("kafka: unseen-at-node, who polls from the beginning in the end and gets nothing more for seconds", () => {
  const last = (polls: number, gap: number, seen: boolean) => {
    const events = [
      ...sends("a", "b", "c"),
      ...poll(1, {
        k: [[0, "a"], [1, "b"], ...seen ? [[2, "c"] as const] : []],
      }),
      ...assign(2, ["k"], { seek_to_beginning: true }),
      ...op(2, "poll", [["poll"]], [["poll", { k: [[0, "a"]] }]], "ok", {
        final: true,
      }),
      ...Array.from(
        { length: polls },
        () => op(2, "poll", [["poll"]], [["poll", {}]], "ok", { final: true }),
      )
        .flat(),
      ...poll(3, { k: [[0, "a"], [1, "b"], [2, "c"]] }),
    ];
    return checkKafka(
      history(...events).map((op) => ({ ...op, time: op.index * gap })),
    );
  };
  const { explanation, details: { badErrorTypes } = {} } = last(10, 1e9, true);
  assert.deepEqual(badErrorTypes, ["unseen-at-node"]);
  assert.match(`${explanation}`, /from offset 1 and got nothing, 10 times/);
  assert.match(`${explanation}`, /2 messages that others had been given/);
  // Messages that others see only later may come later here too.
  assert.match(`${last(10, 1e9, false).explanation}`, /\. 1 message/);
  assert.deepEqual(last(4, 1e9, true).details?.badErrorTypes, []);
  assert.deepEqual(last(10, 1e8, true).details?.badErrorTypes, []);
});

// ----------------------------------------------------------- committed offsets

Deno.test("kafka: committed offsets, or the ones after them, are where clients go on", () => {
  for (const k of [1, 2]) {
    const result = assertValid(
      ...sends("a", "b", "c"),
      ...assign(1, ["k"], { committed: {} }),
      ...poll(1, { k: [[0, "a"], [1, "b"]] }),
      ...assign(2, ["k", "l"], { committed: { k } }),
      ...poll(2, { k: [[2, "c"]] }),
    );
    assert.deepEqual(result.details?.errorTypes, []);
  }
});

Deno.test("kafka: commit-skip, a committed offset that nobody committed", () => {
  const text = assertFound(
    ["commit-skip"],
    ...sends("a", "b", "c"),
    ...poll(1, { k: [[0, "a"]] }),
    ...assign(2, ["k"], { committed: { k: 2 } }),
    ...poll(3, { k: [[0, "a"], [1, "b"], [2, "c"]] }),
  );
  assert.match(text, /committed was 0. Who starts at 2 misses message "b"/);
});

Deno.test("kafka: offsets that someone tried to commit may be committed", () => {
  const [begin, end] = op(1, "poll", [["poll"]], [["poll"]], "info", {
    commit: { k: 2 },
  });
  const result = assertValid(
    ...sends("a", "b", "c"),
    begin,
    ...assign(2, ["k"], { committed: { k: 2 } }),
    end,
    ...poll(3, { k: [[0, "a"], [1, "b"], [2, "c"]] }),
  );
  assert.deepEqual(result.details?.errorTypes, []);
});

Deno.test("kafka: a committed offset that went back is allowed, and reported", () => {
  const events = (k?: number) => [
    ...sends("a", "b", "c"),
    ...poll(1, { k: [[0, "a"], [1, "b"], [2, "c"]] }),
    ...assign(2, ["k"], { committed: k === undefined ? {} : { k } }),
    ...poll(2, {}),
  ];
  assert.deepEqual(assertValid(...events(2)).notes, []);
  for (const k of [1, undefined]) {
    const { notes, details: { errorTypes } = {} } = assertValid(...events(k));
    assert.deepEqual(errorTypes, ["stale-commit"]);
    assert.match(`${notes}`, /though process 1 .* had committed 2/);
  }
});

Deno.test("kafka: lost-commit, a commit that a node does not know in the end, if convergence is checked", () => {
  const events = (committed: Record<string, number>, final = true) => [
    ...sends("a", "b", "c"),
    ...poll(1, { k: [[0, "a"], [1, "b"]] }),
    ...assign(2, ["k"], { final, committed: { k: 1 } }),
    ...poll(2, { k: [[2, "c"]] }),
    ...assign(3, ["k"], { final, committed }),
    ...poll(3, { k: [[0, "a"], [1, "b"], [2, "c"]] }),
  ];
  const found = (committed: Record<string, number>, final?: boolean) =>
    checkKafka(onTwo(...events(committed, final)), converging);
  for (const committed of [{ k: 0 }, {} as Record<string, number>]) {
    const { explanation, details: { badErrorTypes } = {} } = found(committed);
    assert.deepEqual(badErrorTypes, ["lost-commit"]);
    assert.match(
      `${explanation}`,
      /long after the last fault, though process 1 .*, had/,
    );
    assert.deepEqual(
      assertValid(...events(committed)).details?.errorTypes,
      ["stale-commit"],
    );
  }
  // What is committed after the recovery may be on its way.
  assert.deepEqual(found({ k: 1 }).details?.errorTypes, ["stale-commit"]);
  assert.deepEqual(found({ k: 2 }).details?.errorTypes, []);
  assert.deepEqual(found({ k: 1 }, false).details?.errorTypes, [
    "stale-commit",
  ]);
});

Deno.test("kafka: lost-commit, a node that in the end knows no offset that was committed, though it acknowledged some", () => {
  const found = (process: number, committed: Record<string, number>) =>
    checkKafka(
      onTwo(
        ...sends("a", "b", "c", "d"),
        ...poll(3, { k: [[0, "a"], [1, "b"]] }),
        ...poll(5, { k: [[0, "a"], [1, "b"], [2, "c"]] }),
        ...poll(3, { k: [[2, "c"], [3, "d"]] }),
        ...assign(process, ["k"], { final: true, committed }),
      ),
    ).details?.badErrorTypes;
  assert.deepEqual(found(1, {}), ["lost-commit"]);
  assert.deepEqual(found(1, { k: 0 }), ["lost-commit"]);
  // It may have been overwritten, or have come to the other node alone.
  assert.deepEqual(found(1, { k: 1 }), []);
  assert.deepEqual(found(2, {}), []);
});

Deno.test("kafka: nonmonotonic-commit, a node that tells less than it told or acknowledged, if convergence is checked", () => {
  const found = (process: number, first: number, later: number) => {
    const events = [
      ...sends("a", "b", "c"),
      ...poll(1, { k: [[0, "a"], [1, "b"]] }),
      ...poll(2, { k: [[0, "a"], [1, "b"], [2, "c"]] }),
      ...assign(3, ["k"], { committed: { k: first } }),
      ...assign(process, ["k"], { committed: { k: later } }),
    ];
    const { details: { errorTypes } = {} } = checkKafka(
      onTwo(...events),
      converging,
    );
    assert.deepEqual(
      assertValid(...events).details?.errorTypes,
      first < 2 || later < 2 ? ["stale-commit"] : [],
    );
    return errorTypes;
  };
  assert.deepEqual(found(5, 1, 2), ["stale-commit"]);
  assert.deepEqual(found(5, 2, 2), []);
  assert.deepEqual(found(5, 2, 1), ["nonmonotonic-commit"]);
  assert.deepEqual(found(5, 0, 1), ["nonmonotonic-commit", "stale-commit"]);
  assert.deepEqual(found(4, 2, 1), ["nonmonotonic-commit"]);
});

Deno.test("kafka: unknown, if nobody tells the committed offsets in the end, and convergence is checked", () => {
  const value = ["k"];
  const events = [
    ...sends("a"),
    ...poll(1, { k: [[0, "a"]] }),
    ...op(2, "assign", value, value, "fail", { final: true }),
  ];
  const { valid, explanation } = checkKafka(onTwo(...events), converging);
  assert.equal(valid, "unknown");
  assert.match(`${explanation}`, /no node answered in the end/);
  assertValid(...events);
});

Deno.test("kafka: a committed offset may be that of a moment while the assign ran", () => {
  const [begin, end] = assign(2, ["k"], { committed: {} });
  const result = assertValid(
    ...sends("a"),
    begin,
    ...poll(1, { k: [[0, "a"]] }),
    end,
  );
  assert.deepEqual(result.details?.errorTypes, []);
});

// ------------------------------------------------------------------ the result

Deno.test("kafka: the result counts all and shows some, under the anomaly's name", () => {
  const messages = Array.from({ length: 100 }, (_, i) => `m${i}`);
  const result = check(
    ...sends(...messages, "last"),
    ...poll(1, { k: [[100, "last"]] }),
  );
  assert.deepEqual(result.details?.errorTypes, ["lost-write", "unseen"]);
  const text = toEdn(result);
  assert.match(text, /:lost-write {:count 100,\s+:errs \[/);
  const shown = text.split(":max-read-index").length - 1;
  assert.ok(shown > 0 && shown < 100, `${shown}`);
  assert.match(toEdn({ "G1c-realtime": { count: 1 } }), /:G1c-realtime /);
});

Deno.test("kafka: explanations name the node of a process", () => {
  const { explanation } = checkKafka(
    atNodes(
      (process) => `n${process}`,
      history(...sends("a", "b"), ...poll(1, { k: [[1, "b"]] })),
    ),
  );
  assert.match(`${explanation}`, /sent by process 9 \(node n9\) at 0.001 s/);
});

Deno.test("kafka: a lost message's story names the kills around it", () => {
  const kill = (f: string, value: unknown): Event => (
    { process: NEMESIS, type: "info", f, value }
  );
  const { explanation } = checkKafka(
    onTwo(
      ...sends("a", "b"),
      kill("kill", ["n1"]),
      kill("start", null),
      ...poll(2, { k: [[1, "b"]] }),
    ),
  );
  assert.match(
    `${explanation}`,
    /Meanwhile n1 was killed, and down from 0\.\d+/,
  );
});

Deno.test("kafka: the worst lag, from when a message was known to when a poll without it began", () => {
  const at = (s: number, [begin, end]: Event[]) => [
    { ...begin, time: s * 1e9 },
    { ...end, time: (s + 1) * 1e9 },
  ];
  const events = [
    ...at(0, assign(0, ["k"])),
    ...at(2, poll(0, { k: [] })),
    ...at(4, send(1, "k", 0, "a")),
    ...at(6, poll(0, { k: [] })), // 1 s behind "a"
    ...at(8, send(1, "k", 2 ** 40, "b")),
    ...at(10, poll(0, {})), // 5 s behind "a"
    ...at(12, poll(0, { k: [[0, "a"]] })), // 3 s behind "b"
    ...at(14, assign(0, ["k", "l"])),
    ...at(16, poll(0, {})), // 7 s behind "b"
    ...at(18, assign(0, ["l"])),
    ...at(20, assign(0, ["k"])),
  ];
  const lagOf = (...events: Event[]) =>
    check(...events).details?.worstRealtimeLag;
  assert.deepEqual(lagOf(...events), {
    lag: 7,
    time: 16,
    process: 0,
    key: "k",
  });
  // What is assigned anew was not seen at all: 17 s behind "a".
  assert.deepEqual(
    lagOf(
      ...events,
      ...at(22, poll(0, {})),
      ...at(24, poll(0, { k: [[0, "a"], [2 ** 40, "b"]] })),
    ),
    { lag: 17, time: 22, process: 0, key: "k" },
  );
});

Deno.test("kafka: what is no history of sends and polls can't be checked", () => {
  const result = check(...op(0, "poll", [["poll"]], [["poll", { k: 1 }]]));
  assert.equal(result.valid, "unknown");
  assert.match(`${result.explanation}`, /op 1 is no list of/);
});

// ---------------------------------------------------- as Jepsen's clients tell

Deno.test("kafka: an acknowledged send may tell no offset", () => {
  assertValid(
    ...op(0, "send", [["send", 7, 1]]),
    ...op(0, "send", [["send", 7, 2]], [["send", 7, [null, 2]]]),
    ...poll(1, { 7: [[0, 1], [1, 2]] }),
  );
  assertFound(
    ["unseen"],
    ...op(0, "send", [["send", 7, 1]]),
    ...op(0, "send", [["send", 7, 2]]),
    ...poll(1, { 7: [[0, 1]] }),
  );
});

Deno.test("kafka: who subscribes may be sent back or on between polls, not within one", () => {
  const back: Event[] = [
    ...sends("a", "b", "c"),
    ...poll(1, { k: [[0, "a"], [1, "b"], [2, "c"]] }),
    ...poll(1, { k: [[0, "a"]] }),
    ...poll(1, { k: [[2, "c"]] }),
  ];
  assertFound(["poll-skip", "nonmonotonic-poll"], ...back);
  const { notes } = assertValid(...op(1, "subscribe", ["k"]), ...back);
  assert.match(`${notes}`, /kafka, poll-skip/);
  const within = (extra: Partial<Op>) => [
    ...op(1, "subscribe", ["k"]),
    ...sends("a", "b"),
    ...op(
      1,
      "poll",
      [["poll"]],
      [["poll", { k: [[1, "b"], [0, "a"]] }]],
      "ok",
      extra,
    ),
  ];
  assertFound(["int-nonmonotonic-poll"], ...within({}));
  const other = { "rebalance-log": [{ keys: ["l"] }] };
  assertFound(["int-nonmonotonic-poll"], ...within(other));
  assertValid(...within({ "rebalance-log": [{ keys: ["l", "k"] }] }));
});

Deno.test("kafka: Jepsen's name for seeking to the beginning counts as ours", () => {
  const again = (extra: Partial<Op>) => [
    ...sends("a", "b"),
    ...assign(1, ["k"]),
    ...poll(1, { k: [[0, "a"], [1, "b"]] }),
    ...assign(1, ["k"], extra),
    ...poll(1, { k: [[0, "a"]] }),
  ];
  assertFound(["nonmonotonic-poll"], ...again({}));
  assertValid(...again({ "seek-to-beginning?": true }));
});

Deno.test("kafka: what was acknowledged after the last poll had begun need not be in any", () => {
  const { notes, asMaelstrom } = assertValid(
    ...sends("a"),
    ...poll(1, { k: [[0, "a"]] }),
    ...send(9, "k", 1, "b"),
  );
  assert.equal(asMaelstrom?.valid, false);
  assert.match(`${notes}`, /1 messages that nobody polled/);
});
