import assert from "node:assert/strict";
import { type Program } from "../../lib/maelstrom.ts";
import { checkListAppend } from "../../workbench/checkers/txn/list_append.ts";
import { checkRwRegister } from "../../workbench/checkers/txn/rw_register.ts";
import { parseTestOptions } from "../../workbench/cli/options.ts";
import { simulate } from "../../workbench/run.ts";
import * as nodes from "./txn_nodes.ts";

const workloads = {
  "txn-list-append": checkListAppend,
  "txn-rw-register": checkRwRegister,
} as const;
type Workload = keyof typeof workloads;

function run(program: Program, workload: Workload, flags: string) {
  return simulate(
    parseTestOptions([
      ...["-w", workload, "--bin", "-", "--seed", "test"],
      ...["--node-count", "3", "--concurrency", "4n"],
      ...flags.split(" "),
    ]),
    program,
  );
}

interface Twin {
  readonly node: () => Program;
  readonly anomaly: string;
  /** A weak model that the anomaly rules out. */
  readonly breaks: string;
  /** A strong one that the node satisfies all the same. */
  readonly keeps?: string;
  readonly flags?: string;
}

const twins: Readonly<Record<Workload, readonly Twin[]>> = {
  "txn-list-append": [
    { node: nodes.torn, anomaly: "G0", breaks: "read-uncommitted" },
    { node: nodes.torn, anomaly: "G1b", breaks: "read-committed" },
    { node: nodes.torn, anomaly: "G1c", breaks: "read-committed" },
    {
      node: nodes.dirtyReads,
      anomaly: "dirty-update",
      breaks: "read-committed",
    },
    {
      node: nodes.eagerRetries,
      anomaly: "duplicate-elements",
      breaks: "read-uncommitted",
    },
    {
      node: nodes.lostUpdates,
      anomaly: "incompatible-order",
      breaks: "read-committed",
    },
    {
      node: nodes.lostUpdates,
      anomaly: "lost-update",
      breaks: "cursor-stability",
    },
  ],
  "txn-rw-register": [
    {
      node: nodes.torn,
      anomaly: "G0",
      breaks: "read-uncommitted",
      // Only a write after a read of the same key shows an order of writes.
      flags: "--time-limit 20 --max-txn-length 8",
    },
    { node: nodes.torn, anomaly: "G1b", breaks: "read-committed" },
    { node: nodes.torn, anomaly: "G1c", breaks: "read-committed" },
    {
      node: nodes.lostUpdates,
      anomaly: "lost-update",
      breaks: "cursor-stability",
      keeps: "causal-cerone",
    },
  ],
};

const both: readonly Twin[] = [
  {
    node: nodes.dirtyReads,
    anomaly: "G1a",
    breaks: "read-committed",
    keeps: "read-uncommitted",
  },
  {
    node: nodes.forgetful,
    anomaly: "internal",
    breaks: "read-atomic",
    keeps: "read-committed",
  },
  {
    node: nodes.fractured,
    anomaly: "G-single-item",
    breaks: "consistent-view",
    flags: "--time-limit 20 --key-count 4",
    keeps: "read-committed",
  },
  {
    node: nodes.longForks,
    anomaly: "G-nonadjacent-item",
    breaks: "snapshot-isolation",
    keeps: "causal-cerone",
  },
  {
    node: nodes.writeSkew,
    anomaly: "G2-item",
    breaks: "serializable",
    keeps: "strong-snapshot-isolation",
    flags: "--time-limit 20 --key-count 3",
  },
  {
    node: nodes.jumpingReplicas,
    anomaly: "G-single-item-process",
    breaks: "strong-session-serializable",
    keeps: "serializable",
  },
  {
    node: nodes.laggingReplicas,
    anomaly: "G-single-item-realtime",
    breaks: "strict-serializable",
    keeps: "strong-session-serializable",
  },
];

for (const workload of ["txn-list-append", "txn-rw-register"] as const) {
  for (
    const { node, anomaly, breaks, keeps, flags } of [
      ...both,
      ...twins[workload],
    ]
  ) {
    Deno.test(`${workload}: a node with ${node.name} is caught: ${anomaly}`, async () => {
      const result = await run(
        node(),
        workload,
        `--rate 500 ${flags ?? "--time-limit 8 --key-count 4"}`,
      );
      assert.equal(result.valid, false);
      const check = (model: string) =>
        workloads[workload](result.history, { consistencyModels: [model] });
      const { valid, explanation, details: { anomalyTypes } = {} } = check(
        breaks,
      );
      assert.equal(valid, false);
      const found = [anomalyTypes].flat();
      assert.ok(found.includes(anomaly), `${anomaly} is not in ${found}`);
      const words = explanation?.join("\n") ?? "";
      assert.match(words, new RegExp(`\\b${anomaly} \\(\\d+\\)`));
      assert.match(words, /\bops? \d+ /i);
      if (keeps === undefined) return;
      const weaker = check(keeps);
      assert.equal(weaker.valid, true, weaker.explanation?.join("\n"));
    });
  }

  Deno.test(`${workload}: a node that keeps all in one register of lin-kv is right`, async () => {
    const result = await run(
      nodes.oneRegister(),
      workload,
      // No duplication: when a cas that was done arrives again, and only the
      // second answer comes through, the node would do the transaction twice.
      "--rate 50 --time-limit 20 --latency 5 --p-loss 0.02 " +
        "--nemesis partition,kill,pause --nemesis-interval 3",
    );
    assert.equal(result.valid, true, result.explanation.join("\n"));
    const ok = result.history.filter(({ type }) => type === "ok").length;
    assert.ok(ok > 100, `only ${ok} transactions`);
  });
}

Deno.test("txn-list-append: a reply that is no list is shown beside what was expected", async () => {
  const { explanation } = await run(
    nodes.scalars(),
    "txn-list-append",
    "--rate 50 --time-limit 5",
  );
  const words = explanation.join("\n");
  assert.match(words, /with .*\["r",\d+,0\]/);
  assert.match(words, /expected .*\["r", any, \[any\]\]/);
});
