/**
 * The node library: throughput, latency, start, memory and RPCs of processes.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { median } from "../workbench/checkers/result.ts";
import { parseTestOptions } from "../workbench/cli/options.ts";
import { runTest } from "../workbench/run.ts";
import { atLeast, atMost, noTarget, type Row } from "./row.ts";

const area = "library";
const path = (file: string) => fileURLToPath(new URL(file, import.meta.url));

const DENO = [Deno.execPath(), "run", "--no-config", "--cached-only"];
const LIBRARY = [path("../echo.ts")];
const BARE = [...DENO, path("nodes/bare_echo.ts")];
const HELLO = [...DENO, path("nodes/hello.ts")];

const ECHOES = 200_000;
const INIT =
  '{"id":0,"src":"c0","dest":"n0","body":{"type":"init","msg_id":0,' +
  '"node_id":"n0","node_ids":["n0"]}}\n';

/** What Maelstrom's echo workload sends. */
function request(id: number): string {
  return `{"id":${id},"src":"c${id % 10}","dest":"n0","body":` +
    `{"echo":"Please echo ${id % 128}","type":"echo","msg_id":${id}}}\n`;
}

function requests(count: number): Uint8Array {
  let text = "";
  for (let id = 1; id <= count; id++) text += request(id);
  return new TextEncoder().encode(text);
}

