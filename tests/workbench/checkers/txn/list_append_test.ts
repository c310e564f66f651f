import assert from "node:assert/strict";
import { checkListAppend } from "../../../../workbench/checkers/txn/list_append.ts";
import { history, op, transactionHistory } from "../../../support/history.ts";

const check = (model: string, text: string) =>
  checkListAppend(transactionHistory(text), { consistencyModels: [model] });

interface Example {
  readonly history: string;
  readonly anomalies: readonly string[];
  /** A model that it breaks, and one that it does not. */
  readonly breaks: string;
  readonly keeps?: string;
  readonly not?: readonly string[];
}

const examples: Readonly<Record<string, Example>> = {
  "a serial execution": {
    history: `
      append x 1, r x [1]

      r x [1], append x 2, append y 1

      r x [1 2], r y [1], r z _`,
    anomalies: [],
    breaks: "",
    keeps: "strict-serializable",
  },
  "a write cycle": {
    history: `
      append x 1, append y 1
      append x 2, append y 2

      r x [1 2], r y [2 1]`,
    anomalies: ["G0"],
    breaks: "read-uncommitted",
    not: ["read-uncommitted"],
  },
  "a write cycle by an append that no read shows": {
    history: `
      append x 1, append y 1
      append x 2, append y 2

      r x [1 2]
      r y [2]`,
    anomalies: ["G0"],
    breaks: "read-uncommitted",
  },
  "an aborted read": {
    history: `
      fail: append x 1
      r x [1]`,
    anomalies: ["G1a"],
    breaks: "read-committed",
    keeps: "read-uncommitted",
  },
  "a committed append behind an aborted one": {
    history: `
      fail: append x 1
      append x 2
      r x [1 2]`,
    anomalies: ["dirty-update", "G1a"],
    breaks: "read-committed",
    keeps: "read-uncommitted",
  },
  "an intermediate read": {
    history: `
      append x 1, append x 2
      r x [1]`,
    anomalies: ["G1b"],
    breaks: "read-committed",
    keeps: "read-uncommitted",
  },
  "circular information flow": {
    history: `
      append x 1, r y [1]
      append x 2, append y 1
      r x [1 2], r y [1]`,
    anomalies: ["G1c"],
    breaks: "read-committed",
    keeps: "read-uncommitted",
    not: ["read-committed"],
  },
  "a transaction's own appends in another order": {
    history: `
      append x 1, append x 2
      append x 3
      r x [2 1 3]`,
    anomalies: ["reordered-appends"],
    breaks: "read-uncommitted",
    not: ["read-uncommitted"],
  },
  "an append without the one before it by the same transaction": {
    history: `
      append x 1, append x 2
      r x [2]`,
    anomalies: ["reordered-appends"],
    breaks: "read-uncommitted",
  },
  "a transaction's own appends, and another one between them": {
    history: `
      append x 1, append x 2
      append x 3
      r x [1 3 2]`,
    anomalies: ["G0"],
    breaks: "read-uncommitted",
  },
  "the first of a transaction's own appends, and another one behind it": {
    history: `
      append x 1, append x 2
      append x 3
      r x [1 3]`,
    anomalies: ["G0"],
    breaks: "read-uncommitted",
  },
  "own appends of a failed transaction, of which the first was undone": {
    history: `
      fail: append x 1, append x 2
      r x [2]`,
    anomalies: ["G1a"],
    breaks: "read-committed",
    keeps: "read-uncommitted",
  },
  "a write cycle around an aborted append": {
    history: `
      append x 1, append y 1
      fail: append x 2
      append x 3, append y 3
      r x [1 2 3], r y [3 1]`,
    anomalies: ["G0"],
    breaks: "read-uncommitted",
  },
  "a write cycle whichever of two reads that contradict each other is right": {
    history: `
      append x 1, append y 1
      append x 2, append y 2
      append x 3
      append x 4

      r x [1 2 3], r x [1 2 4 3]
      r y [2 1]`,
    anomalies: ["G0"],
    breaks: "read-uncommitted",
  },
  "a write cycle only if one of two reads that contradict each other is right":
    {
      history: `
      append x 1, append y 1
      append x 2, append y 2
      append x 3

      r x [1 2 3]
      r x [2 1]
      r y [2 1]`,
      anomalies: ["incompatible-order"],
      breaks: "read-committed",
      keeps: "read-uncommitted",
    },
  "a list that shrinks within a transaction": {
    history: `
      append x 1
      r x [1], r x _`,
    anomalies: ["observed-transaction-vanishes"],
    breaks: "monotonic-atomic-view",
    keeps: "read-committed",
  },
  "a part of a transaction, seen below one's own append": {
    history: `
      append x 1, append y 1
      append x 2, r x [1 2], r y _`,
    anomalies: ["fractured-read"],
    breaks: "read-atomic",
    keeps: "read-committed",
  },
  "a missing list is null or empty": {
    history: `
      r x _
      r x []

      append x 1

      r x [1]`,
    anomalies: [],
    breaks: "",
    keeps: "strict-serializable",
  },
  "reads that disagree on the order": {
    history: `
      append x 1
      append x 2
      append x 3

      r x [1 2]
      r x [1 3 2]`,
    anomalies: ["incompatible-order"],
    breaks: "read-committed",
  },
  "an element that is there twice": {
    history: `
      append x 1
      append x 2
      r x [1 2 1]`,
    anomalies: ["duplicate-elements"],
    breaks: "read-uncommitted",
  },
  "an element that nobody appended": {
    history: `
      append x 1
      r x [1 2]`,
    anomalies: ["garbage-read"],
    breaks: "read-uncommitted",
  },
  "a transaction that does not see its own append": {
    history: "append x 1, r x _",
    anomalies: ["internal"],
    breaks: "read-atomic",
    keeps: "read-committed",
  },
  "an append between a transaction's own and its read": {
    history: `
      append x 1, r x [1 2]
      append x 2`,
    anomalies: ["internal", "G1c"],
    breaks: "read-atomic",
    keeps: "read-uncommitted",
  },
  "a read that changes within a transaction": {
    history: `
      r x _, append x 1, r x [2 1]
      append x 2`,
    anomalies: ["internal"],
    breaks: "read-atomic",
    keeps: "read-committed",
  },
  "a read of one's own later append": {
    history: "r x [1], append x 1",
    anomalies: ["future-read"],
    breaks: "read-committed",
    keeps: "read-uncommitted",
  },
  "a fractured read (read skew)": {
    history: `
      append x 1, append y 1
      r x [1], r y _`,
    anomalies: ["G-single-item"],
    breaks: "snapshot-isolation",
    keeps: "read-committed",
    not: ["consistent-view", "repeatable-read"],
  },
  "an observed transaction vanishes (Hermitage's OTV)": {
    history: `
      append x 1, append y 1
      append x 2, append y 2
      r x [1 2], r y [1]

      r y [1 2]`,
    anomalies: ["G-single-item"],
    breaks: "consistent-view",
    keeps: "read-committed",
  },
  "a predecessor is missed after its effect was seen": {
    history: `
      append x 1

      r x [1], append y 1
      r y [1], r x _`,
    anomalies: ["G-single-item"],
    breaks: "consistent-view",
    keeps: "read-committed",
  },
  "an effect without its cause": {
    history: `
      append x 1

      r x [1], append y 1
      r y [1], r x _`,
    anomalies: ["causality-violation"],
    breaks: "causal-cerone",
    keeps: "read-atomic",
  },
  "an effect without its cause, seen below a later append": {
    history: `
      append z 1

      r z [1], append x 1
      append x 2
      r x [1 2], r z _`,
    anomalies: ["causality-violation"],
    breaks: "causal-cerone",
    keeps: "read-atomic",
  },
  "a cause that is missed though a later append to its key is not": {
    history: `
      append x 1
      append x 2, append z 1

      r z [1], append y 1
      r y [1], r x [1]

      r x [1 2]`,
    anomalies: ["causality-violation"],
    breaks: "causal-cerone",
    keeps: "read-atomic",
  },
  "an effect without its cause, which nobody saw": {
    history: `
      append x 1, append y 1

      r y [1], append z 1
      r z [1], r x _`,
    anomalies: ["causality-violation"],
    breaks: "causal-cerone",
    keeps: "read-atomic",
  },
  "an effect without what its session did before": {
    history: `
      0: append x 1
      0: append y 1

      1: r y [1], r x _

      1: r x [1]`,
    anomalies: ["causality-violation-process"],
    breaks: "causal",
    keeps: "causal-cerone",
  },
  "a blind append above another one tells nothing of its causes": {
    history: `
      append x 1
      append x 2, append y 1

      r y [1], append z 1
      r z [1], r x [1 2], append x 3
      append u 1, append x 4
      r u [1], r z _, r y _

      r x [1 2 3 4]`,
    anomalies: ["G-single-item"],
    breaks: "snapshot-isolation",
    keeps: "causal",
  },
  "a lost update": {
    history: `
      append x 0

      r x [0], append x 1
      r x [0], append x 2`,
    anomalies: ["lost-update", "G2-item"],
    breaks: "serializable",
    keeps: "read-committed",
    not: ["cursor-stability", "update-atomic"],
  },
  "a lost update with the order shown": {
    history: `
      append x 0

      r x [0], append x 1
      r x [0], append x 2

      r x [0 1 2]`,
    anomalies: ["lost-update", "G-single-item"],
    breaks: "snapshot-isolation",
    keeps: "read-committed",
  },
  "two appends that nobody saw, by transactions that overlap either way": {
    history: `
      append y 1, r x _
      r y _, r x _, append y 2, append x 1`,
    anomalies: ["G-single-item"],
    breaks: "snapshot-isolation",
    keeps: "causal",
  },
  "two appends that nobody saw, of which one may have come first": {
    history: `
      append y 1, r x _
      r x _, append y 2, append x 1
      r u _, append v 1
      r v _, append u 1`,
    anomalies: ["G2-item"],
    breaks: "serializable",
    keeps: "snapshot-isolation",
  },
  "write skew": {
    history: `
      r x _, append y 1
      r y _, append x 1`,
    anomalies: ["G2-item"],
    breaks: "serializable",
    keeps: "snapshot-isolation",
    not: ["repeatable-read"],
  },
  "long fork": {
    history: `
      append x 1
      append y 1
      r x [1], r y _
      r y [1], r x _`,
    anomalies: ["G-nonadjacent-item"],
    breaks: "snapshot-isolation",
    keeps: "consistent-view",
    not: ["repeatable-read", "snapshot-isolation"],
  },
  "two rw edges in a row among three": {
    history: `
      r x [1], r y _
      append y 1, r z _
      append z 1, append u 1
      r u [1], r v _
      append v 1, append x 1`,
    anomalies: ["G2-item"],
    breaks: "serializable",
    keeps: "snapshot-isolation",
  },
  "TiDB's blind retries, the example of Elle's paper": {
    history: `
      append a 1, append b 1, append b 2, append c 1

      append b 3, r a [1]
      append c 3, r b [1 2 3], r c [1 3], r a [1]
      append d 1, r a [1], r b [1 2], append c 2`,
    anomalies: ["G-single-item"],
    breaks: "snapshot-isolation",
    keeps: "read-committed",
    not: ["consistent-view", "repeatable-read"],
  },
  "two ways from a reader, both by rw edges in a row": {
    history: `
      append x 1
      append y 1, r x _
      r z _, r y _, append x 2
      append z 1, r x [1]`,
    anomalies: ["G2-item"],
    breaks: "repeatable-read",
    keeps: "snapshot-isolation",
    not: ["repeatable-read"],
  },
  "a stale read": {
    history: `
      append x 1

      append x 2

      r x [1]

      r x [1 2]`,
    anomalies: ["G-single-item-realtime"],
    breaks: "strict-serializable",
    keeps: "strong-session-serializable",
    not: ["strong-snapshot-isolation"],
  },
  "a stale read by the same client": {
    history: `
      1: append x 1
      1: append x 2
      1: r x [1]

      r x [1 2]`,
    anomalies: ["G-single-item-process"],
    breaks: "strong-session-snapshot-isolation",
    keeps: "serializable",
    not: ["strong-session-snapshot-isolation"],
  },
  "a read of what the same client appends only later": {
    history: `
      1: r x [1], append y 1
      2: r y [1]
      2: append x 1`,
    anomalies: ["G1c-process"],
    breaks: "strong-session-snapshot-isolation",
    keeps: "serializable",
    not: ["strong-session-read-committed"],
  },
  "an append of unknown fate that came before the same client's last": {
    history: `
      1: append y 1
      1 info: append x 1

      2: r x [1], r y _`,
    anomalies: ["G-single-item-process"],
    breaks: "strong-session-snapshot-isolation",
    keeps: "serializable",
  },
  "long fork by the order in a process": {
    history: `
      0: r x _, r z [1]

      1: append x 1
      1: r z _

      2: append z 1`,
    anomalies: ["G-nonadjacent-item-process"],
    breaks: "strong-session-snapshot-isolation",
    keeps: "serializable",
    not: ["strong-session-snapshot-isolation"],
  },
  "an append of unknown fate that took place later": {
    history: `
      info: append x 1

      r x _

      r x [1]`,
    anomalies: [],
    breaks: "",
    keeps: "strict-serializable",
  },
  "an append of unknown fate that nobody saw": {
    history: `
      info: append x 1, append y 1

      r x _, append x 2

      r x [2], r y _`,
    anomalies: [],
    breaks: "",
    keeps: "strict-serializable",
  },
};

