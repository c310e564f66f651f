import assert from "node:assert/strict";
import { flightOf, Flights } from "../../playground/run/flights.ts";
import { type Messages } from "../../viewer/run/document.ts";
import { type MessageRow, messagesOf } from "../viewer/scene/runs.ts";

const between = { from: "n0", to: "n1" };

const of = (...rows: Partial<MessageRow>[]) =>
  messagesOf(rows.map((row) => ({ ...between, sent: 0, ...row })));

/** What is seen of each: how far it is, in per cent, or that it is lost. */
const seen = (messages: Messages, time: number, linger = 0) =>
  Flights.of(messages).at(time, linger).map(({ message, share, isLost }) =>
    `${message} ${isLost ? "lost" : Math.round(100 * share)}`
  );

Deno.test("flights: a message is under way from when it is sent until it arrives", () => {
  const messages = of({ sent: 100, ended: 200 });
  assert.deepEqual(
    [99, 100, 125, 199, 200].map((time) => seen(messages, time)),
    [[], ["0 0"], ["0 25"], ["0 99"], []],
  );
});

Deno.test("flights: all that are under way are found among many, whatever their order of arrival", () => {
  const rows = Array.from({ length: 5000 }, (_, i) => ({
    sent: i,
    ended: i + 10 + (i * 7919) % 500,
  }));
  const flights = Flights.of(of(...rows));
  for (const time of [0, 17, 255, 256, 2500.5, 4999, 5200, 9000]) {
    const expected = rows.flatMap(({ sent, ended }, i) =>
      sent <= time && time < ended ? [i] : []
    );
    assert.deepEqual(
      flights.at(time, 0).map(({ message }) => message),
      expected,
    );
  }
});

Deno.test("flights: without latency a message is seen for a while", () => {
  const messages = of({ sent: 100, ended: 100 });
  assert.deepEqual(seen(messages, 105), []);
  assert.deepEqual(seen(messages, 105, 10), ["0 50"]);
  assert.deepEqual(seen(messages, 110, 10), []);
});

Deno.test("flights: what does not arrive ends in a cross for a while, where it had come to", () => {
  const messages = of(
    { sent: 0, ended: 0, fate: "lost" },
    { sent: 0, ended: 100, fate: "cut off" },
    { sent: 0, ended: 50, fate: "dropped by hand" },
    { sent: 0, ended: 100 },
  );
  assert.deepEqual(seen(messages, 10, 10), ["0 lost", "1 5", "2 10", "3 10"]);
  assert.deepEqual(seen(messages, 55, 10), ["1 25", "2 lost", "3 55"]);
  assert.deepEqual(seen(messages, 105, 10), ["1 lost"]);
  const [dropped] = Flights.of(messages).at(55, 10)
    .filter(({ message }) => message === 2);
  assert.equal(dropped.share, 0.5);
});

Deno.test("flights: what takes far longer than others waits before its receiver", () => {
  const messages = of(
    { sent: 0, fate: "under way" },
    { sent: 0, ended: 900 },
    { sent: 0, ended: 900, fate: "undelivered" },
    { sent: 0, ended: 100 },
    { sent: 60, ended: 160 },
    { sent: 60, ended: 160 },
  );
  assert.deepEqual(seen(messages, 50), ["0 46", "1 46", "2 46", "3 50"]);
  assert.deepEqual(seen(messages, 500), ["0 92", "1 92", "2 92"]);
  const waiting = (time: number) =>
    Flights.of(messages).at(time, 0).map(({ isWaiting }) => isWaiting);
  assert.deepEqual(waiting(50), [false, false, false, false]);
  assert.deepEqual(waiting(500), [true, true, true]);
  assert.deepEqual(seen(messages, 5000), ["0 92"]);
});

Deno.test("flights: a copy is under way on its own, and can be touched while it is", () => {
  const messages = {
    ...of({ sent: 0, ended: 10 }, { sent: 5, ended: 20 }),
    duplicates: [{ message: 0, at: 40 }],
  };
  assert.deepEqual(seen(messages, 8), ["0 80", "1 20", "0 20"]);
  assert.deepEqual(seen(messages, 30), ["0 75"]);
  const flights = Flights.of(messages);
  assert.deepEqual(
    [-1, 0, 30, 40].map((time) => flights.isUnderWay(0, time)),
    [false, true, true, false],
  );
});

Deno.test("flights: an inbox has what is to come, the next one first", () => {
  const messages = of(
    { sent: 0, ended: 90 },
    { sent: 1, ended: 30 },
    { sent: 2, ended: 40, to: "n2" },
    { sent: 3, fate: "under way" },
    { sent: 50, ended: 60 },
  );
  assert.deepEqual(Flights.of(messages).to("n1", 20), [1, 0, 3]);
  assert.deepEqual(Flights.of(messages).to("n1", 30), [0, 3]);
  assert.deepEqual(Flights.of(messages).to("nobody", 30), []);
});

Deno.test("flights: how long messages take is told by those between servers", () => {
  const messages = of(
    { sent: 0, ended: 10 },
    { sent: 0, ended: 30 },
    { sent: 0, ended: 20 },
    { sent: 0, ended: 900, fate: "lost" },
    ...Array(9).fill({ sent: 0, ended: 0, from: "c1" }),
  );
  assert.equal(flightOf(messages), 20);
  assert.equal(flightOf(undefined), 0);
});
