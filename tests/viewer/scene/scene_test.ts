import assert from "node:assert/strict";
import {
  type Frame,
  gutterOf,
  projection,
  scrollRoom,
} from "../../../viewer/scene/frame.ts";
import { fitted, Labels } from "../../../viewer/scene/labels.ts";
import { MOST_LANES } from "../../../viewer/scene/lanes.ts";
import { lineOf } from "../../../viewer/scene/lines.ts";
import { hit, sceneOf } from "../../../viewer/scene/scene.ts";
import { pinch } from "../../../viewer/scene/view.ts";
import { nameOf } from "../../../viewer/scene/words.ts";
import { faultOf, messagesOf, operationOf, runOf } from "./runs.ts";

/** A pixel a ms; lanes of 0.7, 1, (a gap of 0.25) 0.7 and 1 times 40 pixels. */
const frame: Frame = {
  width: 1100,
  height: 24 + 10 + 8 + 3.65 * 40,
  left: 100,
  top: 24,
  view: { start: 0, end: 1000 },
  scroll: 0,
};
const [C0, N0, N1] = [0.35 * 40 + 34, 1.1 * 40 + 34, 3.05 * 40 + 34];

const scene = sceneOf(runOf({
  rows: [
    { from: "n0", to: "n1", sent: 100, ended: 200 },
    { from: "n0", to: "n1", sent: 300, ended: 350, fate: "lost" },
    { from: "n0", to: "n1", sent: 400, ended: 450, fate: "cut off" },
    { from: "n0", to: "n1", sent: 500, fate: "under way" },
    { from: "n0", to: "n9", sent: 600, ended: 700 },
  ],
  operations: [
    operationOf({ start: 10, end: 50 }),
    operationOf({ start: 800, type: "open" }),
  ],
  faults: [faultOf({ kind: "kill", start: 850, end: 900, nodes: ["n1"] })],
}));
const place = projection(scene.lanes, frame);
const line = (i: number) => {
  const found = scene.index && lineOf(scene.index, place, i);
  return found && [found.x1, found.y1, found.x2, found.y2].map(Math.round);
};

Deno.test("lines: what arrives ends on its receiver's lane, what is lost at half way", () => {
  assert.deepEqual(line(0), [200, N0, 300, N1].map(Math.round));
  assert.deepEqual(line(1), [400, N0, 450, (N0 + N1) / 2].map(Math.round));
});

Deno.test("lines: what is cut off ends at the edge of its receiver's band", () => {
  assert.deepEqual(line(2), [500, N0, 550, N1 - 19].map(Math.round));
});

Deno.test("lines: what is under way is begun, and what goes nowhere is no line", () => {
  assert.deepEqual(line(3), [600, N0, 606, N0 + 14].map(Math.round));
  assert.equal(line(4), undefined);
});

Deno.test("hits: an operation, a message, a fault, or nothing is below the pointer", () => {
  const at = (x: number, y: number) => hit(scene, frame, x, y);
  assert.deepEqual(at(130, C0), { kind: "operation", at: 0 });
  assert.deepEqual(at(250, (N0 + N1) / 2), { kind: "message", at: 0 });
  assert.deepEqual(at(970, N1), { kind: "fault", at: 0, node: "n1" });
  assert.deepEqual(at(970, C0), { kind: "operation", at: 1 });
  assert.equal(at(700, N0 + 4), undefined);
  assert.equal(at(50, C0), undefined);
});

Deno.test("hits: a message that a filter hides is not hit", () => {
  const shown = Uint8Array.from([0, 1, 1, 1, 1]);
  assert.equal(hit(scene, frame, 250, (N0 + N1) / 2, { shown }), undefined);
});

Deno.test("words: what is below the pointer is named", () => {
  assert.equal(
    nameOf(scene, { kind: "message", at: 0 }),
    "t, n0 → n1, 100.0 ms",
  );
  assert.equal(nameOf(scene, { kind: "message", at: 1 }), "t, n0 → n1: lost");
  assert.equal(nameOf(scene, { kind: "operation", at: 0 }), "read, 40.0 ms");
  assert.equal(nameOf(scene, { kind: "fault", at: 0 }), "killed: n1");
});

Deno.test("lanes: clients say whom they talk to; of many nodes they are on their lanes, which scroll", () => {
  assert.deepEqual(scene.lanes.all.map(({ name }) => name), [
    "client 0 → n0",
    "n0",
    "client 1 → n1",
    "n1",
  ]);
  const nodes = Array.from({ length: 200 }, (_, i) => `n${i}`);
  const many = sceneOf(runOf({
    nodes,
    rows: [{ from: "c7", to: "n7", sent: 1, ended: 2 }],
    operations: [operationOf({ client: 7, start: 5, end: 6 })],
  }));
  assert.equal(many.lanes.all.length, 200);
  assert.equal(many.lanes.byId.get("c7"), many.lanes.byId.get("n7"));
  const high = { ...frame, height: 600 };
  assert.ok(scrollRoom(many.lanes, high) > 2000);
  assert.equal(scrollRoom(scene.lanes, high), 0);
  const { ys } = projection(many.lanes, high);
  assert.ok(ys[1] - ys[0] >= 13, "names stay apart");
  const seen: number[] = [];
  many.operations.visit({ start: 0, end: 10 }, (_, lane) => seen.push(lane));
  assert.deepEqual(seen, [7]);
  assert.ok(MOST_LANES < 200);
  assert.ok(gutterOf(many.lanes, 390) < 120);
});

