import assert from "node:assert/strict";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { Watchdog } from "../../../workbench/cluster/watchdog.ts";
import { childrenOf, isAlive, until } from "../../support/processes.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const node = (name: string) => `${root}tests/nodes/${name}`;

/** A command of the workbench, by its file, in an empty folder. */
async function withCommand(
  act: (it: {
    folder: string;
    start: (file: string, args: readonly string[]) => Deno.ChildProcess;
  }) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await act({
      folder,
      start: (file, args) =>
        new Deno.Command(Deno.execPath(), {
          args: [
            ...["run", "--quiet", "--frozen", "--allow-all"],
            ...["--config", `${root}deno.json`, `${root}workbench/${file}`],
            ...args,
          ],
          cwd: folder,
          stdin: "null",
          stdout: "piped",
          stderr: "piped",
        }).spawn(),
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Starts a run of one node, which tells its process ids into a pipe. */
async function startNode(
  folder: string,
  start: (file: string, args: readonly string[]) => Deno.ChildProcess,
  name: string,
): Promise<{ workbench: Deno.ChildProcess; pids: number[] }> {
  const pipe = `${folder}/pipe`;
  await new Deno.Command("mkfifo", { args: [pipe] }).output();
  const flags = `test -w echo --node-count 1 --bin ${node(name)} -- ${pipe}`;
  const workbench = start("cli/main.ts", flags.split(" "));
  const pids = (await Deno.readTextFile(pipe)).trim().split(" ").map(Number);
  return { workbench, pids };
}

/** Kills a workbench, and waits until none of its processes is left. */
async function killAndWait(
  workbench: Deno.ChildProcess,
  pids: readonly number[],
): Promise<void> {
  const all = [...new Set([...pids, ...childrenOf(workbench.pid)])];
  for (const pid of pids) assert.ok(isAlive(pid));
  workbench.kill("SIGKILL");
  await workbench.output();
  await until(`${all} are gone`, () => !all.some(isAlive));
}

Deno.test("watchdog: a node that ignores signals does not outlive a workbench that is killed", () =>
  withCommand(async ({ folder, start }) => {
    const { workbench, pids } = await startNode(folder, start, "stubborn.sh");
    await killAndWait(workbench, pids);
  }));

Deno.test("watchdog: nor does a node that is stopped", () =>
  withCommand(async ({ folder, start }) => {
    const { workbench, pids } = await startNode(folder, start, "stubborn.sh");
    Deno.kill(-pids[0], "SIGSTOP");
    await killAndWait(workbench, pids);
  }));

Deno.test("watchdog: nor do children of a node", () =>
  withCommand(async ({ folder, start }) => {
    const { workbench, pids } = await startNode(folder, start, "parent.sh");
    assert.equal(pids.length, 2);
    await killAndWait(workbench, pids);
  }));

Deno.test("watchdog: nor does a seed that loops", () =>
  withCommand(async ({ folder, start }) => {
    const program = `${folder}/loops.ts`;
    await Deno.writeTextFile(
      program,
      `export default () => { console.error("looping"); for (;;); };`,
    );
    const flags = `simulate -w echo --program ${program} --seeds 1 ` +
      "--seed-timeout 3600 --log-stderr";
    const workbench = start("cli/main.ts", flags.split(" "));
    const [shown, rest] = workbench.stderr.tee();
    for await (const text of shown.pipeThrough(new TextDecoderStream())) {
      if (text.includes("looping")) break;
    }
    const pids = childrenOf(workbench.pid);
    workbench.kill("SIGKILL");
    await Promise.all([
      rest.cancel(),
      workbench.stdout.cancel(),
      workbench.status,
    ]);
    assert.ok(pids.length >= 2);
    await until(`${pids} are gone`, () => !pids.some(isAlive));
  }));

Deno.test("watchdog: it spares what has ended, and ends what is left", async () => {
  const sleep = () =>
    new Deno.Command("sleep", { args: ["1000"], detached: true }).spawn();
  const [kept, forgotten] = [sleep(), sleep()];
  try {
    {
      await using watchdog = new Watchdog();
      for (const { pid } of [forgotten, kept]) watchdog.watch(pid);
      watchdog.forget(forgotten.pid);
    }
    const { signal } = await kept.status;
    assert.equal(signal, "SIGKILL");
    assert.ok(isAlive(forgotten.pid));
  } finally {
    forgotten.kill("SIGKILL");
    await forgotten.status;
  }
});

const endless = {
  "cli/main.ts": [
    `test -w echo --bin ${root}echo.ts --time-limit 3600`,
    `simulate -w echo --program ${root}echo.ts --seeds 1000000`,
  ],
  "search/soak.ts": ["--seeds 1000000"],
  "search/mutants.ts": ["--seeds 1000000"],
};
const codes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

for (const [file, commands] of Object.entries(endless)) {
  for (const flags of commands) {
    const name = file === "cli/main.ts"
      ? flags.split(" ")[0]
      : basename(file, ".ts");
    for (const signal of ["SIGHUP", "SIGINT", "SIGTERM"] as const) {
      Deno.test(`${name}: ${signal} ends it and all its processes`, () =>
        withCommand(async ({ start }) => {
          const workbench = start(file, flags.split(" "));
          // The watchdog, and a node or a worker.
          await until(
            "it has processes",
            () => childrenOf(workbench.pid).length >= 2,
          );
          const pids = childrenOf(workbench.pid);
          workbench.kill(signal);
          const { code, signal: killedBy, stderr } = await workbench.output();
          assert.equal(killedBy, null);
          assert.equal(code, codes[signal], new TextDecoder().decode(stderr));
          assert.deepEqual(pids.filter(isAlive), []);
        }));
    }
  }
}
