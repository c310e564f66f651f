import assert from "node:assert/strict";
import { statSync } from "node:fs";
import {
  beyond,
  challenges,
  challengesOf,
  compare,
  label,
  select,
  testArguments,
} from "../../../workbench/challenges.ts";
import { workloads } from "../../../lib/maelstrom.ts";
import { summarize } from "../../../workbench/results/maelstrom_results.ts";
import { parseTestOptions } from "../../../workbench/cli/options.ts";
import {
  bounds,
  judge,
  parse,
  table,
} from "../../../workbench/cli/run_challenges.ts";

const [echo] = select(["1"]);
const [efficient] = select(["3d", "3e"]);

Deno.test("challenges: thirteen lines stand for all of fly.io's variants", () => {
  const lines = select([]);
  assert.equal(lines.length, 13);
  assert.equal(
    lines.map(label).join(" "),
    "1 2 3a 3b 3c 3d 3e 4 5a 5b 5c 6a 6b 6c",
  );
});

Deno.test("challenges: the named ones run, in order, each once", () => {
  const ids = (...names: string[]) => select(names).map(({ id }) => id);
  assert.deepEqual(ids("5c", "3e", "3d", "1"), ["1", "3d", "5c"]);
  assert.deepEqual(ids("3e"), ["3e"]);
  assert.deepEqual(ids("4pn"), ["4pn"]);
  assert.throws(() => ids("1", "7"), /no challenge 7; there are 1, 2, /);
});

Deno.test("challenges: the full pace is fly.io's own command", () => {
  const command = (id: string) =>
    testArguments(select([id])[0], "full", "BIN").join(" ");
  assert.equal(
    command("2"),
    "-w unique-ids --rate 1000 --node-count 3 --availability total " +
      "--nemesis partition --time-limit 30 --bin BIN",
  );
  assert.equal(
    command("3d"),
    "-w broadcast --node-count 25 --rate 100 --latency 100 --time-limit 20 " +
      "--bin BIN",
  );
});

Deno.test("challenges: a shortened run has partitions all the same", () => {
  const [partitioned] = select(["3c"]);
  const options = parseTestOptions(testArguments(partitioned, "short", "x"));
  assert.ok(options.nemesis.includes("partition"));
  assert.ok(options.nemesisInterval < options.timeLimit / 2);
});

Deno.test("challenges: the workbench takes every command, the scripts exist", () => {
  for (const challenge of [...challenges, ...beyond]) {
    const script = new URL(`../../../${challenge.script}`, import.meta.url);
    assert.ok(((statSync(script).mode ?? 0) & 0o111) !== 0, challenge.script);
    for (const pace of ["full", "short", 3] as const) {
      const args = testArguments(challenge, pace, "x", ["--dial", "1"]);
      const options = parseTestOptions(args);
      assert.deepEqual(options.args, ["--dial", "1"]);
      assert.ok(challenge.flags.includes(`-w ${options.workload} `));
    }
  }
});

Deno.test("challenges: a valid run that misses fly.io's bounds is no pass", () => {
  const summary = { valid: true, explanation: [] };
  const good = { ...summary, msgsPerOp: 2, median: 180, max: 230 };
  assert.equal(judge(efficient, good, 1).passed, true);

  const chatty = judge(efficient, { ...good, msgsPerOp: 30 }, 1);
  assert.equal(chatty.passed, false);
  assert.match(chatty.explanation.join(), /3d: 30.0 messages per operation/);

  // A figure that is missing has not been reached.
  for (const { missed } of compare(efficient, {})) {
    assert.equal(missed.length, 3);
  }
});

Deno.test("challenges: of a run that is invalid, only the cause is told", () => {
  const explanation = ["Node n0 ended by itself"];
  for (const valid of [false, "unknown"] as const) {
    const line = judge(efficient, { valid, explanation }, 1);
    assert.deepEqual(line.explanation, explanation);
  }
});

// broadcast.ts --max-wait 1300, which batches for 3e and is too slow for 3d.
const frugal = {
  valid: true,
  explanation: [],
  ...{ msgsPerOp: 0.5, median: 815, max: 1572 },
};

