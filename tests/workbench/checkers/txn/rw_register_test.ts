import assert from "node:assert/strict";
import { checkRwRegister } from "../../../../workbench/checkers/txn/rw_register.ts";
import { type Op } from "../../../../workbench/load/history.ts";
import {
  type Event,
  history,
  op,
  transactionHistory,
} from "../../../support/history.ts";

const check = (model: string, text: string) =>
  checkRwRegister(transactionHistory(text), { consistencyModels: [model] });

interface Example {
  readonly history: string;
  readonly anomalies: readonly string[];
  /** A model that it breaks, and the strongest one that it does not. */
  readonly breaks: string;
  readonly keeps?: string;
  readonly not?: readonly string[];
}

const examples: Readonly<Record<string, Example>> = {
  "Adya's H_serial": {
    history: `
      w x 1, w y 1

      r x 1, w x 2

      r x 2, r y 1`,
    anomalies: [],
    breaks: "",
    keeps: "strict-serializable",
  },
  "Adya's H_wcycle, a write cycle": {
    history: `
      w x 1, r y 2, w y 3
      r x 1, w x 4, w y 2`,
    anomalies: ["G0"],
    breaks: "read-uncommitted",
    not: ["read-uncommitted"],
  },
  "a write cycle through three transactions": {
    history: `
      w x 1, r z 1, w z 2
      r x 1, w x 2, w y 1
      r y 1, w y 2, w z 1`,
    anomalies: ["G0"],
    breaks: "read-uncommitted",
  },
  "a write cycle that a read between two writes shows": {
    history: `
      w x 1, w y 1, r y 2, w y 3
      r x 1, w x 2, w y 2`,
    anomalies: ["G0", "internal"],
    breaks: "read-uncommitted",
    not: ["read-uncommitted"],
  },
  "a write between two writes of another transaction": {
    history: `
      w x 1, r x 2, w x 3
      r x 1, w x 2`,
    anomalies: ["G0", "G1b"],
    breaks: "read-uncommitted",
    not: ["read-uncommitted"],
  },
  "a write between two writes, as in Maelstrom's issue 56": {
    history: `
      r x 1, w x 10, r x 3, w x 11
      w x 1, r x 1, r x 10, w x 2, w x 3, r x 3`,
    anomalies: ["G0"],
    breaks: "read-uncommitted",
  },
  "a write cycle of a key's first writes through three transactions": {
    history: `
      w x 1, w x 10, r z 1, w z 2
      r x 1, w x 2, w y 1, w y 10
      r y 1, w y 2, w z 1, w z 10`,
    anomalies: ["G0"],
    breaks: "read-uncommitted",
  },
  "a write that follows another one's first write only": {
    history: `
      w x 1, w x 3
      r x 1, w x 2
      info: r x 2, w x 4, w x 5`,
    anomalies: ["G1b"],
    breaks: "read-committed",
    keeps: "read-uncommitted",
  },
  "a write after what a failed transaction wrote in between": {
    history: `
      fail: w x 1, r x 2, w x 3
      r x 1, w x 2`,
    anomalies: ["G1a"],
    breaks: "read-committed",
    keeps: "read-uncommitted",
  },
  "a write cycle that no read before a write shows is not seen": {
    // Whether y was 1 and then 2, or 2 and then 1, nobody can tell.
    history: `
      w x 1, w y 1
      w x 2, w y 2
      r x 2, r y 1`,
    anomalies: [],
    breaks: "",
    keeps: "read-uncommitted",
  },
  "an aborted read": {
    history: `
      fail: w x 1
      r x 1`,
    anomalies: ["G1a"],
    breaks: "read-committed",
    keeps: "read-uncommitted",
    not: ["read-committed"],
  },
  "an intermediate read": {
    history: `
      w x 1, w x 2
      r x 1`,
    anomalies: ["G1b"],
    breaks: "read-committed",
    keeps: "read-uncommitted",
  },
  "an intermediate read from a transaction of unknown fate": {
    history: `
      info: w x 1, w x 2
      r x 1`,
    anomalies: ["G1b"],
    breaks: "read-committed",
    keeps: "read-uncommitted",
  },
  "circular information flow": {
    history: `
      w x 1, r y 1
      w y 1, r x 1`,
    anomalies: ["G1c"],
    breaks: "read-committed",
    keeps: "read-uncommitted",
    not: ["read-committed"],
  },
  "circular information flow through a write of unknown fate": {
    history: `
      w x 1, r z 1
      r y 1, w z 1
      info: r x _, w y 1, w x 2
      r x 1, w y 3, r x 1`,
    anomalies: [],
    breaks: "",
    keeps: "read-uncommitted",
  },
  "a transaction that does not see its own write": {
    history: `
      r x 1, w x 2, r x 1
      w x 1`,
    anomalies: ["internal"],
    breaks: "read-atomic",
    keeps: "read-committed",
  },
  "a non-repeatable read of what was missing": {
    history: `
      r x _, r x 1
      w x 1`,
    anomalies: ["internal"],
    breaks: "read-atomic",
    keeps: "read-committed",
  },
  "a read of one's own later write": {
    history: "r x 1, w x 1",
    anomalies: ["future-read"],
    breaks: "read-committed",
    keeps: "read-uncommitted",
  },
  "a read of one's own later write, which another one then overwrites": {
    history: "r x 1, w x 1, w x 2",
    anomalies: ["future-read"],
    breaks: "read-committed",
    keeps: "read-uncommitted",
  },
  "a read of what nobody wrote": {
    history: `
      w x 1
      r x 7`,
    anomalies: ["garbage-read"],
    breaks: "read-uncommitted",
    not: ["read-uncommitted"],
  },
  "a fractured read (read skew)": {
    history: `
      w y 1, w x 2
      r x _, r y 1`,
    anomalies: ["G-single-item"],
    breaks: "snapshot-isolation",
    keeps: "read-committed",
    not: ["consistent-view", "repeatable-read"],
  },
  "a fuzzy (non-repeatable) read": {
    history: `
      w x 1

      r x 1, r x 2
      r x 1, w x 2`,
    anomalies: ["G-single-item", "internal"],
    breaks: "consistent-view",
    keeps: "read-committed",
    not: ["consistent-view", "read-atomic", "repeatable-read"],
  },
  "read skew by versions that a transaction replaced": {
    history: `
      w y 1
      r y 1, w x 1, w y 2
      r x 1, r y 1`,
    anomalies: ["G-single-item"],
    breaks: "repeatable-read",
    keeps: "read-committed",
  },
  "a lost update": {
    history: `
      w x 0

      r x 0, w x 1
      r x 0, w x 2`,
    anomalies: ["lost-update", "G2-item"],
    breaks: "snapshot-isolation",
    keeps: "read-committed",
  },
  "write skew": {
    history: `
      r x _, w y 1
      r y _, w x 1`,
    anomalies: ["G2-item"],
    breaks: "serializable",
    keeps: "snapshot-isolation",
    not: ["repeatable-read"],
  },
  "long fork": {
    history: `
      w x 1
      w y 1
      r x 1, r y _
      r y 1, r x _`,
    anomalies: ["G-nonadjacent-item"],
    breaks: "snapshot-isolation",
    keeps: "consistent-view",
    not: ["repeatable-read", "snapshot-isolation"],
  },
  "versions in a circle": {
    history: `
      r x 1, w x 2
      r x 2, w x 1`,
    anomalies: ["cyclic-versions", "G1c"],
    breaks: "read-uncommitted",
  },
  "a stale read": {
    history: `
      w x 1

      r x _`,
    anomalies: ["G-single-item-realtime"],
    breaks: "strict-serializable",
    keeps: "strong-session-serializable",
    not: ["strong-snapshot-isolation"],
  },
  "a stale read by the same client": {
    history: `
      0: w x 1
      0: r x _`,
    anomalies: ["G-single-item-process"],
    breaks: "strong-session-serializable",
    keeps: "serializable",
    not: ["strong-session-snapshot-isolation"],
  },
  "a read of what is written only after it": {
    history: `
      r x 1

      w x 1`,
    anomalies: ["G1c-realtime"],
    breaks: "strong-read-committed",
    keeps: "strong-session-serializable",
  },
  "an overwrite of what is written only after it": {
    history: `
      r x 1, w x 2

      w x 1`,
    anomalies: ["G0-realtime"],
    breaks: "strong-read-uncommitted",
    keeps: "strong-session-serializable",
  },
  "a write of unknown fate that took place later": {
    history: `
      info: w x 1

      r x _

      r x 1`,
    anomalies: [],
    breaks: "",
    keeps: "strict-serializable",
  },
  "a write of unknown fate that came and went": {
    history: `
      info: w x 1

      r x 1

      r x _`,
    anomalies: ["G-single-item-realtime"],
    breaks: "strict-serializable",
    keeps: "serializable",
  },
};

