import assert from "node:assert/strict";
import { parseEDNString } from "edn-data";
import { checkAvailability } from "../../../workbench/checkers/availability.ts";
import { checkCounter } from "../../../workbench/checkers/counter.ts";
import { checkEcho } from "../../../workbench/checkers/echo.ts";
import { checkKafka } from "../../../workbench/checkers/kafka.ts";
import { checkLinearizableRegisters } from "../../../workbench/checkers/linearizability/registers.ts";
import { checkSetFull } from "../../../workbench/checkers/set_full.ts";
import { checkStats } from "../../../workbench/checkers/stats.ts";
import { checkListAppend } from "../../../workbench/checkers/txn/list_append.ts";
import { checkRwRegister } from "../../../workbench/checkers/txn/rw_register.ts";
import { checkUniqueIds } from "../../../workbench/checkers/unique_ids.ts";
import {
  type CheckResult,
  written,
} from "../../../workbench/checkers/result.ts";
import { toEdn } from "../../../workbench/results/edn.ts";
import { history, op, transactionHistory } from "../../support/history.ts";

/** A list `(...)`, a set `#{...}` and a keyword, as edn-data shows them. */
const list = (...items: unknown[]) => ({ list: items });
const keywords = (...names: string[]) => names.map((key) => ({ key }));

/** A result as it is written. */
const edn = (result: CheckResult) => toEdn(written(result), result.forms);

/** What stands under some keys; undefined if one is missing. */
function at(result: CheckResult, ...path: (string | number)[]): unknown {
  let value: unknown = parseEDNString(edn(result));
  for (const key of path) {
    const { map } = value as { map?: [unknown, unknown][] };
    value = map?.find(([k]) =>
      typeof key === "number" ? k === key : (k as { key: string }).key === key
    )?.[1];
  }
  return value;
}

Deno.test("edn: one key and value a line, under Maelstrom's keys", () => {
  const result = {
    valid: "unknown",
    net: { all: { sendCount: 4 }, servers: { msgCount: 4, msgsPerOp: 2 } },
    workload: { lost: [], stableLatencies: { 0: 1, 0.5: 2, 1: 3 } },
  };
  assert.equal(
    toEdn(result, { lost: "values" }),
    `{:valid? :unknown,
 :net {:all {:send-count 4},
       :servers {:msg-count 4,
                 :msgs-per-op 2.0}},
 :workload {:lost (),
            :stable-latencies {0 1,
                               0.5 2,
                               1 3}}}`,
  );
});

Deno.test("edn: what only EDN can say", () => {
  assert.equal(toEdn([NaN, Infinity, -Infinity]), "[##NaN ##Inf ##-Inf]");
  assert.equal(toEdn([undefined, null, 2n ** 70n]), `[nil nil ${2n ** 70n}]`);
  assert.equal(parseEDNString(toEdn('a "b"\n\\')), 'a "b"\n\\');
});

Deno.test("edn: stats and availability", () => {
  const events = history(...op(0, "read", null, 1), ...op(1, "add", 2));
  const stats = checkStats(events);
  assert.equal(at(stats, "count"), 4 / 2);
  assert.equal(at(stats, "by-f", "read", "ok-count"), 1);
  assert.match(
    edn(checkAvailability(events, "total")),
    /:ok-fraction 1\.0\b/,
  );
});

Deno.test("edn: sets (broadcast, g-set)", () => {
  const result = checkSetFull(
    history(
      ...op(0, "add", 3),
      ...op(0, "add", 4),
      ...op(0, "read", null, [3, 4, 4]),
      ...op(0, "read", null, [4, 4]),
    ),
    { add: "add" },
  );
  assert.equal(at(result, "valid?"), false);
  assert.equal(at(result, "attempt-count"), 2);
  assert.deepEqual(at(result, "lost"), list(3));
  assert.deepEqual(at(result, "stale"), list());
  assert.deepEqual(at(result, "never-read"), list());
  assert.equal(at(result, "duplicated", 4), 2);
  assert.equal(at(result, "stable-latencies", 0.5), 0);
  assert.match(edn(result), /:lost \(3\),?$/m);
});

