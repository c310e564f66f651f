/** What a script of faults does to a cluster, its network and its clocks. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { type Program } from "../../../lib/maelstrom.ts";
import {
  faultPeriods,
  meanwhile,
  victimsOf,
} from "../../../workbench/checkers/faults.ts";
import { parseSimulatedRun } from "../../../workbench/cli/options.ts";
import { SetClock } from "../../../workbench/clock/skewed_clock.ts";
import { Random } from "../../../workbench/clock/random.ts";
import { VirtualScheduler } from "../../../workbench/clock/scheduler.ts";
import {
  checkNodes,
  type FaultStep,
} from "../../../workbench/cluster/fault_script.ts";
import { Journal, journalLine } from "../../../workbench/cluster/journal.ts";
import {
  Network,
  type NetworkOptions,
} from "../../../workbench/cluster/network.ts";
import { NEMESIS } from "../../../workbench/load/history.ts";
import { simulate } from "../../../workbench/run.ts";
import { type Event, history } from "../../support/history.ts";
import { scriptsFor } from "../../support/fault_scripts.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** A network with `n0`, `n1`, `n2` and `c0`, what arrived when, and what not. */
function network(options: Partial<NetworkOptions> = {}) {
  const scheduler = new VirtualScheduler();
  const told: string[] = [];
  const drops: string[] = [];
  const journal = new Journal(true, (event) => {
    if (event.type === "drop") {
      drops.push(`${event.time} ${event.packet.body.type}: ${event.why}`);
    }
  });
  const net = new Network(scheduler, new Random("test"), journal, {
    latency: 100,
    latencyDist: "constant",
    pLoss: 0,
    pDuplicate: 0,
    delivery: "maelstrom",
    downQueue: 10,
    ...options,
  });
  const arrived: string[] = [];
  for (const id of ["n0", "n1", "n2", "c0"]) {
    net.connect(
      id,
      ({ body }) => arrived.push(`${scheduler.now()} ${id} ${body.type}`),
    );
  }
  const send = (time: number, src: string, dest: string, type: string) =>
    scheduler.at(time, () => net.send(src, dest, { type }));
  const touch = (
    time: number,
    message: number,
    act: "drop" | "duplicate" | { readonly by: number },
  ) =>
    scheduler.at(time, () =>
      net.touch({
        ...{ message, act },
        done: ({ id }) => told.push(`${scheduler.now()} did ${id}`),
        inVain: (why) => told.push(`${scheduler.now()} ${message}: ${why}`),
      }));
  const runUntil = (time: number) =>
    scheduler.run(
      new Promise<void>((done) => scheduler.at(time, () => done())),
    );
  return { net, scheduler, arrived, drops, told, send, touch, runUntil };
}