for (const [name, example] of Object.entries(examples)) {
  const { history, anomalies, breaks, keeps, not } = example;
  Deno.test(`rw-register: ${name}: ${anomalies.join(", ") || "valid"}`, () => {
    if (breaks !== "") {
      const result = check(breaks, history);
      assert.equal(result.valid, false);
      for (const anomaly of anomalies) {
        const stronger = check("strict-serializable", history);
        const found = [result, stronger].flatMap((r) =>
          r.details?.anomalyTypes
        );
        assert.ok(found.includes(anomaly), `${anomaly} is not in ${found}`);
      }
      if (not) assert.deepEqual(result.details?.not, not);
      assert.match(result.explanation?.[0] ?? "", /ops? \d+/i);
      assert.match(result.explanation?.at(-1) ?? "", /^This rules out/);
    }
    if (keeps) {
      const result = check(keeps, history);
      assert.notEqual(result.valid, false, result.explanation?.join("\n"));
    }
  });
}

Deno.test("rw-register: Maelstrom finds no write cycle of overwritten writes, and this says so", () => {
  const dirty = check(
    "read-uncommitted",
    `
    w x 1, r x 2, w x 3
    r x 1, w x 2`,
  );
  assert.equal(dirty.valid, false);
  assert.deepEqual(dirty.asMaelstrom, {
    valid: true,
    ignores: ["cycles of writes that were then overwritten"],
  });
  assert.match(
    dirty.explanation?.[0] ?? "",
    /T2 read 1|wrote 1 of key "x", and T\d, which read that, replaced it by 2/,
  );
  const also = check(
    "read-uncommitted",
    `
    w x 1, r x 2, w x 3, w y 1, r z 2, w z 3
    r x 1, w x 2, r y 1, w y 2, w z 2`,
  );
  assert.equal(also.valid, false);
  assert.equal(also.asMaelstrom, undefined);
});

