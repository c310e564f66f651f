/**
 * How fast the simulation is: fly.io's commands under virtual time, from the
 * first operation's generation to the verdict, on one core.
 *
 * @module
 */
import process from "node:process";
import { fileURLToPath } from "node:url";
import { message, type Node, type Program, string } from "../lib/maelstrom.ts";
import { type Challenge, challenges } from "../workbench/challenges.ts";
import { parseTestOptions } from "../workbench/cli/options.ts";
import { simulate } from "../workbench/run.ts";
import { atLeast, atMost, type Row } from "./row.ts";

const area = "simulation";
const peer = "own target";

/** The first run warms up the compiler; of all, the fastest counts. */
const RUNS = 4;

interface Measured {
  /** Of this machine's time, or of a core's if the machine has other work. */
  readonly ms: number;
  /** What the same run takes as processes. */
  readonly realTime: number;
  readonly messages: number;
}

async function measure(program: Program, flags: string): Promise<Measured> {
  const options = parseTestOptions([
    ...["--bin", "-", "--seed", "bench"],
    ...flags.split(" "),
  ]);
  let best: Measured = { ms: Infinity, realTime: 0, messages: 0 };
  for (let run = 0; run < RUNS; run++) {
    const cpuStart = process.cpuUsage();
    const start = performance.now();
    const result = await simulate(options, program);
    const wall = performance.now() - start;
    const { user, system } = process.cpuUsage(cpuStart);
    const ms = Math.min(wall, (user + system) / 1000);
    if (result.valid !== true) throw new Error(result.explanation.join("\n"));
    if (ms > best.ms) continue;
    const end = Math.max(
      options.timeLimit * 1000,
      (result.history.at(-1)?.time ?? 0) / 1e6,
    );
    best = { ms, realTime: end, messages: result.net.all.msgCount };
  }
  return best;
}

async function measureChallenge(challenge: Challenge): Promise<Measured> {
  const { default: program } = await import(`../${challenge.script}`);
  const { flags, timeLimit } = challenge;
  return measure(program, `${flags} --time-limit ${timeLimit.full}`);
}

const chat = message("chat", { text: string });

/** Nodes that pass on whatever they hear, besides an echo now and then. */
function chatter(node: Node): void {
  node.serve("echo", {
    echo({ echo }) {
      for (const _ of node.peers) pass();
      return { type: "echo_ok", echo };
    },
  });
  node.on(chat, () => {
    if (node.now() < 2000) pass();
  });
  const pass = () =>
    node.send(node.pick(node.peers), chat({ text: "Hello, there!" }));
}

export async function* rows(): AsyncGenerator<Row> {
  const measured = new Set<string>();
  for (const challenge of challenges) {
    const { id, title, flags } = challenge;
    if (measured.has(flags)) continue; // 5c is 5b's command
    measured.add(flags);
    const { ms, realTime } = await measureChallenge(challenge);
    yield atLeast(flags.includes("--rate 1000") ? 40 : 100, {
      area,
      figure: `${id} ${title}, ${Math.round(realTime / 1000)} s`,
      value: realTime / ms,
      unit: "x real time",
      peer,
    });
  }
  const { ms, messages } = await measure(
    chatter,
    "-w echo --node-count 10 --rate 10 --time-limit 2 --latency 1",
  );
  yield atLeast(200_000, {
    area,
    figure: "ten nodes that pass on what they hear",
    value: messages / ms * 1000,
    unit: "msgs/s",
    peer,
  });
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--frozen", fileURLToPath(import.meta.url)],
    stderr: "inherit",
  }).output();
  yield atMost(500, {
    area,
    figure: `5c, ${RUNS} runs: most memory of the process`,
    value: Number(new TextDecoder().decode(stdout)),
    unit: "MB",
    peer,
  });
}

/** The most memory that this process ever had, in MB. */
function peakMemory(): number {
  const status = Deno.readTextFileSync("/proc/self/status");
  return Number(/VmHWM:\s*(\d+) kB/.exec(status)?.[1]) / 1000;
}

// As a process of its own: prints what 5c takes.
if (import.meta.main) {
  for (const challenge of challenges) {
    if (challenge.id === "5c") await measureChallenge(challenge);
  }
  console.log(peakMemory());
}