Deno.test("challenges: 3d and 3e are judged by their own bounds, from one run", () => {
  const both = judge(efficient, frugal, 1);
  assert.equal(both.passed, false);
  assert.equal(both.verdict, "missed 3d");
  assert.deepEqual(both.explanation, [
    "3d: 815.0 ms median stable latency; fly.io asks for less than 400",
    "3d: 1572.0 ms maximal stable latency; fly.io asks for less than 600",
  ]);
  assert.match(table([both]), /^3d 3e .* missed 3d /m);
  assert.deepEqual(bounds([both]), [
    "fly.io's 3d: below 30 msgs/op, 400 ms median, 600 max: missed",
    "fly.io's 3e: below 20 msgs/op, 1000 ms median, 2000 max: kept",
  ]);

  // Twenty-five messages per operation are few enough for 3d.
  const star = { ...frugal, msgsPerOp: 25, median: 181, max: 207 };
  assert.equal(judge(efficient, star, 1).verdict, "missed 3e");
  const slow = { ...frugal, msgsPerOp: 25 };
  assert.equal(judge(efficient, slow, 1).verdict, "missed");
});

Deno.test("challenges: where only 3e is named, only its bounds apply", () => {
  const [only] = select(["3e"]);
  assert.equal(label(only), "3e");
  assert.equal(judge(only, frugal, 1).verdict, "valid");
  const [first] = select(["3d"]);
  assert.equal(judge(first, frugal, 1).verdict, "missed");
});

Deno.test("challenges: invalid and unknown are no pass", () => {
  for (const valid of [false, "unknown"] as const) {
    const line = judge(echo, { valid, explanation: ["why"] }, 1);
    assert.equal(line.passed, false);
    assert.equal(line.verdict, valid === false ? "invalid" : "unknown");
  }
});

Deno.test("challenges: the table aligns the figures and marks absent ones", () => {
  const ok = { valid: true, explanation: [] };
  const text = table([
    judge(echo, { ...ok, operations: 15, msgsPerOp: 0, median: 0.52 }, 3.4),
    judge(
      efficient,
      { ...ok, operations: 998, msgsPerOp: 2.789, median: 112.6, max: 240 },
      21,
    ),
  ]);
  assert.equal(
    text,
    [
      "       challenge            verdict  ops  msgs/op  median  max  time",
      "─".repeat(68),
      "1      Echo                 valid     15     0.00     0.5    -   3 s",
      "3d 3e  Efficient broadcast  valid    998     2.79     113  240  21 s",
    ].join("\n"),
  );
});

Deno.test("run_challenges: --bin wants to know which challenge to judge by", () => {
  const here = import.meta.filename ?? "";
  assert.throws(() => parse(["--bin", here]), /1 3a/);
  assert.throws(() => parse(["1", "--bin", "/no/such/file"]), /no file/);
  assert.equal(parse(["1", "--bin", here]).bin, here);
});

Deno.test("run_challenges: a wrong command line is told in a sentence", () => {
  for (
    const [args, words] of [
      ["3e --max-wait 9", /as in \.\/run\.sh 3e -- --max-wait/],
      ["1 --node-count 3", /run\.sh workbench test .*--node-count/],
      ["--ful", /did you mean --full\?/],
      [
        "7",
        /no challenge 7; there are 1, .*6c, and the commands beyond, test,/,
      ],
      ["test compile", /test is a command/],
      ["--time-limit soon", /wants a number of seconds/],
      ["--bin", /--bin wants FILE/],
      ["--maelstrom /no/such/maelstrom", /no file \/no\/such/],
    ] as const
  ) {
    assert.throws(() => parse(args.split(" ")), words, args);
  }
});

Deno.test("run_challenges: beyond is one script for each workload, as processes, under faults", () => {
  const all = parse(["beyond"]);
  assert.equal(all.isBeyond, true);
  assert.deepEqual(all.challenges, beyond);
  assert.deepEqual(
    beyond.map(({ id }) => id),
    Object.keys(workloads),
  );
  for (const challenge of beyond) {
    const { workload, nemesis } = parseTestOptions(
      testArguments(challenge, "short", "x"),
    );
    assert.equal(workload, challenge.id);
    assert.ok(nemesis.includes("partition") && nemesis.includes("one-way"));
    // All requests of an echo must be answered.
    assert.equal(nemesis.includes("kill"), workload !== "echo");
  }
});

Deno.test("run_challenges: beyond takes workloads, and none of fly.io's names", () => {
  const some = parse(["beyond", "kafka", "g-set", "--full", "--", "--dial"]);
  assert.deepEqual(some.challenges.map(({ id }) => id), ["g-set", "kafka"]);
  assert.deepEqual([some.pace, some.nodeArguments], ["full", ["--dial"]]);
  assert.equal(parse(["1"]).isBeyond, false);
  for (
    const [args, words] of [
      ["beyond 3d", /no workload 3d; there are echo, unique-ids, /],
      ["g-set", /no challenge g-set/],
      ["1 beyond", /beyond is a command: put it first/],
      ["beyond --bin echo.ts", /names of workloads too, e\.g\. g-set/],
      ["beyond --maelstrom", /it runs on the workbench only/],
    ] as const
  ) {
    assert.throws(() => parse(args.split(" ")), words, args);
  }
});

