import assert from "node:assert/strict";
import { type Op } from "../../../workbench/load/history.ts";
import { checkSetFull } from "../../../workbench/checkers/set_full.ts";
import { NEMESIS } from "../../../workbench/load/history.ts";

/** Ops at whole seconds, each with its node. */
function history(
  ...ops: readonly (Pick<Op, "type" | "f" | "value" | "process" | "node">)[]
): Op[] {
  return ops.map((op, i) => ({ ...op, index: i, time: i * 1e9 }));
}

const fault = (f: string, value: unknown) =>
  ({ process: NEMESIS, type: "info", f, value }) as const;

const add = { process: 0, node: "n0", f: "add", value: 14 } as const;
const read = { process: 1, node: "n1", f: "read" } as const;

/** 14 is acknowledged by n0 at 1 s, and a read of n1 misses it at the end. */
function story(...faults: readonly ReturnType<typeof fault>[]): string {
  const { valid, explanation } = checkSetFull(
    history(
      { ...add, type: "invoke" },
      { ...add, type: "ok" },
      ...faults,
      { ...read, type: "invoke" },
      { ...read, type: "ok", value: [] },
    ),
    { add: "add" },
  );
  assert.equal(valid, false);
  return `${explanation}`;
}

Deno.test("set: a lost value's story names nodes and times", () => {
  assert.match(
    story(),
    /14 is lost\. It was known at op 1, 1\.000 s, process 0 \(node n0\), never seen by any read, and the read that began at op 2, 2\.000 s, process 1 \(node n1\) missed it\.$/,
  );
});

Deno.test("set: a lost value's story names the kills and cuts around it", () => {
  assert.match(
    story(fault("kill", ["n0", "n2"]), fault("start", null)),
    / Meanwhile n0 was killed, and down from 2\.000 s to 3\.000 s\.$/,
  );
  assert.match(
    story(fault("start-partition", { n0: ["n1"], n1: ["n0", "n2"] })),
    /Meanwhile n0 did not hear n1 from 2\.000 s to the end; n1 did not hear n0, n2 from/,
  );
  // Nothing befell the two that it has to do with.
  assert.match(story(fault("pause", ["n2"])), /Meanwhile n2 was paused from/);
});
