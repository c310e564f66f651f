import assert from "node:assert/strict";
import { checkKafka } from "../../../workbench/checkers/kafka.ts";
import { checkLinearizableRegisters } from "../../../workbench/checkers/linearizability/registers.ts";
import {
  type CheckResult,
  combine,
  type Evidence,
  written,
} from "../../../workbench/checkers/result.ts";
import { checkListAppend } from "../../../workbench/checkers/txn/list_append.ts";
import { checkRwRegister } from "../../../workbench/checkers/txn/rw_register.ts";
import { toEdn } from "../../../workbench/results/edn.ts";
import { history, op, transactionHistory } from "../../support/history.ts";

const models = (...consistencyModels: string[]) => ({ consistencyModels });

/** The first evidence of a kind. */
function first<K extends Evidence["kind"]>(
  { evidence = [] }: CheckResult,
  kind: K,
): Extract<Evidence, { kind: K }> {
  for (const it of evidence) if (is(it, kind)) return it;
  return assert.fail(`no evidence of the kind ${kind}`);
}

const is = <K extends Evidence["kind"]>(
  it: Evidence,
  kind: K,
): it is Extract<Evidence, { kind: K }> => it.kind === kind;

const wrong: Readonly<Record<string, CheckResult>> = {
  register: checkLinearizableRegisters(history(
    ...op(0, "write", [5, 1]),
    ...op(1, "write", [6, 1]),
    ...op(0, "write", [5, 2]),
    ...op(1, "read", [5, null], [5, 1]),
  )),
  "forgotten register": checkLinearizableRegisters(history(
    ...op(0, "write", [5, 1]),
    ...op(1, "read", [5, null], [5, null]),
  )),
  cycle: checkListAppend(
    transactionHistory("append x 1, r y _\nappend y 1, r x _"),
    models("serializable"),
  ),
  "aborted read": checkRwRegister(
    transactionHistory("fail: w x 1\nr y _, r x 1"),
    models("read-committed"),
  ),
  "fractured read": checkListAppend(
    transactionHistory("append x 1, append y 1\n\nr x [1], r y _"),
    models("read-atomic"),
  ),
  kafka: checkKafka(history(
    ...op(1, "assign", ["k"]),
    ...[0, 1, 2].flatMap((n) =>
      op(0, "send", [["send", "k", n]], [["send", "k", [n, n]]])
    ),
    ...op(1, "poll", [["poll"]], [["poll", { k: [[0, 0], [2, 2]] }]]),
  )),
};

Deno.test("evidence: the longest order of a register's operations, and what fits nowhere", () => {
  assert.deepEqual(first(wrong.register, "linearization"), {
    ...{ kind: "linearization", key: 5 },
    ...{ order: [0, 4], omitted: 0, stuck: [6] },
  });
});

Deno.test("evidence: the read that found nothing fits nowhere after what was written", () => {
  assert.deepEqual(first(wrong["forgotten register"], "linearization"), {
    ...{ kind: "linearization", key: 5 },
    ...{ order: [0], omitted: 0, stuck: [2] },
  });
});

Deno.test("evidence: a long order by its end, and after ten keys less of it", () => {
  const result = checkLinearizableRegisters(history(
    ...Array.from({ length: 12 }, (_, key) => [
      ...Array.from({ length: 1100 }, () => op(0, "write", [key, 1])).flat(),
      ...op(0, "read", [key, null], [key, 2]),
    ]).flat(),
  ));
  const orders = result.evidence?.map((it) =>
    it.kind === "linearization" ? it.order.length : 0
  );
  assert.deepEqual(orders, [...Array(10).fill(1000), 30, 30]);
  const { order, omitted } = first(result, "linearization");
  assert.deepEqual([order.length, omitted, order[999]], [1000, 100, 2198]);
});

Deno.test("evidence: a cycle by its steps, with keys and values", () => {
  const { anomaly, steps } = first(wrong.cycle, "cycle");
  assert.equal(anomaly, "G2-item");
  assert.deepEqual(
    steps.map(({ kind, value, next }) => [kind, value, next]),
    [["rw", null, 1], ["rw", null, 1]],
  );
  assert.deepEqual(steps.map(({ key }) => key).toSorted(), ["x", "y"]);
  for (const { why } of steps) assert.match(why, /T1.*T2|T2.*T1/);
});

Deno.test("evidence: no more than five cycles of a type", () => {
  const cycle = (key: number) =>
    `append ${key} 1, r ${key + 1} _\nappend ${key + 1} 1, r ${key} _`;
  const cycles = Array.from({ length: 9 }, (_, i) => cycle(10 * i + 10));
  const { evidence, anomalies } = checkListAppend(
    transactionHistory(cycles.join("\n\n")),
    models("serializable"),
  );
  assert.equal(anomalies?.[0].count, 9);
  assert.equal(evidence?.length, 5);
});

Deno.test("evidence: who read and who wrote what an aborted transaction left, and which value", () => {
  const { anomaly, operations, key, values, why } = first(
    wrong["aborted read"],
    "operations",
  );
  assert.deepEqual([anomaly, key, values], ["G1a", "x", [1]]);
  assert.equal(operations.length, 2);
  assert.equal(why, wrong["aborted read"].anomalies?.[0].explanation?.[0]);
});

Deno.test("evidence: what a fractured read missed", () => {
  const { anomaly, key, values } = first(wrong["fractured read"], "operations");
  assert.deepEqual([anomaly, key, values], ["fractured-read", "y", [1]]);
});

Deno.test("evidence: the message that is lost, and those that a poll passed over", () => {
  const all = wrong.kafka.evidence?.filter((it) => is(it, "operations"));
  assert.deepEqual(all?.map(({ anomaly, values }) => [anomaly, values]), [
    ["lost-write", [1]],
    ["int-poll-skip", [1]],
    ["unseen", [1]],
  ]);
});

for (const [name, result] of Object.entries(wrong)) {
  Deno.test(`evidence: neither Maelstrom's results nor the verdict know of it: ${name}`, () => {
    const { evidence, ...without } = result;
    assert.ok(evidence);
    assert.equal(result.valid, false);
    const edn = (it: CheckResult) => toEdn(written(it), it.forms);
    assert.equal(edn(result), edn(without));
    assert.doesNotMatch(edn(result), /evidence|:why "Op/);
    assert.equal(
      combine({ valid: true }, result).evidence?.length,
      evidence.length,
    );
  });
}
