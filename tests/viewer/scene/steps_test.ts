import assert from "node:assert/strict";
import { exchangeOf } from "../../../viewer/scene/exchange.ts";
import { sceneOf } from "../../../viewer/scene/scene.ts";
import { alongChain, alongLane } from "../../../viewer/scene/steps.ts";
import { Traffic } from "../../../viewer/scene/traffic.ts";
import { faultOf, operationOf, runOf } from "./runs.ts";

const scene = sceneOf(runOf({
  rows: [
    { from: "c0", to: "n0", sent: 0, ended: 0, body: { msg_id: 1 } },
    { from: "n0", to: "n1", sent: 1, ended: 11 },
    { from: "n0", to: "c0", sent: 2, ended: 2, body: { in_reply_to: 1 } },
    { from: "c0", to: "n0", sent: 5, ended: 5, body: { msg_id: 2 } },
    { from: "n1", to: "n0", sent: 12, ended: 22 },
    { from: "n1", to: "n0", sent: 13, ended: 14 },
    { from: "n0", to: "c0", sent: 900, ended: 900, body: { in_reply_to: 2 } },
  ],
  operations: [
    operationOf({ start: 0, end: 2 }),
    operationOf({ start: 5, end: 500, type: "info" }),
  ],
}));
const message = (at: number) => ({ kind: "message", at }) as const;
const operation = (at: number) => ({ kind: "operation", at }) as const;

Deno.test("steps: brackets go to a message's cause and to its first effect", () => {
  assert.deepEqual(alongChain(scene, message(1), 1), message(4));
  assert.deepEqual(alongChain(scene, message(4), -1), message(1));
  assert.equal(alongChain(scene, message(0), -1), undefined);
});

Deno.test("steps: comma and full stop go along the sender's lane", () => {
  assert.deepEqual(alongLane(scene, message(1), 1), message(2));
  assert.deepEqual(alongLane(scene, message(5), -1), message(4));
  assert.equal(alongLane(scene, message(5), 1), undefined);
  assert.equal(alongLane(scene, operation(0), 1), undefined);
});

Deno.test("steps: from an operation brackets go to its request and its reply, a late one too", () => {
  assert.deepEqual(exchangeOf(scene, 0), [0, 2]);
  assert.deepEqual(exchangeOf(scene, 1), [3, 6]);
  assert.deepEqual(alongChain(scene, operation(1), -1), message(3));
  assert.deepEqual(alongChain(scene, operation(1), 1), message(6));
});

Deno.test("traffic: what a sender had received is told by arrival, latest first, and forgotten when it is killed", () => {
  const rows = [
    { from: "n1", to: "n0", sent: 0, ended: 30 },
    { from: "n1", to: "n0", sent: 1, ended: 10 },
    { from: "n1", to: "n0", sent: 2, ended: 40 },
    { from: "n0", to: "n1", sent: 35, ended: 45 },
    { from: "n0", to: "n1", sent: 60, ended: 70 },
  ];
  const { events } = sceneOf(runOf({ rows }));
  assert.ok(events);
  assert.deepEqual(Traffic.of(events).receivedBefore(3, 5), [0, 1]);
  assert.deepEqual(Traffic.of(events).receivedBefore(3, 1), [0]);
  const killed = sceneOf(runOf({
    rows,
    faults: [faultOf({ kind: "kill", start: 35, nodes: ["n0"] })],
  }));
  assert.ok(killed.events);
  assert.deepEqual(Traffic.of(killed.events).receivedBefore(4, 5), [2]);
});
