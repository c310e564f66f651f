import assert from "node:assert/strict";
import kafka from "../kafka.ts";
import { type Node } from "../lib/maelstrom.ts";
import { parseTestOptions } from "../workbench/options.ts";
import { simulate } from "../workbench/test.ts";

function run(program: (node: Node) => void, seed: number, flags: string) {
  const options = parseTestOptions([
    ...["-w", "kafka", "--bin", "-", "--concurrency", "2n"],
    ...["--seed", `${seed}`, ...flags.split(" ")],
  ]);
  return simulate(options, program);
}

const FAULTS = "--nemesis partition,kill,pause --nemesis-interval 3 " +
  "--p-loss 0.05 --p-duplicate 0.05 --latency 20 --latency-dist exponential";

for (const nodes of [1, 2, 5]) {
  Deno.test(`kafka: nothing is lost, moved or doubled, ${nodes} nodes, every fault`, async () => {
    for (let seed = 0; seed < 10; seed++) {
      const result = await run(
        kafka,
        seed,
        `--node-count ${nodes} --rate 100 --time-limit 15 ${FAULTS}`,
      );
      const text = `seed ${seed}: ${result.explanation.join("\n")}`;
      assert.equal(result.valid, true, text);
    }
  });
}

Deno.test("kafka: offsets are small and dense", async () => {
  const { history } = await run(
    kafka,
    1,
    "--node-count 2 --rate 200 --time-limit 10",
  );
  const offsets = new Map<string, Set<number>>();
  for (const { type, f, value } of history) {
    if (type !== "ok" || f !== "send") continue;
    for (const [, key, [offset]] of value as ["send", string, [number]][]) {
      offsets.getOrInsert(key, new Set()).add(offset);
    }
  }
  assert.ok(offsets.size > 0);
  for (const [key, seen] of offsets) {
    assert.equal(Math.max(...seen), seen.size - 1, `key ${key}`);
  }
});

Deno.test("kafka: at most 1.5 messages between servers an operation", async () => {
  const { valid, net, explanation } = await run(
    kafka,
    1,
    "--node-count 2 --rate 1000 --time-limit 5",
  );
  assert.equal(valid, true, explanation.join("\n"));
  assert.ok((net.servers.msgsPerOp ?? 0) <= 1.5, JSON.stringify(net));
});

Deno.test("kafka: a twin that acknowledges before it is durable is caught", async () => {
  const hasty = (node: Node) => {
    const logs = new Map<string, [number, unknown][]>();
    node.serve("kafka", {
      send: ({ key, msg }) => {
        const log = logs.getOrInsert(key, []);
        const offset = log.length;
        log.push([offset, msg]);
        return { type: "send_ok", offset };
      },
      poll: ({ offsets }) => ({
        type: "poll_ok",
        msgs: Object.fromEntries(
          Object.entries(offsets).map(([key, from]) => [
            key,
            (logs.get(key) ?? []).slice(from),
          ]),
        ),
      }),
      commit_offsets: () => ({ type: "commit_offsets_ok" }),
      list_committed_offsets: () => ({
        type: "list_committed_offsets_ok",
        offsets: {},
      }),
    });
  };
  const result = await run(
    hasty,
    2,
    "--node-count 1 --rate 100 --time-limit 20 --nemesis kill " +
      "--nemesis-interval 3",
  );
  assert.equal(result.valid, false);
});
