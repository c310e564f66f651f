import assert from "node:assert/strict";
import { message, type Node, type Program } from "../../lib/maelstrom.ts";
import txn from "../../txn.ts";
import { parseTestOptions } from "../../workbench/cli/options.ts";
import { simulate } from "../../workbench/run.ts";

function run(program: Program, flags: string) {
  return simulate(
    parseTestOptions(["--bin", "-", "--seed", "test", ...flags.split(" ")]),
    program,
    { keepJournal: true },
  );
}

const FAULTS = "--nemesis partition,kill,pause --nemesis-interval 3 " +
  "--p-loss 0.05 --p-duplicate 0.05 --latency 10 --latency-dist exponential";

Deno.test("simulation: one seed gives the same journal twice", async () => {
  const flags = `-w txn-rw-register --node-count 3 --rate 100 ${FAULTS} ` +
    "--time-limit 10";
  const [a, b] = [await run(txn, flags), await run(txn, flags)];
  const text = [...a.journal.lines()].join("");
  assert.ok(text.length > 10_000);
  assert.equal(text, [...b.journal.lines()].join(""));
});

for (
  const [where, prepare] of [
    ["a task that returns nothing", (node, settle) => () => {
      node.after(10, settle);
    }],
    ["a task of every()", (node, settle) => () => {
      const timer = node.every(8, () => {
        timer.cancel();
        settle();
      });
    }],
    ["a handler that returns nothing", (node, settle) => {
      const settling = message("settle", {});
      node.on(settling, settle);
      return () => {
        node.after(9, () => node.send(node.id, settling()));
      };
    }],
    ["an abort signal's listener", (node, settle) => () => {
      const abort = new AbortController();
      abort.signal.addEventListener("abort", settle);
      node.after(10, () => abort.abort());
    }],
  ] satisfies [string, (node: Node, settle: () => void) => () => void][]
) {
  Deno.test(`simulation: a promise settled in ${where} goes on at that time`, async () => {
    const echo = (node: Node) => {
      let waiting: (() => void)[] = [];
      const settleLater = prepare(node, () => {
        waiting.forEach((it) => it());
        waiting = [];
      });
      node.serve("echo", {
        async echo({ echo }) {
          settleLater();
          await new Promise<void>((resolve) => waiting.push(resolve));
          for (let i = 0; i < 100; i++) await null; // however long the chain
          return { type: "echo_ok", echo };
        },
      });
    };
    const result = await run(
      echo,
      "-w echo --node-count 1 --rate 1 --time-limit 10",
    );
    assert.equal(result.valid, true, result.explanation.join("\n"));
    assert.ok(result.operations > 3);
    assert.ok(result.latencies[1] <= 12, `${result.latencies[1]} ms`);
  });
}
