/**
 * How many messages the network moves between processes.
 *
 * @module
 */
import { tmpdir } from "node:os";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { Cluster } from "../workbench/cluster/cluster.ts";
import { Journal } from "../workbench/cluster/journal.ts";
import { Network } from "../workbench/cluster/network.ts";
import { ProcessNode } from "../workbench/cluster/process_node.ts";
import { Random } from "../workbench/clock/random.ts";
import { RpcClient } from "../workbench/load/rpc_client.ts";
import { RealScheduler } from "../workbench/clock/scheduler.ts";
import { StoredFile } from "../workbench/results/store.ts";
import { Watchdog } from "../workbench/cluster/watchdog.ts";
import { atLeast, noTarget, type Row } from "./row.ts";

const area = "network";
const SECONDS = 4;

interface Rate {
  readonly messages: number;
  /** Seconds of a core that the workbench itself took. */
  readonly cpu: number;
}

/** Messages per second between pairs of nodes, each with balls in the air. */
async function measure(pairs: number, balls: number): Promise<Rate> {
  await using watchdog = new Watchdog();
  const scheduler = new RealScheduler();
  const journal = new Journal(false);
  const network = new Network(scheduler, new Random("bench"), journal, {
    latency: 0,
    latencyDist: "constant",
    pLoss: 0,
    pDuplicate: 0,
    delivery: "maelstrom",
    downQueue: 10,
  });
  const logs = Deno.makeTempDirSync({ dir: tmpdir() });
  const bin = fileURLToPath(new URL("nodes/juggler.ts", import.meta.url));
  const ids = Array.from({ length: 2 * pairs }, (_, i) => `n${i}`);
  let fail: (reason: Error) => void = () => {};
  const failure = new Promise<never>((_, reject) => fail = reject);
  const failed = (text: string) => fail(new Error(text));
  const hosts = new Map(ids.map((id) => [
    id,
    new ProcessNode(id, {
      bin,
      args: [],
      log: new StoredFile(`${logs}/${id}.log`, failed),
      logStderr: false,
      watchdog,
    }, {
      sent: (src, dest, body, text) => network.send(src, dest, body, text),
      failed,
    }),
  ]));
  const cluster = new Cluster(scheduler, network, hosts, new Map(), failed);
  const work = async (): Promise<Rate> => {
    await cluster.boot();
    for (let i = 0; i < ids.length; i += 2) {
      const juggle = { type: "juggle", partner: ids[i + 1], balls };
      const client = new RpcClient(scheduler, network);
      await new Promise((done) => client.rpc(ids[i], juggle, done));
    }
    const count = () => journal.stats(0).servers.recvCount;
    const pause = (seconds: number) =>
      new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    await pause(1); // for the compilers of all these processes
    const [before, cpu, start] = [count(), process.cpuUsage(), Date.now()];
    await pause(SECONDS);
    const seconds = (Date.now() - start) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    return {
      messages: (count() - before) / seconds,
      cpu: (user + system) / 1e6 / seconds,
    };
  };
  try {
    return await Promise.race([work(), failure]);
  } finally {
    await cluster.stop();
    scheduler.stop();
    Deno.removeSync(logs, { recursive: true });
  }
}

export async function* rows(): AsyncGenerator<Row> {
  const peer = "own target, on two cores with the nodes";
  for (const [pairs, balls] of [[1, 100], [2, 50], [5, 20]]) {
    const { messages, cpu } = await measure(pairs, balls);
    const figure = `${2 * pairs} processes, ${
      pairs * balls
    } messages under way`;
    yield atLeast(30_000, {
      area,
      figure,
      value: messages,
      unit: "msgs/s",
      peer,
    });
    yield noTarget({
      area,
      figure: `${figure}: a message's cost to the workbench`,
      value: cpu / messages * 1e6,
      unit: "us",
      peer: "of one core",
    });
  }
}