for (const delivery of ["maelstrom", "independent"] as const) {
  const it = `hand, ${delivery} delivery`;

  Deno.test(`${it}: a message that is dropped does not arrive, and the next one goes on`, async () => {
    const { arrived, drops, told, send, touch, runUntil } = network({
      delivery,
    });
    send(0, "n1", "n0", "first");
    send(10, "n1", "n0", "second");
    send(20, "n1", "n0", "third");
    touch(50, 0, "drop"); // awaited at the head
    touch(60, 1, "drop"); // then it is that one's turn
    await runUntil(1000);
    assert.deepEqual(arrived, ["120 n0 third"]);
    assert.deepEqual(drops, [
      "50 first: dropped by hand",
      "60 second: dropped by hand",
    ]);
    assert.deepEqual(told, ["50 did 0", "60 did 1"]);
  });

  Deno.test(`${it}: all copies of a message are dropped`, async () => {
    const { arrived, drops, send, touch, runUntil } = network({
      delivery,
      pDuplicate: 1,
    });
    send(0, "n1", "n0", "twice");
    touch(50, 0, "drop");
    await runUntil(1000);
    assert.deepEqual(arrived, []);
    assert.equal(drops.length, 2);
  });

  Deno.test(`${it}: a message that is delayed lets others pass, and holds none of them up`, async () => {
    const { arrived, send, touch, runUntil } = network({ delivery });
    send(0, "n1", "n0", "delayed");
    send(10, "n1", "n0", "other");
    touch(50, 0, { by: 900 });
    send(500, "n1", "n0", "later");
    touch(600, 0, { by: 100 }); // once more
    await runUntil(2000);
    assert.deepEqual(arrived, [
      "110 n0 other",
      "600 n0 later",
      "1100 n0 delayed",
    ]);
  });

  Deno.test(`${it}: a message that is duplicated arrives twice, and draws no chance`, async () => {
    const { arrived, send, touch, runUntil } = network({
      delivery,
      latencyDist: "exponential",
    });
    send(0, "n1", "n0", "first");
    touch(0, 0, "duplicate");
    send(1, "n1", "n2", "second");
    await runUntil(2000);
    const plain = network({ delivery, latencyDist: "exponential" });
    plain.send(0, "n1", "n0", "first");
    plain.send(1, "n1", "n2", "second");
    await plain.runUntil(2000);
    const first = plain.arrived.filter((it) => it.endsWith("first"));
    assert.deepEqual(arrived.filter((it) => it.endsWith("first")), [
      ...first,
      ...first,
    ]);
    assert.deepEqual(new Set(arrived), new Set(plain.arrived));
  });

  Deno.test(`${it}: what waits for a node that is down can be dropped, delayed and duplicated`, async () => {
    const { net, scheduler, arrived, drops, send, touch, runUntil } = network({
      delivery,
    });
    scheduler.at(0, () => net.takeDown("n0"));
    send(1, "n1", "n0", "dropped");
    send(2, "n1", "n0", "delayed");
    send(3, "n1", "n0", "doubled");
    touch(300, 0, "drop");
    touch(300, 1, { by: 500 });
    touch(300, 2, "duplicate");
    scheduler.at(400, () => net.bringUp("n0"));
    await runUntil(2000);
    assert.deepEqual(arrived, [
      "400 n0 doubled",
      "400 n0 doubled",
      "800 n0 delayed",
    ]);
    assert.deepEqual(drops, ["300 dropped: dropped by hand"]);
  });

  Deno.test(`${it}: so can what waits for a dead node's next life`, async () => {
    const { net, scheduler, arrived, send, touch, runUntil } = network({
      delivery,
    });
    scheduler.at(0, () => net.takeDown("n0"));
    send(1, "n1", "n0", "dropped");
    send(2, "n1", "n0", "doubled");
    scheduler.at(400, () => net.bringUpAnew("n0"));
    touch(450, 0, "drop");
    touch(450, 1, "duplicate");
    scheduler.at(500, () => net.releaseBacklog("n0"));
    await runUntil(2000);
    assert.deepEqual(arrived, ["500 n0 doubled", "500 n0 doubled"]);
  });
}

Deno.test("hand: a message that is not sent yet is dropped when it is, also a client's", async () => {
  const { arrived, told, send, touch, runUntil } = network();
  touch(0, 1, "drop");
  send(10, "n1", "n0", "other");
  send(20, "c0", "n0", "read");
  await runUntil(1000);
  assert.deepEqual(arrived, ["110 n0 other"]);
  assert.deepEqual(told, ["20 did 1"]);
});

Deno.test("hand: what arrived, was lost, or is never sent is told", async () => {
  const { net, scheduler, told, send, touch, runUntil } = network({ pLoss: 1 });
  send(0, "c0", "n0", "arrives at once");
  send(0, "n1", "n0", "lost");
  touch(10, 0, "drop");
  touch(10, 1, "drop");
  touch(10, 7, "drop");
  scheduler.at(20, () => net.endTouches());
  await runUntil(100);
  assert.deepEqual(told, [
    "10 0: it was not under way any more",
    "10 1: it was not under way any more",
    "20 7: it was never sent",
  ]);
});

Deno.test("hand: a client's message is never duplicated, and an init left alone", async () => {
  const { net, arrived, told, send, touch, runUntil } = network();
  touch(0, 0, "duplicate");
  touch(0, 1, "drop");
  send(10, "c0", "n0", "read");
  await runUntil(15);
  net.shield("c0");
  send(20, "c0", "n0", "init");
  await runUntil(1000);
  assert.deepEqual(arrived, ["10 n0 read", "20 n0 init"]);
  assert.deepEqual(told, [
    "10 0: a client's messages arrive once, whatever the network",
    "20 1: without it the node could not begin",
  ]);
});

Deno.test("hand: a delayed reply to a client that is gone is undelivered", async () => {
  const { net, scheduler, arrived, drops, send, touch, runUntil } = network();
  touch(0, 0, { by: 100 });
  send(10, "n0", "c0", "late");
  const late: unknown[] = [];
  scheduler.at(50, () => net.disconnect("c0", ({ id }) => late.push(id)));
  await runUntil(1000);
  assert.deepEqual(arrived, []);
  assert.deepEqual(drops, ["110 late: undelivered"]);
  assert.deepEqual(late, [0]);
});

