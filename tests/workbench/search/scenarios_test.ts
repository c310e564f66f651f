import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { ErrorCode } from "../../../lib/maelstrom.ts";
import { type Op } from "../../../workbench/load/history.ts";
import { figuresOfRun } from "../../../workbench/search/run_figures.ts";
import { scenarios } from "../../../workbench/search/scenarios.ts";
import {
  bendsOf,
  disagreements,
  rules,
  type Why,
} from "../../../workbench/search/scenarios/bends.ts";
import {
  type Figures,
  type Grid,
  Measured,
  runOf,
  settingsOf,
  usual,
  whole,
} from "../../../workbench/search/scenarios/grid.ts";
import {
  type Script,
  scripts,
} from "../../../workbench/search/scenarios/scripts.ts";
import { SeedPool } from "../../../workbench/search/seed_pool.ts";
import { programsOf } from "../../../workbench/search/subjects.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

const tiny: Grid = {
  latencies: [1, 100],
  spreads: ["constant", "exponential"],
  sizes: [1, 5],
  faults: ["none", "kill"],
  faultLatencies: [100],
  faultSizes: [],
};

async function run(why: readonly Why[]) {
  const script: Script = {
    name: "forgetful",
    flags: `-w broadcast --program ${root}tests/nodes/forgetful.ts`,
    idea: "Tells each other node once.",
    why,
  };
  await using pool = new SeedPool({
    programs: programsOf([script]),
    timeout: 60,
  });
  const about = { grid: tiny, seeds: 1, base: "test", date: "2026-11-26" };
  return await scenarios([script], about, pool);
}

Deno.test("scenarios: a small grid becomes a page and pictures, and what nobody explains is named", async () => {
  const { page, pictures, wrong } = await run([]);
  assert.match(page, /1 scripts under\s+6 settings, 1 seeds\s+each/);
  assert.match(page, /\| `forgetful` +\| constant +\|/);
  assert.deepEqual(Object.keys(pictures).toSorted(), [
    "faults.svg",
    "latency.svg",
    "size.svg",
  ]);
  for (const svg of Object.values(pictures)) {
    assert.match(svg, /^<svg [^]*forgetful[^]*<\/svg>\n$/);
    assert.doesNotMatch(svg, /NaN|undefined/);
  }
  const complaint = "fault: broken (the checks fail): explained for nowhere, " +
    "measured at kill";
  assert.ok(wrong.includes(`forgetful: ${complaint}`), wrong.join("\n"));
  assert.ok(page.includes(`- ⚠ To be looked at again: ${complaint}.`), page);
  assert.match(
    page,
    /# forgetful, kill, 100 ms, 5 nodes: .*lost.*\n.*simulate/,
  );
});

Deno.test("scenarios: reasons for just what bends are no complaint, and stand on the page", async () => {
  const { wrong } = await run([]);
  const bends = Object.fromEntries(wrong.map((it) => {
    const [, bend, places] = /^forgetful: (\w+: \w+) .* measured at (.*)$/
      .exec(it) ?? assert.fail(it);
    const values = places.split(", ");
    return [bend, values.map((it) => /^\d+$/.test(it) ? Number(it) : it)];
  }));
  const because = "It tells nobody twice.";
  const fitting = await run([{ bends, because }]);
  assert.deepEqual(fitting.wrong, []);
  assert.doesNotMatch(fitting.page, /⚠/);
  assert.match(fitting.page, /Under kill the checks fail\..*\*\* It tells/);
});

const calm: Figures = {
  ...{ seeds: 6, broken: 0, unknown: 0, kinds: [] },
  ...{ ok: 1, answered: 1, perSecond: 50, messages: 2 },
  latency: { median: 10, p99: 20, max: 30 },
};

/** All as without faults but for what is said of some settings. */
function measured(
  odd: (setting: typeof usual) => Partial<Figures> | undefined,
): Measured {
  const result = new Measured();
  for (const setting of settingsOf(whole)) {
    result.set(setting, { ...calm, ...odd(setting) });
  }
  return result;
}

