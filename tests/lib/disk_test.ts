import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Disk,
  DiskError,
  DiskLog,
  type Found,
  json,
  string,
} from "../../lib/maelstrom.ts";

/** Files in memory, which tests read and change. */
class Memory implements Disk {
  readonly files = new Map<string, Uint8Array>();
  readonly done: string[] = [];

  read = (file: string) => Promise.resolve(this.files.get(file));
  append(file: string, bytes: Uint8Array) {
    if (bytes.length > 0) this.done.push("append");
    this.files.set(
      file,
      new Uint8Array([...this.files.get(file) ?? [], ...bytes]),
    );
  }
  sync = async () => {
    await Promise.resolve();
    this.done.push("sync");
  };
  replace = async (file: string, bytes: Uint8Array) => {
    await Promise.resolve();
    this.done.push("replace");
    this.files.set(file, bytes);
  };

  get log(): Uint8Array {
    return this.files.get("log") ?? new Uint8Array();
  }
  set log(bytes: Uint8Array) {
    this.files.set("log", bytes);
  }
  get text(): string {
    return new TextDecoder().decode(this.log);
  }
}

const options = { file: "log", owner: "n1", version: 1, record: json };
const open = (disk: Disk, changed: Partial<typeof options> = {}) =>
  new DiskLog(disk, { ...options, ...changed }).open();

async function written(...records: unknown[]): Promise<Memory> {
  const disk = new Memory();
  const log = new DiskLog(disk, options);
  await log.open();
  log.append(records);
  await log.sync();
  assert.equal(log.length, disk.log.length);
  return disk;
}

Deno.test("disk log: what was appended is found in its order", async () => {
  const records = [1, "two\nlines", { three: [3] }, 12345678901234567890n];
  const disk = await written(...records);
  assert.deepEqual(await open(disk), { records, isDamaged: false });
});

Deno.test("disk log: wherever a write is interrupted, the records before are found", async () => {
  const { log } = await written("a", "b", "c");
  const header = log.indexOf(10) + 1;
  for (let size = header; size <= log.length; size++) {
    const disk = new Memory();
    disk.log = log.slice(0, size);
    const { records, isDamaged } = await open(disk);
    assert.equal(isDamaged, false);
    assert.deepEqual(records, ["a", "b", "c"].slice(0, records.length));
    const again = await open(disk);
    assert.deepEqual(again.records, records); // what was cut is gone
  }
});

Deno.test("disk log: any flipped bit is noticed", async () => {
  const records = ["a", "bb", "ccc"];
  const { log } = await written(...records);
  const bits = fc.integer({ min: 0, max: 8 * log.length - 1 });
  await fc.assert(fc.asyncProperty(bits, async (bit) => {
    const disk = new Memory();
    disk.log = log.slice();
    disk.log[bit >> 3] ^= 1 << (bit & 7);
    const before = disk.log.slice();
    let found: Found<unknown>;
    try {
      found = await open(disk);
    } catch (error) {
      assert.ok(error instanceof DiskError);
      assert.match(error.message, /damaged/);
      assert.deepEqual(disk.log, before); // nothing was changed
      return;
    }
    assert.equal(found.isDamaged, true);
    // A flipped newline takes the line before with it.
    const left = found.records.length;
    assert.ok(left === 1 || left === 2);
    assert.deepEqual(found.records, records.slice(0, left));
  }));
});

Deno.test("disk log: a damage before other records is an error", async () => {
  const disk = await written("a", "b", "c");
  disk.log = new TextEncoder().encode(disk.text.replace('"b"', '"x"'));
  await assert.rejects(
    open(disk),
    /^DiskError: log of n1 is damaged at byte \d+, and there are records behind/,
  );
});

Deno.test("disk log: another node's, another version's, or no log at all is refused, and left as it is", async () => {
  const disk = await written("a");
  const before = disk.log.slice();
  await assert.rejects(open(disk, { owner: "n2" }), /log is n1's, not n2's/);
  await assert.rejects(
    open(disk, { version: 2 }),
    /log of n1 has version 1, and this program reads version 2/,
  );
  const numbers = new DiskLog(disk, { ...options, record: string });
  assert.deepEqual((await numbers.open()).records, ["a"]);
  assert.deepEqual(disk.log, before);
  disk.log = new TextEncoder().encode("hello\n");
  await assert.rejects(open(disk), /damaged at its beginning, or no log/);
  assert.equal(disk.text, "hello\n");
});

Deno.test("disk log: records of another shape are refused", async () => {
  const disk = await written(1);
  const log = new DiskLog(disk, { ...options, record: string });
  await assert.rejects(log.open(), /version 1 expects string/);
});

Deno.test("disk log: those who wait for one sync share the next", async () => {
  const disk = await written();
  const log = new DiskLog(disk, options);
  await log.open();
  disk.done.length = 0;
  log.append([1]);
  const first = log.sync();
  await Promise.resolve(); // it is under way
  log.append([2]);
  const second = log.sync();
  log.append([3]);
  assert.equal(log.sync(), second);
  await Promise.all([first, second]);
  assert.deepEqual(disk.done, ["append", "append", "append", "sync", "sync"]);
});

Deno.test("disk log: what is appended while it is rewritten comes behind the new records", async () => {
  const disk = await written("old");
  const log = new DiskLog(disk, options);
  await log.open();
  log.append(["older"]);
  const early = log.sync();
  const rewritten = log.rewrite(["new"]);
  log.append(["next"]);
  disk.done.length = 0;
  const late = log.sync();
  assert.notEqual(early, late);
  await late;
  assert.deepEqual(disk.done, ["sync", "replace", "append", "sync"]);
  await rewritten;
  assert.deepEqual((await open(disk)).records, ["new", "next"]);
  assert.equal(log.length, disk.log.length);
});

Deno.test("disk log: what a second rewrite leaves out is gone", async () => {
  const disk = await written("old");
  const log = new DiskLog(disk, options);
  await log.open();
  log.rewrite(["a"]);
  log.append(["b"]);
  await log.rewrite(["c"]);
  log.append(["d"]);
  assert.deepEqual((await open(disk)).records, ["c", "d"]);
});

Deno.test("disk log: what is appended while it is rewritten is synced, too", async () => {
  const disk = await written("old");
  const log = new DiskLog(disk, options);
  await log.open();
  disk.done.length = 0;
  log.rewrite(["new"]);
  log.append(["next"]);
  await log.sync();
  assert.deepEqual(disk.done, ["replace", "append", "sync"]);
});

Deno.test("disk log: every life is told of a damage until one has made up for it", async () => {
  const disk = await written("a", "b");
  disk.log = new TextEncoder().encode(disk.text.replace('"b"', '"x"'));
  for (let life = 0; life < 3; life++) {
    const log = new DiskLog(disk, options);
    assert.deepEqual(await log.open(), { records: ["a"], isDamaged: true });
    if (life === 1) await log.rewrite(["a"]); // to be shorter, say
    if (life === 2) await log.repair(["a", "b"]);
  }
  const records = ["a", "b"];
  assert.deepEqual(await open(disk), { records, isDamaged: false });
});
