import assert from "node:assert/strict";
import { deafnessOf, sidesOf } from "../../../viewer/run/sides.ts";
import {
  bandsOf,
  livesOf,
  rowsOf,
  sideOf,
} from "../../../viewer/scene/bands.ts";
import { faultOf, runOf } from "./runs.ts";

const unheard = { n0: ["n1"], n1: ["n0", "n2"], n2: ["n1"] };

Deno.test("bands: a partition is named by its sides, the smallest first", () => {
  assert.deepEqual(sidesOf(unheard), [["n1"], ["n0", "n2"]]);
  const fault = faultOf({ unheard, end: 10 });
  assert.equal(bandsOf(runOf({ faults: [fault] }))[0].label, "n1 | n0 n2");
  assert.deepEqual([...sideOf(fault)], [["n1", 0], ["n0", 1], ["n2", 1]]);
});

Deno.test("bands: where everybody hears some there are no sides", () => {
  const ring = { n0: ["n1"], n1: ["n2"], n2: ["n0"] };
  assert.equal(sidesOf(ring), undefined);
  const fault = faultOf({ unheard: ring, label: "each hears only 2 of 3" });
  assert.equal(
    bandsOf(runOf({ faults: [fault] }))[0].label,
    "each hears only 2 of 3",
  );
});

Deno.test("bands: who does not hear whom that hears it has no sides, and is told", () => {
  const mute = { n0: ["n1"], n2: ["n1"] };
  assert.equal(sidesOf(mute), undefined);
  assert.equal(sidesOf({ n1: ["n0", "n2"] }), undefined);
  assert.equal(deafnessOf(mute), "n0, n2 do not hear n1");
  assert.equal(
    deafnessOf({ n0: ["n1"], n1: ["n2", "n3"] }),
    "n0 does not hear n1; n1 does not hear n2, n3",
  );
  const ids = Array.from({ length: 12 }, (_, i) => `n${i}`);
  assert.equal(
    deafnessOf(Object.fromEntries(ids.slice(1).map((id) => [id, ["n0"]]))),
    "11 nodes do not hear n0",
  );
  assert.equal(
    deafnessOf({ n0: ["n1"], n1: ["n2"], n2: ["n3"], n3: ["n4"] }),
    "n0, n1, n2, n3 do not hear some who hear them",
  );
});

Deno.test("bands: faults at the same time are in different rows, of which there are few", () => {
  const faults = [[0, 10], [5, 15], [10, 20], [11, 30], [12, 13], [40, 50]]
    .map(([start, end]) => faultOf({ kind: "kill", start, end }));
  const bands = bandsOf(runOf({ faults }));
  assert.deepEqual(bands.map(({ row }) => row), [0, 1, 0, 2, 2, 0]);
  assert.equal(rowsOf(bands), 3);
  assert.equal(rowsOf([]), 0);
});

Deno.test("bands: a node lives from each start to its next kill", () => {
  const kill = (start: number, end?: number) =>
    faultOf({ kind: "kill", start, end, nodes: ["n0"] });
  const run = runOf({ faults: [kill(100, 200), kill(500, 600)] });
  assert.deepEqual(livesOf(run, "n0"), [
    { start: 0, end: 100 },
    { start: 200, end: 500 },
    { start: 600, end: 1000 },
  ]);
  assert.equal(livesOf(run, "n1").length, 1);
  assert.deepEqual(livesOf(runOf({ faults: [kill(100)] }), "n0"), [
    { start: 0, end: 100 },
  ]);
});

Deno.test("bands: what a hand did says so", () => {
  const byHand = { byHand: true, end: 20 } as const;
  const bands = bandsOf(runOf({
    faults: [
      faultOf({ ...byHand, kind: "kill", nodes: ["n1"] }),
      faultOf({ ...byHand, kind: "pause", nodes: ["n1"] }),
      faultOf({
        ...{ ...byHand, f: "cut", nodes: ["n0", "n1"] },
        unheard: { n0: ["n1"], n1: ["n0"] },
      }),
      faultOf({ ...byHand, kind: "other", f: "drop", label: "message 7" }),
    ],
  }));
  assert.deepEqual(bands.map(({ label }) => label), [
    "killed by hand: n1",
    "paused by hand: n1",
    "cut by hand: n0 – n1",
    "by hand: message 7",
  ]);
});
