import assert from "node:assert/strict";
import { tollOf } from "../../../viewer/scene/toll.ts";
import { faultOf, runOf } from "./runs.ts";

Deno.test("toll: a fault's messages are those that it ate, in its time", () => {
  const run = runOf({
    rows: [
      { from: "n0", to: "n1", sent: 5, ended: 6, fate: "cut off" },
      { from: "n0", to: "n1", sent: 15, ended: 16, fate: "cut off" },
      { from: "n1", to: "n0", sent: 16, ended: 17, fate: "cut off" },
      { from: "n0", to: "n1", sent: 17, ended: 18, fate: "lost" },
      { from: "n0", to: "n1", sent: 18, ended: 19, fate: "undelivered" },
    ],
    faults: [
      faultOf({ start: 10, end: 20, unheard: { n1: ["n0"] } }),
      faultOf({ kind: "kill", start: 10, nodes: ["n1"] }),
      faultOf({ kind: "kill", start: 10, nodes: ["n0"] }),
    ],
  });
  assert.deepEqual([0, 1, 2].map((i) => tollOf(run, i)), [1, 1, 0]);
});