for (const [name, example] of Object.entries(examples)) {
  const { history, anomalies, breaks, keeps, not } = example;
  Deno.test(`list-append: ${name}: ${anomalies.join(", ") || "valid"}`, () => {
    if (breaks !== "") {
      const result = check(breaks, history);
      assert.equal(result.valid, false);
      for (const anomaly of anomalies) {
        const found = [result.details?.anomalyTypes].flat();
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

Deno.test("list-append: a cycle is a chain of transactions, each with a reason", () => {
  const result = check(
    "snapshot-isolation",
    `
    append x 1, append y 1
    append x 2, r y _

    r x [1 2]`,
  );
  assert.deepEqual(result.explanation, [
    "G-single-item (1): transactions depend on each other in a circle, one " +
    "of them did not see a write that it must have seen.\n" +
    "Let\n" +
    '  T1 = op 3 of process 1, ok: [["append","x",2],["r","y",null]]\n' +
    '  T2 = op 2 of process 0, ok: [["append","x",1],["append","y",1]]\n' +
    "Then\n" +
    '  - T1 < T2, because T1 read key "y" empty, and T2 appended 1\n' +
    '  - but T2 < T1, because T1 appended 2 to key "x", after T2 appended 1: ' +
    "a cycle.",
    "This rules out consistent-view and repeatable-read, and whatever is " +
    "stronger; snapshot-isolation was asked for.",
  ]);
});

Deno.test("list-append: a history that can't be checked is unknown, and says why", () => {
  for (
    const [history, reason] of [
      ["append x 1\nappend x 1", /both append 1 to key "x"/],
      ["append x 1\nw x 2", /op 1 is no transaction of|op 3 is no/],
      ["append x 1\nr x 1", /is no transaction of/],
    ] as const
  ) {
    const result = check("serializable", history);
    assert.equal(result.valid, "unknown");
    assert.match(result.explanation?.join() ?? "", reason);
  }
});

const txns = (
  ...values: readonly (readonly [asked: unknown, answered: unknown])[]
) =>
  history(
    ...values.flatMap(([asked, answered], process) =>
      op(process, "txn", asked, answered)
    ),
  );

Deno.test('list-append: keys may be of several types, and 1 and "1" are different ones', () => {
  const asked = [["append", 1, 1], ["append", "1", 2], ["append", [1], 3]];
  const read = [["r", 1, [1]], ["r", "1", [2]], ["r", [1], [3]]];
  const result = checkListAppend(txns([asked, asked], [read, read]), {
    consistencyModels: ["strict-serializable"],
  });
  assert.equal(result.valid, true);
});

Deno.test('list-append: a node that answers for "1" where 1 was asked leaves nothing to be told', () => {
  const result = checkListAppend(
    txns([[["append", 1, 1]], [["append", "1", 1]]]),
    { consistencyModels: ["strict-serializable"] },
  );
  assert.equal(result.valid, "unknown");
  assert.match(
    result.explanation?.[0] ?? "",
    /op 0 asks for the key 1, and op 1 answers for the key "1"/,
  );
});

Deno.test("list-append: Maelstrom does not order appends that nobody saw", () => {
  const result = check(
    "snapshot-isolation",
    `
    append y 1, r x _
    r y _, r x _, append y 2, append x 1`,
  );
  assert.deepEqual(result.asMaelstrom, {
    valid: true,
    ignores: ["appends that nobody saw"],
  });
});

/** Write cycles if the longest list of x is right, and none if the other is. */
const eitherList = `
    append x 1, append y 1
    append x 2, append y 2
    append x 3

    r x [1 2 3]
    r x [2 1]
    r y [2 1]`;

Deno.test("list-append: where reads contradict each other, Maelstrom takes the longest to be right", () => {
  const longest = check(
    "read-uncommitted",
    eitherList,
  );
  assert.equal(longest.valid, true);
  assert.deepEqual(longest.asMaelstrom, {
    valid: false,
    ignores: ["which of reads that contradict each other is right"],
  });
  const reordered = check(
    "read-uncommitted",
    `
    append x 1, append x 2
    append x 3
    r x [2 1 3]`,
  );
  assert.deepEqual(reordered.asMaelstrom, {
    valid: true,
    ignores: ["whether a transaction's own appends are in order"],
  });
});

Deno.test("list-append: reads that contradict each other do not rule out more than is certain", () => {
  const result = check(
    "read-committed",
    eitherList,
  );
  assert.equal(result.valid, false);
  assert.deepEqual(result.details?.not, ["read-committed"]);
});

Deno.test("list-append: read uncommitted is unknown where too many reads contradict each other", () => {
  const keys = Array.from({ length: 10 }, (_, i) => `k${i}`);
  const appends = (n: number) => keys.map((k) => `append ${k} ${n}`).join(", ");
  const reads = (list: string) => keys.map((k) => `r ${k} ${list}`).join(", ");
  const contradicting = `
    ${appends(1)}
    ${appends(2)}
    ${reads("[1 2]")}
    ${reads("[2 1]")}`;
  const result = check("read-uncommitted", contradicting);
  assert.equal(result.valid, "unknown");
  assert.match(result.explanation?.join() ?? "", /10 keys contradict/);
  const certain = check(
    "read-uncommitted",
    `${contradicting}
    append z 3, append u 3
    append z 4, append u 4
    r z [3 4], r u [4 3]`,
  );
  assert.equal(certain.valid, false);
});

Deno.test("list-append: a violation of causality is told step by step, with or without sessions", () => {
  const told = [
    'T1 read key "x" empty, without 1, which T2 appended',
    'T3 read T2\'s append of 1 to key "x"',
    'T1 read T3\'s append of 1 to key "y"',
  ];
  const cyclicSessions = `
    7: r v [1]
    7: append v 1`;
  for (
    const [model, more] of [
      ["causal", ""],
      ["causal-cerone", ""],
      ["causal-cerone", cyclicSessions],
    ]
  ) {
    const result = check(
      model,
      `
      append x 1

      r x [1], append y 1
      r y [1], r x _${more}`,
    );
    assert.deepEqual(result.details?.anomalyTypes, ["causality-violation"]);
    for (const step of told) {
      assert.ok(
        result.explanation?.[0].includes(step),
        result.explanation?.[0],
      );
    }
  }
});

Deno.test("list-append: reads in different orders are told apart", () => {
  const result = check(
    "read-committed",
    `
    append x 1, append x 2
    append x 3
    r x [1 2 3]
    r x [1 3]`,
  );
  assert.equal(
    result.explanation?.[0],
    "incompatible-order (1): reads showed appends in different orders.\n" +
      'Op 7 read [1,3] of key "x", and op 6 read [1,2,3]: element 2 is 3 in ' +
      "the one and 2 in the other.",
  );
});

Deno.test("list-append: one wrong read at the end of a thousand appends, told in a few lines", () => {
  const count = 1000;
  const appends = Array.from({ length: count }, (_, i) => {
    if (i === 0) return "append ring 0, append other 1";
    return `append ring ${i}${i === count - 1 ? ", r other _" : ""}`;
  });
  const ring = Array.from({ length: count }, (_, i) => i).join(" ");
  const result = check(
    "consistent-view",
    [...appends, `r ring [${ring}]`].join("\n"),
  );
  assert.deepEqual(result.details?.anomalyTypes, ["G-single-item"]);
  const lines = (result.explanation ?? []).join("\n").split("\n");
  assert.ok(lines.length < 30);
  assert.ok(lines.every((line) => line.length < 300));
});
