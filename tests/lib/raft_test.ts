import assert from "node:assert/strict";
import linKv from "../../beyond/lin_kv.ts";
import { TestCluster } from "../../workbench/testing.ts";

Deno.test("raft: a round of an earlier life confirms no read, though its answer has this term", async () => {
  const cluster = new TestCluster((node) => linKv(node), {
    ...{ nodes: 3, latency: 10, seed: "golden" },
    args: ["--data-dir", "data"],
  });
  // Only n1 can be elected: the others' requests for votes are lost.
  cluster.isLost = (src, _, { type }) => type === "vote" && src !== "n1";
  await cluster.pass(1500);
  cluster.kill("n1");
  cluster.start("n1");
  await cluster.pass(5000);
  // n0 hears only now what n1 said in its first life, and term 1.
  const late = { term: 1, round: 50, prev: [0, 0], entries: [], commit: 0 };
  cluster.send("n1", "n0", JSON.stringify({ type: "append", ...late }));
  await cluster.pass(50);
  cluster.partition(["n1"], ["n0", "n2"]);
  const asked = JSON.stringify({ type: "read", key: "x" });
  const answer = cluster.request("n1", asked);
  await cluster.pass(500);
  assert.deepEqual(answer.replies, []);
});
