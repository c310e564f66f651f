import assert from "node:assert/strict";
import { Journal } from "../../../workbench/cluster/journal.ts";
import {
  Network,
  type NetworkOptions,
} from "../../../workbench/cluster/network.ts";
import { Random } from "../../../workbench/clock/random.ts";
import { VirtualScheduler } from "../../../workbench/clock/scheduler.ts";

/** A network with `n0`, `n1` and `c0`, and what arrived when. */
function network(options: Partial<NetworkOptions> = {}) {
  const scheduler = new VirtualScheduler();
  const journal = new Journal(true);
  const net = new Network(scheduler, new Random("test"), journal, {
    latency: 100,
    latencyDist: "constant",
    pLoss: 0,
    pDuplicate: 0,
    delivery: "maelstrom",
    downQueue: 10,
    ...options,
  });
  const arrived: string[] = [];
  for (const id of ["n0", "n1", "c0"]) {
    net.connect(
      id,
      ({ body }) => arrived.push(`${scheduler.now()} ${id} ${body.type}`),
    );
  }
  const send = (time: number, src: string, dest: string, type: string) =>
    scheduler.at(time, () => net.send(src, dest, { type }));
  const runUntil = (time: number) =>
    scheduler.run(
      new Promise<void>((done) => scheduler.at(time, () => done())),
    );
  return { net, journal, scheduler, arrived, send, runUntil };
}

Deno.test("network: a client's request waits for a message that came before it", async () => {
  const { arrived, send, runUntil } = network();
  send(0, "n1", "n0", "gossip");
  send(30, "c0", "n0", "read");
  await runUntil(1000);
  assert.deepEqual(arrived, ["100 n0 gossip", "100 n0 read"]);
});

Deno.test("network: with independent delivery it does not wait", async () => {
  const { arrived, send, runUntil } = network({ delivery: "independent" });
  send(0, "n1", "n0", "gossip");
  send(30, "c0", "n0", "read");
  await runUntil(1000);
  assert.deepEqual(arrived, ["30 n0 read", "100 n0 gossip"]);
});

Deno.test("network: partitions cut those who are in the grudge, one way each", async () => {
  const { net, arrived, send, runUntil } = network();
  net.partition(new Map([["n0", new Set(["n1"])]]));
  send(0, "n1", "n0", "lost");
  send(0, "n0", "n1", "heard");
  send(0, "c0", "n0", "client");
  await runUntil(500);
  net.partition(new Map());
  send(500, "n1", "n0", "healed");
  await runUntil(1000);
  assert.deepEqual(arrived, ["0 n0 client", "100 n1 heard", "600 n0 healed"]);
});

Deno.test("network: a partition in one direction ends on its own, and leaves the others", async () => {
  const { net, arrived, send, runUntil } = network({ latency: 0 });
  net.partition(new Map([["n0", new Set(["n1"])]]));
  net.partition(new Map([["n1", new Set(["n0"])]]), "one-way");
  send(0, "n1", "n0", "cut");
  send(0, "n0", "n1", "cut too");
  await runUntil(10);
  net.partition(new Map(), "one-way");
  send(10, "n1", "n0", "still cut");
  send(10, "n0", "n1", "heard");
  await runUntil(20);
  net.partition(new Map());
  send(20, "n1", "n0", "healed");
  await runUntil(30);
  assert.deepEqual(arrived, ["10 n1 heard", "20 n0 healed"]);
});

Deno.test("network: a partition is looked at when a message is taken, not when it is sent", async () => {
  const { net, scheduler, arrived, send, runUntil } = network();
  const cut = new Map([["n0", new Set(["n1"])]]);
  send(0, "n1", "n0", "taken"); // and waited for when the partition begins
  send(1, "n1", "n0", "in the queue");
  send(60, "n1", "n0", "in the queue too");
  scheduler.at(50, () => net.partition(cut));
  scheduler.at(150, () => net.partition(new Map()));
  send(155, "n1", "n0", "after");
  await runUntil(1000);
  assert.deepEqual(arrived, ["100 n0 taken", "255 n0 after"]);
});

