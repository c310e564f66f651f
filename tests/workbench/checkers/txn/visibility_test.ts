import assert from "node:assert/strict";
import { checkListAppend } from "../../../../workbench/checkers/txn/list_append.ts";
import { checkRwRegister } from "../../../../workbench/checkers/txn/rw_register.ts";
import { transactionHistory } from "../../../support/history.ts";

interface Example {
  readonly history: string;
  readonly isList?: boolean;
  /** Empty: it passes with the model. */
  readonly anomaly: string;
  readonly model: string;
}

const check = ({ history, isList, model }: Example) =>
  (isList ? checkListAppend : checkRwRegister)(transactionHistory(history), {
    consistencyModels: [model],
  });

const examples: Readonly<Record<string, Example>> = {
  "half of a transaction is seen, the other key is still empty": {
    history: `
      w x 1, w y 1
      r x 1, r y _`,
    anomaly: "fractured-read",
    model: "read-atomic",
  },
  "half of a transaction is seen, the other key as it found it": {
    history: `
      w y 1

      r y 1, w x 1, w y 2
      r y 1, r x 1`,
    anomaly: "fractured-read",
    model: "causal-cerone",
  },
  "two steps behind the other half": {
    history: `
      w y 1

      r y 1, w y 2

      r y 2, w x 1, w y 3
      r x 1, r y 1`,
    anomaly: "fractured-read",
    model: "read-atomic",
  },
  "a later version of the other key is whole enough": {
    history: `
      w x 1, w y 1
      r y 1, w y 2
      r x 1, r y 2`,
    anomaly: "",
    model: "read-atomic",
  },
  "the order of two versions that nobody knows proves nothing": {
    history: `
      w x 1, w y 1
      w y 2
      r x 1, r y 2`,
    anomaly: "",
    model: "read-atomic",
  },
  "one's own write hides the other half": {
    history: `
      w x 1, w y 1
      r x 1, w y 2, r y 2`,
    anomaly: "",
    model: "read-atomic",
  },
  "what failed need not be seen as a whole": {
    history: `
      fail: w x 1, w y 1
      w x 2
      r x 2, r y _`,
    anomaly: "",
    model: "read-atomic",
  },
  "half of a transaction is seen of lists": {
    isList: true,
    history: `
      append x 1, append y 1
      append x 2
      r x [1 2], r y _`,
    anomaly: "fractured-read",
    model: "read-atomic",
  },
  "lists that are seen as a whole": {
    isList: true,
    history: `
      append x 1, append y 1
      append y 2
      r x [1], r y [2 1]
      r x _, r y [2]`,
    anomaly: "",
    model: "read-atomic",
  },
  "a transaction that was seen vanishes": {
    history: `
      w x 1, w y 1
      r x 1, r y _`,
    anomaly: "observed-transaction-vanishes",
    model: "monotonic-atomic-view",
  },
  "a transaction that was seen vanishes from what was read before": {
    history: `
      w x 1, w y 1
      r y _, r x 1, r y _`,
    anomaly: "observed-transaction-vanishes",
    model: "monotonic-atomic-view",
  },
  "a transaction comes while another one reads": {
    history: `
      w x 1, w y 1
      r y _, r x 1, r y 1`,
    anomaly: "",
    model: "monotonic-atomic-view",
  },
  "what vanishes is committed all the same": {
    history: `
      w x 1, w y 1
      r x 1, r y _`,
    anomaly: "",
    model: "read-committed",
  },
  "a transaction on lists vanishes": {
    isList: true,
    history: `
      append x 1, append y 1
      r x [1], r y _`,
    anomaly: "observed-transaction-vanishes",
    model: "monotonic-atomic-view",
  },
  "an effect is seen without its cause": {
    history: `
      w x 1
      r x 1, w y 1
      r y 1, r x _`,
    anomaly: "causality-violation",
    model: "causal-cerone",
  },
  "an effect is seen without the cause of its cause": {
    history: `
      w z 1

      r z 1, w z 2, w x 1
      r x 1, w y 1
      r y 1, w u 1
      r u 1, r z 1`,
    anomaly: "causality-violation",
    model: "causal-cerone",
  },
  "an effect without its cause is atomic all the same": {
    history: `
      w x 1
      r x 1, w y 1
      r y 1, r x _`,
    anomaly: "",
    model: "read-atomic",
  },
  "a lost update violates no causality": {
    history: `
      r x _, w x 1
      r x _, w x 2
      r x 2`,
    anomaly: "",
    model: "causal-cerone",
  },
  "two that miss each other violate no causality": {
    history: `
      r x _, w y 1
      r y _, w x 1
      r x 1, r y 1`,
    anomaly: "",
    model: "causal-cerone",
  },
  "where snapshots are asked for, such a circle is a G-single": {
    history: `
      w x 1
      r x 1, w y 1
      r y 1, r x _`,
    anomaly: "G-single-item",
    model: "snapshot-isolation",
  },
  "an effect is seen without its cause, of lists": {
    isList: true,
    history: `
      append x 1
      r x [1], append y 1
      r y [1], r x _`,
    anomaly: "causality-violation",
    model: "causal-cerone",
  },
  "a session misses its own write": {
    history: `
      0: w x 1
      0: r x _`,
    anomaly: "missing-your-writes",
    model: "read-your-writes",
  },
  "a session sees what it replaced": {
    history: `
      1: w x 1

      0: r x 1, w x 2
      0: r x 1`,
    anomaly: "missing-your-writes",
    model: "PRAM",
  },
  "a session misses its own append": {
    isList: true,
    history: `
      1: append x 1
      0: append x 2
      0: r x [1]
      2: r x [1 2]`,
    anomaly: "missing-your-writes",
    model: "read-your-writes",
  },
  "another session need not see it": {
    history: `
      0: w x 1
      1: r x _
      0: r x 1`,
    anomaly: "",
    model: "PRAM",
  },
  "another's write may have replaced one's own": {
    history: `
      0: w x 1
      1: w x 2
      0: r x 2
      0: r x 2`,
    anomaly: "",
    model: "PRAM",
  },
  "a session goes back to nothing": {
    history: `
      1: w x 1
      0: r x 1
      0: r x _`,
    anomaly: "non-monotonic-reads",
    model: "monotonic-reads",
  },
  "a session goes back to what was replaced": {
    history: `
      1: w x 1
      1: r x 1, w x 2
      0: r x 2
      0: r x 1`,
    anomaly: "non-monotonic-reads",
    model: "causal",
  },
  "a session goes back to a shorter list": {
    isList: true,
    history: `
      1: append x 1
      1: append x 2
      0: r x [1 2]
      0: r x [1]`,
    anomaly: "non-monotonic-reads",
    model: "monotonic-reads",
  },
  "monotonic reads say nothing of one's own writes": {
    history: `
      0: w x 1
      0: r x _
      0: r x 1`,
    anomaly: "",
    model: "monotonic-reads",
  },
  "what is of unknown fate ends a session": {
    history: `
      0 info: w x 1
      1: r x _
      1: r x 1`,
    anomaly: "",
    model: "PRAM",
  },
};

for (const [name, example] of Object.entries(examples)) {
  const { anomaly } = example;
  Deno.test(`visibility: ${anomaly || "passed"}: ${name}`, () => {
    const result = check(example);
    if (anomaly === "") {
      assert.notEqual(result.valid, false, result.explanation?.join("\n"));
      return;
    }
    assert.equal(result.valid, false);
    assert.deepEqual(result.details?.anomalyTypes, [anomaly]);
    assert.notEqual(result.asMaelstrom?.valid, false);
    // A weak model asks nothing of the kind.
    assert.notEqual(
      check({ ...example, model: "read-committed" }).valid,
      false,
    );
    // What rules out the cycle finds it as that, as Maelstrom does.
    const strict = check({ ...example, model: "strict-serializable" });
    assert.deepEqual([strict.valid, strict.asMaelstrom], [false, undefined]);
  });
}

Deno.test("visibility: both transactions and the session are told", () => {
  const { explanation } = check(
    examples["a session sees what it replaced"],
  );
  assert.match(
    explanation?.[0] ?? "",
    /Op 5 of process 0 .* read 1 of key "x" and missed 2, but process 0 had written 2 before, in op 3/,
  );
});
