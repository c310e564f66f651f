import assert from "node:assert/strict";
import {
  flagsWithoutEffect,
  parseSimulatedRun,
  parseSimulateOptions,
  parseTestOptions,
} from "../../../workbench/cli/options.ts";
import { commandFor } from "../../../workbench/cli/run_flags.ts";
import { wantsHelp } from "../../../workbench/cli/arguments.ts";
import { UsageError } from "../../../workbench/cli/flags.ts";
import { parse as parseChallenges } from "../../../workbench/cli/run_challenges.ts";
import { workloadSpecs } from "../../../workbench/workloads/mod.ts";

const parse = (flags: string) =>
  parseTestOptions(["-w", "echo", "--bin", "./x", ...flags.split(" ")]);

Deno.test("options: Maelstrom's defaults", () => {
  const { bin: _, seed: __, ...options } = parseTestOptions(["--bin", "x"]);
  assert.deepEqual(options, {
    workload: "lin-kv",
    testCount: 1,
    args: [],
    nodeIds: ["n1", "n2", "n3", "n4", "n5"],
    concurrency: 5,
    timeLimit: 60,
    wipe: false,
    rate: 5,
    latency: 0,
    latencyDist: "constant",
    delivery: "maelstrom",
    downQueue: 10,
    pLoss: 0,
    pCorrupt: 0,
    pDuplicate: 0,
    nemesis: [],
    nemesisInterval: 10,
    availability: undefined,
    asMaelstrom: false,
    own: {},
    noReport: false,
    logStderr: false,
    logNetSend: false,
    logNetRecv: false,
    clockSkew: 0,
    disk: false,
    diskLatency: 1,
    diskSize: "unbounded",
    keepOps: undefined,
    keepFaults: undefined,
    scriptOfFaults: undefined,
    journalHash: undefined,
  });
});

/** The values of a workload's own flags. */
const own = (workload: string, flags = "") =>
  parse(`-w ${workload} ${flags}`.trim()).own;

Deno.test("options: a workload's own flags have Maelstrom's defaults", () => {
  const sessions = { checkSessions: false };
  const sets = { ...sessions, forgiveVictims: false };
  const keys = { keyCount: 10, maxWritesPerKey: 16 };
  const converging = { checkConvergence: false };
  const transactions = {
    ...keys,
    ...converging,
    consistencyModels: ["strict-serializable"],
    maxTxnLength: 4,
  };
  const defaults = {
    "broadcast": { topology: "grid", ...sets },
    "echo": {},
    "g-counter": { ...sessions, ...converging },
    "g-set": sets,
    "kafka": { ...keys, ...converging },
    "lin-kv": {},
    "pn-counter": { ...sessions, ...converging },
    "txn-list-append": transactions,
    "txn-rw-register": transactions,
    "unique-ids": {},
  };
  assert.deepEqual(Object.keys(defaults), Object.keys(workloadSpecs));
  for (const [name, values] of Object.entries(defaults)) {
    assert.deepEqual(own(name), values, name);
  }
});

Deno.test("options: as in Maelstrom, any workload takes the flags of the others, and those without effect are told", () => {
  const flags = "--topology line --consistency-models causal --key-count 5 " +
    "--max-txn-length 3 --max-writes-per-key 7";
  assert.deepEqual(parse(`--seed 1 ${flags}`), parse("--seed 1"));
  assert.deepEqual(own("broadcast", flags), {
    ...own("broadcast"),
    topology: "line",
  });
  assert.deepEqual(own("kafka", flags), {
    ...own("kafka"),
    ...{ keyCount: 5, maxWritesPerKey: 7 },
  });
  assert.deepEqual(flagsWithoutEffect(["-w", "kafka", ...flags.split(" ")]), [
    "--topology has no effect: it is for broadcast, not for kafka.",
    "--consistency-models has no effect: it is for txn-list-append and " +
    "txn-rw-register, not for kafka.",
    "--max-txn-length has no effect: it is for txn-list-append and " +
    "txn-rw-register, not for kafka.",
  ]);
});