Deno.test("edn: counters", () => {
  const result = checkCounter(
    history(
      ...op(0, "add", 3),
      ...op(1, "add", 9, 9, "info"),
      ...op(0, "read", null, 4, "ok", { final: true }),
    ),
  );
  assert.deepEqual(at(result, "acceptable"), list([3, 3], [12, 12]));
  assert.deepEqual(at(result, "final-reads"), list(4));
  const { list: errors } = at(result, "errors") as { list: unknown[] };
  assert.equal(errors.length, 1);
});

Deno.test("edn: unique ids of any type are keys", () => {
  const ids = ["a", "a", 7, 7, [1, "x"], [1, "x"]];
  const result = checkUniqueIds(
    history(...ids.flatMap((id) => op(0, "generate", null, id))),
  );
  assert.equal(at(result, "duplicated-count"), 3);
  const { map } = at(result, "duplicated") as { map: unknown[] };
  assert.deepEqual(new Set(map), new Set([["a", 2], [7, 2], [[1, "x"], 2]]));
});

Deno.test("edn: a node's own words stay as they are", () => {
  const reply = { type: "echo_ok", echo: "no", valid: "yes", lost: [1] };
  const result = checkEcho(history(...op(0, "echo", "hi", reply)));
  const text = edn(result);
  assert.match(text, /:received \{:type "echo_ok"/);
  assert.match(text, /:valid "yes"/);
  assert.match(text, /:lost \[1\]/);
});

Deno.test("edn: registers", () => {
  const result = checkLinearizableRegisters(
    history(...op(0, "write", [5, 1]), ...op(0, "read", [5, null], [5, 2])),
  );
  assert.equal(at(result, "valid?"), false);
  assert.deepEqual(at(result, "failures"), [5]);
});

for (
  const [name, check, text] of [
    [
      "txn-list-append",
      checkListAppend,
      "append x 1, r y _\nappend y 1, r x _",
    ],
    [
      "txn-rw-register",
      checkRwRegister,
      "r x _, r y _, w x 1\nr x _, r y _, w y 1\n\nr x 1, r y 1",
    ],
  ] as const
) {
  Deno.test(`edn: ${name}`, () => {
    const result = check(transactionHistory(text), {
      consistencyModels: ["serializable"],
    });
    assert.equal(at(result, "valid?"), false);
    assert.deepEqual(
      at(result, "anomaly-types"),
      list(...keywords("G2-item")),
    );
    assert.deepEqual(at(result, "not"), { set: keywords("repeatable-read") });
    const { set } = at(result, "also-not") as { set: { key: string }[] };
    assert.ok(set.some(({ key }) => key === "strong-serializable"));
    assert.ok(Array.isArray(at(result, "anomalies", "G2-item")));
    assert.match(edn(result), /:anomaly-types \(:G2-item\),$/m);
    assert.match(edn(result), /:not #\{:repeatable-read\},$/m);
    assert.match(edn(result), /:type :rw\b/);
  });
}

Deno.test("edn: kafka", () => {
  const poll = (...offsets: number[]) =>
    op(1, "poll", [["poll"]], [["poll", { k: offsets.map((o) => [o, o]) }]]);
  const send = (n: number) =>
    op(0, "send", [["send", "k", n]], [["send", "k", [n, n]]]);
  const result = checkKafka(
    history(
      ...op(1, "assign", ["k"]),
      ...[0, 1, 2].flatMap(send),
      ...poll(0, 2),
    ),
  );
  const types = list(...keywords("lost-write", "int-poll-skip", "unseen"));
  assert.deepEqual(at(result, "bad-error-types"), types);
  assert.deepEqual(at(result, "error-types"), types);
  assert.equal(at(result, "lost-write", "count"), 1);
  assert.ok(Array.isArray(at(result, "lost-write", "errs")));
});