Deno.test("hand: in the end what is still delayed is due at once, in the order of its sending", async () => {
  const { net, scheduler, arrived, send, touch, runUntil } = network();
  send(10, "n1", "n0", "first");
  send(20, "n1", "n0", "second");
  touch(30, 1, { by: 80_000 });
  touch(40, 0, { by: 90_000 });
  scheduler.at(500, () => net.endTouches());
  await runUntil(1000);
  assert.deepEqual(arrived, ["500 n0 first", "500 n0 second"]);
});

Deno.test("hand: a link is cut both ways, beside partitions, which neither cut nor heal it", async () => {
  const { net, scheduler, arrived, send, runUntil } = network({ latency: 0 });
  const grudge = new Map([["n2", new Set(["n1"])]]);
  const all = (time: number) => {
    for (const [a, b] of [["n0", "n1"], ["n1", "n0"], ["n1", "n2"]]) {
      send(time, a, b, "hello");
    }
  };
  scheduler.at(1, () => net.cut("n0", "n1"));
  all(2);
  scheduler.at(3, () => net.partition(grudge));
  all(4);
  scheduler.at(5, () => net.heal("n0", "n1"));
  all(6);
  scheduler.at(7, () => net.cut("n1", "n0"));
  scheduler.at(8, () => net.partition(new Map()));
  all(9);
  await runUntil(100);
  assert.deepEqual(arrived, [
    "2 n2 hello",
    "6 n1 hello",
    "6 n0 hello",
    "9 n2 hello",
  ]);
});

Deno.test("hand: a clock that is set jumps, and timers go by it", () => {
  const clock = new SetClock([{ at: 100, by: 50 }, { at: 300, by: -20 }]);
  assert.deepEqual([0, 99, 100, 299, 300].map((it) => clock.at(it)), [
    0,
    99,
    150,
    349,
    330,
  ]);
  assert.equal(clock.delay(10, 0), 10, "over before the jump");
  assert.equal(clock.delay(120, 0), 100, "it is due when the clock jumps");
  assert.equal(clock.delay(200, 0), 150, "it is due early");
  assert.equal(clock.delay(150, 200), 170, "it is due late");
  assert.equal(clock.delay(400, 0), 370, "across both");
});

/** A run of the project's script, and what was said of it. */
async function perform(
  flags: string,
  steps: readonly FaultStep[],
) {
  const [own, args] = flags.split(" -- ");
  const run = parseSimulatedRun([
    ...own.split(" "),
    ...(args === undefined ? [] : ["--", ...args.split(" ")]),
  ]);
  checkNodes(steps, run.nodeIds);
  const { default: program }: { default: Program } = await import(run.program);
  let lines = "";
  const times: number[] = [];
  const result = await simulate(
    {
      ...run,
      scriptOfFaults: steps.length === 0 ? undefined : { file: "", steps },
    },
    program,
    {
      onMessage(event) {
        lines += journalLine(event);
        times.push(event.time);
      },
    },
  );
  const journal = lines.split("\n");
  const before = (time: number) =>
    journal.slice(0, times.findLastIndex((it) => it < time) + 1).join("\n");
  return { ...result, nodeIds: run.nodeIds, before };
}

const broadcast = `-w broadcast --program ${root}broadcast.ts --rate 20 ` +
  "--time-limit 6 --seed hand --node-count 3 --latency 20";

const byHand = ({ history }: Awaited<ReturnType<typeof perform>>) =>
  history.filter((op) => op.process === NEMESIS && op.byHand === true)
    .map(({ f, value, time }) => `${time / 1e6} ${f} ${JSON.stringify(value)}`);

Deno.test("hand: what is done stands in the history, and all is mended at the end of the load", async () => {
  const result = await perform(broadcast, [
    { at: 3000, do: "kill", node: "n1" },
    { at: 1000, do: "pause", node: "n2" },
    { at: 2000, do: "resume", node: "n2" },
    { at: 2500, do: "cut", link: ["n0", "n2"] },
    { at: 3500, do: "pause", node: "n2" },
    { at: 3600, do: "skew", node: "n0", by: -500 },
  ]);
  assert.equal(result.valid, true, result.explanation.join("\n"));
  assert.deepEqual(result.notes, []);
  assert.deepEqual(byHand(result).slice(0, 6), [
    '1000 pause ["n2"]',
    '2000 resume ["n2"]',
    '2500 cut ["n0","n2"]',
    '3000 kill ["n1"]',
    '3500 pause ["n2"]',
    '3600 skew {"node":"n0","by":-500}',
  ]);
  assert.deepEqual(
    byHand(result).slice(6).map((it) => it.replace(/^\S+ /, "")),
    ['heal ["n0","n2"]', 'start ["n1"]', 'resume ["n2"]'],
  );
  const periods = faultPeriods(result.history);
  assert.deepEqual(
    periods.map(({ f, begin, end }) => [f, begin.time / 1e6, end?.f]),
    [
      ["pause", 1000, "resume"],
      ["cut", 2500, "heal"],
      ["kill", 3000, "start"],
      ["pause", 3500, "resume"],
      ["skew", 3600, "skew"],
    ],
  );
  assert.deepEqual(result.faultCounts, [
    "2 pauses by hand",
    "1 cut link by hand",
    "1 kill by hand",
    "1 clock set by hand",
  ]);
});

