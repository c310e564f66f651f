import assert from "node:assert/strict";
import fc from "fast-check";
import {
  DiskError,
  DiskLog,
  integer,
  workloads,
} from "../../../lib/maelstrom.ts";
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

Deno.test("simulated disk: what a node has not replaced when it stops stays as it is", async () => {
  for (let seed = 0; seed < 20; seed++) {
    const disk = new SimulatedDisk(new Random(`${seed}`), perfect);
    const life = disk.open(clock);
    await life.replace("a", bytes("old"));
    life.replace("a", bytes("new")).catch(() => {});
    disk.close();
    disk.crash();
    assert.equal(text(await disk.open(clock).read("a")), "old");
  }
});

/** Steps of time, in which a node dies at any moment. */
class Steps {
  readonly #due: (() => void)[] = [];
  after = (_: number, callback: () => void) => void this.#due.push(callback);
  step = () => this.#due.shift()?.();
  async settle() {
    for (let i = 0; i < 20; i++) await Promise.resolve();
  }
}

const deed = fc.constantFrom(
  ...[
    "append",
    "append",
    "sync",
    "sync",
    "step",
    "step",
    "step",
    "rewrite",
    "kill",
  ],
);

Deno.test("simulated disk: whenever a node dies, a log has what was synced, in order, and nothing else, or says so", async () => {
  const deeds = fc.array(deed, { minLength: 30, maxLength: 80, size: "max" });
  const rots = fc.constantFrom(0, 0, 0.3);
  const seen = { found: 0, damaged: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(
      deeds,
      fc.string(),
      rots,
      async (deeds, seed, pCorrupt) => {
        const disk = new SimulatedDisk(new Random(seed), {
          ...perfect,
          pCorrupt,
        });
        /** All that was ever appended, and how much of it was said to be safe. */
        let records: number[] = [];
        let safe = 0;
        let next = 0;
        const start = () => {
          const steps = new Steps();
          const log = new DiskLog(disk.open(steps), {
            ...{ file: "log", owner: "n0", version: 1, record: integer },
          });
          const life = { steps, log, isAlive: true, isOpen: false, error: "" };
          log.open().then((found) => {
            if (!life.isAlive) return;
            life.isOpen = true;
            if (found.isDamaged) seen.damaged++;
            else {assert.ok(
                found.records.length >= safe,
                "a synced one is lost",
              );}
            seen.found += found.records.length;
            const known = records.slice(0, found.records.length);
            assert.deepEqual(found.records, known);
            records = known;
            safe = found.isDamaged ? Math.min(safe, known.length) : safe;
          }).catch((error) => {
            if (!life.isAlive) return;
            life.error = `${error}`;
            if (error instanceof DiskError) seen.refused++;
          });
          return life;
        };
        let life = start();
        for (const deed of deeds) {
          if (deed === "step") life.steps.step();
          await life.steps.settle();
          if (life.error !== "") break;
          const { log, isOpen } = life;
          const of = life;
          if (deed === "kill") {
            life.isAlive = false;
            disk.crash();
            life = start();
          } else if (!isOpen) continue;
          else if (deed === "append") {
            records.push(next);
            log.append([next++]);
          } else if (deed !== "step") {
            const { length } = records;
            const work = deed === "sync" ? log.sync() : log.rewrite(records);
            work.then(() => {
              if (of.isAlive) safe = Math.max(safe, length);
            });
          }
        }
        if (life.error !== "") {
          assert.ok(
            pCorrupt > 0 && life.error.startsWith("DiskError"),
            life.error,
          );
        }
      },
    ),
    { numRuns: 500 },
  );
  assert.ok(Math.min(...Object.values(seen)) > 0, JSON.stringify(seen));
});

Deno.test("simulated disk: the same seed gives the same journal", async () => {
  const journal = async () => {
    const lines: string[] = [];
    const options = parseSimulatedRun(
      `${flags} --seed 1 --p-corrupt 0.1 --disk-latency 5`.split(" "),
    );
    await simulate(options, durableSet, {
      onMessage: ({ time, type, packet }) =>
        lines.push(`${time} ${type} ${packet.line}`),
    });
    return lines.join("\n");
  };
  const first = await journal();
  assert.notEqual(first, "");
  assert.equal(await journal(), first);
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
    /A node has stopped, at [\d.]+ s\. n0: --data-dir data: set can't be written: no space/,
  );
  const rotten = await run("--p-corrupt 1", 1);
  assert.match(
    rotten.notes.join(),
    /n0: --data-dir data: set of n0 is damaged/,
  );
});

Deno.test("simulated disk: a node that stops again for the same damage is told of once, with how often", async () => {
  const { notes, faultCounts } = await run("--p-corrupt 1 --time-limit 40", 1);
  const stops = notes.filter((it) => it.startsWith("A node has stopped"));
  const whys = stops.map((it) => it.replace(/^.*? s(, and .*?)?\. /, ""));
  assert.deepEqual([...new Set(whys)], whys);
  const times = stops.map((it) =>
    / s, and once more\. /.test(it)
      ? 2
      : 1 + Number(/ s, and (\d+) more times\. /.exec(it)?.[1] ?? 0)
  ).reduce((sum, it) => sum + it);
  assert.ok(times > stops.length);
  const text = `${times} nodes that stopped by themselves`;
  assert.ok(faultCounts.includes(text), `${text}: ${faultCounts.join()}`);
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