function spawn([command, ...args]: readonly string[]): Deno.ChildProcess {
  return new Deno.Command(command, {
    args,
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
}

/** Seconds that a node takes for all of it, from start to exit. */
async function pipe(
  command: readonly string[],
  input: Uint8Array,
  inOrder: boolean,
): Promise<number> {
  const start = performance.now();
  const node = spawn(command);
  const writer = node.stdin.getWriter();
  const [output] = await Promise.all([
    new Response(node.stdout).text(),
    writer.write(input).then(() => writer.close()),
  ]);
  const { code } = await node.status;
  const seconds = (performance.now() - start) / 1000;
  if (code !== 0) throw new Error(`${command.join(" ")}: exit status ${code}`);
  checkReplies(output, inOrder);
  return seconds;
}

/** Every request answered once and rightly. */
function checkReplies(output: string, inOrder: boolean): void {
  const replies = output.split("\n").slice(0, -1)
    .map((line) => JSON.parse(line))
    .filter(({ body }) => body.type === "echo_ok");
  if (!inOrder) replies.sort((a, b) => a.body.in_reply_to - b.body.in_reply_to);
  if (replies.length !== ECHOES) throw new Error(`${replies.length} replies`);
  replies.forEach(({ dest, body }, i) => {
    const id = i + 1;
    if (
      body.in_reply_to !== id || body.echo !== `Please echo ${id % 128}` ||
      dest !== `c${id % 10}`
    ) throw new Error(`request ${id} got ${JSON.stringify({ dest, body })}`);
  });
}

/**
 * Builds a node on Maelstrom's Go library: from a checkout of Maelstrom at
 * $MAELSTROM_SOURCE if there is one, else from Go's module proxy.
 */
function buildGoEcho(): string[] | undefined {
  const folder = Deno.makeTempDirSync();
  const go = (...args: string[]) => {
    const command = new Deno.Command("go", {
      args,
      cwd: folder,
      stdout: "null",
      stderr: "null",
    });
    if (!command.outputSync().success) throw new Error(args.join(" "));
  };
  const library = "github.com/jepsen-io/maelstrom/demo/go";
  const source = Deno.env.get("MAELSTROM_SOURCE");
  try {
    Deno.copyFileSync(path("nodes/go_echo/main.go"), `${folder}/main.go`);
    go("mod", "init", "echo");
    if (source === undefined) go("get", `${library}@latest`);
    else {
      go("mod", "edit", `-replace=${library}=${source}/demo/go`);
      go("mod", "tidy");
    }
    go("build", "-o", "echo", ".");
    return [`${folder}/echo`];
  } catch {
    Deno.removeSync(folder, { recursive: true });
    return undefined; // no Go, or nowhere to have the library from
  }
}

/** The least of some runs: what the machine's other work disturbed least. */
async function fastest(
  runs: number,
  ...measures: readonly (() => Promise<number>)[]
): Promise<number[]> {
  const best = measures.map(() => Infinity);
  for (let run = 0; run < runs; run++) {
    for (const [i, measure] of measures.entries()) {
      best[i] = Math.min(best[i], await measure());
    }
  }
  return best;
}

/** One message at a time, over the pipes of a process. */
class Conversation {
  readonly #process: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #encoder = new TextEncoder();

  constructor(command: readonly string[]) {
    this.#process = spawn(command);
    this.#writer = this.#process.stdin.getWriter();
    this.#reader = this.#process.stdout.getReader();
  }

  /** Says a line, if there is one to say, and waits for a line. */
  async turn(line?: string): Promise<void> {
    if (line !== undefined) this.#writer.write(this.#encoder.encode(line));
    for (;;) {
      const { value } = await this.#reader.read();
      if (value === undefined) throw new Error("the process ended");
      if (value.at(-1) === 10) return;
    }
  }

  async end(): Promise<void> {
    await this.#writer.close();
    await this.#reader.cancel();
    await this.#process.status;
  }
}

/** Median microseconds from a request to its reply. */
async function latency(command: readonly string[]): Promise<number> {
  const node = new Conversation(command);
  await node.turn(INIT);
  const times: number[] = [];
  for (let id = 1; id <= 5000; id++) {
    const start = performance.now();
    await node.turn(request(id));
    times.push(performance.now() - start);
  }
  await node.end();
  return median(times) * 1000;
}

/** Milliseconds from the start of a process to its first line. */
async function startUp(
  command: readonly string[],
  line?: string,
): Promise<number> {
  const start = performance.now();
  const process = new Conversation(command);
  await process.turn(line);
  const ms = performance.now() - start;
  await process.end();
  return ms;
}

/** Megabytes that a node holds after five million messages. */
async function memory(command: readonly string[]): Promise<number> {
  const node = spawn(command);
  const block = requests(100_000);
  const writer = node.stdin.getWriter();
  const feed = (async () => {
    await writer.write(new TextEncoder().encode(INIT));
    for (let i = 0; i < 50; i++) await writer.write(block);
    await writer.close();
  })();
  let size = NaN;
  let replies = 0;
  for await (const chunk of node.stdout) {
    for (const byte of chunk) if (byte === 10) replies++;
    if (replies < 4_900_000) continue;
    const status = Deno.readTextFileSync(`/proc/${node.pid}/status`);
    const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(status) ?? [];
    if (kilobytes !== undefined) size = Number(kilobytes) / 1000;
  }
  await feed;
  await node.status;
  return size;
}

export async function* rows(): AsyncGenerator<Row> {
  const encoder = new TextEncoder();
  const input = new Uint8Array([
    ...encoder.encode(INIT),
    ...requests(ECHOES),
  ]);
  const [library, bare] = await fastest(
    7,
    () => pipe(LIBRARY, input, true),
    () => pipe(BARE, input, true),
  );
  yield noTarget({
    area,
    figure: "200,000 echoes through a process",
    value: library,
    unit: "s",
    peer: `bare loop ${bare.toFixed(2)} s`,
  });
  yield atMost(1.5, {
    area,
    figure: "200,000 echoes, of the bare loop's time",
    value: library / bare,
    unit: "x",
    peer: "read, parse, print in Deno, without a library",
  });
  const go = buildGoEcho();
  if (go !== undefined) {
    const [seconds] = await fastest(2, () => pipe(go, input, false));
    yield atLeast(10, {
      area,
      figure: "200,000 echoes, times faster than Go's library",
      value: seconds / library,
      unit: "x",
      peer: `Maelstrom's Go library, ${seconds.toFixed(2)} s`,
    });
  }

  const [reply, bareReply] = await fastest(
    3,
    () => latency(LIBRARY),
    () => latency(BARE),
  );
  const goReply = go && (await fastest(3, () => latency(go)))[0];
  const replying = {
    area,
    figure: "request to reply, one at a time, median",
    value: reply,
    unit: "us",
  };
  // Times vary with the machine; Go's library is timed on the same one.
  yield goReply === undefined
    ? noTarget({ ...replying, peer: `bare loop ${bareReply.toFixed(0)} us` })
    : atMost(Math.round(goReply), {
      ...replying,
      peer: `Go's library; bare loop ${bareReply.toFixed(0)} us`,
    });

  const [start, hello] = await fastest(
    25,
    () => startUp(LIBRARY, INIT),
    () => startUp(HELLO),
  );
  yield atMost(25, {
    area,
    figure: "start of the process to init_ok",
    value: start,
    unit: "ms",
    peer: `Deno printing a line, ${hello.toFixed(1)} ms`,
  });

  if (Deno.build.os === "linux") {
    const size = await memory(LIBRARY);
    const bareSize = await memory(BARE);
    yield atMost(1.1, {
      area,
      figure: "memory after 5,000,000 messages, of the bare loop's",
      value: size / bareSize,
      unit: "x",
      peer: `${size.toFixed()} MB and ${bareSize.toFixed()} MB`,
    });
  }

  const reads = 10_000;
  for (const atOnce of [1, 64]) {
    const count = atOnce === 1 ? reads / 5 : reads;
    const { valid, explanation, latencies } = await runTest(parseTestOptions([
      ...["-w", "echo", "--bin", path("nodes/rpc_load.ts")],
      ...["--node-count", "1", "--rate", "2", "--time-limit", "4"],
      ...["--", "--reads", `${count}`, "--at-once", `${atOnce}`],
    ]));
    if (valid !== true) throw new Error(explanation.join("\n"));
    yield noTarget({
      area,
      figure: `lin-kv reads by RPC, ${atOnce} at once`,
      value: count / latencies["0"] * 1000,
      unit: "/s",
      peer: "the workbench's network in between",
    });
  }
  if (go !== undefined) {
    Deno.removeSync(go[0].slice(0, -"/echo".length), { recursive: true });
  }
}
