import assert from "node:assert/strict";
import {
  ErrorCode,
  type Node,
  type Program,
  RpcError,
} from "../../../lib/maelstrom.ts";
import { parseTestOptions } from "../../../workbench/cli/options.ts";
import { Random } from "../../../workbench/clock/random.ts";
import { simulate } from "../../../workbench/run.ts";
import { kafka } from "../../../workbench/workloads/kafka.ts";

const CONCURRENCY = 10;

const spec = (checkConvergence = false) =>
  kafka.create({
    own: { checkConvergence, keyCount: 10, maxWritesPerKey: 16 },
    nodeIds: ["n0", "n1"],
    concurrency: CONCURRENCY,
    random: new Random("test"),
    latency: 0,
  });

const ok = (f: string, value: unknown) => ({
  index: 0,
  time: 0,
  type: "ok" as const,
  process: 0,
  f,
  value,
});
const context = (time: number, thread = 0) => ({
  thread,
  process: thread,
  time,
});

Deno.test("kafka workload: as many polls as sends, an assign in 64, a crash of each client in 30 s", () => {
  const { generator } = spec();
  const count: Record<string, number> = {};
  const ops = 60_000;
  for (let i = 0; i < ops; i++) {
    const { f = "" } = generator.next(context(10 * i)) ?? {};
    count[f] = (count[f] ?? 0) + 1;
  }
  const isNear = (value: number, expected: number) =>
    assert.ok(Math.abs(value / expected - 1) < 0.15, `${value}, ${expected}`);
  isNear(count.poll, ops * 63 / 128);
  isNear(count.send, ops * 63 / 128);
  isNear(count.assign, ops / 64);
  isNear(count.crash, ops / 100 * CONCURRENCY / 30);
});

Deno.test("kafka workload: an assign in three takes in all keys that nobody polled to the end", () => {
  const { generator } = spec();
  const keysOfAssigns = () => {
    const all: unknown[][] = [];
    for (let i = 0; i < 100_000; i++) {
      const { f, value } = generator.next(context(0)) ?? {};
      if (f === "assign" && Array.isArray(value)) all.push(value);
      if (all.length === 300) return all;
    }
    assert.fail(`only ${all.length} of 100,000 operations are assigns`);
  };
  assert.ok(keysOfAssigns().every((keys) => keys.length === 1));
  generator.update?.(ok("send", [["send", "old", [2 ** 50, 1]]]), 0);
  generator.update?.(ok("send", [["send", "older", [7, 1]]]), 0);
  const share = keysOfAssigns()
    .filter((keys) => keys.includes("old") && keys.includes("older")).length;
  assert.ok(share > 60 && share < 140, `${share}`);
  generator.update?.(ok("poll", [["poll", { old: [[2 ** 50, 1]] }]]), 0);
  const later = keysOfAssigns();
  assert.ok(later.every((keys) => !keys.includes("old")));
  assert.ok(later.some((keys) => keys.includes("older")));
});

Deno.test("kafka workload: at the end each client begins anew, polls all keys to their ends and asks for the committed offsets", () => {
  const { generator, finalGenerator } = spec();
  assert.ok(finalGenerator);
  generator.update?.(ok("send", [["send", "k", [3, 1]]]), 0);
  generator.update?.(ok("send", [["send", "l", [5, 1]]]), 0);
  const next = (thread: number) => finalGenerator.next(context(0, thread));
  for (const thread of [0, 1]) {
    assert.equal(next(thread)?.f, "crash");
    assert.deepEqual(next(thread), {
      f: "assign",
      value: ["k", "l"],
      seek_to_beginning: true,
    });
  }
  const poll = (value: unknown) =>
    finalGenerator.update?.(ok("poll", [["poll", value]]), 0);
  assert.equal(next(0)?.f, "poll");
  poll({ k: [[2, "x"], [3, 1]] });
  assert.equal(next(0)?.f, "poll");
  poll({ l: [[4, "y"]] });
  assert.equal(next(0)?.f, "poll");
  poll({ l: [[6, "z"]] });
  assert.deepEqual(next(0), { f: "assign", value: ["k", "l"], final: true });
  assert.equal(next(0), undefined);
  assert.equal(next(1)?.f, "poll");
});