Deno.test("scenarios: figures that stay the same have no bend", () => {
  assert.deepEqual([...bendsOf(measured(() => undefined), whole)], []);
});

Deno.test("scenarios: a bend is named by all places where the rule finds it", () => {
  const found = bendsOf(
    measured(({ latency, spread, nodes, fault }) => ({
      answered: latency === 1000 ? 0.9 : 1,
      messages: nodes > 10 ? 5 : 2,
      broken: fault === "kill" || fault === "loss" && latency === 1000 ? 1 : 0,
      ...(spread === "exponential" && latency === 300 &&
        { latency: { median: 10, p99: 90, max: 100 } }),
      ...(latency === 1000 && { latency: undefined }),
    })),
    whole,
  );
  assert.deepEqual(Object.fromEntries(found), {
    "latency: answered": [1000],
    "spread: tail": [300],
    "size: messages": [25, 50],
    "fault: broken": ["loss at 1,000 ms", "kill"],
  });
});

Deno.test("scenarios: reasons disagree where they name too much, too little, or other places", () => {
  const found = new Map(
    [
      ["latency: load", [300, 1000]],
      ["fault: broken", ["kill"]],
    ] as const,
  );
  const because = "";
  const right: Why[] = [
    { bends: { "latency: load": [300, 1000] }, because },
    { bends: { "fault: broken": ["kill"] }, because },
  ];
  const figures = measured(() => undefined);
  const wrong = (why: readonly Why[]) =>
    disagreements(why, found, figures).join("\n");
  assert.equal(wrong(right), "");
  const [, broken] = right;
  assert.match(
    wrong([broken]),
    /^latency: load .* explained for nowhere, measured at 300, 1000$/,
  );
  const late: Why = { bends: { "latency: load": [1000] }, because };
  assert.match(
    wrong([broken, late]),
    /^latency: load .* explained for 1000, measured at 300, 1000$/,
  );
  const more: Why = { bends: { "size: load": [1] }, because };
  assert.match(
    wrong([...right, more]),
    /^size: load .* explained for 1, measured at nowhere$/,
  );
  const [load] = right;
  const so: Why = { ...load, holds: (it) => it.get({})?.messages === 2 };
  assert.equal(wrong([so, broken]), "");
  const notSo: Why = { ...load, holds: (it) => it.get({})?.messages === 3 };
  assert.equal(wrong([notSo, broken]), 'what is said does not hold: ""');
});

Deno.test("scenarios: each script can be run, and has one reason at most for a bend that there is", () => {
  const known = new Set(rules.map((it) => `${it.axis}: ${it.figure}`));
  assert.equal(new Set(scripts.map(({ name }) => name)).size, scripts.length);
  for (const script of scripts) {
    for (const setting of settingsOf(whole)) runOf(script, setting);
    const bends = script.why.flatMap((it) => Object.keys(it.bends));
    assert.deepEqual(bends.filter((it) => !known.has(it)), [], script.name);
    assert.equal(new Set(bends).size, bends.length, script.name);
  }
});

Deno.test("scenarios: what the data refuses is an answer, a timeout is none, and a crash asks nobody", () => {
  const ops: [type: Op["type"], error?: unknown][] = [
    ["ok"],
    ["fail", [ErrorCode.preconditionFailed, "5 is not 3"]],
    ["fail", [ErrorCode.temporarilyUnavailable, "no leader"]],
    ["info", [ErrorCode.timeout, "no reply"]],
    ["info"],
  ];
  const history = ops.flatMap(([type, error], i): Op[] => {
    const op = { index: 2 * i, process: i, time: 0, f: "cas", value: null };
    return [
      { ...op, type: "invoke" },
      { ...op, index: 2 * i + 1, type, error },
    ];
  });
  const net = { sendCount: 0, recvCount: 0, msgCount: 0, msgsPerOp: 3 };
  const { ok, answered, messages, latency } = figuresOfRun({
    history,
    net: { all: net, clients: net, servers: net },
    latencies: {},
    workload: { valid: true },
  });
  assert.deepEqual([ok, answered, messages, latency], [
    1 / 5,
    2 / 4,
    3,
    undefined,
  ]);
});
