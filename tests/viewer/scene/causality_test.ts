import assert from "node:assert/strict";
import { fates, type Messages } from "../../../viewer/run/document.ts";
import {
  causeOf,
  effectsOf,
  type Events,
  future,
  past,
} from "../../../viewer/scene/causality.ts";
import { spreadOf } from "../../../viewer/scene/spread.ts";

/** Lanes 0, 1, 2; messages of `[from, to, sent, arrived or NaN, body]`. */
function events(
  messages: readonly [number, number, number, number, string?][],
  deaths: readonly number[][] = [[], [], []],
): Events {
  const column = (i: 0 | 1 | 2 | 3) => messages.map((it) => it[i]);
  const all: Messages = {
    count: messages.length,
    names: ["n0", "n1", "n2"],
    types: [""],
    from: Uint16Array.from(column(0)),
    to: Uint16Array.from(column(1)),
    type: new Uint16Array(messages.length),
    sent: Float64Array.from(column(2)),
    ended: Float64Array.from(column(3)),
    fate: Uint8Array.from(
      column(3),
      (at) => fates.indexOf(Number.isNaN(at) ? "lost" : "arrived"),
    ),
    bodies: messages.map(([, , , , body = "{}"]) => body),
    duplicates: [],
    sampling: 1,
  };
  return {
    messages: all,
    from: Int16Array.from(column(0)),
    to: Int16Array.from(column(1)),
    deaths,
    duration: 100,
  };
}

const lit = (flags: Uint8Array) => [...flags.keys()].filter((i) => flags[i]);

Deno.test("causality: the future is what a moment can have reached, the past what can have reached it", () => {
  const it = events([
    [0, 1, 0, 10],
    [1, 2, 5, 15], // before n1 had heard
    [1, 2, 11, 21],
    [2, 0, 20, 30], // before n2 had heard
    [2, 0, 22, 32],
  ]);
  const after = future(it, { lane: 0, time: 0 });
  assert.deepEqual(lit(after.messages), [0, 2, 4]);
  assert.deepEqual(after.lanes[2], [{ start: 21, end: 100 }]);
  const before = past(it, { lane: 0, time: 31 });
  assert.deepEqual(lit(before.messages), [1, 3]);
  assert.deepEqual(before.lanes[1], [{ start: 0, end: 5 }]);
});

Deno.test("causality: what is lost leads to nothing", () => {
  const it = events([[0, 1, 0, NaN], [1, 2, 5, 15]]);
  assert.deepEqual(lit(future(it, { lane: 0, time: 0 }).messages), [0]);
});

Deno.test("causality: a node that was killed has forgotten", () => {
  const it = events([[0, 1, 0, 10], [1, 2, 60, 70]], [[], [50], []]);
  assert.deepEqual(lit(future(it, { lane: 0, time: 0 }).messages), [0]);
  assert.deepEqual(lit(past(it, { lane: 2, time: 80 }).messages), [1]);
});

Deno.test("causality: what is slow does not hide an earlier arrival", () => {
  const it = events([
    [0, 1, 0, 40],
    [0, 1, 1, 10],
    [1, 2, 12, 20],
  ]);
  const { messages, lanes } = future(it, { lane: 0, time: 0 });
  assert.deepEqual(lit(messages), [0, 1, 2]);
  assert.deepEqual(lanes[1], [{ start: 10, end: 100 }]);
});

Deno.test("causality: a message's cause is the last that its sender had received, its effects the reverse", () => {
  const it = events([
    [0, 1, 0, 10],
    [2, 1, 0, 20],
    [1, 0, 10, 30],
    [1, 2, 10, 30],
    [1, 0, 25, 35],
  ]);
  assert.deepEqual([2, 3, 4].map((i) => causeOf(it, i)), [0, 0, 1]);
  assert.equal(causeOf(it, 0), undefined);
  assert.deepEqual(effectsOf(it, 0), [2, 3]);
  assert.deepEqual(effectsOf(it, 1), [4]);
});

Deno.test("spread: messages that carry a value are told from those that count with its digits", () => {
  const it = events([
    [0, 1, 0, 10, '{"type":"up","values":[87]}'],
    [0, 2, 0, 10, '{"type":"up","values":[187,870,8.7,"87x"]}'],
    [1, 2, 20, 30, '{"type":"read_ok","msg_id":87,"in_reply_to":87}'],
    [1, 2, 20, NaN, '{"87":1,"messages":[1,87]}'],
  ]);
  const { messages, lanes } = spreadOf(it, 87);
  assert.deepEqual(lit(messages), [0, 3]);
  assert.deepEqual(lanes[1], [{ start: 10, end: 100 }]);
  assert.deepEqual(lanes[2], []);
});