Deno.test("hand: steps that find nothing to do are told, and do no harm", async () => {
  const result = await perform(broadcast, [
    { at: 1000, do: "start", node: "n1" },
    { at: 1000, do: "resume", node: "n1" },
    { at: 1000, do: "kill", node: "n1" },
    { at: 1100, do: "kill", node: "n1" },
    { at: 1100, do: "pause", node: "n1" },
    { at: 1100, do: "resume", node: "n1" },
    { at: 1200, do: "heal", link: ["n0", "n1"] },
    { at: 1300, do: "drop", message: 0 },
    { at: 90_000, do: "kill", node: "n0" },
  ]);
  assert.equal(result.valid, true, result.explanation.join("\n"));
  assert.equal(byHand(result).length, 2);
  assert.deepEqual(result.notes, [
    "By hand, at 1.000 s: start n1. Nothing was done: n1 runs.",
    "By hand, at 1.000 s: resume n1. Nothing was done: n1 runs.",
    "By hand, at 1.100 s: kill n1. Nothing was done: n1 is dead.",
    "By hand, at 1.100 s: pause n1. Nothing was done: n1 is dead.",
    "By hand, at 1.100 s: resume n1. Nothing was done: n1 is dead.",
    "By hand, at 1.200 s: heal n0 and n1. Nothing was done: n0 and n1 were not cut by hand.",
    "By hand, at 1.300 s: drop message 0. Nothing was done: it was not under way any more.",
    "By hand, at 90.000 s: kill n0. Nothing was done: it came after the load.",
  ]);
});

Deno.test("hand: nodes that a hand took down are not brought up by the nemesis", async () => {
  const result = await perform(
    `${broadcast} --nemesis kill,pause --nemesis-interval 0.3 --forgive-victims`,
    [{ at: 200, do: "kill", node: "n0" }],
  );
  assert.equal(result.valid, true, result.explanation.join("\n"));
  const kill = faultPeriods(result.history)
    .find(({ begin }) => begin.byHand === true);
  const [from, to] = [kill?.begin.time ?? NaN, kill?.end?.time ?? NaN];
  assert.ok(to - from > 5e9);
  const answers = result.history.filter(({ type, node, time }) =>
    type === "ok" && node === "n0" && time > from && time < to
  );
  assert.deepEqual(answers, []);
});

Deno.test("hand: faults are told beside the operations that they befell", async () => {
  const { history } = await perform(broadcast, [
    { at: 1000, do: "kill", node: "n1" },
    { at: 1500, do: "kill", node: "n2" },
    { at: 2000, do: "start", node: "n1" },
    { at: 2200, do: "skew", node: "n1", by: 300 },
    { at: 2500, do: "cut", link: ["n0", "n1"] },
    { at: 3000, do: "start", node: "n2" },
    { at: 4000, do: "heal", link: ["n1", "n0"] },
  ]);
  const concerned = history.filter(({ node }) => node === "n1");
  assert.equal(
    meanwhile(faultPeriods(history), concerned),
    "Meanwhile n1 was killed by hand, and down from 1.000 s to 2.000 s; " +
      "the clock of n1 was set forward by 300 ms by hand at 2.200 s; " +
      "n1 did not hear n0 from 2.500 s to 4.000 s, cut by hand.",
  );
});

Deno.test("hand: who is killed while paused is paused no more, and a hand's start ends a nemesis' kill of that node alone", () => {
  const step = (f: string, value: unknown, byHand?: true): Event => ({
    ...{ process: NEMESIS, type: "info", f, value },
    ...byHand && { byHand },
  });
  const periods = faultPeriods(history(
    step("pause", ["n0"], true), // 0
    step("kill", ["n0"], true), // 1
    step("start", ["n0"], true), // 2
    step("pause", ["n1"], true), // 3
    step("kill", ["n0", "n1", "n2"]), // 4
    step("start", ["n1"], true), // 5
    step("start", ["n0", "n1", "n2"]), // 6
  ));
  assert.deepEqual(
    periods.map((it) => [it.f, it.begin.index, it.end?.index, victimsOf(it)]),
    [
      ["pause", 0, 1, ["n0"]],
      ["kill", 1, 2, ["n0"]],
      ["pause", 3, 4, ["n1"]],
      ["kill", 4, 5, ["n1"]],
      ["kill", 4, 6, ["n0", "n2"]],
    ],
  );
});

