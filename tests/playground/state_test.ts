import assert from "node:assert/strict";
import { linkKey, States } from "../../playground/run/state.ts";
import { type Fault } from "../../viewer/run/document.ts";
import { faultOf, runOf } from "../viewer/scene/runs.ts";

const stateOf = (faults: Partial<Fault>[], time: number) =>
  States.of(runOf({ faults: faults.map(faultOf) })).at(time);

const n1 = (faults: Partial<Fault>[], time: number) => {
  const state = stateOf(faults, time).nodes.get("n1");
  return `${state?.is} ${state?.life}${state?.byHand ? " by hand" : ""}`;
};

const kill: Partial<Fault> = { kind: "kill", nodes: ["n1"] };
const pause: Partial<Fault> = { kind: "pause", nodes: ["n1"] };

Deno.test("state: a node that is killed is down, and then lives anew", () => {
  const faults = [{ ...kill, start: 10, end: 20 }, { ...kill, start: 30 }];
  assert.deepEqual([9, 10, 20, 30].map((time) => n1(faults, time)), [
    "up 1",
    "down 1",
    "up 2",
    "down 2",
  ]);
});

Deno.test("state: a node is paused unless it is down, and one knows who did it", () => {
  const faults: Partial<Fault>[] = [
    { ...pause, start: 10, end: 50, byHand: true },
    { ...kill, start: 20, end: 30 },
  ];
  assert.deepEqual([15, 20, 35, 50].map((time) => n1(faults, time)), [
    "paused 1 by hand",
    "down 1",
    "paused 2 by hand",
    "up 2",
  ]);
});

Deno.test("state: a link is cut if one end does not hear the other; a hand's is known", () => {
  const partition = { start: 0, end: 50, unheard: { n0: ["n1"] } };
  const byHand = {
    ...{ start: 10, end: 60, f: "cut", byHand: true as const },
    unheard: { n0: ["n1"], n1: ["n0"] },
  };
  const cut = (time: number) =>
    stateOf([partition, byHand], time).cuts.get(linkKey("n1", "n0"))?.byHand;
  assert.deepEqual([0, 10, 50, 60].map(cut), [false, true, true, undefined]);
});

Deno.test("state: a link that is cut in one direction has one end that hears", () => {
  const oneWay = {
    end: 50,
    f: "start-one-way",
    unheard: { n1: ["n0", "n2"], n2: ["n0"] },
  };
  const { cuts } = stateOf([oneWay], 10);
  assert.deepEqual(cuts.get(linkKey("n0", "n1"))?.deaf, ["n1"]);
  const both = stateOf(
    [{ ...oneWay, unheard: { n1: ["n0"], n0: ["n1"] } }],
    10,
  );
  assert.deepEqual(both.cuts.get(linkKey("n0", "n1"))?.deaf, ["n1", "n0"]);
});

Deno.test("state: what is in force is named by its position", () => {
  const faults = [
    { ...pause, start: 10, end: 20 },
    { ...kill, start: 15 },
    { ...pause, start: 16, end: 16, kind: "other" as const },
  ];
  assert.deepEqual([5, 16, 20].map((time) => stateOf(faults, time).faults), [
    [],
    [0, 1],
    [1],
  ]);
});