Deno.test("operations: those that are over or have not begun are not visited", () => {
  const operations = [[0, 10], [20, 30], [40, 50]].map(([start, end]) =>
    operationOf({ start, end })
  );
  const { operations: index } = sceneOf(runOf({ operations }));
  const seen: number[] = [];
  index.visit({ start: 25, end: 39 }, (i) => seen.push(i));
  assert.deepEqual(seen, [1]);
});

Deno.test("late: what is far slower than others, or reaches a client that has given up", () => {
  const { late } = sceneOf(runOf({
    rows: [
      { from: "n0", to: "n1", sent: 0, ended: 10 },
      { from: "n0", to: "n1", sent: 1, ended: 13 },
      { from: "n0", to: "n1", sent: 2, ended: 42 },
      { from: "n0", to: "c0", sent: 50, ended: 50 },
      { from: "n0", to: "c0", sent: 90, ended: 90 },
    ],
    operations: [operationOf({ start: 45, end: 60 })],
  }));
  assert.deepEqual([...late()], [0, 0, 1, 0, 1]);
});

Deno.test("late: where delays are random, the slowest hundredth alone", () => {
  const { late } = sceneOf(runOf({
    rows: Array.from({ length: 1000 }, (_, i) => ({
      ...{ from: "n0", to: "n1", sent: i },
      ended: i - 20 * Math.log(1 - (i * 619 % 1000) / 1000),
    })),
  }));
  assert.equal(late().reduce((sum, it) => sum + it), 10);
});

Deno.test("lanes: a node's line is nearest to those of its own clients", () => {
  const { all, middles } = scene.lanes;
  const [c0, n0, c1, n1] = middles;
  assert.deepEqual(all.map(({ node }) => node), ["n0", "n0", "n1", "n1"]);
  assert.ok(n0 - c0 < c1 - n0 && n1 - c1 < c1 - n0);
});

Deno.test("hints: over a node in a partition they say whom it does not hear", () => {
  const ring = { n0: ["n1"], n1: ["n2", "n3"] };
  const scene = sceneOf(runOf({ faults: [faultOf({ unheard: ring })] }));
  const hint = (node?: string) => nameOf(scene, { kind: "fault", at: 0, node });
  assert.equal(hint("n1"), "n1 does not hear n2 n3");
  assert.equal(hint(), "n0 | n1");
});

Deno.test("index: of a crowd a share is drawn, the same wherever one looks, and all are counted", () => {
  const count = 20_000;
  const messages = messagesOf(Array.from({ length: count }, (_, i) => ({
    ...{ from: "n0", to: "n1", sent: i / 20, ended: i / 20 + 5 },
  })));
  const { index } = sceneOf(runOf({ messages }));
  assert.ok(index);
  const view = { start: 0, end: 1000 };
  const all = index.inSight(view, { most: 1500 });
  assert.ok(all.isCrowded);
  assert.ok(all.lit.length > 100 && all.lit.length < 500);
  const half = index.inSight({ start: 0, end: 500 }, { most: 1500 });
  const drawn = new Set(half.lit);
  assert.ok(all.lit.every((i) => messages.sent[i] > 500 || drawn.has(i)));
  const few = index.inSight({ start: 500, end: 510 }, { most: 1500 });
  assert.equal(few.isCrowded, false);
  assert.ok(few.lit.every((i) => messages.ended[i] >= 500));
  const sums = index.density(view, 100);
  const n0 = sums.subarray(100, 200).reduce((a, b) => a + b);
  assert.equal(n0, count);
});

Deno.test("index: what was sent long before, and arrives in sight, is found", () => {
  const { index } = sceneOf(runOf({
    rows: Array.from({ length: 2000 }, (_, i) => ({
      ...{ from: "n0", to: "n1", sent: i / 10, ended: i === 3 ? 900 : i },
    })),
  }));
  const { lit } = index?.inSight({ start: 899, end: 901 }, { most: 9999 }) ??
    {};
  assert.ok(lit?.includes(3));
});

Deno.test("labels: none covers another; the first free place is taken", () => {
  const labels = new Labels();
  const box = (x: number, y: number) => ({ x, y, width: 50, height: 16 });
  assert.deepEqual(labels.place([box(0, 0)]), box(0, 0));
  assert.equal(labels.place([box(49, 15)]), undefined);
  assert.deepEqual(labels.place([box(20, 5), box(50, 5)]), box(50, 5));
  assert.deepEqual(labels.place([box(0, 16)]), box(0, 16));
});

Deno.test("labels: a text is cut to its room, or left out", () => {
  const widthOf = (text: string) => text.length * 10;
  assert.equal(fitted("abcdef", 60, widthOf), "abcdef");
  assert.equal(fitted("abcdef", 45, widthOf), "abc…");
  assert.equal(fitted("abcdef", 12, widthOf), undefined);
});

Deno.test("view: two fingers keep below them what they hold", () => {
  const view = pinch({ start: 0, end: 1000 }, [400, 600], [0.2, 0.8], 1000);
  assert.ok(Math.abs(view.start + 0.2 * (view.end - view.start) - 400) < 1);
  assert.ok(Math.abs(view.start + 0.8 * (view.end - view.start) - 600) < 1);
});
