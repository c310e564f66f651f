/** A run in which too little happened proves nothing against its nodes. */
import assert from "node:assert/strict";
import broadcast from "../../../broadcast.ts";
import counter from "../../../counter.ts";
import echo from "../../../echo.ts";
import kafka from "../../../kafka.ts";
import { type Node, type Program } from "../../../lib/maelstrom.ts";
import txn from "../../../txn.ts";
import uniqueIds from "../../../unique_ids.ts";
import { parseTestOptions } from "../../../workbench/cli/options.ts";
import { simulate } from "../../../workbench/run.ts";
import { proxy } from "../../support/lin_kv_proxy.ts";

const run = (program: Program, seed: string, ...flags: string[]) =>
  simulate(
    parseTestOptions(
      `--bin - --seed ${seed} ${flags.join(" ")}`.trim().split(/ +/),
    ),
    program,
  );

const linKv = proxy((node) => node.linKv);

/** A set in one register of the linearizable store. */
function gSet(node: Node): void {
  const listOf = (value: unknown) => Array.isArray(value) ? value : [];
  node.serve("g-set", {
    async add({ element }) {
      await node.linKv.update("set", (set) => [...listOf(set), element], []);
      return { type: "add_ok" };
    },
    async read() {
      const value = listOf(await node.linKv.readOr("set", []));
      return { type: "read_ok", value };
    },
  });
}

/** Stateless, or with their state in a service: a kill costs them nothing. */
const anyFault = "partition,pause,kill";
/** With all they know in memory, where the kill of all nodes costs it. */
const noKill = "partition,pause";

const weak = "--consistency-models read-committed";

const cases: readonly [flags: string, program: Program, faults: string][] = [
  ["-w echo", echo, anyFault],
  ["-w unique-ids", uniqueIds, anyFault],
  ["-w broadcast", broadcast, noKill],
  ["-w g-set", gSet, anyFault],
  ["-w g-counter", counter, anyFault],
  ["-w pn-counter", counter, anyFault],
  ["-w kafka", kafka, anyFault],
  ["-w kafka --check-convergence", kafka, anyFault],
  ["-w lin-kv", linKv, anyFault],
  [`-w txn-rw-register ${weak}`, txn, noKill],
  [`-w txn-rw-register ${weak} --check-convergence`, txn, noKill],
];

const loads = [
  "--rate 0 --time-limit 1",
  "--rate 1 --time-limit 0.1",
  "--rate 1 --time-limit 3",
  "--rate 5 --time-limit 1",
];

for (const [flags, program, faults] of cases) {
  Deno.test(`too little: right nodes are never called wrong, ${flags}`, async () => {
    const nemeses = ["", `--nemesis ${faults} --nemesis-interval 0.2`];
    for (const nodes of [1, 3]) {
      for (const load of loads) {
        for (const nemesis of nemeses) {
          for (let seed = 0; seed < 8; seed++) {
            const all = `${flags} --node-count ${nodes} ${load} ${nemesis}`;
            const { valid, operations, explanation } = await run(
              program,
              `few/${seed}`,
              all,
            );
            const text = `${all}, seed ${seed}: ${explanation.join("\n")}`;
            assert.notEqual(valid, false, text);
            // A check of nothing proves nothing for them either.
            if (operations === 0) assert.equal(valid, "unknown", text);
          }
        }
      }
    }
  });
}

Deno.test("too little: nodes that refuse all requests are not known to be right or wrong", async () => {
  for (const [flags] of cases) {
    if (flags === "-w echo") continue; // an echo is to be answered
    const { valid, explanation } = await run(
      () => {}, // error 10: not supported; it serves nothing
      "refuse",
      `${flags} --node-count 1 --time-limit 3`,
    );
    if (flags === "-w broadcast") assert.match(explanation[0], /Setting up/);
    else assert.equal(valid, "unknown", `${flags}: ${explanation.join("\n")}`);
  }
});

Deno.test("too little: an echo without an answer is wrong, unless nodes were down", async () => {
  const deaf: Program = (node) => {
    node.serve("echo", {
      echo: ({ echo }) =>
        node.random() < 0.5 ? { type: "echo_ok", echo } : undefined,
    });
  };
  const flags = "-w echo --node-count 5 --time-limit 60 --rate 20";
  const nemesis = "--nemesis kill,pause --nemesis-interval 10";
  assert.equal((await run(deaf, "echo", flags)).valid, false);
  assert.equal((await run(deaf, "echo", flags, nemesis)).valid, false);
  assert.equal((await run(echo, "echo", flags, nemesis)).valid, true);
});
