import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { StoredFile } from "../../../workbench/results/store.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** What a command of the workbench came to, in a folder of its own. */
async function output(
  args: string,
  { before = ":", folder }: { before?: string; folder: string },
) {
  const { code, stdout, stderr } = await new Deno.Command("/bin/sh", {
    args: [
      "-c",
      `${before}; exec "$0" run --quiet --frozen --allow-all --config ` +
      `${root}deno.json ${root}workbench/cli/main.ts ${args}`,
      Deno.execPath(),
    ],
    cwd: folder,
  }).output();
  const [out, err] = [stdout, stderr].map((it) => new TextDecoder().decode(it));
  return { code, out, err };
}

async function inFolder(test: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const load = "-w echo --node-count 1 --rate 100 --time-limit 2";
const commands = {
  test: `test ${load} --bin ${root}echo.ts`,
  simulate: `simulate ${load} --program ${root}echo.ts --seed x`,
};

for (const [name, command] of Object.entries(commands)) {
  Deno.test(`store: a disk that is full costs ${name} no verdict`, () =>
    inFolder(async (folder) => {
      // A file can't become larger than 4 KiB, which is an error like any.
      const before = "ulimit -f 8; trap '' XFSZ";
      const { code, out, err } = await output(command, { before, folder });
      assert.equal(code, 0, out + err);
      assert.match(out, /Valid: everything checked holds/);
      assert.match(err, /^store\/echo\/\S+ can't be written: .*\n$/);
    }));

  Deno.test(`store: nor does a folder that can't be made cost ${name} a verdict`, () =>
    inFolder(async (folder) => {
      const before = "echo >store";
      const { code, out, err } = await output(command, { before, folder });
      assert.equal(code, 0, out + err);
      assert.match(out, /results +not stored\n/);
      assert.match(out, /Valid: everything checked holds/);
      assert.match(err, /^store\/echo\/\S+ can't be written: .*\n$/);
    }));
}

Deno.test("store: what can't be written is told once", () => {
  const complaints: string[] = [];
  const file = new StoredFile("/dev/full", (path, error) => {
    complaints.push(`${path}: ${error}`);
  });
  for (let i = 0; i < 3; i++) file.writeBytes(new Uint8Array(10));
  file.write("x".repeat(100_000));
  file.close();
  assert.equal(complaints.length, 1, complaints.join());
  assert.match(complaints[0], /dev\/full: .*[Nn]o space left/);
});

Deno.test("store: a file has all that was written to it, in order", async () => {
  const path = await Deno.makeTempFile();
  const file = new StoredFile(path, assert.fail);
  let expected = "";
  for (let i = 0; i < 20_000; i++) {
    file.write(`${i} ü\n`);
    expected += `${i} ü\n`;
    if (i % 7000 !== 0) continue;
    file.writeBytes(new TextEncoder().encode("bytes\n"));
    expected += "bytes\n";
  }
  file.close();
  file.write("too late");
  file.close();
  assert.equal(await Deno.readTextFile(path), expected);
  await Deno.remove(path);
});