Deno.test("rw-register: a cycle is a chain of transactions, each with a reason", () => {
  const result = check(
    "read-committed",
    `
    w x 1, r y 1
    w y 1, r x 1`,
  );
  assert.deepEqual(result.explanation, [
    "G1c (1): information flowed between transactions in a circle.\n" +
    "Let\n" +
    '  T1 = op 2 of process 0, ok: [["w","x",1],["r","y",1]]\n' +
    '  T2 = op 3 of process 1, ok: [["w","y",1],["r","x",1]]\n' +
    "Then\n" +
    '  - T1 < T2, because T2 read 1 of key "x", which T1 wrote\n' +
    '  - but T2 < T1, because T1 read 1 of key "y", which T2 wrote: a cycle.',
    "This rules out read-committed, and whatever is " +
    "stronger; read-committed was asked for.",
  ]);
});

Deno.test("rw-register: nothing is known if no transaction depends on another", () => {
  assert.equal(check("read-uncommitted", "w x 1").valid, "unknown");
});

Deno.test("rw-register: who writes a value twice may have left it", () => {
  const history = "w x 1, r x 1, w x 2, w x 1\nr x 1";
  assert.equal(check("strict-serializable", history).valid, true);
});

Deno.test("rw-register: a history that can't be checked is unknown, and says why", () => {
  for (
    const [history, reason] of [
      ["w x 1\nw x 1\nr x 1", /both wrote 1 to key "x"/],
      ["info: w x 1\nw x 1\nr x 1", /both wrote 1 to key "x"/],
      ["fail: w x 1\nw x 1\nr x 1", /both wrote 1 to key "x"/],
      ["w x 1, w x 2\nw x 1\nr x 1", /both wrote 1 to key "x"/],
      ["w x 1\nappend x 2", /op 3 is no transaction of/],
    ] as const
  ) {
    const result = check("serializable", history);
    assert.equal(result.valid, "unknown");
    assert.match(result.explanation?.join() ?? "", reason);
  }
});

Deno.test("rw-register: keys and values may be any JSON", () => {
  const value: unknown = { a: [1n << 70n, "1"], b: null };
  const same: unknown = { b: null, a: [1n << 70n, "1"] };
  const [begin, end] = transactionHistory("w x 1");
  const history = [
    { ...begin, value: [["w", "k", value]] },
    { ...end, value: [["w", "k", value]] },
    { ...begin, index: 2, value: [["r", "k", null]] },
    { ...end, index: 3, value: [["r", "k", same]] },
  ];
  const options = { consistencyModels: ["strict-serializable"] };
  assert.equal(checkRwRegister(history, options).valid, true);
  // The first writer's value was aborted: only who reads the same is wrong.
  history[1] = { ...history[1], type: "fail" };
  assert.equal(checkRwRegister(history, options).valid, false);
  const other: unknown = { b: null, a: [1n << 70n, 1] };
  history[3] = { ...end, index: 3, value: [["r", "k", other]] };
  assert.deepEqual(
    checkRwRegister(history, options).details?.anomalyTypes,
    ["garbage-read", "empty-transaction-graph"],
  );
});

// ----------------------------------------------------------- without a model

const txn = (process: number, mops: unknown[], type: Op["type"] = "ok") =>
  op(process, "txn", mops, mops, type);
const checkAll = (...events: Event[]) =>
  checkRwRegister(history(...events), { consistencyModels: [] });

Deno.test("rw-register: what a serial execution gives is valid", () => {
  const result = checkAll(
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
  Deno.test(`rw-register: ${anomaly} is found`, () => {
    const result = checkAll(...events);
    assert.equal(result.valid, false);
    assert.ok((result.details?.anomalyTypes as string[]).includes(anomaly));
  });
}