Deno.test("run_challenges: a variable that names a Maelstrom does not change where beyond runs", () => {
  const before = Deno.env.get("MAELSTROM");
  Deno.env.set("MAELSTROM", import.meta.filename ?? "");
  try {
    assert.equal(parse(["beyond"]).maelstrom, undefined);
    assert.ok(parse(["1"]).maelstrom);
  } finally {
    if (before === undefined) Deno.env.delete("MAELSTROM");
    else Deno.env.set("MAELSTROM", before);
  }
});

Deno.test("challenges: what lies beyond is no command of fly.io's", () => {
  for (const challenge of beyond) {
    const run = parseTestOptions(testArguments(challenge, "full", "x"));
    assert.deepEqual(challengesOf(run), [], challenge.id);
  }
});

// What Maelstrom writes, cut down to one of each kind of thing.
const results = `{:perf {:latency-graph {:valid? true}, :valid? true},
 :stats {:valid? true, :count 1021, :ok-count 1020, :by-f
  {:read {:valid? true, :count 10, :ok-count 10, :fail-count 0}}},
 :availability {:valid? true, :ok-fraction 0.99},
 :net {:all {:send-count 6800, :msg-count 6790, :msgs-per-op 6.65},
       :servers {:send-count 2800, :msg-count 2790, :msgs-per-op 2.7326152},
       :valid? true},
 :workload {:worst-stale ({:element 7, :time #inst "2024-01-01", :n 3N}),
            :duplicated {}, :lost (), :never-read #{},
            :stable-latencies {0 0, 0.5 172, 0.95 190, 0.99 199, 1 201},
            :valid? true},
 :valid? true}`;

const history = `\
{:index 0, :time 1000000, :type :invoke, :process 0, :f :read, :value nil}
{:index 1, :time 1500000, :type :invoke, :process 1, :f :read, :value nil}
{:index 2, :time 2000000, :type :info, :process :nemesis, :f :start}
{:index 3, :time 3000000, :type :ok, :process 0, :f :read, :value [1 2]}
#jepsen.history.Op{:index 4, :time 9500000, :type :ok, :process 1, :f :read}
{:index 5, :time 9600000, :type :invoke, :process 1, :f :read, :value nil}
{:index 6, :time 99600000, :type :fail, :process 1, :f :read, :value nil}
{:index 7, :time 99700000, :type :invoke, :process 0, :f :read, :value nil}
{:index 8, :time 99800000, :type :ok, :process 0, :f :read, :value nil}
`;

Deno.test("maelstrom: results.edn becomes a line of the table", () => {
  assert.deepEqual(summarize(results, history), {
    valid: true,
    operations: 1021,
    msgsPerOp: 2.7326152,
    median: 172,
    max: 201,
    explanation: [],
  });
});

Deno.test("maelstrom: without stable latencies the history has the latency", () => {
  const { median, max } = summarize(
    results.replace(/:stable-latencies \{.*?\},/s, ""),
    history,
  );
  assert.deepEqual({ median, max }, { median: 2, max: 8 });
});

Deno.test("maelstrom: what is invalid is named with its details", () => {
  const broken = results.replace(":lost ()", ":lost (4 8)")
    .replace(
      /:valid\? true\},\n :valid\? true/,
      ":valid? false},:valid? false",
    );
  const { valid, explanation } = summarize(broken);
  assert.equal(valid, false);
  assert.equal(explanation.length, 1);
  assert.match(explanation[0], /workload checker says invalid/);
  assert.match(explanation[0], /lost: \[4,8\]/);
});

Deno.test("maelstrom: an unknown verdict stays unknown", () => {
  const text = results.replace(/:valid\? true\}$/, ":valid? :unknown}");
  assert.equal(summarize(text).valid, "unknown");
});

Deno.test("challenges: a run is known as a challenge's by its settings", () => {
  const settings = (challenge: string) =>
    parseTestOptions(testArguments(select([challenge])[0], "short", "x"));
  assert.deepEqual(challengesOf(settings("3d")), ["3d", "3e"]);
  assert.deepEqual(challengesOf(settings("3c")), ["3c"]);
  assert.deepEqual(challengesOf(settings("5b")), ["5b", "5c"]);
  assert.deepEqual(challengesOf(settings("6c")), ["6c"]);
  assert.deepEqual(challengesOf({ ...settings("3d"), pLoss: 0.01 }), []);
  assert.deepEqual(challengesOf({ ...settings("3d"), latency: 10 }), []);
  for (const { id } of challenges) {
    assert(challengesOf(settings(id)).includes(id), id);
  }
});
