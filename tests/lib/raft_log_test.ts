/** What a server of Raft makes of what it finds on its disk. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Disk, integer } from "../../lib/maelstrom.ts";
import { RaftLog } from "../../lib/raft_log.ts";
import { Random } from "../../workbench/clock/random.ts";
import { SimulatedDisk } from "../../workbench/cluster/simulated_disk.ts";

const perfect = {
  ...{ diskLatency: 1, diskSize: Infinity, pCorrupt: 0, wipe: false },
};
/** Whose time passes at once. */
const clock = {
  after: (_: number, callback: () => void) => queueMicrotask(callback),
};

type Files = Readonly<Record<string, Uint8Array>>;
const names = ["ballot", "log"];

async function diskWith(files: Files): Promise<Disk> {
  const disk = new SimulatedDisk(new Random(""), perfect).open(clock);
  for (const [name, bytes] of Object.entries(files)) {
    await disk.replace(name, bytes);
  }
  return disk;
}

async function filesOf(disk: Disk): Promise<Files> {
  const files: Record<string, Uint8Array> = {};
  for (const name of names) {
    const bytes = await disk.read(name);
    if (bytes) files[name] = bytes;
  }
  return files;
}

/** What a server leaves that has voted, and has so many entries. */
async function left(entries: number): Promise<Files> {
  const disk = await diskWith({});
  const log = new RaftLog(integer);
  await log.open(disk, "n0");
  log.cast(3, "n1");
  for (let i = 1; i <= entries; i++) log.put(i, [{ term: 3, command: i }]);
  await log.saved();
  return await filesOf(disk);
}

/** It is refused, however often it starts, and nothing is changed. */
async function refuses(files: Files, why: RegExp): Promise<void> {
  const disk = await diskWith(files);
  for (let life = 0; life < 2; life++) {
    await assert.rejects(new RaftLog(integer).open(disk, "n0"), why);
    assert.deepEqual(await filesOf(disk), files);
  }
}

const twice =
  /^DiskError: ballot of n0 is .*: the node might vote twice in a term, so restore it, or let a new node take its place$/;
const counted =
  /^DiskError: log of n0 is .*: its entries may have counted for a majority, so restore it, or let a new node take its place$/;

Deno.test("raft log: any flipped bit of a ballot, and any end that is missing, is refused in the same words", async () => {
  const { ballot, log } = await left(2);
  for (let bit = 0; bit < 8 * ballot.length; bit++) {
    const rotten = ballot.slice();
    rotten[bit >> 3] ^= 1 << (bit & 7);
    await refuses({ ballot: rotten, log }, twice);
  }
  for (let length = 0; length < ballot.length; length++) {
    await refuses({ ballot: ballot.slice(0, length), log }, twice);
  }
});

Deno.test("raft log: of a log that is damaged before other entries nobody is told to do without", async () => {
  const { ballot, log } = await left(3);
  const text = new TextDecoder().decode(log);
  for (const [old, other] of [["owner", "Owner"], ['"index":2', '"index":9']]) {
    const rotten = new TextEncoder().encode(text.replace(old, other));
    await refuses({ ballot, log: rotten }, counted);
  }
  await refuses({ ballot, log: new Uint8Array() }, counted);
});

Deno.test("raft log: without its ballot a log is refused, also one without entries", async () => {
  for (const entries of [0, 3]) {
    const { log } = await left(entries);
    await refuses({ log }, twice);
  }
});

Deno.test("raft log: without its log a ballot with a term is refused", async () => {
  const { ballot } = await left(3);
  await refuses({ ballot }, counted);
});

Deno.test("raft log: a ballot and its log without entries, of one who has voted, are taken", async () => {
  const log = new RaftLog(integer);
  assert.equal(await log.open(await diskWith(await left(0)), "n0"), false);
  assert.deepEqual([log.term, log.vote, log.lives], [3, "n1", 2]);
});

Deno.test("raft log: whenever a server dies, it starts again with what it may have told", async () => {
  const lives = fc.array(fc.nat(8), { minLength: 1, maxLength: 6 });
  const seen = { withoutLog: 0, withoutTerm: 0, withTerm: 0 };
  await fc.assert(
    fc.asyncProperty(lives, fc.string(), async (lives, seed) => {
      const machine = new SimulatedDisk(new Random(seed), perfect);
      /** The term that was saved, or may have been. */
      let saved = 0;
      let term = 0;
      for (const steps of [...lives, Infinity]) {
        const due: (() => void)[] = [];
        const disk = machine.open({
          after: (_, callback) => void due.push(callback),
        });
        let isAlive = true;
        const live = async () => {
          const { ballot, log: entries } = await filesOf(disk);
          if (ballot && !entries) seen.withoutLog++;
          const log = new RaftLog(integer);
          await log.open(disk, "n0");
          assert.ok(log.term >= saved && log.term <= term);
          seen[log.term > 0 ? "withTerm" : "withoutTerm"]++;
          log.cast(++term, "n0");
          log.put(log.last[0] + 1, [{ term, command: 1 }]);
          const mine = term;
          await log.saved();
          if (isAlive) saved = mine;
        };
        const life = live();
        for (let step = 0; step < Math.min(steps, 20); step++) {
          for (let i = 0; i < 20; i++) await Promise.resolve();
          due.shift()?.();
        }
        for (let i = 0; i < 20; i++) await Promise.resolve();
        isAlive = false;
        machine.crash();
        // One that has died in the middle waits for its disk for ever.
        await Promise.race([life, Promise.resolve()]);
      }
      assert.equal(saved, term);
    }),
    { numRuns: 300 },
  );
  assert.ok(Math.min(...Object.values(seen)) > 0, JSON.stringify(seen));
});
