import assert from "node:assert/strict";
import { toEdn } from "../../workbench/edn.ts";
import { parseTestOptions, UsageError } from "../../workbench/options.ts";

const parse = (flags: string) =>
  parseTestOptions(["-w", "echo", "--bin", "./x", ...flags.split(" ")]);

Deno.test("options: Maelstrom's defaults", () => {
  const options = parseTestOptions(["-w", "echo", "--bin", "x"]);
  assert.deepEqual(options.nodeIds, ["n1", "n2", "n3", "n4", "n5"]);
  assert.equal(options.concurrency, 5);
  assert.equal(options.rate, 5);
  assert.equal(options.timeLimit, 60);
  assert.equal(options.nemesisInterval, 10);
});

Deno.test("options: clients a node, faults, and what is for the node", () => {
  const options = parse(
    "--node-count 3 --concurrency 2n --nemesis kill,pause -- --seed 3 -- x",
  );
  assert.equal(options.concurrency, 6);
  assert.deepEqual([...options.nemesis], ["kill", "pause"]);
  assert.deepEqual(options.args, ["--seed", "3", "--", "x"]);
});

Deno.test("options: nodes by name, from a file, by number", () => {
  assert.deepEqual(parse("--nodes a,b").nodeIds, ["a", "b"]);
  const file = Deno.makeTempFileSync();
  Deno.writeTextFileSync(file, "a\nb\n");
  assert.deepEqual(parse(`--nodes-file ${file}`).nodeIds, ["a", "b"]);
  Deno.removeSync(file);
  assert.deepEqual(parse("--nodes a,b --node-count 1").nodeIds, ["n0"]);
});

Deno.test("options: Jepsen's flags for remote machines are taken", () => {
  assert.equal(parse("--username root --no-ssh").workload, "echo");
});

for (
  const [flags, message] of [
    ["--rate fast", /--rate wants a number of at least 0, got "fast"/],
    ["--nodes a,c1", /a node can't be called "c1"/],
    ["--nodes a,lin-kv", /a node can't be called "lin-kv"/],
    ["--nodes a,b,a", /a node can't be called "a"/],
    ["--nodes-file /nowhere", /--nodes-file \/nowhere can't be read/],
    ["--test-count 0", /--test-count wants a positive integer/],
    ["--node-count 0", /--node-count wants a positive integer/],
    ["--concurrency n", /--concurrency wants a number of clients/],
    ["--nemesis flood", /--nemesis wants some of partition,kill,pause/],
    ["--consistency-models acid", /wants some of .*serializable.*"acid"/],
    ["--latency-dist normal", /--latency-dist wants one of constant/],
    ["--p-loss 2", /--p-loss wants a number between 0 and 1/],
    ["--colour red", /--colour/],
  ] as const
) {
  Deno.test(`options: ${flags} is refused with a reason`, () => {
    assert.throws(
      () => parse(flags),
      (error) => error instanceof UsageError && message.test(error.message),
    );
  });
}

Deno.test("edn: results stand under Maelstrom's keys", () => {
  const result = {
    valid: true,
    net: { servers: { msgsPerOp: 2.5 } },
    stableLatencies: { 0: 1, 0.5: 2, 1: 3 },
    workload: { valid: "unknown", lost: [], text: 'a "b"' },
  };
  assert.equal(
    toEdn(result).replaceAll(/\s+/g, " "),
    "{:valid? true, :net {:servers {:msgs-per-op 2.5}}, " +
      ":stable-latencies {0 1, 0.5 2, 1 3}, " +
      ':workload {:valid? :unknown, :lost [], :text "a \\"b\\""}}',
  );
});
