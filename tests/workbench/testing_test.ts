/** The cluster for a program's unit tests. */
import assert from "node:assert/strict";
import {
  ErrorCode,
  isCode,
  json,
  message,
  type Node,
  workloads,
} from "../../lib/maelstrom.ts";
import { TestCluster } from "../../workbench/testing.ts";

const { echo } = workloads.echo;
const slow = message("slow", {}, { echo: json });

/** A node that tells its peers what it heard, and may take its time. */
function program(node: Node): void {
  const news = message("news", { echo: json });
  let last: unknown = node.option("first", { default: 0 });
  node.on(news, (body): void => {
    last = body.echo;
  });
  node.serve("echo", {
    echo: ({ echo }) => {
      if (echo === "bug") throw new TypeError("a bug");
      if (echo !== "?") {
        for (const id of node.ids) node.send(id, news({ echo }));
      }
      return { type: "echo_ok", echo: last };
    },
  });
  node.on(slow, async () => {
    await node.sleep(6000);
    return { type: "slow_ok", echo: last };
  });
}

const ask = async (it: TestCluster, id: string) =>
  (await it.call(id, echo({ echo: "?" }))).echo;

Deno.test("testing: time passes while a test waits, as long as it says, and not else", async () => {
  const it = new TestCluster(program, { latency: 10, nodes: 2 });
  await it.ready();
  assert.equal(it.now(), 0);
  await it.call("n0", echo({ echo: 1 }));
  assert.equal(it.now(), 0);
  await it.pass(9);
  assert.equal(await ask(it, "n1"), 0);
  await it.pass(2);
  assert.equal(await ask(it, "n1"), 1);
  await Promise.all([
    it.pass(100),
    it.pass(1),
    (async () => {
      await it.pass(3);
      await it.pass(4);
      assert.equal(it.now(), 18);
    })(),
  ]);
  assert.equal(it.now(), 111);
  await new Promise((resolve) => setTimeout(resolve, 1));
  assert.equal(it.now(), 111);
});

Deno.test("testing: partitions, kills, pauses and loss are in the test's hands", async () => {
  const it = new TestCluster(program, { nodes: 3, args: ["--first", "7"] });
  it.partition(["n0", "n1"], ["n2"]);
  await it.call("n0", echo({ echo: "cut" }));
  await it.pass(1);
  const all = () => Promise.all(it.ids.map((id) => ask(it, id)));
  assert.deepEqual(await all(), ["cut", "cut", 7]);
  it.heal();
  it.kill("n1");
  it.pause("n2");
  await it.call("n0", echo({ echo: "down" }));
  await it.pass(1);
  it.start("n1");
  assert.equal(await ask(it, "n1"), 7);
  const paused = it.request("n2", echo({ echo: "?" }));
  await it.pass(1);
  assert.deepEqual(paused.replies, []);
  it.resume("n2");
  assert.equal((await paused.first())?.echo, "down");
  it.isLost = (_src, dest) => dest === "n1";
  await it.call("n2", echo({ echo: "lost" }));
  await it.pass(1);
  assert.deepEqual(await all(), ["lost", 7, "lost"]);
  it.isLost = undefined;
  it.pLoss = 1;
  await it.call("n1", echo({ echo: "all lost" }));
  await it.pass(1);
  assert.deepEqual(await all(), ["lost", 7, "lost"]);
});

Deno.test("testing: errors and silence are what Maelstrom's client would see", async () => {
  const logs: string[] = [];
  const it = new TestCluster(program, {
    log: (text, id) => logs.push(`${id} ${text}`),
  });
  const fails = (request: Promise<unknown>, code: number) =>
    assert.rejects(request, (error) => isCode(error, code));
  await fails(it.call("n0", echo({ echo: "bug" })), ErrorCode.crash);
  assert.equal(logs.length, 1);
  await fails(it.call("n0", message("x", {}, {})()), ErrorCode.notSupported);
  await fails(it.call("n0", slow()), ErrorCode.timeout);
  assert.equal(it.now(), 5000);
  // As its peer, who waits as long as it takes.
  const peers = it.request("n0", slow(), "n0");
  await it.pass(6001);
  assert.deepEqual(peers.replies.map(({ type }) => type), ["slow_ok"]);
  assert.throws(() => it.kill("n9"), /no node n9: there are n0/);
});

Deno.test("testing: what a node logs fails the test, as does one that can't start", async () => {
  const it = new TestCluster(program);
  await assert.rejects(
    it.call("n0", echo({ echo: "bug" })),
    /n0 logged: .*a bug/s,
  );
  const wrong = new TestCluster(program, { args: ["--second", "7"] });
  await assert.rejects(wrong.ready(), /can't start: unknown argument/);
});

Deno.test("testing: messages that go on without an end at one moment fail the test", async () => {
  const ball = message("ball", {});
  const it = new TestCluster((node) => {
    node.on(ball, (_, { src }) => node.send(src, ball()));
  }, { nodes: 2 });
  await it.ready();
  it.send("n0", "n1", ball());
  await assert.rejects(it.pass(1), /at 0 ms: give the cluster a latency/);
});