Deno.test("kafka workload: at the end a client that gets no further gives up after 10 s, and is asked for committed offsets all the same", () => {
  const { generator, finalGenerator, finalGap, finalTimeLimit } = spec();
  assert.ok(finalGenerator && finalGap);
  generator.update?.(ok("send", [["send", "k", [30, 1]]]), 0);
  const next = (time: number) => finalGenerator.next(context(time))?.f;
  assert.deepEqual([next(0), next(0), next(9000)], ["crash", "assign", "poll"]);
  const slow = finalGap();
  finalGenerator.update?.(ok("poll", [["poll", { k: [[2, "x"]] }]]), 0);
  assert.ok(finalGap() < slow / 10);
  assert.equal(next(20_000), "poll");
  finalGenerator.update?.(ok("poll", [["poll", {}]]), 0);
  assert.equal(finalGap(), slow);
  assert.equal(next(20_000), "assign");
  assert.equal(next(20_000), undefined);
  assert.equal(finalTimeLimit, 60_000);
});

Deno.test("kafka workload: where convergence is checked, committed offsets are asked for before the polls", () => {
  const { generator, finalGenerator } = spec(true);
  assert.ok(finalGenerator);
  generator.update?.(ok("send", [["send", "k", [3, 1]]]), 0);
  const next = () => finalGenerator.next(context(0));
  assert.equal(next()?.f, "crash");
  for (let i = 0; i < 2; i++) {
    assert.deepEqual(next(), { f: "assign", value: ["k"], final: true });
    assert.equal(next()?.seek_to_beginning, true);
    assert.equal(next()?.f, "poll");
    finalGenerator.update?.({ ...ok("poll", null), type: "info" }, 0);
  }
});

Deno.test("kafka workload: at the end a client that follows a lost one is assigned its keys again", () => {
  const { generator, finalGenerator } = spec();
  assert.ok(finalGenerator);
  generator.update?.(ok("send", [["send", "k", [3, 1]]]), 0);
  const next = () => finalGenerator.next(context(0))?.f;
  const end = (type: "info" | "fail", f: string) =>
    finalGenerator.update?.({ ...ok(f, null), type }, 0);
  assert.equal(next(), "crash");
  end("info", "crash");
  assert.equal(next(), "assign");
  assert.equal(next(), "poll");
  end("fail", "poll");
  assert.equal(next(), "poll");
  end("info", "poll");
  assert.equal(next(), "assign");
  assert.equal(next(), "poll");
});

Deno.test("kafka workload: where nothing was sent there is nothing to poll at the end", () => {
  assert.equal(spec().finalGenerator?.next(context(0)), undefined);
});

// ------------------------------------------------------------------- the client

function run(program: Program, flags: string) {
  const all = `-w kafka --bin - --seed test --node-count 1 ${flags}`;
  return simulate(parseTestOptions(all.split(" ")), program);
}

