import assert from "node:assert/strict";
import { Cluster } from "../../../workbench/cluster/cluster.ts";
import { Journal } from "../../../workbench/cluster/journal.ts";
import {
  Network,
  type NetworkOptions,
} from "../../../workbench/cluster/network.ts";
import { type NodeHost } from "../../../workbench/cluster/node_host.ts";
import { Random } from "../../../workbench/clock/random.ts";
import { VirtualScheduler } from "../../../workbench/clock/scheduler.ts";

/** A node that answers init after so many ms of not being paused or dead. */
class SlowNode implements NodeHost {
  readonly evidence = "";
  #isAlive = false;
  #isRunning = false;

  constructor(
    private readonly id: string,
    private readonly delay: number,
    private readonly scheduler: VirtualScheduler,
    private readonly network: Network,
  ) {}

  start(): void {
    this.#isAlive = this.#isRunning = true;
    this.inits.push(0);
  }

  /** How often each incarnation was initialized. */
  readonly inits: number[] = [];
  /** Numbers that it was told, and inits. */
  readonly got: unknown[] = [];

  deliver({ src, body }: Parameters<NodeHost["deliver"]>[0]): void {
    if (!this.#isRunning) return;
    this.got.push(body.n ?? body.type);
    if (body.type !== "init") return;
    this.inits[this.inits.length - 1]++;
    this.scheduler.after(this.delay, () => {
      if (!this.#isAlive) return;
      const reply = { type: "init_ok", in_reply_to: body.msg_id };
      this.network.send(this.id, src, reply);
    });
  }

  kill(): void {
    this.#isAlive = this.#isRunning = false;
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
  { downQueue = 10, delivery = "maelstrom" }: Partial<NetworkOptions> = {},
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
      delivery,
      downQueue,
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
    new Promise<void>((resolve) => scheduler.after(ms, () => resolve()));
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

/** Kills and starts `n1` thrice, while a message is on its way to it. */
const initsOf = (downQueue: number) =>
  failures(1, async (cluster, pass, network, [, node]) => {
    network.send("n0", "n1", { type: "hello" }); // takes a second
    for (let i = 0; i < 3; i++) {
      cluster.kill(["n1"]);
      cluster.start();
      await pass(100);
    }
    await pass(2_000);
    assert.deepEqual(
      node.inits,
      downQueue === 10 ? [1, 1, 1, 1] : [1, 0, 0, 1],
    );
  }, { downQueue });

Deno.test("cluster: the next incarnation's init waits for no message to an earlier one", async () => {
  assert.deepEqual(await initsOf(10), []);
});

Deno.test("cluster: an init that waited is not for the next incarnation", async () => {
  assert.deepEqual(await initsOf(Infinity), []);
});

/** Numbers of the messages that `n1` got, and what came in between. */
function received(
  steps: (it: {
    cluster: Cluster;
    pass: (ms: number) => Promise<void>;
    /** Sends `n1` messages of these numbers, from `n0`. */
    send: (from: number, to: number) => void;
    got: readonly unknown[];
  }) => Promise<void>,
  { initTakes = 1, ...options }:
    & Partial<NetworkOptions>
    & { readonly initTakes?: number } = {},
): Promise<string[]> {
  return failures(initTakes, async (cluster, pass, network, [, node]) => {
    const send = (from: number, to: number) => {
      for (let n = from; n <= to; n++) {
        network.send("n0", "n1", { type: "number", n });
      }
    };
    await steps({ cluster, pass, send, got: node.got });
  }, options);
}

const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

Deno.test("cluster: a node that is up has any number of messages on the way", async () => {
  const failed = await received(async ({ pass, send, got }) => {
    send(1, 500);
    await pass(2_000);
    assert.deepEqual(got, ["init", ...numbers(1, 500)]);
  });
  assert.deepEqual(failed, []);
});

for (const delivery of ["maelstrom", "independent"] as const) {
  Deno.test(`cluster: a paused node gets ten of those it missed, once it resumes (${delivery})`, async () => {
    const failed = await received(async ({ cluster, pass, send, got }) => {
      cluster.pause(["n1"]);
      send(1, 25);
      await pass(5_000);
      assert.deepEqual(got, ["init"]);
      cluster.resume();
      await pass(2_000);
      send(26, 40);
      await pass(2_000);
      assert.deepEqual(got, ["init", ...numbers(1, 10), ...numbers(26, 40)]);
    }, { delivery });
    assert.deepEqual(failed, []);
  });

  Deno.test(`cluster: what was on its way before a pause is not lost (${delivery})`, async () => {
    const failed = await received(async ({ cluster, pass, send, got }) => {
      send(1, 20);
      await pass(500);
      cluster.pause(["n1"]);
      send(21, 30); // there are more than ten already
      await pass(5_000);
      cluster.resume();
      await pass(2_000);
      assert.deepEqual(got, ["init", ...numbers(1, 20)]);
    }, { delivery });
    assert.deepEqual(failed, []);
  });

  Deno.test(`cluster: a killed node gets ten of those it missed, after its new init_ok (${delivery})`, async () => {
    const failed = await received(async ({ cluster, pass, send, got }) => {
      send(1, 5);
      await pass(500);
      cluster.kill(["n1"]);
      send(6, 25);
      await pass(5_000);
      assert.deepEqual(got, ["init"]);
      cluster.start();
      await pass(2_900); // init_ok comes after 3,000 ms
      assert.deepEqual(got, ["init", "init"]);
      await pass(1_100);
      assert.deepEqual(got, ["init", "init", ...numbers(1, 10)]);
    }, { delivery, initTakes: 3_000 });
    assert.deepEqual(failed, []);
  });

  Deno.test(`cluster: one that is killed or paused before its init_ok gets its backlog later (${delivery})`, async () => {
    const failed = await received(async ({ cluster, pass, send, got }) => {
      cluster.kill(["n1"]);
      send(1, 5);
      cluster.start();
      await pass(500);
      cluster.kill(["n1"]);
      send(6, 25);
      cluster.start();
      await pass(500);
      cluster.pause(["n1"]);
      await pass(20_000); // its init_ok is overdue
      cluster.resume();
      await pass(2_000);
      assert.deepEqual(got, ["init", "init", "init", ...numbers(1, 10)]);
    }, { delivery, initTakes: 3_000 });
    assert.deepEqual(failed, []);
  });
}

Deno.test("cluster: --down-queue 0 loses all that comes while a node is down", async () => {
  const failed = await received(async ({ cluster, pass, send, got }) => {
    cluster.pause(["n1"]);
    send(1, 5);
    cluster.resume();
    cluster.kill(["n1"]);
    send(6, 10);
    cluster.start();
    await pass(2_000);
    assert.deepEqual(got, ["init", "init"]);
  }, { downQueue: 0 });
  assert.deepEqual(failed, []);
});

Deno.test("cluster: --down-queue unbounded holds nothing back, as Maelstrom did before", async () => {
  const failed = await received(async ({ cluster, pass, send, got }) => {
    cluster.pause(["n1"]);
    send(1, 25);
    await pass(2_000);
    assert.deepEqual(got, ["init", ...numbers(1, 25)]); // in its stdin
    cluster.resume();
    cluster.kill(["n1"]);
    send(26, 50);
    await pass(2_000); // they reached nobody
    cluster.start();
    await pass(2_000);
    assert.deepEqual(got, ["init", ...numbers(1, 25), "init"]);
  }, { downQueue: Infinity });
  assert.deepEqual(failed, []);
});
