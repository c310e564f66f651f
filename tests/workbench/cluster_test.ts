import assert from "node:assert/strict";
import { Cluster } from "../../workbench/cluster.ts";
import { Journal } from "../../workbench/journal.ts";
import { Network } from "../../workbench/network.ts";
import { type NodeHost } from "../../workbench/node_host.ts";
import { Random } from "../../workbench/random.ts";
import { VirtualScheduler } from "../../workbench/scheduler.ts";

/** A node that answers init after so many ms of not being paused or dead. */
class SlowNode implements NodeHost {
  readonly evidence = "";
  #isAlive = false;

  constructor(
    private readonly id: string,
    private readonly delay: number,
    private readonly scheduler: VirtualScheduler,
    private readonly network: Network,
  ) {}

  start(): void {
    this.#isAlive = true;
    this.inits.push(0);
  }

  /** How often each incarnation was initialized. */
  readonly inits: number[] = [];

  deliver({ src, body }: Parameters<NodeHost["deliver"]>[0]): void {
    if (body.type !== "init") return;
    this.inits[this.inits.length - 1]++;
    this.scheduler.after(this.delay, () => {
      if (!this.#isAlive) return;
      const reply = { type: "init_ok", in_reply_to: body.msg_id };
      this.network.send(this.id, src, reply);
    });
  }

  kill(): void {
    this.#isAlive = false;
  }

  pause(): void {
    this.#isAlive = false;
  }

  resume(): void {
    this.#isAlive = true;
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}

/** What became of a cluster whose nodes take so long to answer init. */
async function failures(
  delay: number,
  steps: (
    cluster: Cluster,
    pass: (ms: number) => Promise<void>,
    network: Network,
    nodes: readonly SlowNode[],
  ) => unknown,
): Promise<string[]> {
  const scheduler = new VirtualScheduler();
  const network = new Network(
    scheduler,
    new Random("cluster"),
    new Journal(false),
    {
      latency: 1000,
      latencyDist: "constant",
      pLoss: 0,
      pDuplicate: 0,
      delivery: "maelstrom",
    },
  );
  const hosts = new Map(
    ["n0", "n1"].map((id) => [
      id,
      new SlowNode(id, delay, scheduler, network),
    ]),
  );
  const found: string[] = [];
  const cluster = new Cluster(
    scheduler,
    network,
    hosts,
    new Map(),
    (text) => found.push(text),
  );
  const pass = (ms: number) =>
    scheduler.promise<void>((resolve) => scheduler.after(ms, () => resolve()));
  await scheduler.run((async () => {
    await cluster.boot().catch((error) => found.push(error.message));
    await steps(cluster, pass, network, [...hosts.values()]);
  })());
  return found;
}

Deno.test("cluster: a node that never answers init is to blame", async () => {
  const found = await failures(60_000, () => {});
  assert.match(found.join(), /Node n[01] did not answer init with init_ok/);
});

Deno.test("cluster: a node that is killed before its init_ok is not", async () => {
  const found = await failures(5_000, async (cluster, pass) => {
    cluster.kill(["n1"]);
    cluster.start();
    await pass(1_000);
    cluster.kill(["n1"]);
    await pass(20_000);
    cluster.start();
    await pass(20_000);
  });
  assert.deepEqual(found, []);
});

Deno.test("cluster: a node that is paused before its init_ok is not", async () => {
  const found = await failures(5_000, async (cluster, pass) => {
    cluster.kill(["n1"]);
    cluster.start();
    await pass(1_000);
    cluster.pause(["n1"]);
    await pass(20_000);
    cluster.resume();
    await pass(20_000);
  });
  assert.deepEqual(found, []);
});

Deno.test("cluster: an init that waited is not for the next incarnation", async () => {
  const found = await failures(1, async (cluster, pass, network, [, node]) => {
    network.send("n0", "n1", { type: "hello" }); // takes a second
    for (let i = 0; i < 3; i++) {
      cluster.kill(["n1"]);
      cluster.start();
      await pass(100);
    }
    await pass(2_000);
    assert.deepEqual(node.inits, [1, 0, 0, 1]);
  });
  assert.deepEqual(found, []);
});
