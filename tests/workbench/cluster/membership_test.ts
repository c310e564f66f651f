/** Changes of the membership, as a nemesis. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import broadcast from "../../../broadcast.ts";
import { type Program, RpcError } from "../../../lib/maelstrom.ts";
import { faultPeriods } from "../../../workbench/checkers/faults.ts";
import {
  parseSimulatedRun,
  parseTestOptions,
} from "../../../workbench/cli/options.ts";
import { Random } from "../../../workbench/clock/random.ts";
import { membership } from "../../../workbench/cluster/nemeses/membership.ts";
import {
  type Ending,
  type FaultOperation,
} from "../../../workbench/cluster/nemeses/nemesis.ts";
import { type History, NEMESIS } from "../../../workbench/load/history.ts";
import { type RpcResult } from "../../../workbench/load/rpc_client.ts";
import { runTest, simulate } from "../../../workbench/run.ts";
import { SeedPool } from "../../../workbench/search/seed_pool.ts";
import { Shrinker } from "../../../workbench/search/shrinker.ts";
import rightRegisters, { members } from "../../nodes/members.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

const flags = (text: string) => text.split(" ");

const REGISTERS =
  "-w lin-kv --node-count 5 --concurrency 2n --rate 60 --time-limit 10 " +
  "--latency 5 --nemesis membership --nemesis-interval 1";

const run = (program: Program, text: string) =>
  simulate(parseTestOptions(flags(`--bin - ${text}`)), program, {
    keepJournal: true,
  });

/** The requests of a history: what was asked, and how it ended. */
const requests = (history: History) =>
  history.filter(({ process, f }) =>
    process === NEMESIS && (f === "add-member" || f === "remove-member")
  );

Deno.test("membership: nodes leave and come back, and a store that hands over stays right", async () => {
  for (let seed = 0; seed < 5; seed++) {
    const { valid, history, explanation, faultCounts } = await run(
      rightRegisters,
      `${REGISTERS} --seed ${seed}`,
    );
    assert.equal(valid, true, explanation.join("\n"));
    assert.match(faultCounts.join(), /^\d+ removed members?$/);
    const refused = history.filter(({ error }) =>
      Array.isArray(error) && error[0] === 40
    );
    assert.ok(refused.length > 0, "no client met a node that is no member");
    for (const { type } of refused) assert.equal(type, "fail");
    let out = new Set<string>();
    for (const { f, value, ended } of requests(history)) {
      assert.ok(ended === undefined || ended === "ok", `${ended}`);
      if (ended === undefined) continue;
      const node = value instanceof Object && "node" in value
        ? `${value.node}`
        : assert.fail();
      out = f === "remove-member"
        ? out.union(new Set([node]))
        : out.difference(new Set([node]));
      assert.ok(out.size <= 2, "three of five stay");
    }
    const periods = faultPeriods(history);
    assert.ok(periods.length > 2);
    for (const { only, isUnsure, begin, end } of periods.slice(0, -2)) {
      assert.equal(only?.length, 1);
      assert.ok(!isUnsure);
      assert.ok(end && end.time > begin.time);
    }
  }
});

Deno.test("membership: a store that loses what a removed member had is caught", async () => {
  const { valid, explanation } = await run(
    members("lin-kv", { handsOver: false }),
    `${REGISTERS} --seed lost`,
  );
  assert.equal(valid, false);
  assert.match(explanation.join("\n"), /forgotten|can come next/);
  const twin = await run(
    members("g-set", { handsOver: false }),
    `${REGISTERS.replace("lin-kv", "g-set")} --seed lost`,
  );
  assert.equal(twin.valid, false);
  assert.match(
    twin.explanation.join("\n"),
    /is lost[^]*n\d was no member from \d+\.\d+ s to \d+\.\d+ s/,
  );
});

Deno.test("membership: all are members again before the final reads", async () => {
  for (let seed = 0; seed < 5; seed++) {
    const { valid, history, explanation, notes } = await run(
      members("g-set"),
      `${REGISTERS.replace("lin-kv", "g-set")} --seed ${seed}`,
    );
    assert.equal(valid, true, explanation.join("\n"));
    assert.deepEqual(notes, []);
    const finals = history.filter(({ final, type }) =>
      final === true && type !== "invoke"
    );
    assert.equal(finals.length, 10);
    for (const { type } of finals) assert.equal(type, "ok");
    assert.ok(faultPeriods(history).every(({ end }) => end !== undefined));
  }
});

