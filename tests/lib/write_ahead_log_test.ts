import assert from "node:assert/strict";
import {
  json,
  message,
  type Node,
  string,
  WriteAheadLog,
} from "../../lib/maelstrom.ts";
import { TestCluster } from "../../workbench/testing.ts";

const append = message("append", { value: string }, {});
const read = message("read", {}, { values: json });

function program(node: Node): void {
  const values: string[] = [];
  const log = new WriteAheadLog(node, {
    kv: node.linKv,
    name: "log",
    value: string,
    apply: (some) => values.push(...some),
  });
  node.on(append, async ({ value }) => {
    await log.append(value);
    return { type: "append_ok" };
  });
  node.on(read, async () => {
    await log.recovered;
    return { type: "read_ok", values };
  });
}

class Lab extends TestCluster {
  constructor(nodes = 1) {
    super(program, { nodes, latency: 10 });
  }

  append(...values: string[]) {
    return Promise.all(
      values.map((value) => this.call("n0", append({ value }))),
    );
  }

  async read(node = "n0"): Promise<unknown> {
    return (await this.call(node, read())).values;
  }

  restart() {
    this.kill("n0");
    this.start("n0");
  }
}

Deno.test("write-ahead log: a restarted node applies what it had, in order, and goes on behind it", async () => {
  const lab = new Lab();
  await lab.append("a");
  await lab.append("b", "c");
  lab.restart();
  assert.deepEqual(await lab.read(), ["a", "b", "c"]);
  await lab.append("d");
  lab.restart();
  assert.deepEqual(await lab.read(), ["a", "b", "c", "d"]);
});

Deno.test("write-ahead log: nothing is applied before it is written", async () => {
  const lab = new Lab();
  await lab.ready();
  lab.isLost = (_, dest) => dest === "lin-kv";
  const appended = lab.append("a").catch((error) => `${error}`);
  await lab.pass(1_000);
  assert.deepEqual(await lab.read(), []);
  lab.isLost = () => false;
  await appended;
  assert.deepEqual(await lab.read(), ["a"]);
});

Deno.test("write-ahead log: what comes while a slot is written shares the next one", async () => {
  const lab = new Lab();
  await lab.append("a", "b", "c", "d");
  const writes = lab.journal.events.filter(({ type, packet }) =>
    type === "send" && packet.body.type === "cas"
  );
  assert.equal(writes.length, 2);
});

Deno.test("write-ahead log: a slot that an earlier life's late write has taken is applied and passed over", async () => {
  const lab = new Lab();
  await lab.append("a");
  const value = { by: "n0.an-earlier-life", values: ["late"] };
  await lab.request("lin-kv", { type: "write", key: "log/n0/1", value })
    .first();
  await lab.append("b");
  assert.deepEqual(await lab.read(), ["a", "late", "b"]);
  lab.restart();
  assert.deepEqual(await lab.read(), ["a", "late", "b"]);
});

Deno.test("write-ahead log: each node has a log of its own", async () => {
  const lab = new Lab(2);
  await lab.append("a");
  assert.deepEqual(await lab.read("n1"), []);
});
