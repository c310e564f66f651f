/** `run.sh` as a person runs it, with stand-ins for what it would download. */
import assert from "node:assert/strict";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname ?? "", "..");
const SYSTEM = "/usr/bin:/bin";

/** Where Deno keeps what it has downloaded already. */
const { denoDir: DENO_DIR }: { denoDir: string } = JSON.parse(
  new TextDecoder().decode(
    new Deno.Command(Deno.execPath(), { args: ["info", "--json"] })
      .outputSync().stdout,
  ),
);

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

interface Machine {
  /** An empty folder, deleted after the test. */
  readonly folder: string;
  /** Makes an executable in the folder. */
  script(name: string, text: string): Promise<string>;
}

async function withMachine(test: (machine: Machine) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(folder, "bin"));
    await Deno.symlink(Deno.execPath(), join(folder, "bin", "deno"));
    await test({
      folder,
      async script(name, text) {
        const path = join(folder, name);
        await Deno.remove(path).catch(() => {}); // never through a link
        await Deno.writeTextFile(path, text, { mode: 0o755 });
        return path;
      },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A command with the stand-ins first on PATH, and no environment besides. */
function command(
  { folder }: Machine,
  file: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Deno.Command {
  return new Deno.Command(file, {
    args: [...args],
    cwd: folder,
    clearEnv: true,
    env: {
      PATH: `${join(folder, "bin")}:${SYSTEM}`,
      DENO_DIR,
      ...env,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

async function output(command: Deno.Command): Promise<Ended> {
  const { code, stdout, stderr } = await command.output();
  const [out, err] = [stdout, stderr].map((it) => new TextDecoder().decode(it));
  return { code, out, err };
}

const runSh = (
  machine: Machine,
  args: readonly string[],
  env?: Record<string, string>,
) => output(command(machine, join(ROOT, "run.sh"), args, env));

Deno.test("run.sh: what it does not know gets one sentence and exit 2", () =>
  withMachine(async (machine) => {
    for (
      const [args, words] of [
        [["--frobnicate"], /no flag --frobnicate; .* after a bare --/],
        [["soak", "--seedz", "3"], /no flag --seedz; did you mean --seed\?/],
        [["workbench", "tset"], /no command tset/],
      ] as const
    ) {
      const { code, out, err } = await runSh(machine, args);
      assert.equal(code, 2, `${args}: ${out}${err}`);
      assert.match(err, words);
      assert.match(err, /^.*\n.* --help shows all flags\.\n$/);
      assert.equal(out, "");
    }
  }));

Deno.test("run.sh: help names every challenge and exits 0", () =>
  withMachine(async (machine) => {
    const { code, out } = await runSh(machine, ["help"]);
    assert.equal(code, 0);
    for (const id of ["1 ", "2 ", "3a", "3d 3e", "4 ", "5c", "6c"]) {
      assert.match(out, new RegExp(`^  ${id}`, "m"));
    }
  }));

Deno.test("run.sh: help names every command that it has", () =>
  withMachine(async (machine) => {
    const { out } = await runSh(machine, ["help"]);
    const script = (await Deno.readTextFile(join(ROOT, "run.sh")))
      .replaceAll(/\\\n */g, "");
    const names = new Set(
      [...script.matchAll(/^([a-z]+(?: \| .*)?)\)$/gm)].flatMap(([, words]) =>
        words.split(" | ").map((it) => it.split("\\")[0])
      ),
    );
    for (const name of ["lab", "deno", "soak", "bench"]) {
      assert.ok(names.has(name), [...names].join());
    }
    for (const name of [...names, "workbench report", "help"]) {
      assert.match(out, new RegExp(`^       ./run.sh ${name}\\b`, "m"));
    }
  }));

Deno.test("run.sh: what it prints to be typed again begins as it was called", () =>
  withMachine(async (machine) => {
    const run = join(ROOT, "run.sh");
    const program = join(ROOT, "tests/nodes/forgetful.ts");
    const flags = "-w broadcast --node-count 3 --rate 20 --time-limit 5 " +
      `--p-loss 0.1 --program ${program} --seeds 50`;
    const { code, out, err } = await runSh(machine, [
      ...["workbench", "simulate"],
      ...flags.split(" "),
    ]);
    assert.equal(code, 1, out + err);
    assert.ok(out.includes(`\nreplay it:  ${run} workbench simulate -w `), out);
    const wrong = await runSh(machine, ["workbench", "test", "--nodes-cuont"]);
    assert.ok(
      wrong.err.endsWith(`\n${run} workbench --help shows all flags.\n`),
    );
    const clean = await runSh(machine, ["workbench", "clean", "--help"]);
    assert.ok(
      clean.out.startsWith(`Usage: ${run} workbench clean [--keep N]\n`),
    );
  }));

Deno.test("run.sh: a challenge is run for real, and a valid one exits 0", () =>
  withMachine(async (machine) => {
    const { code, out, err } = await runSh(machine, ["1", "--time-limit", "1"]);
    assert.equal(code, 0, out + err);
    assert.match(out, /^1 +Echo +valid +\d+ +0\.00/m);
    assert.match(out, /^1 passed, 0 failed$/m);
    assert.ok(!out.includes("\x1b"), "colour is for terminals only");
  }));

Deno.test("run.sh: --bin judges another program, and says what is wrong", () =>
  withMachine(async (machine) => {
    const bin = await machine.script("mute", "#!/bin/sh\nexit 7\n");
    const args = ["1", "--bin", bin, "--time-limit", "1"];
    const { code, out } = await runSh(machine, args);
    assert.equal(code, 1);
    assert.match(out, /^1 +Echo +invalid/m);
    const [, told] = /^1, Echo: invalid\n(.*?^ {2}See it: \S+\n)/ms.exec(out) ??
      assert.fail(out);
    assert.match(
      told,
      /^ {2}Node n0 ended by itself with exit status 7 before it had printed anything to stdout\.\n {4}Its whole stderr: \S+\n {2}All of its results: \S+\n {2}See it: \S+\/report\.html\n$/,
    );
    assert.match(out, /^0 passed, 1 failed$/m);
  }));

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  Deno.test(`run.sh: ${signal} leaves no process behind`, () =>
    withMachine(async (machine) => {
      const pipe = join(machine.folder, "pipe");
      await new Deno.Command("mkfifo", { args: [pipe] }).output();
      const bin = join(ROOT, "tests/nodes/stubborn.sh");
      const args = ["1", "--bin", bin, "--", pipe];
      const running = command(machine, join(ROOT, "run.sh"), args).spawn();
      const ended = running.output();
      const pid = (await Deno.readTextFile(pipe)).trim();
      running.kill(signal);

      const { code, stdout } = await ended;
      assert.equal(code, { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }[signal]);
      assert.match(new TextDecoder().decode(stdout), /Interrupted/);
      const alive = await new Deno.Command("/bin/sh", {
        args: ["-c", `kill -0 ${pid}`],
      }).output();
      assert.equal(alive.success, false, `process ${pid} lives on`);
    }));
}

// ------------------------------------------------------------ real Maelstrom

const fakeMaelstrom = (valid: boolean) =>
  `#!/bin/sh
echo "$@" >>arguments
mkdir -p store/run && ln -sfn run store/latest
echo '{:stats {:count 42}, :net {:servers {:msgs-per-op 2.5}},
  :workload {:stable-latencies {0 0, 0.5 172, 1 201}, :lost (9),
             :valid? ${valid}}, :valid? ${valid}}' >store/latest/results.edn
`;

Deno.test("run.sh: --maelstrom runs the same command there, in the same table", () =>
  withMachine(async (machine) => {
    const path = await machine.script("maelstrom", fakeMaelstrom(true));
    for (
      const { code, out, err } of [
        await runSh(machine, ["3d", "--full", "--maelstrom", path]),
        await runSh(machine, ["--full", "3d"], { MAELSTROM: machine.folder }),
      ]
    ) {
      assert.equal(code, 0, out + err);
      assert.match(out, /^3d +Eff.* valid +42 +2\.50 +172 +201/m);
    }
    const args = await Deno.readTextFile(join(machine.folder, "arguments"));
    const line = "test -w broadcast --node-count 25 --rate 100 --latency 100 " +
      `--time-limit 20 --bin ${join(ROOT, "broadcast.ts")}\n`;
    assert.equal(args, line + line);
  }));

Deno.test("run.sh: an invalid verdict of Maelstrom's is shown and exits 1", () =>
  withMachine(async (machine) => {
    const path = await machine.script("maelstrom", fakeMaelstrom(false));
    const { code, out } = await runSh(machine, ["3a", "--maelstrom", path]);
    assert.equal(code, 1);
    assert.match(out, /^3a .* invalid +42/m);
    assert.match(out, /lost: \[9\]/);
  }));

Deno.test("run.sh: a Maelstrom that leaves no results is quoted", () =>
  withMachine(async (machine) => {
    const text = "#!/bin/sh\necho 'java: not found' >&2\nexit 127\n";
    const path = await machine.script("maelstrom", text);
    const { code, out } = await runSh(machine, ["1", "--maelstrom", path]);
    assert.equal(code, 1);
    assert.match(out, /status 127.*\n.*java: not found/);
  }));

// ------------------------------------------------------------ fetching Deno

/** A copy of run.sh in a project that only says which Deno it runs on. */
async function copyOfProject(machine: Machine): Promise<string> {
  const project = join(machine.folder, "project");
  await Deno.mkdir(join(project, "workbench/cli"), { recursive: true });
  await Deno.copyFile(join(ROOT, "run.sh"), join(project, "run.sh"));
  await Deno.writeTextFile(join(project, "deno.json"), "{}");
  await Deno.writeTextFile(
    join(project, "workbench/cli/run_challenges.ts"),
    `const { stdout } = await new Deno.Command("/usr/bin/env", {
      args: ["deno", "--version"],
    }).output();
    console.log(Deno.args.join(), new TextDecoder().decode(stdout));`,
  );
  await machine.script("bin/deno", "#!/bin/sh\necho 'deno 1.40.0 (old)'\n");
  return join(project, "run.sh");
}

Deno.test("run.sh: without a recent Deno, npm's is fetched once, also without HOME", () =>
  withMachine(async (machine) => {
    const run = await copyOfProject(machine);
    await machine.script(
      "bin/npm",
      `#!/bin/sh
for last; do :; done
echo "$last" >>${machine.folder}/fetched
mkdir -p node_modules/@deno/any
ln -s ${Deno.execPath()} node_modules/@deno/any/deno
`,
    );
    for (const message of [/Fetching Deno/, /^$/]) {
      const { code, out, err } = await output(
        command(machine, run, ["1", "2"]),
      );
      assert.equal(code, 0, err);
      assert.match(err, message);
      // What a script's shebang finds is the one that was fetched.
      assert.match(out, new RegExp(`^1,2 deno ${Deno.version.deno} `));
    }
    const fetched = await Deno.readTextFile(join(machine.folder, "fetched"));
    assert.match(fetched, /^deno@\d+\.\d+\.\d+\n$/);
    const left = [...Deno.readDirSync(join(machine.folder, "project/.deno"))];
    assert.ok(!left.some(({ name }) => name.startsWith("install")));
  }));

Deno.test("run.sh: every command finds the Deno that was fetched, and hears how it was called", () =>
  withMachine(async (machine) => {
    const run = await copyOfProject(machine);
    const project = join(machine.folder, "project");
    await Deno.mkdir(join(project, ".deno/bin"), { recursive: true });
    await Deno.symlink(Deno.execPath(), join(project, ".deno/bin/deno"));
    const say = `console.log(Deno.args.join(" "), Deno.env.get("RUN_SH"));`;
    await Deno.writeTextFile(join(project, "workbench/cli/main.ts"), say);
    const tasks = ["soak", "mutants", "limits", "scenarios", "bench"];
    await Deno.writeTextFile(
      join(project, "deno.json"),
      JSON.stringify({
        tasks: Object.fromEntries(
          tasks.map((it) => [it, `deno run -A workbench/cli/main.ts ${it}`]),
        ),
      }),
    );
    for (const task of [...tasks, "workbench"]) {
      const { code, out, err } = await output(
        command(machine, run, [task, "--flag", "a b"]),
      );
      assert.equal(code, 0, err);
      assert.equal(
        out,
        task === "workbench"
          ? `--flag a b ${run}\n`
          : `${task} --flag a b ./run.sh\n`,
      );
    }
  }));

Deno.test("run.sh: without npm, Deno's own installer is asked for that version", () =>
  withMachine(async (machine) => {
    const run = await copyOfProject(machine);
    for (
      const tool of ["dirname", "env", "ln", "mkdir", "mv", "rm", "sed", "sh"]
    ) {
      const path = join("/usr/bin", tool);
      await Deno.symlink(path, join(machine.folder, "bin", tool));
    }
    const env = { PATH: join(machine.folder, "bin") };
    await machine.script("bin/curl", "#!/bin/sh\nexit 6\n");
    const offline = await output(command(machine, run, ["1"], env));
    assert.equal(offline.code, 1);
    assert.match(offline.err, /installer did not succeed/);

    await machine.script(
      "bin/curl",
      `#!/bin/sh
echo 'mkdir -p $DENO_INSTALL/bin; echo "$@" >${machine.folder}/asked'
echo 'ln -s ${Deno.execPath()} $DENO_INSTALL/bin/deno'
`,
    );
    const { code, out, err } = await output(command(machine, run, ["1"], env));
    assert.equal(code, 0, err);
    assert.match(out, new RegExp(`^1 deno ${Deno.version.deno} `));
    const asked = await Deno.readTextFile(join(machine.folder, "asked"));
    assert.match(asked, /^v\d+\.\d+\.\d+\n$/);
  }));

Deno.test("run.sh: a fetch that fails ends it and leaves nothing half done", () =>
  withMachine(async (machine) => {
    const run = await copyOfProject(machine);
    await machine.script("bin/npm", "#!/bin/sh\necho no network >&2\nexit 1\n");
    const { code, err } = await output(command(machine, run, ["1"]));
    assert.notEqual(code, 0);
    assert.match(err, /no network/);
    const left = [...Deno.readDirSync(join(machine.folder, "project/.deno"))];
    assert.ok(!left.some(({ name }) => name.startsWith("install")));
  }));

Deno.test("run.sh: compile fails in words if Deno's base can't be had", () =>
  withMachine(async (machine) => {
    await machine.script(
      "bin/deno",
      "#!/bin/sh\ntest $1 = --version && echo 'deno 99.0.0 (x)'\n",
    );
    const { code, err } = await runSh(machine, ["compile"]);
    assert.equal(code, 1);
    assert.match(err, /Can't compile echo\.ts/);
  }));

Deno.test("echo.ts: its shebang starts it, and it ends with its input", () =>
  withMachine(async (machine) => {
    const init =
      '{"id":0,"src":"c0","dest":"n0","body":{"type":"init","msg_id":1,' +
      '"node_id":"n0","node_ids":["n0"]}}';
    const line = `echo '${init}' | "${join(ROOT, "echo.ts")}"`;
    const shell = command(machine, "/bin/sh", ["-c", line]);
    const { code, out, err } = await output(shell);
    assert.equal(code, 0, err);
    assert.deepEqual(JSON.parse(out), {
      src: "n0",
      dest: "c0",
      body: { type: "init_ok", in_reply_to: 1 },
    });
  }));