Deno.test("hand: a script for another cluster does what it can, and tells the rest", async () => {
  const run = parseSimulatedRun(broadcast.split(" "));
  const { default: program } = await import(run.program);
  const steps: readonly FaultStep[] = [
    { at: 100, do: "kill", node: "n9" },
    { at: 200, do: "cut", link: ["n0", "n8"] },
    { at: 300, do: "skew", node: "n7", by: 100 },
  ];
  const { valid, notes } = await simulate(
    { ...run, scriptOfFaults: { file: "", steps } },
    program,
  );
  assert.equal(valid, true);
  assert.deepEqual(notes.map((it) => it.replace(/^.*Nothing/, "Nothing")), [
    "Nothing was done: there is no node n9.",
    "Nothing was done: there is no node n8.",
    "Nothing was done: there is no node n7.",
  ]);
});

const subjects: readonly [name: string, flags: string][] = [
  ["echo", `-w echo --program ${root}echo.ts --node-count 3 --rate 30`],
  [
    "unique ids",
    `-w unique-ids --program ${root}unique_ids.ts --node-count 3 --rate 30`,
  ],
  [
    "broadcast",
    `-w broadcast --program ${root}broadcast.ts --node-count 5 --rate 30 ` +
    "--check-sessions --forgive-victims",
  ],
  [
    "broadcast --durable",
    `-w broadcast --program ${root}broadcast.ts --node-count 5 --rate 30 ` +
    "--check-sessions -- --durable",
  ],
  [
    "counter",
    `-w pn-counter --program ${root}counter.ts --node-count 3 ` +
    "--concurrency 2n --rate 30 --check-sessions --check-convergence",
  ],
  [
    "kafka",
    `-w kafka --program ${root}kafka.ts --node-count 3 --concurrency 2n ` +
    "--rate 50 --check-convergence",
  ],
  [
    "txn",
    `-w txn-rw-register --program ${root}txn.ts --node-count 3 ` +
    "--concurrency 2n --rate 50 --check-convergence " +
    "--consistency-models read-committed",
  ],
];

const mixes: readonly string[] = [
  "--latency 20",
  "--latency 20 --latency-dist exponential --p-loss 0.05 --p-duplicate 0.05 " +
  "--clock-skew 1000",
  "--latency 20 --delivery independent --nemesis partition",
  "--latency 20 --nemesis kill",
  "--latency 20 --nemesis pause --down-queue unbounded",
  "--latency 20 --nemesis partition,kill,pause",
];

/** A script, a mix of faults, and a seed. */
const situations = (nodes: readonly string[]) =>
  fc.tuple(
    scriptsFor(nodes, 5500, 1500),
    fc.constantFrom(...mixes),
    fc.nat(1000),
  );

for (const [name, flags] of subjects) {
  const [own, args] = flags.split(" -- ");
  const flagsFor = (mix: string, seed: number) =>
    `${own} ${mix} --nemesis-interval 1 --time-limit 5 --seed ${seed}` +
    (args === undefined ? "" : ` -- ${args}`);
  const nodes = Array.from(
    { length: own.includes("count 5") ? 5 : 3 },
    (_, i) => `n${i}`,
  );

  Deno.test(`hand: before the first step, a run of ${name} is the one without steps`, () =>
    fc.assert(
      fc.asyncProperty(situations(nodes), async ([steps, mix, seed]) => {
        const first = Math.min(5500, ...steps.map(({ at }) => at));
        const [touched, plain] = [
          await perform(flagsFor(mix, seed), steps),
          await perform(flagsFor(mix, seed), []),
        ];
        assert.equal(touched.before(first), plain.before(first));
      }),
      { numRuns: 6 },
    ));

  Deno.test(`hand: whatever it does, ${name} keeps its promises, and no checker cries wolf`, () =>
    fc.assert(
      fc.asyncProperty(situations(nodes), async ([steps, mix, seed]) => {
        const { valid, explanation } = await perform(
          flagsFor(mix, seed),
          steps,
        );
        assert.notEqual(valid, false, explanation.join("\n"));
      }),
      { numRuns: 12 },
    ));
}