Deno.test("kafka client: starts at committed offsets, keeps positions, commits what it polled", async () => {
  const positions = new Map<string, Map<string, number>>();
  const owed = new Map<string, Record<string, number>>();
  let fromCommitted = 0;
  let kept = 0;
  const probe = (node: Node) => {
    const logs = new Map<string, unknown[]>();
    const committed = new Map<string, number>();
    node.serve("kafka", {
      send({ key, msg }) {
        const log = logs.getOrInsert(key, []);
        return { type: "send_ok", offset: log.push(msg) - 1 };
      },
      poll({ offsets }, { src }) {
        const mine = positions.getOrInsert(src, new Map());
        // A client of the final phase seeks without asking.
        const isNew = mine.size === 0;
        const msgs: Record<string, [number, unknown][]> = {};
        for (const [key, from] of Object.entries(offsets)) {
          assert.equal(from, isNew ? 0 : mine.get(key));
          const pairs = (logs.get(key) ?? []).slice(from, from + 3)
            .map((msg, i): [number, unknown] => [from + i, msg]);
          mine.set(key, from + pairs.length);
          if (pairs.length === 0) continue;
          msgs[key] = pairs;
          owed.getOrInsert(src, {})[key] = from + pairs.length - 1;
        }
        return { type: "poll_ok", msgs };
      },
      commit_offsets({ offsets }, { src }) {
        assert.deepEqual(offsets, owed.get(src));
        owed.delete(src);
        for (const [key, offset] of Object.entries(offsets)) {
          committed.set(key, Math.max(offset, committed.get(key) ?? 0));
        }
        return { type: "commit_offsets_ok" };
      },
      list_committed_offsets({ keys }, { src }) {
        const old = positions.get(src);
        const now = new Map<string, number>();
        for (const key of keys) {
          if (old?.has(key)) kept++;
          else if (committed.has(key)) fromCommitted++;
          now.set(key, old?.get(key) ?? committed.get(key) ?? 0);
        }
        positions.set(src, now);
        const offsets = keys.flatMap((key) => {
          const offset = committed.get(key);
          return offset === undefined ? [] : [[key, offset]];
        });
        return {
          type: "list_committed_offsets_ok",
          offsets: Object.fromEntries(offsets),
        };
      },
    });
  };
  const result = await run(
    probe,
    "--concurrency 4n --rate 200 --time-limit 30",
  );
  assert.equal(result.valid, true, result.explanation.join("\n"));
  assert.ok(fromCommitted > 10, `${fromCommitted}`);
  assert.ok(kept > 10, `${kept}`);
  assert.equal(owed.size, 0);
});

Deno.test("kafka client: definite errors fail, others leave it open, an assign changes nothing", async () => {
  const messages: [number, unknown][] = [[3, 1]];
  const failing = (node: Node) => {
    const fail = () => {
      throw node.random() < 0.5
        ? new RpcError(ErrorCode.temporarilyUnavailable, "not now")
        : new RpcError(ErrorCode.crash, "ouch");
    };
    node.serve("kafka", {
      send: fail,
      poll: () => ({ type: "poll_ok", msgs: { k: messages } }),
      commit_offsets: fail,
      list_committed_offsets: fail,
    });
  };
  const { history, valid } = await run(failing, "--rate 100 --time-limit 20");
  const ends = new Map<string, Set<string>>();
  for (const { f, type, error, commit } of history) {
    if (type === "invoke" || f === "crash") continue;
    const code = Array.isArray(error) ? error[0] : undefined;
    ends.getOrInsertComputed(f, () => new Set()).add(`${type} ${code}`);
    if (f === "poll") assert.deepEqual(commit, { k: 3 });
  }
  assert.deepEqual([...ends.get("send") ?? []].sort(), ["fail 11", "info 13"]);
  assert.deepEqual([...ends.get("poll") ?? []].sort(), ["fail 11", "info 13"]);
  assert.deepEqual(
    [...ends.get("assign") ?? []].sort(),
    ["fail 11", "fail 13"],
  );
  assert.equal(valid, "unknown"); // nothing happened
});

Deno.test("kafka client: if the commit fails, the next poll starts where that one did", async () => {
  const refusing = (node: Node) => {
    const logs = new Map<string, [number, unknown][]>();
    let committed: Record<string, number> = {};
    node.serve("kafka", {
      send({ key, msg }) {
        const log = logs.getOrInsert(key, []);
        return { type: "send_ok", offset: log.push([log.length, msg]) - 1 };
      },
      poll: ({ offsets }) => ({
        type: "poll_ok",
        msgs: Object.fromEntries(
          Object.entries(offsets).map(([key, from]) => [
            key,
            logs.get(key)?.slice(from) ?? [],
          ]),
        ),
      }),
      commit_offsets({ offsets }) {
        if (node.random() < 0.2) {
          throw new RpcError(ErrorCode.temporarilyUnavailable, "not now");
        }
        committed = { ...committed, ...offsets };
        return { type: "commit_offsets_ok" };
      },
      list_committed_offsets: () => ({
        type: "list_committed_offsets_ok",
        offsets: committed,
      }),
    });
  };
  const result = await run(refusing, "--concurrency 4 --rate 200");
  assert.equal(result.valid, true, result.explanation.join("\n"));
  assert.ok(Number(result.stats.details?.failCount) > 100);
});
