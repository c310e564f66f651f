import assert from "node:assert/strict";
import { checkAvailability } from "../../../workbench/checkers/availability.ts";
import { checkCounter } from "../../../workbench/checkers/counter.ts";
import { checkEcho } from "../../../workbench/checkers/echo.ts";
import { checkSetFull } from "../../../workbench/checkers/set_full.ts";
import { checkStats } from "../../../workbench/checkers/stats.ts";
import { checkRwRegister } from "../../../workbench/checkers/txn/rw_register.ts";
import { checkUniqueIds } from "../../../workbench/checkers/unique_ids.ts";
import { type Op } from "../../../workbench/load/history.ts";
import { type Event, history, op } from "../../support/history.ts";

Deno.test("echo: another payload is found", () => {
  const good = op(0, "echo", "a", { type: "echo_ok", echo: "a" });
  const bad = op(0, "echo", "b", { type: "echo_ok", echo: "a" });
  assert.equal(checkEcho(history(...good)).valid, true);
  assert.equal(checkEcho(history(...good, ...bad)).valid, false);
});

Deno.test("unique-ids: an id given out twice is found, whatever its type", () => {
  const ids = (...values: unknown[]) =>
    checkUniqueIds(
      history(...values.flatMap((id) => op(0, "generate", undefined, id))),
    );
  assert.equal(ids(1, "1", [1], 2n ** 62n, 2n ** 62n + 1n).valid, true);
  assert.equal(ids([1, "x"], [1, "x"]).valid, false);
  assert.equal(ids({ a: 1, b: 2 }, { b: 2, a: 1 }).valid, false);
  assert.equal(ids(2n ** 62n, 2n ** 62n).details?.duplicatedCount, 1);
});

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

Deno.test("counter: a sum that no subset of the adds makes is found", () => {
  const read = (value: number) =>
    op(1, "read", null, value, "ok", { final: true });
  const adds = [
    ...op(0, "add", 5),
    ...op(0, "add", 100, 100, "info"),
    ...op(1, "add", -30, -30, "info"),
    ...op(2, "add", 1000, 1000, "fail"),
  ];
  for (const sum of [5, 105, -25, 75]) {
    assert.equal(checkCounter(history(...adds, ...read(sum))).valid, true);
  }
  for (const sum of [0, 6, 104, 1005, 135]) {
    assert.equal(checkCounter(history(...adds, ...read(sum))).valid, false);
  }
  // Only final reads count.
  const early = history(...op(1, "read", null, 0), ...adds, ...read(5));
  assert.equal(checkCounter(early).valid, true);
});

Deno.test("availability: total, a share, and none asked", () => {
  const all = history(...op(0, "f", 1), ...op(0, "f", 1, 1, "info"));
  assert.equal(checkAvailability(all, undefined).valid, true);
  assert.equal(checkAvailability(all, 0.5).valid, true);
  assert.equal(checkAvailability(all, 0.51).valid, false);
  assert.equal(checkAvailability(all, "total").valid, false);
});

Deno.test("stats: unknown if some kind of operation never succeeded", () => {
  const events = history(
    ...op(0, "send", 1),
    ...op(0, "crash", null, null, "info"),
  );
  assert.equal(checkStats(events).valid, "unknown");
  assert.equal(checkStats(events, { neverOk: ["crash"] }).valid, true);
  assert.equal(checkStats(history()).valid, "unknown");
});

const txn = (process: number, mops: unknown[], type: Op["type"] = "ok") =>
  op(process, "txn", mops, mops, type);
const check = (...events: Event[]) =>
  checkRwRegister(history(...events), { consistencyModels: [] });

Deno.test("txn: what a serial execution gives is valid", () => {
  const result = check(
    ...txn(0, [["r", 1, null], ["w", 1, 1], ["r", 1, 1]]),
    ...txn(1, [["r", 1, 1], ["w", 1, 2], ["w", 1, 3]]),
    ...txn(0, [["r", 1, 3], ["r", 2, null]]),
  );
  assert.equal(result.valid, true, result.explanation?.join());
});

for (
  const [anomaly, events] of Object.entries({
    "internal": [...txn(0, [["w", 1, 1], ["r", 1, 2]])],
    "G1a": [...txn(0, [["w", 1, 1]], "fail"), ...txn(1, [["r", 1, 1]])],
    "G1b": [...txn(0, [["w", 1, 1], ["w", 1, 2]]), ...txn(1, [["r", 1, 1]])],
    "G1c": [
      ...txn(0, [["w", 1, 1], ["r", 2, 1]]),
      ...txn(1, [["w", 2, 1], ["r", 1, 1]]),
    ],
    "G0": [
      // On key 1 the second comes after the first, on key 2 before it.
      ...txn(0, [["w", 1, 1], ["r", 2, 1], ["w", 2, 2]]),
      ...txn(1, [["r", 1, 1], ["w", 1, 2], ["w", 2, 1]]),
    ],
  })
) {
  Deno.test(`txn: ${anomaly} is found`, () => {
    const result = check(...events);
    assert.equal(result.valid, false);
    assert.ok((result.details?.anomalyTypes as string[]).includes(anomaly));
  });
}

Deno.test("counter: sums beyond 2^53 are told apart", () => {
  const delta = 2 ** 53 - 1;
  const read = (value: unknown) =>
    checkCounter(history(
      ...op(0, "add", delta),
      ...op(0, "add", delta),
      ...op(0, "read", null, value, "ok", { final: true }),
    ));
  const sum = 2n * BigInt(delta);
  assert.equal(read(sum).valid, true);
  assert.equal(read(sum + 1n).valid, false);
  assert.equal(read("7").valid, false);
});
