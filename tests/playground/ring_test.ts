import assert from "node:assert/strict";
import { Flights } from "../../playground/run/flights.ts";
import { kindsOf } from "../../playground/run/kinds.ts";
import {
  linksOf,
  pointOf,
  type Ring,
  ringOf,
  targetAt,
} from "../../playground/run/ring.ts";
import { type Messages, type RunDocument } from "../../viewer/run/document.ts";
import { runOf } from "../viewer/scene/runs.ts";

const ids = (count: number) => Array.from({ length: count }, (_, i) => `n${i}`);

const drawn = (run: RunDocument) => ringOf(run, linksOf(run), 800, 400);

function placeOf(ring: Ring, name: string) {
  const place = ring.places.get(name);
  assert.ok(place, `${name} has no place`);
  return place;
}

function messagesOf({ messages }: RunDocument): Messages {
  assert.ok(messages);
  return messages;
}

const flight = { isLost: false, isWaiting: false };

for (const count of [1, 2, 5, 25]) {
  Deno.test(`ring: ${count} nodes stand in the picture, equally far from their neighbours`, () => {
    const ring = drawn(runOf({ nodes: ids(count) }));
    const all = ring.nodes.map((id) => placeOf(ring, id));
    for (const { x, y } of all) {
      assert.ok(x > 30 && x < 770 && y > 30 && y < 370, `${x} ${y}`);
    }
    const gaps = all.map(({ x, y }, i) => {
      const next = all[(i + 1) % count];
      return Math.hypot(next.x - x, next.y - y);
    });
    if (count > 1) {
      assert.ok(Math.min(...gaps) > 2 * ring.radius, `${Math.min(...gaps)}`);
    }
    if (count === 25) {
      assert.ok(Math.max(...gaps) / Math.min(...gaps) < 1.15);
    }
  });
}

Deno.test("ring: clients stand outside, beside their node and beside each other", () => {
  const client = (i: number, ids: string[]) => ({
    ...{ name: `client ${i}`, node: "n0", ids },
  });
  const ring = drawn(runOf({
    nodes: ids(3),
    clients: [client(0, ["c1", "c7"]), client(1, ["c2"])],
  }));
  const node = placeOf(ring, "n0");
  assert.ok(placeOf(ring, "c1").y < node.y);
  assert.equal(placeOf(ring, "c1"), placeOf(ring, "c7"));
  assert.notEqual(placeOf(ring, "c1").x, placeOf(ring, "c2").x);
});

Deno.test("ring: a message goes from the edge of its sender to that of its receiver", () => {
  const run = runOf({
    nodes: ids(2),
    rows: [{ from: "n0", to: "n1", sent: 0, ended: 100 }],
  });
  const ring = drawn(run);
  const [a, b] = [placeOf(ring, "n0"), placeOf(ring, "n1")];
  const at = (share: number) =>
    pointOf(ring, messagesOf(run), { ...flight, message: 0, share });
  const isNear = (x: number | undefined, other: number) =>
    assert.ok(Math.abs((x ?? NaN) - other) < 0.1, `${x}, not ${other}`);
  isNear(at(0)?.x, a.x + a.radius);
  isNear(at(1)?.x, b.x - b.radius);
  isNear(at(0.5)?.x, (a.x + b.x) / 2);
});

Deno.test("ring: who has no place is beside whom it talks to, and who talks to itself goes round", () => {
  const run = runOf({
    nodes: ids(2),
    rows: [
      { from: "c99", to: "n0", sent: 0, ended: 100 },
      { from: "n0", to: "n0", sent: 0, ended: 100 },
      { from: "c98", to: "c99", sent: 0, ended: 100 },
    ],
  });
  const ring = drawn(run);
  const at = (message: number, share: number) =>
    pointOf(ring, messagesOf(run), { ...flight, message, share });
  assert.ok(at(0, 0));
  assert.notDeepEqual(at(1, 0.25), at(1, 0.75));
  assert.equal(at(2, 0), undefined);
});

Deno.test("ring: one points at a node, at a message on its way, or at a link", () => {
  const run = runOf({
    nodes: ids(3),
    rows: [{ from: "n0", to: "n1", sent: 0, ended: 100 }],
  });
  const ring = drawn(run);
  const flights = Flights.of(messagesOf(run)).at(30, 0);
  const target = (x: number, y: number) =>
    targetAt(ring, run.messages, flights, { x, y });
  const [a, b] = [placeOf(ring, "n0"), placeOf(ring, "n1")];
  const flying = pointOf(ring, messagesOf(run), flights[0]);
  assert.ok(flying);
  assert.deepEqual(target(a.x + 5, a.y), { kind: "node", node: "n0" });
  assert.deepEqual(target(flying.x + 3, flying.y), {
    kind: "message",
    message: 0,
  });
  const middle = [(a.x + b.x) / 2, (a.y + b.y) / 2] as const;
  assert.deepEqual(target(...middle), { kind: "link", link: ["n0", "n1"] });
  assert.equal(target(5, 5), undefined);
});

Deno.test("links: few nodes are all linked, many where they talk to each other", () => {
  assert.equal(linksOf(runOf({ nodes: ids(5) })).length, 10);
  const many = runOf({
    nodes: ids(25),
    rows: [
      { from: "n3", to: "n1", sent: 0 },
      { from: "n1", to: "n3", sent: 0 },
      { from: "n1", to: "c1", sent: 0 },
      { from: "n7", to: "n7", sent: 0 },
    ],
  });
  assert.deepEqual(linksOf(many), [["n1", "n3"]]);
});

Deno.test("kinds: a request and its reply share a colour, and rare types have none", () => {
  const types = ["a", "a_ok", "b", "c", "d", "e", "f", "read"];
  const rows = types.flatMap((_, i) =>
    Array.from({ length: 9 - i }, (_, n) => ({ i, n }))
  );
  const run = runOf({
    rows: rows.map(({ i }) => ({
      from: types[i] === "read" ? "c1" : "n0",
      to: "n1",
      sent: 0,
    })),
  });
  const messages = {
    ...messagesOf(run),
    types,
    type: Uint16Array.from(rows, ({ i }) => i),
  };
  assert.deepEqual(
    kindsOf({ messages }).map(({ name, hue, isReply }) =>
      `${name} ${hue}${isReply ? " reply" : ""}`
    ),
    ["a 0", "a_ok 0 reply", "b 1", "c 2", "d 3", "e 4"],
  );
});
