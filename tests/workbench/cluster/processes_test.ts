import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { parseTestOptions } from "../../../workbench/cli/options.ts";
import { type TestResult } from "../../../workbench/results/test_result.ts";
import { runTest } from "../../../workbench/run.ts";
import { isAlive, read, until } from "../../support/processes.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

function run(
  args: readonly string[],
  signal?: AbortSignal,
): Promise<TestResult> {
  return runTest(
    parseTestOptions([
      ...["-w", "echo", "--node-count", "1", "--time-limit", "1"],
      ...args,
    ]),
    signal,
  );
}

const bad = (kind: string, signal?: AbortSignal) =>
  run(["--bin", here("../../nodes/bad.sh"), "--", kind], signal);

const hasNode = await new Deno.Command("node", { args: ["--version"] }).output()
  .then(({ success }) => success, () => false);

Deno.test({
  name: "processes: an echo node in another language is judged",
  ignore: !hasNode,
  async fn() {
    const result = await run(["--bin", here("../../nodes/echo.mjs")]);
    assert.equal(result.valid, true, result.explanation.join("\n"));
    assert.ok(result.operations > 0);
    assert.equal(result.net.servers.msgCount, 0);
    // init and init_ok, and two messages per operation
    assert.equal(result.net.clients.msgCount, 2 + 2 * result.operations);
  },
});

Deno.test("processes: a line that is no JSON is shown, with the node's name", async () => {
  const { valid, explanation: [text] } = await bad("garbage");
  assert.equal(valid, false);
  assert.match(text, /Node n0 printed a line to stdout that is not JSON/);
  assert.match(text, /Hello, world!/);
});

Deno.test("processes: JSON that is no message is shown with what is expected", async () => {
  const { valid, explanation: [text] } = await bad("envelope");
  assert.equal(valid, false);
  assert.match(text, /expected \{src: string/);
});

for (const kind of ["extra", "blank"]) {
  Deno.test(`processes: an envelope as Maelstrom wants it: ${kind}`, async () => {
    const { valid, explanation: [text] } = await bad(kind);
    assert.equal(valid, false);
    assert.match(text, /Node n0 printed a line to stdout that is not /);
  });
}

Deno.test("processes: what a body says is its receiver's business", async () => {
  const { valid, explanation: [text] } = await bad("odd");
  assert.equal(valid, false);
  assert.match(text, /n0 ended by itself with exit status 3/);
});

Deno.test("processes: a node that exits is reported with the end of its stderr", async () => {
  const { valid, explanation: [text] } = await bad("exits");
  assert.equal(valid, false);
  assert.match(text, /n0 ended by itself with exit status 3/);
  assert.match(text, /out of luck/);
});

Deno.test("processes: a message to nobody ends the run", async () => {
  const { valid, explanation: [text] } = await bad("nobody");
  assert.equal(valid, false);
  assert.match(text, /there is no "n77"/);
});

Deno.test("processes: a message in another's name ends the run", async () => {
  const { valid, explanation: [text] } = await bad("forged");
  assert.equal(valid, false);
  assert.match(text, /in the name of "n1"/);
});

Deno.test("processes: a flood ends the run", async () => {
  const { valid, explanation: [text] } = await bad("flood");
  assert.equal(valid, false);
  assert.match(text, /n0/);
  assert.match(text, /flood|did not answer init/);
});

Deno.test("processes: a missing binary is named", async () => {
  const { valid, explanation: [text] } = await run(["--bin", "/no/such/node"]);
  assert.equal(valid, false);
  assert.match(text, /can't start \/no\/such\/node: there is no such file/);
});

Deno.test("processes: a file that is not executable is told how to be", async () => {
  const { valid, explanation: [text] } = await run([
    "--bin",
    here("processes_test.ts"),
  ]);
  assert.equal(valid, false);
  assert.match(text, /it is not executable: chmod \+x/);
});

Deno.test("processes: nothing that a node started survives an interrupted run", async () => {
  const abort = new AbortController();
  const run = bad("family", abort.signal);
  const started = await found("sleep 60");
  assert.ok(started.length > 0, "the node has children");
  abort.abort();
  const { valid, explanation } = await run;
  assert.equal(valid, "unknown");
  assert.match(explanation.join("\n"), /^The run was interrupted: .*[.]$/);
  for (const pid of started) assert.ok(!isAlive(pid), `${pid} survived`);
});

Deno.test("processes: Ctrl-C ends a run with 130, undecided, in one sentence", async () => {
  const workbench = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--allow-all", here("../../../workbench/cli/main.ts"), "test"],
      ...[
        "-w",
        "kafka",
        "--bin",
        here("../../../kafka.ts"),
        "--node-count",
        "1",
      ],
      ...["--rate", "50", "--log-net-send"],
    ],
    cwd: Deno.makeTempDirSync(),
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = new Response(workbench.stdout).text();
  let log = "";
  for await (
    const text of workbench.stderr.pipeThrough(new TextDecoderStream())
  ) {
    // Something was sent, which nobody will have polled.
    if (!log.includes("send_ok") && (log += text).includes("send_ok")) {
      workbench.kill("SIGINT");
    }
  }
  assert.equal((await workbench.status).code, 130);
  const text = await output;
  assert.match(text, /^The run was interrupted: .*[.]$/m);
  assert.match(text, /^Unknown: /m);
  assert.doesNotMatch(text, /Invalid|unseen|note: kafka/);
});

/** Waits for two children of nodes that we started, and tells their pids. */
async function found(command: string): Promise<number[]> {
  let pids: number[] = [];
  await until(`${command} runs twice`, () => {
    pids = [];
    for (const { name } of Deno.readDirSync("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      const line = read(`/proc/${name}/cmdline`).replaceAll("\0", " ").trim();
      // Others on this machine may run the same command: only orphans-to-be
      // whose group is led by our node count.
      const [, group] =
        /\) \S (?:\d+) (\d+)/.exec(read(`/proc/${name}/stat`)) ??
          [];
      const leader = read(`/proc/${group}/cmdline`);
      if (line === command && leader.includes("bad.sh\0family")) {
        pids.push(Number(name));
      }
    }
    return pids.length >= 2;
  });
  return pids;
}
