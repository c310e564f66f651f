/** The command `simulate`, as a person runs it. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { parseSimulatedRun } from "../../../workbench/cli/options.ts";
import { SeedPool } from "../../../workbench/search/seed_pool.ts";
import { childrenOf, until } from "../../support/processes.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** Lossy enough for `forgetful.ts` to lose something in most seeds. */
const FAILING = "-w broadcast --program tests/nodes/forgetful.ts " +
  "--node-count 3 --rate 20 --time-limit 5 --p-loss 0.1";

function command(args: string) {
  return new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--frozen", "workbench/cli/main.ts", "simulate"],
      ...args.split(" "),
    ],
    cwd: root,
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  });
}

async function simulate(args: string) {
  const { code, stdout, stderr } = await command(args).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

/** The arguments of the last replay command. */
const replayOf = (out: string) =>
  out.split("\n").findLast((line) => line.startsWith("replay it:"))
    ?.split("simulate ")[1] ?? assert.fail(out);

Deno.test("simulate: seeds that pass end with 0", async () => {
  const { code, out } = await simulate(
    "-w echo --program echo.ts --node-count 2 --time-limit 2 --seeds 6",
  );
  assert.equal(code, 0, out);
  assert.match(out, /seed base \w+: 6 seeds/);
  assert.match(out, /6\/6 seeds, 0 failed/);
});

Deno.test("simulate: a nemesis that found nothing to do is told of once", async () => {
  const { code, out } = await simulate(
    "-w echo --program echo.ts --node-count 2 --time-limit 3 --seeds 4 " +
      "--nemesis membership --nemesis-interval 0.5",
  );
  assert.equal(code, 0, out);
  assert.equal(
    out.match(/^Note: n\d does not handle remove_member/gm)?.length,
    1,
  );
  assert.match(out, /4\/4 seeds, 0 failed/);
});

Deno.test("simulate: the first failure stops, is explained and comes back", async () => {
  const { code, out } = await simulate(`${FAILING} --seeds 50 --seed base`);
  assert.equal(code, 1, out);
  assert.match(out, /set: \d+ is lost/);
  const lost = /set: (\d+) is lost/.exec(out)?.[1];
  const replay = await simulate(replayOf(out));
  assert.equal(replay.code, 1);
  assert.match(replay.out, new RegExp(`set: ${lost} is lost`));
});

Deno.test("simulate: a flag that the node does not take is the user's mistake, not the node's", async () => {
  const flags = "-w broadcast --program broadcast.ts --time-limit 2";
  for (const seeds of ["--seeds 5", "--seed x", "--seed x --shrink"]) {
    const { code, out, err } = await simulate(
      `${flags} ${seeds} -- --max-wiat 5`,
    );
    assert.equal(code, 2, out + err);
    assert.match(err, /can't start: unknown argument --max-wiat: .*--max-wait/);
    assert.doesNotMatch(out + err, /invalid|replay it|^ +at /m);
  }
});

Deno.test("simulate: a program that is not deterministic is told as such", async () => {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(
      file,
      `let calls = 0; // shared by the runs of a process
      export default (node) => node.serve("echo", {
        echo: ({ echo }) => ({ type: "echo_ok", echo: ++calls > 50 || echo }),
      });`,
    );
    const flags = `-w echo --program ${file} --node-count 1 --rate 10 ` +
      "--time-limit 2 --seed base";
    const { code, out } = await simulate(`${flags} --seeds 40`);
    assert.equal(code, 1, out);
    assert.match(out, /the program is not deterministic/);

    const right = await simulate(`${flags} --seeds 1`);
    assert.doesNotMatch(right.out, /not deterministic/);
    const wrong = await simulate(`${flags}/1 --journal-hash 0123456789abcdef`);
    assert.equal(wrong.code, 1, wrong.out);
    assert.match(wrong.out, /the program is not deterministic/);
    await removeStore(wrong.out);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("simulate: a replay command knows what the journal came to", async () => {
  const { out } = await simulate(`${FAILING} --seeds 50 --seed base`);
  assert.doesNotMatch(out, /not deterministic/);
  assert.match(replayOf(out), /--journal-hash [0-9a-f]{16}/);
  const replay = await simulate(replayOf(out));
  assert.equal(replay.code, 1);
  assert.doesNotMatch(replay.out, /not deterministic/);
  await removeStore(replay.out);
});

async function removeStore(out: string): Promise<void> {
  const [, store] = /results +(store\/\S+)/.exec(out) ?? assert.fail(out);
  await Deno.remove(`${root}${store}`, { recursive: true });
}

Deno.test("simulate: --keep-going counts by anomaly, with one example each", async () => {
  const { code, out } = await simulate(`${FAILING} --seeds 12 --keep-going`);
  assert.equal(code, 1, out);
  assert.match(out, /12\/12 seeds, \d+ failed/);
  const [, counts] = out.split("by what was found:\n");
  const found = [...(counts ?? "").matchAll(/^ +(\d+) {2}(\S+)$/gm)];
  assert.ok(found.some(([, n, kind]) => kind === "lost" && Number(n) > 2), out);
  const examples = out.match(/^invalid: /gm) ?? [];
  assert.ok(examples.length <= found.length, out);
});

Deno.test("simulate: a replay leaves a store folder as a real run does", async () => {
  const { out } = await simulate(`${FAILING} --seed base/1`);
  const [, store] = /results +(store\/\S+)/.exec(out) ?? assert.fail(out);
  const files = [...Deno.readDirSync(`${root}${store}`)].map((it) => it.name);
  for (
    const name of [
      "results.json",
      "results.edn",
      "test.json",
      "history.jsonl",
      "journal.jsonl",
    ]
  ) assert.ok(files.includes(name), `${name} is not in ${files}`);
  await Deno.remove(`${root}${store}`, { recursive: true });
});

Deno.test("simulate: --shrink leaves little, and it still fails alike", async () => {
  const { code, out } = await simulate(`${FAILING} --seed base/1 --shrink`);
  assert.equal(code, 1, out);
  const small = replayOf(out);
  assert.match(small, /--keep-ops/);
  const replay = await simulate(small);
  assert.equal(replay.code, 1, replay.out);
  assert.match(replay.out, /is lost/);
  const kept = /--keep-ops (\S+)/.exec(small)?.[1] ?? "";
  assert.ok(kept.split(",").length <= 3, `kept ${kept}`);
});

Deno.test("simulate: --shrink also leaves out steps by hand, and prints those that it needs", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/faults.jsonl`;
  await Deno.writeTextFile(
    file,
    `{"at":100,"do":"pause","node":"n1"}
{"at":200,"do":"resume","node":"n1"}
{"at":0,"do":"drop","message":23}
{"at":900,"do":"skew","node":"n2","by":-500}
{"at":900,"do":"delay","message":60,"by":500}
{"at":950,"do":"cut","link":["n0","n1"]}
{"at":951,"do":"heal","link":["n0","n1"]}
`,
  );
  try {
    const { code, out } = await simulate(
      "-w broadcast --program tests/nodes/forgetful.ts --node-count 3 " +
        `--rate 10 --time-limit 3 --seed hand --shrink --script-of-faults ${file}`,
    );
    assert.equal(code, 1, out);
    assert.match(out, /from 7 steps by hand to 1\.$/m);
    const [, name, script] =
      /^Before that, save as (\S+):\n\n((?:\{.*\n)+)/m.exec(out) ??
        assert.fail(out);
    assert.equal(name, `${folder}/faults.shrunk.jsonl`);
    assert.equal(script, '{"at":0,"do":"drop","message":23}\n');
    await Deno.writeTextFile(name, script);
    const replay = await simulate(replayOf(out));
    assert.equal(replay.code, 1, replay.out);
    assert.doesNotMatch(replay.out, /went otherwise/);
    await removeStore(replay.out);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("simulate: --shrink never ends with more faults or operations than it began with", async () => {
  // Without the loss, and with another seed, it fails by a fault: that is no less.
  const { code, out } = await simulate(
    `${FAILING} --nemesis partition,pause --seed c --shrink`,
  );
  assert.equal(code, 1, out);
  const [, ops, opsLeft, faults, faultsLeft] =
    /from (\d+) operations to (\d+), from (\d+) faults to (\d+)/.exec(out) ??
      assert.fail(out);
  assert.equal(faults, "0", "this seed has failed without any");
  assert.equal(faultsLeft, "0");
  assert.ok(Number(opsLeft) <= Number(ops), out);
});

Deno.test("simulate: what can't be run at all is said once, exit code 2", async () => {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    for (
      const [text, expected] of [
        ["throw new Error('no, thanks');", /no, thanks/],
        ["export const echo = 1;", /no function as its default export/],
        ["export default function (", /can't be imported: .*expected/i],
        ["import '../nowhere.ts';", /"\S*\/nowhere\.ts"/],
        ["await new Promise(() => {});", /does not end being imported/],
      ] as const
    ) {
      await Deno.writeTextFile(file, text);
      const { code, err } = await simulate(
        `-w echo --program ${file} --seeds 20`,
      );
      assert.equal(code, 2, err);
      assert.match(err, expected);
      assert.equal(err.match(new RegExp(expected, "g"))?.length, 1, err);
      assert.doesNotMatch(err, /seed_worker/); // no stack of ours
    }
  } finally {
    await Deno.remove(file);
  }
  const { code, err } = await simulate("-w echo --program ecko.ts --seeds 2");
  assert.equal(code, 2);
  assert.match(err, /^--program: there is no file \S+\/ecko\.ts\n$/);
});

Deno.test("simulate: what a program prints is shown when a seed is replayed", async () => {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    const text = await Deno.readTextFile(`${root}tests/nodes/forgetful.ts`);
    await Deno.writeTextFile(
      file,
      text.replaceAll("../../lib/", `file://${root}lib/`)
        .replace("messages.push", 'console.error("here I am"); messages.push'),
    );
    const flags = `-w broadcast --program ${file} --time-limit 2 --rate 20`;
    const replay = await simulate(`${flags} --seed print`);
    assert.match(replay.err, /here I am/);
    const [, store] = /results +(store\/\S+)/.exec(replay.out) ??
      assert.fail(replay.out);
    await Deno.remove(`${root}${store}`, { recursive: true });
    assert.doesNotMatch((await simulate(`${flags} --seeds 3`)).err, /here I/);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("simulate: a program that throws fails its seeds with the error", async () => {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(
      file,
      "export default () => { throw new Error('not today'); };",
    );
    const { code, out } = await simulate(
      `-w echo --program ${file} --seeds 3`,
    );
    assert.equal(code, 1, out);
    assert.match(out, /not today/);
  } finally {
    await Deno.remove(file);
  }
});

for (
  const [what, code] of [
    ["read", 'await Deno.readTextFile("/etc/passwd")'],
    [
      "read",
      'await (await import("node:fs/promises")).readFile("/etc/passwd")',
    ],
    ["write", 'await Deno.writeTextFile("/tmp/written-by-a-program", "")'],
    ["net", "await Deno.connect({ port: 8000 })"],
    ["net", "Deno.listen({ port: 0 })"],
    ["env", 'Deno.env.get("HOME")'],
    ["run", 'await new Deno.Command("true").output()'],
    ["sys", "Deno.hostname()"],
  ] as const
) {
  Deno.test(`simulate: a program has no permissions, and is told: ${code}`, async () => {
    const file = await Deno.makeTempFile({ suffix: ".ts" });
    const inHandler = `export default (node) => node.serve("echo", {
      async echo({ echo }) { ${code}; return { type: "echo_ok", echo }; },
    });`;
    const atStart = `export default () => { (async () => { ${code}; })(); };`;
    const atImport = `${code}; export default () => {};`;
    try {
      for (const text of [inHandler, atStart, atImport]) {
        await Deno.writeTextFile(file, text);
        await using pool = new SeedPool({ programs: [file], timeout: 60 });
        const args = ["-w", "echo", "--program", file, "--time-limit", "2"];
        await assert.rejects(pool.run({ run: parseSimulatedRun(args) }), {
          name: "UnusableProgram",
          message: new RegExp(
            `more than its node .* ${what} access[^]*has no permissions`,
          ),
        }, text);
      }
    } finally {
      await Deno.remove(file);
    }
  });
}

Deno.test("simulate: a program may import files of its own, and npm's if they are cached", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/a, b`);
    await Deno.writeTextFile(`${folder}/text.ts`, "export const type = 'x';");
    const program = `${folder}/a, b/program.ts`;
    const text = `import fc from "npm:fast-check@4.10.2";
      import { type } from "../text.ts";
      export default (node) => node.serve("echo", {
        echo: ({ echo }) => ({ type: fc.assert ? "echo_ok" : type, echo }),
      });`;
    await Deno.writeTextFile(program, text);
    const args = ["-w", "echo", "--program", program, "--seed", "x"];
    {
      await using pool = new SeedPool({ programs: [program], timeout: 60 });
      const { valid, explanation } = await pool.run({
        run: parseSimulatedRun(args),
      });
      assert.equal(valid, true, explanation.join());
    }
    await Deno.writeTextFile(
      program,
      text.replace("npm:fast-check@4.10.2", "npm:no-such-package-anywhere"),
    );
    await using pool = new SeedPool({ programs: [program], timeout: 60 });
    await assert.rejects(
      pool.run({ run: parseSimulatedRun(args) }),
      /no-such-package-anywhere/,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("simulate: a program that never ends fails its seed", async () => {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(
      file,
      "export default (node) => { node.onInit(() => { for (;;); }); };",
    );
    const { code, out } = await simulate(
      `-w echo --program ${file} --seeds 1 --seed-timeout 2`,
    );
    assert.equal(code, 1, out);
    assert.match(out, /did not end within 2 s/);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("simulate: wrong flags end with 2", async () => {
  for (
    const [args, expected] of [
      ["-w echo", /--program is missing/],
      ["-w echo --program echo.ts --seeds 0", /--seeds wants a positive/],
      ["-w echo --program echo.ts --shrink", /--seed SEED/],
      ["-w echo --program echo.ts --bin echo.ts", /simulate wants --program/],
    ] as const
  ) {
    const { code, err } = await simulate(args);
    assert.equal(code, 2, args);
    assert.match(err, expected);
  }
});

Deno.test("simulate: SIGINT ends it and its processes", async () => {
  const process = command(
    "-w broadcast --program broadcast.ts --seeds 100000 --time-limit 20",
  ).spawn();
  const reader = process.stdout.getReader();
  await reader.read(); // the seed base: it has begun
  const children = () => childrenOf(process.pid);
  await until("seeds have processes", () => children().length > 0);
  const before = children();
  process.kill("SIGINT");
  let hasEnded = false;
  const read = async () => {
    while (!(await reader.read()).done);
    hasEnded = true;
  };
  const output = read();
  await until("SIGINT has ended it", () => hasEnded);
  await output;
  const { code } = await process.status;
  await process.stderr.cancel();
  assert.equal(code, 130);
  for (const pid of before) {
    assert.throws(() => Deno.statSync(`/proc/${pid}`), Deno.errors.NotFound);
  }
});

for (
  const [program, flags] of [
    ["broadcast.ts", "-w broadcast --rate 50 -- --durable"],
    ["counter.ts", "-w pn-counter --rate 50"],
    ["kafka.ts", "-w kafka --rate 100 --concurrency 2n"],
    ["txn.ts", "-w txn-rw-register --rate 100 --check-convergence"],
    ["unique_ids.ts", "-w unique-ids --rate 100"],
    ["echo.ts", "-w echo --rate 100"],
  ] as const
) {
  Deno.test(`simulate: ${program}, one seed, two processes, one journal`, async () => {
    const [own, rest] = flags.split(" -- ");
    const args = [
      ...["--program", `${root}${program}`, "--seed", "twice"],
      ...own.split(" "),
      ...["--node-count", "3", "--time-limit", "8", "--clock-skew", "500"],
      ...["--nemesis", "partition,kill,pause", "--nemesis-interval", "2"],
      ...["--p-loss", "0.05", "--p-duplicate", "0.05"],
      ...["--latency", "10", "--latency-dist", "exponential"],
      ...(rest === undefined ? [] : ["--", rest]),
    ];
    const programs = [`${root}${program}`];
    const hashes: unknown[] = [];
    for (let i = 0; i < 2; i++) {
      await using pool = new SeedPool({ programs, size: 1, timeout: 60 });
      for (let j = 0; j < 2; j++) {
        const { hash, messages } = await pool.run({
          run: parseSimulatedRun(args),
          want: "hash",
        });
        assert.ok(messages > 100);
        hashes.push(hash);
      }
    }
    assert.match(`${hashes[0]}`, /^[0-9a-f]{64}$/);
    assert.equal(new Set(hashes).size, 1);
    await using pool = new SeedPool({ programs, size: 1, timeout: 60 });
    const other = args.with(args.indexOf("twice"), "another");
    const { hash } = await pool.run({
      run: parseSimulatedRun(other),
      want: "hash",
    });
    assert.notEqual(hash, hashes[0]);
  });
}
