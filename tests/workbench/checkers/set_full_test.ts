import assert from "node:assert/strict";
import { checkSetFull } from "../../../workbench/checkers/set_full.ts";
import { NEMESIS, type Op } from "../../../workbench/load/history.ts";
import { type Event, history, op } from "../../support/history.ts";

Deno.test("set: every final read has what was known before the recovery", () => {
  const final = { final: true };
  const check = (...reads: number[][]) =>
    checkSetFull(
      history(
        ...op(0, "add", 7),
        ...op(1, "add", 8, 8, "info"),
        ...reads.flatMap((values, process) =>
          op(process, "read", null, values, "ok", final)
        ),
      ),
      { add: "add" },
    );
  assert.equal(check([7], [7]).valid, true);
  const deaf = check([], [7]);
  assert.deepEqual([deaf.valid, deaf.details?.missing, deaf.details?.lost], [
    false,
    [7],
    [],
  ]);
  assert.equal(deaf.asMaelstrom?.valid, true);
  // Maelstrom looks at the last read too.
  const lost = check([7], []);
  assert.deepEqual([lost.valid, lost.asMaelstrom, lost.details?.missing], [
    false,
    undefined,
    [],
  ]);
  // What comes to light only now may be on its way.
  assert.equal(check([7, 8], [7], [7, 8]).valid, true);
});

Deno.test("set: reads before the last ones may miss anything", () => {
  const result = checkSetFull(
    history(
      ...op(0, "add", 7),
      ...op(1, "read", null, []),
      ...op(1, "read", null, [7]),
    ),
    { add: "add" },
  );
  assert.deepEqual([result.valid, result.details?.missing], [true, []]);
});

Deno.test("set: an element that is read before anybody sent it is a phantom", () => {
  const result = checkSetFull(
    history(
      ...op(1, "read", null, [7, "x"]),
      ...op(0, "add", 7),
      ...op(1, "read", null, [7]),
    ),
    { add: "add" },
  );
  assert.deepEqual(
    [result.valid, result.asMaelstrom?.valid, result.details?.phantoms],
    [false, true, [7, "x"]],
  );
});

Deno.test("set: stable latency counts from the acknowledgement to the last miss", () => {
  const result = checkSetFull(
    history(
      ...op(0, "broadcast", 7), // acknowledged at 1 ms
      ...op(1, "read", null, []), // begins at 2 ms
      ...op(1, "read", null, []), // begins at 4 ms
      ...op(1, "read", null, [7]),
    ),
    { add: "broadcast" },
  );
  assert.equal(result.valid, true);
  assert.deepEqual(result.stableLatencies, {
    0: 3,
    0.5: 3,
    0.95: 3,
    0.99: 3,
    1: 3,
  });
});

Deno.test("set: lost, never read and duplicate elements are told apart", () => {
  const check = (...events: Event[]) =>
    checkSetFull(history(...events), { add: "add" });
  const add = op(0, "add", 7);
  const lost = check(...add, ...op(1, "read", null, []));
  assert.deepEqual([lost.valid, lost.details?.lost], [false, [7]]);
  // The read began before the add was known: it may have come first.
  const [invoke, ok] = op(1, "read", null, []);
  const never = check(invoke, ...add, ok);
  assert.deepEqual([never.valid, never.details?.neverRead], ["unknown", [7]]);
  const unknown = op(0, "add", 7, 7, "info");
  const fine = check(...unknown, ...op(1, "read", null, []));
  assert.equal(fine.details?.lostCount, 0);
  const twice = check(...add, ...op(1, "read", null, [7, 7]));
  assert.deepEqual([twice.valid, twice.details?.duplicatedCount], [false, 1]);
});

// ------------------------------------------------------ a lost value's story

/** Ops at whole seconds, each with its node. */
function atSeconds(
  ...ops: readonly (Pick<Op, "type" | "f" | "value" | "process" | "node">)[]
): Op[] {
  return ops.map((op, i) => ({ ...op, index: i, time: i * 1e9 }));
}

const fault = (f: string, value: unknown, number?: number) =>
  ({ process: NEMESIS, type: "info", f, value, fault: number }) as const;

const added = { process: 0, node: "n0", f: "add", value: 14 } as const;
const readBack = { process: 1, node: "n1", f: "read" } as const;

/** 14 is acknowledged by n0 at 1 s, and a read of n1 misses it at the end. */
function story(...faults: readonly ReturnType<typeof fault>[]): string {
  const { valid, explanation } = checkSetFull(
    atSeconds(
      { ...added, type: "invoke" },
      { ...added, type: "ok" },
      ...faults,
      { ...readBack, type: "invoke" },
      { ...readBack, type: "ok", value: [] },
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

Deno.test("set: a lost value's story names a user's own faults by their numbers", () => {
  assert.match(
    story(fault("slow-node", ["n0"], 0), fault("heal-node", null, 0)),
    / Meanwhile there was slow-node at n0 from 2\.000 s to 3\.000 s\.$/,
  );
  assert.match(
    story(fault("flood", null, 4), fault("slow-node", ["n2"], 5)),
    / Meanwhile there was flood from 2\.000 s to the end\.$/,
  );
  assert.match(
    story(fault("slow-node", ["n2"], 5)),
    / Meanwhile there was slow-node at n2 from 2\.000 s to the end\.$/,
  );
  // The end of a fault that had not begun, as every run has at its own end.
  assert.doesNotMatch(story(fault("heal-node", null)), /Meanwhile/);
});