Deno.test("options: a check that a workload does not have is refused", () => {
  for (
    const [flags, message] of [
      [
        "-w echo --check-convergence",
        "g-counter, pn-counter, kafka, " +
        "txn-list-append, txn-rw-register, not for echo",
      ],
      [
        "-w unique-ids --check-sessions",
        "broadcast, g-counter, g-set, " +
        "pn-counter, not for unique-ids; transactions have " +
        "--consistency-models such as PRAM",
      ],
      ["-w lin-kv --forgive-victims", "broadcast and g-set, not for lin-kv"],
    ]
  ) {
    assert.throws(
      () => parse(flags),
      (error) =>
        error instanceof UsageError &&
        error.message === `${flags.split(" ")[2]} is for ${message}`,
    );
  }
});

Deno.test("options: clients a node, faults, and what is for the node", () => {
  const options = parse(
    "--node-count 3 --concurrency 2n --nemesis kill,pause -- --seed 3 -- x",
  );
  assert.equal(options.concurrency, 6);
  assert.deepEqual(options.nemesis, ["kill", "pause"]);
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

Deno.test("options: ways to name nodes add up, as in Jepsen", () => {
  assert.deepEqual(parse("-n x --node y").nodeIds, ["x", "y"]);
  assert.deepEqual(parse("-n x --nodes a,b").nodeIds, ["a", "b", "x"]);
  assert.equal(parse("-n x -n y --concurrency 3n").concurrency, 6);
});

Deno.test("options: consistency models by all names that Elle has", () => {
  const names = [
    "1SR PL-1 PL-2 PL-2+ PL-2.99 PL-2L PL-3 PL-3U PL-CS PL-FCV PL-MSR PL-SI",
    "PL-SS PRAM causal causal-cerone conflict-serializable consistent-view",
    "cursor-stability forward-consistent-view linearizable",
    "monotonic-atomic-view monotonic-reads monotonic-snapshot-read",
    "monotonic-view monotonic-writes parallel-snapshot-isolation prefix",
    "read-atomic read-committed read-uncommitted read-your-writes",
    "repeatable-read sequential serializable session-serializable",
    "snapshot-isolation strict-serializable strong-PL-1 strong-PL-2",
    "strong-read-committed strong-read-uncommitted strong-serializable",
    "strong-session-PL-1 strong-session-PL-2 strong-session-read-committed",
    "strong-session-read-uncommitted strong-session-serializable",
    "strong-session-snapshot-isolation strong-snapshot-isolation",
    "update-atomic update-serializable view-serializable writes-follow-reads",
  ].join(" ").split(" ");
  const { consistencyModels } = own(
    "txn-rw-register",
    `--consistency-models ${names.join()}`,
  );
  assert.deepEqual(consistencyModels, names);
});

Deno.test("options: names may have a keyword's colon", () => {
  const flags = "--consistency-models :read-atomic,:PL-2 --topology :tree3";
  const { consistencyModels } = own(":txn-list-append", flags);
  assert.deepEqual(consistencyModels, ["read-atomic", "PL-2"]);
  assert.equal(own("broadcast", flags).topology, "tree3");
});

Deno.test("options: a flag's value may follow an equals sign", () => {
  assert.equal(parse("--rate=100 --latency=5").rate, 100);
});

Deno.test("options: the last of several values counts", () => {
  assert.equal(parse("--rate 100 --rate 7").rate, 7);
});

Deno.test("options: --help after -- is for the node", () => {
  assert.equal(wantsHelp(["test", "-h"]), true);
  assert.equal(wantsHelp(["test", "--bin", "x", "--", "--help"]), false);
});

Deno.test("options: Jepsen's flags for remote machines change nothing", () => {
  const flags = "--username root --password x --ssh-private-key f --no-ssh " +
    "--strict-host-key-checking --leave-db-running --logging-json --seed 1";
  assert.deepEqual(parse(flags), parse("--seed 1"));
  assert.deepEqual(flagsWithoutEffect(["--leave-db-running", "--no-ssh"]), [
    "--leave-db-running has no effect: nodes end with the run.",
  ]);
});

Deno.test("options: simulate refuses what only test has", () => {
  const simulate = (flags: string) => () =>
    parseSimulateOptions(["--program", "x.ts", ...flags.split(" ")]);
  assert.throws(simulate("--bin x"), /simulate wants --program/);
  assert.throws(simulate("--test-count 2"), /simulate has --seeds/);
});

for (
  const [flags, message] of [
    ["--rate fast", /--rate wants a number of at least 0, got "fast"/],
    ["--nodes a,c1", /a node can't be called "c1"/],
    ["--nodes a,../x", /a node can't be called "..\/x": .* no slash/],
    ["--nodes a/b", /a node can't be called "a\/b"/],
    ["--nodes a\\b", /a node can't be called "a\\\\b"/],
    ["--node ..", /a node can't be called "..": .* more than dots/],
    ["--node=", /a node can't be called "": a name needs at least one letter/],
    ["--node a\0b", /a node can't be called "a\\u0000b"/],
    [`--node ${"x".repeat(201)}`, /a node can't be called "x{40}…": .* 200 b/],
    [`--node ${"ü".repeat(101)}`, /200 bytes at most/],
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
    ["--colour red", /^there is no flag --colour$/],
    ["--node-cout 3", /no flag --node-cout; did you mean --node-count\?/],
    ["--nod 3", /no flag --nod; did you mean --node\?/],
    ["--log-net", /no flag --log-net; did you mean --log-net-send\?/],
    ["--seeds 3", /no flag --seeds of test; simulate has it/],
    [
      "--script-of-faults x",
      /no flag --script-of-faults of test; simulate has it/,
    ],
    [
      "--nemesis partition kill",
      /"kill" belongs to no flag; .*after a bare --/,
    ],
    ["--rate", /--rate/],
    ["--rate -1", /--rate/],
    ["--time-limit 0", /--time-limit wants a positive number/],
    ["--availability most", /--availability wants a number between 0 and 1/],
    ["--topology ring", /--topology wants one of line, grid, tree/],
    ["-w broadcast --topology ring", /--topology wants one of line, grid/],
    ["--key-count many", /--key-count wants a positive integer, got "many"/],
    ["--max-writes-per-key 0", /--max-writes-per-key wants a positive integer/],
    ["--max-txn-length 0", /--max-txn-length wants a positive integer/],
    ["-w nothing", /--workload wants one of broadcast, echo/],
    ["--no-ssh=yes", /--no-ssh/],
  ] as const
) {
  Deno.test(`options: ${flags} is refused with a reason`, () => {
    assert.throws(
      () => parse(flags),
      (error) => error instanceof UsageError && message.test(error.message),
    );
  });
}

/** The arguments of a command as a shell would pass them on. */
const argumentsIn = (command: string) =>
  [...command.split(" simulate ")[1].matchAll(/'([^']*)'|(\S+)/g)]
    .map(([, quoted, plain]) => quoted ?? plain);

for (
  const flags of [
    "",
    "--node-count 3 --concurrency 4n --rate 50 --time-limit 0.5",
    "--node-count 25 --concurrency 3 --latency 20 --latency-dist exponential",
    "--nodes a,b --down-queue unbounded --delivery independent --p-loss 0.1",
    "-n a,b -n d --nemesis kill,pause --nemesis-interval 2 --clock-skew 1000",
    "-w pn-counter --check-sessions --check-convergence --as-maelstrom",
    "--availability total --keep-ops 3,7-9 --keep-faults none",
    "--consistency-models PRAM,causal --key-count 3 --log-net-send -- --x 'y",
    "-w txn-list-append --consistency-models PRAM,causal --max-txn-length 9",
    "-w broadcast --topology line --forgive-victims --key-count 3",
    "-w kafka --key-count 3 --max-writes-per-key 99 --check-convergence",
  ]
) {
  Deno.test(`options: a run is data, and a command tells all of it: ${flags || "defaults"}`, () => {
    const run = parseSimulatedRun([
      ...["-w", "echo", "--program", "echo.ts", "--seed", "a seed"],
      ...flags.split(" ").filter(Boolean),
    ].map((it) => it === "'y" ? "y z" : it));
    const again = parseSimulatedRun(argumentsIn(commandFor(run)));
    assert.deepEqual(again, run);
    assert.equal(
      JSON.stringify(JSON.parse(JSON.stringify(run))),
      JSON.stringify(run),
    );
  });
}

Deno.test("options: a script of faults is read, and the command names its file", async () => {
  const file = await Deno.makeTempFile({ suffix: ".jsonl" });
  const parse = (flags: string) =>
    parseSimulatedRun(
      `-w echo --program echo.ts --seed x --node-count 3 ${flags}`.split(" "),
    );
  try {
    await Deno.writeTextFile(
      file,
      '{"do":"kill","at":1500,"node":"n1"}\n{"at":1,"do":"drop","message":7}\n',
    );
    const run = parse(`--script-of-faults ${file}`);
    assert.deepEqual(run.scriptOfFaults, {
      file,
      steps: [
        { at: 1500, do: "kill", node: "n1" },
        { at: 1, do: "drop", message: 7 },
      ],
    });
    assert.deepEqual(parseSimulatedRun(argumentsIn(commandFor(run))), run);
    assert.throws(() => parse(`--node-count 1 --script-of-faults ${file}`), {
      name: "UsageError",
      message: `--script-of-faults ${file}, line 1: there is no node "n1"; ` +
        "there are n0",
    });
    await Deno.writeTextFile(file, '{"at":1,"do":"burn"}');
    assert.throws(() => parse(`--script-of-faults ${file}`), {
      name: "UsageError",
      message: /^--script-of-faults .*, line 1: "do" wants one of kill, start/,
    });
  } finally {
    await Deno.remove(file);
  }
  assert.throws(() => parse("--script-of-faults /nowhere"), {
    name: "UsageError",
    message: /^--script-of-faults \/nowhere can't be read: /,
  });
});

Deno.test("options: the command for a run leaves out what is the default", () => {
  const run = parseSimulatedRun(
    ("--node-count 5 --concurrency 5 --rate 5 --latency-dist constant " +
      "--program echo.ts -w echo --seed x").split(" "),
  );
  assert.match(
    commandFor(run),
    / simulate -w echo --program echo\.ts --node-count 5 --seed x$/,
  );
});

Deno.test("options: dashes and quotes from a page are refused by name", () => {
  // So it stands on fly.io's page of 6c.
  const flags = ["-w", "echo", "--bin", "x"];
  const refused = (...args: string[]) => (error: unknown) =>
    error instanceof UsageError &&
    args.every((it) => error.message.includes(it));
  for (
    const [pasted, typed] of [
      ["–-nemesis", "--nemesis"],
      ["—nemesis", "--nemesis"],
      ["–w", "-w"],
      ["“partition”", '"partition"'],
    ]
  ) {
    assert.throws(
      () => parseTestOptions([...flags, pasted]),
      refused(pasted, `type ${typed}`),
    );
  }
  assert.throws(
    () => parseChallenges(["1", "–-full"]),
    refused("–-full", "type --full"),
  );
  // The node would be told, and say that there is no such flag, if anything.
  for (const parse of [parseTestOptions, parseChallenges]) {
    const own = parse === parseTestOptions ? flags : ["3e"];
    assert.throws(
      () => parse([...own, "--", "–-max-wait", "1300"]),
      refused("–-max-wait", "type --max-wait"),
    );
    // What is no flag is the node's own business.
    parse([...own, "--", "– a text", "—", "“quoted”"]);
  }
});