Deno.test("membership: a program without it is told so and left alone, and judged as ever", async () => {
  const { valid, history, journal, notes, faultCounts } = await run(
    broadcast,
    "-w broadcast --node-count 5 --time-limit 10 --seed alone " +
      "--nemesis membership,partition --nemesis-interval 1",
  );
  assert.equal(valid, true);
  assert.equal(notes.length, 1);
  assert.match(
    notes[0],
    /^n\d does not handle remove_member: --nemesis membership did nothing$/,
  );
  assert.equal(requests(history).length, 2); // asked, and answered
  const sent = journal.events.filter(({ type, packet }) =>
    type === "send" && /"(add|remove)_member"/.test(packet.text)
  );
  assert.equal(sent.length, 1);
  assert.match(faultCounts.join(), /^\d+ partitions$/);
  const alone = await run(
    broadcast,
    "-w broadcast --node-count 1 --time-limit 5 --nemesis membership",
  );
  assert.equal(alone.valid, true);
  assert.deepEqual(alone.notes, [
    "n0 is the only node: --nemesis membership did nothing",
  ]);
});

Deno.test("membership: faults can be left out one by one, and a failure shrinks to few of them", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/forgetful.ts`;
  await Deno.writeTextFile(
    path,
    `import { members } from "${root}tests/nodes/members.ts";
    export default members("g-set", { handsOver: false });`,
  );
  try {
    const parsed = parseSimulatedRun(flags(
      `-w g-set --program ${path} --node-count 5 --rate 20 --time-limit 10 ` +
        "--nemesis membership,pause --nemesis-interval 1 --seed shrink",
    ));
    await using pool = new SeedPool({ programs: [path], timeout: 60 });
    const none = await pool.run({ run: { ...parsed, keepFaults: [] } });
    assert.equal(none.valid, true, none.explanation.join("\n"));
    assert.ok(none.faults > 5);
    const verdict = await pool.run({ run: parsed });
    assert.equal(verdict.valid, false);
    const shrinker = new Shrinker(pool, { run: parsed, verdict });
    await shrinker.shrink();
    const { run: small } = shrinker.smallest;
    assert.deepEqual(small.nemesis, ["membership"]);
    assert.equal(shrinker.kept.faults, 1);
    assert.ok(small.nodeIds.length < 5);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("membership: processes are asked as simulated nodes are", async () => {
  const { valid, explanation, faultCounts } = await runTest(
    parseTestOptions(flags(
      `--bin ${root}tests/nodes/members.ts -w lin-kv --node-count 3 ` +
        "--concurrency 2n --time-limit 4 --rate 30 --nemesis membership " +
        "--nemesis-interval 0.5",
    )),
  );
  assert.equal(valid, true, explanation.join("\n"));
  assert.match(faultCounts.join(), /removed member/);
});

// ---- without a cluster

type Answer = (request: string, node: string) => RpcResult | "later";

/** A nemesis whose requests are answered by hand. */
function byHand(nodes: number, answer: Answer, seed = "by hand") {
  const nodeIds = Array.from({ length: nodes }, (_, i) => `n${i}`);
  const asked: string[] = [];
  const endings: (Ending["ended"] | "asked")[] = [];
  const waiting: ((result: RpcResult) => void)[] = [];
  const timers: (() => void)[] = [];
  const cycle = membership({
    nodeIds,
    ...{ partition() {}, kill() {}, start() {}, pause() {}, resume() {} },
    disturb: () => () => {},
    after: (_, callback) => timers.push(callback),
    ask(_, { type, node_id }, done) {
      const request = `${type} ${node_id}`;
      asked.push(request);
      const result = answer(`${type}`, `${node_id}`);
      if (result === "later") waiting.push(done);
      else done(result);
    },
  }, new Random(seed));
  const apply = (operation: FaultOperation | undefined) =>
    operation?.apply((_, __, ending) => endings.push(ending?.ended ?? "asked"));
  return {
    ...{ cycle, asked, endings, waiting },
    begin: () => apply(cycle.begin()),
    end: () => apply(cycle.end()),
    /** Lets all timers go off that wait now. */
    pass: () => timers.splice(0).forEach((callback) => callback()),
  };
}

const done = (type: string): RpcResult => ({ body: { type: `${type}_ok` } });
const refused = (code: number): RpcResult => ({
  error: new RpcError(code, "no"),
});

Deno.test("membership: a majority stays, of two nodes one, and the only node", () => {
  for (
    const [nodes, least] of [[1, 1], [2, 1], [3, 2], [4, 3], [5, 3], [7, 4]]
  ) {
    const inside = new Set(Array.from({ length: nodes }, (_, i) => `n${i}`));
    let fewest = nodes;
    const it = byHand(nodes, (type, node) => {
      if (type === "add_member") inside.add(node);
      else inside.delete(node);
      fewest = Math.min(fewest, inside.size);
      return done(type);
    });
    for (let i = 0; i < 100; i++) {
      it.begin();
      it.end();
      assert.equal(inside.size, nodes);
    }
    assert.equal(fewest, least);
  }
});

Deno.test("membership: who may have been removed counts as no member, and is added in the end", () => {
  const removed: string[] = [];
  const it = byHand(3, (type, node) => {
    if (type === "add_member") return done(type);
    removed.push(node);
    return refused(0); // a timeout: it may come yet
  });
  it.begin();
  assert.equal(removed.length, 1);
  it.begin(); // two are left that are surely members: they stay
  assert.equal(removed.length, 1);
  it.end();
  assert.ok(!it.asked.includes(`add_member ${removed[0]}`), "not at once");
  it.pass();
  assert.deepEqual(it.asked, [
    `remove_member ${removed[0]}`,
    `add_member ${removed[0]}`,
  ]);
  assert.deepEqual(it.endings, ["asked", "info", "asked", "ok"]);
  it.end();
  it.pass();
  assert.equal(it.asked.length, 3, "again: the removal may have come since");
  assert.equal(it.asked[2], `add_member ${removed[0]}`);
  assert.deepEqual(it.cycle.notes, []);
});

Deno.test("membership: what a request came to is waited for, before its fault ends", () => {
  const it = byHand(5, () => "later");
  it.begin();
  it.end();
  assert.equal(it.asked.length, 1);
  it.waiting[0]({ body: { type: "remove_member_ok" } });
  assert.equal(it.asked.length, 2);
  assert.equal(it.asked[1], it.asked[0].replace("remove", "add"));
});

Deno.test("membership: a removal that waited in a paused node, and came after its node was added, is made up for", async () => {
  // In these seeds it did, and final reads found who was no member.
  for (const seed of ["s5", "s17", "s18", "s19", "s20"]) {
    const { valid, history } = await run(
      members("g-set"),
      "-w g-set --node-count 5 --rate 40 --time-limit 15 --latency 50 " +
        "--latency-dist exponential --nemesis membership,pause,partition " +
        `--nemesis-interval 2 --seed ${seed}`,
    );
    assert.equal(valid, true);
    for (const { final, type } of history) {
      if (final) assert.ok(type === "invoke" || type === "ok", type);
    }
  }
});

Deno.test("membership: a refused change changes nothing, a refused addition is tried again", () => {
  let isReady = false;
  const it = byHand(5, (type) => isReady ? done(type) : refused(11));
  it.begin();
  assert.ok(it.asked.every((text) => text.startsWith("remove_member")));
  const { length } = it.asked;
  it.end();
  assert.equal(it.asked.length, length, "all are still members");
  assert.match(
    it.cycle.notes?.join() ?? "",
    /asked for \d changes, and none was acknowledged: n\d answered remove_member with error 11, temporarily-unavailable: no/,
  );
  isReady = true;
  it.begin();
  isReady = false;
  it.end();
  const before = it.asked.length;
  for (let i = 0; i < 5; i++) it.pass();
  assert.equal(it.asked.length, before + 5);
  assert.deepEqual(it.cycle.notes, []); // there was no time yet
  isReady = true;
  for (let i = 0; i < 3; i++) it.pass();
  assert.match(it.asked.at(-1) ?? "", /^add_member/);
});

Deno.test("membership: who is not added in time is named, if there was any", () => {
  for (const hadTime of [true, false]) {
    const it = byHand(
      3,
      (type) => type === "remove_member" ? done(type) : refused(11),
    );
    it.begin();
    it.end();
    it.pass();
    it.cycle.close?.(hadTime);
    it.cycle.close?.(false); // the run is over, too
    assert.equal(it.cycle.notes?.length, hadTime ? 1 : 0);
    if (!hadTime) continue;
    const [, node] = it.asked[0].split(" ");
    assert.match(
      it.cycle.notes?.[0] ?? "",
      new RegExp(`Not known to be members again .*: ${node}: .* error 11, `),
    );
  }
});

Deno.test("membership: after error 10 nobody is asked again, and after its close neither", () => {
  const unable = byHand(5, () => refused(10));
  unable.begin();
  for (let i = 0; i < 5; i++) {
    unable.end();
    unable.begin();
    unable.pass();
  }
  assert.equal(unable.asked.length, 1);

  const closed = byHand(5, () => "later");
  closed.begin();
  closed.cycle.close?.(true);
  for (const done of closed.waiting) {
    done({ body: { type: "remove_member_ok" } });
  }
  closed.end();
  closed.pass();
  assert.equal(closed.asked.length, 1);
  assert.deepEqual(closed.endings, ["asked"]);
});
