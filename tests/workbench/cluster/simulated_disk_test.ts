import assert from "node:assert/strict";
import fc from "fast-check";
import { workloads } from "../../../lib/maelstrom.ts";
import { Random } from "../../../workbench/clock/random.ts";
import { SimulatedDisk } from "../../../workbench/cluster/simulated_disk.ts";
import { parseSimulatedRun } from "../../../workbench/cli/options.ts";
import { simulate } from "../../../workbench/run.ts";
import { TestCluster } from "../../../workbench/testing.ts";
import durableSet from "../../nodes/durable_set.ts";

const perfect = {
  ...{ diskLatency: 1, diskSize: Infinity, pCorrupt: 0, wipe: false },
};
/** Whose time passes at once. */
const clock = {
  after: (_: number, callback: () => void) => queueMicrotask(callback),
};
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (found: Uint8Array | undefined) =>
  found && new TextDecoder().decode(found);

Deno.test("simulated disk: after a crash all that was synced is there, and of the rest a beginning", async () => {
  const seeds = fc.string();
  const kept = new Set<number>();
  await fc.assert(fc.asyncProperty(seeds, async (seed) => {
    const disk = new SimulatedDisk(new Random(seed), perfect);
    const life = disk.open(clock);
    life.append("a", bytes("safe"));
    await life.sync("a");
    life.append("a", bytes("lost"));
    assert.equal(text(await life.read("a")), "safelost");
    disk.crash();
    const found = text(await disk.open(clock).read("a")) ?? "";
    assert.ok("safelost".startsWith(found) && found.startsWith("safe"));
    kept.add(found.length);
  }));
  assert.equal(kept.size, 5);
});

Deno.test("simulated disk: of a file that is being replaced a crash leaves one or the other", async () => {
  const found = new Set<string | undefined>();
  for (let seed = 0; seed < 20; seed++) {
    const disk = new SimulatedDisk(new Random(`${seed}`), perfect);
    const life = disk.open(clock);
    await life.replace("a", bytes("old"));
    life.replace("a", bytes("new"));
    disk.crash();
    found.add(text(await disk.open(clock).read("a")));
  }
  assert.deepEqual([...found].toSorted(), ["new", "old"]);
});

const flags = "-w g-set --program x --node-count 1 --rate 50 --time-limit 20 " +
  "--nemesis kill --nemesis-interval 2 --disk";
const run = (more: string, seed: number) =>
  simulate(
    parseSimulatedRun([...`${flags} --seed ${seed} ${more}`.trim().split(" ")]),
    durableSet,
  );

Deno.test("simulated disk: what a node has synced before it says so outlives its kills", async () => {
  for (const latency of [0, 1, 100]) {
    for (let seed = 0; seed < 5; seed++) {
      const { valid } = await run(`--disk-latency ${latency}`, seed);
      assert.equal(valid, true, `latency ${latency}, seed ${seed}`);
    }
  }
});

Deno.test("simulated disk: a node that says so before it has synced is caught", async () => {
  const { valid } = await run("-- --hasty", 1);
  assert.equal(valid, false);
});

Deno.test("simulated disk: --wipe loses it with the node", async () => {
  const { valid } = await run("--wipe", 1);
  assert.equal(valid, false);
});

Deno.test("simulated disk: a node whose disk is full or rotten stops, and says why", async () => {
  const full = await run("--disk-size 300", 1);
  assert.match(
    full.notes.join(),
    /A node has stopped, at [\d.]+ s\. n0: set can't be written: no space/,
  );
  const rotten = await run("--p-corrupt 1", 1);
  assert.match(rotten.notes.join(), /n0: set of n0 is damaged/);
});

Deno.test("simulated disk: a slow disk makes a node wait", async () => {
  const { add } = workloads["g-set"];
  const cluster = new TestCluster(durableSet, {
    args: ["--data-dir", "data"],
    disk: { diskLatency: 100 },
  });
  await cluster.ready();
  const start = cluster.now();
  await cluster.call("n0", add({ element: 1 }));
  const took = cluster.now() - start;
  assert.ok(took >= 50 && took <= 150, `${took} ms`);
});