Deno.test("network: what a partition drops takes no time", async () => {
  const { net, arrived, send, runUntil } = network();
  net.partition(new Map([["n0", new Set(["n1"])]]));
  send(0, "n1", "n0", "dropped");
  send(1, "c0", "n0", "read");
  await runUntil(1000);
  assert.deepEqual(arrived, ["1 n0 read"]);
});

Deno.test("network: what is due at one time arrives in the order of sending", async () => {
  const { arrived, send, runUntil } = network({ latency: 0 });
  for (const type of ["a", "b", "c", "d"]) send(1, "n1", "n0", type);
  await runUntil(10);
  assert.deepEqual(arrived, ["1 n0 a", "1 n0 b", "1 n0 c", "1 n0 d"]);
});

Deno.test("network: services are as far as servers, and are not partitioned", async () => {
  const { net, arrived, send, runUntil } = network();
  net.connect("lin-kv", ({ body }) => arrived.push(`lin-kv ${body.type}`));
  net.partition(new Map([["n0", new Set(["n1"])], ["n1", new Set(["n0"])]]));
  send(0, "n0", "lin-kv", "read");
  send(0, "lin-kv", "n0", "read_ok");
  await runUntil(99);
  assert.deepEqual(arrived, []);
  await runUntil(100);
  assert.deepEqual(arrived.toSorted(), ["100 n0 read_ok", "lin-kv read"]);
});

Deno.test("network: a receiver may keep what it gets", async () => {
  const { net, scheduler, runUntil } = network({ pDuplicate: 1 });
  const got: unknown[] = [];
  net.connect("n2", (packet) => {
    const copy = packet.copyBody();
    if (Array.isArray(copy.list)) copy.list.push("mine");
    got.push(copy);
  });
  const body = { type: "x", list: [1], gone: undefined };
  scheduler.at(0, () => net.send("n0", "n2", body));
  await runUntil(1000);
  assert.deepEqual(got, [
    { type: "x", list: [1, "mine"] },
    { type: "x", list: [1, "mine"] },
  ]);
});

Deno.test("network: loss and duplication spare clients, and are counted as in Maelstrom", async () => {
  const { journal, send, runUntil } = network({ pLoss: 0.5, pDuplicate: 0.25 });
  for (let i = 0; i < 1000; i++) {
    send(i, "n0", "n1", "gossip");
    send(i, "c0", "n0", "read");
  }
  await runUntil(5000);
  const { clients, servers, all } = journal.stats(1000);
  assert.deepEqual([clients.sendCount, clients.recvCount], [1000, 1000]);
  assert.deepEqual([servers.sendCount, servers.msgsPerOp], [1000, 1]);
  assert.ok(Math.abs(servers.recvCount - 750) < 75, `${servers.recvCount}`);
  assert.equal(all.msgCount, 2000);
});

for (const latencyDist of ["uniform", "exponential"] as const) {
  Deno.test(`network: ${latencyDist} latencies have the mean that was asked`, async () => {
    const options = { latencyDist, delivery: "independent" } as const;
    const { journal, send, runUntil } = network(options);
    const sent = new Map<number, number>();
    for (let i = 0; i < 3000; i++) send(i, "n0", "n1", "x");
    await runUntil(100_000);
    let sum = 0;
    for (const { type, time, packet } of journal.events) {
      if (type === "send") sent.set(packet.id, time);
      else sum += time - (sent.get(packet.id) ?? NaN);
    }
    assert.ok(Math.abs(sum / 3000 - 100) < 10, `${sum / 3000}`);
  });
}

Deno.test("network: a message to nobody is refused", () => {
  const { net } = network();
  assert.throws(
    () => net.send("n0", "n9", { type: "x" }),
    /there is no "n9"; beside clients there are /,
  );
});
