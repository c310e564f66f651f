import assert from "node:assert/strict";
import { clean } from "../../../workbench/cli/clean.ts";
import { parseCleanOptions } from "../../../workbench/cli/options.ts";

/** A process id that nobody has. */
const NOBODY = 2 ** 30;

const run = (day: number, pid = NOBODY) => `2026-07-0${day}T120000.000Z-${pid}`;

/** A store with these files and links, and what is left of it. */
async function withStore(
  files: readonly string[],
  links: Readonly<Record<string, string>>,
  test: (store: string, left: () => string[]) => void,
): Promise<void> {
  const store = await Deno.makeTempDir();
  try {
    for (const file of files) {
      await Deno.mkdir(`${store}/${file}`, { recursive: true });
      await Deno.writeTextFile(`${store}/${file}/results.json`, "{}");
    }
    for (const [link, path] of Object.entries(links)) {
      await Deno.symlink(path.replace("STORE", store), `${store}/${link}`);
    }
    const walk = (path: string): string[] =>
      [...Deno.readDirSync(path)].flatMap(({ name, isDirectory }) =>
        isDirectory ? walk(`${path}/${name}`) : [`${path}/${name}`]
      );
    test(
      store,
      () =>
        walk(store).map((path) =>
          path.slice(store.length + 1).replace("/results.json", "")
        ).sort(),
    );
  } finally {
    await Deno.remove(store, { recursive: true });
  }
}

Deno.test("clean: the newest runs are kept, of whatever workload", () =>
  withStore(
    [1, 3, 5].map((day) => `echo/${run(day)}`)
      .concat([2, 4].map((day) => `kafka/${run(day)}`)),
    { latest: `STORE/echo/${run(5)}` },
    (store, left) => {
      assert.match(clean(2, store), /^Removed 3 runs, kept 2\.$/);
      assert.deepEqual(left(), [
        `echo/${run(5)}`,
        `kafka/${run(4)}`,
        "latest",
      ]);
      assert.equal(
        Deno.readLinkSync(`${store}/latest`),
        `${store}/echo/${run(5)}`,
      );
      assert.match(clean(0, store), /^Removed 2 runs, kept 0\.$/);
      assert.deepEqual([...Deno.readDirSync(store)], []);
    },
  ));

Deno.test("clean: latest points to the newest run that is left", () =>
  withStore(
    [`echo/${run(1)}`, `kafka/${run(2)}`],
    { latest: `STORE/echo/${run(1)}` },
    (store) => {
      clean(1, store);
      assert.equal(
        Deno.readLinkSync(`${store}/latest`),
        `${store}/kafka/${run(2)}`,
      );
    },
  ));

Deno.test("clean: a run that is under way is kept", () =>
  withStore(
    [`echo/${run(1, Deno.pid)}`, `echo/${run(2)}`],
    {},
    (store, left) => {
      assert.match(
        clean(0, store),
        /Removed 1 runs, kept 1, 1 of them under way/,
      );
      assert.deepEqual(left(), [`echo/${run(1, Deno.pid)}`]);
    },
  ));

Deno.test("clean: what is no run's folder is left alone, and named", async () => {
  const elsewhere = await Deno.makeTempDir();
  await Deno.writeTextFile(`${elsewhere}/precious`, "");
  await withStore(
    ["mine/2026-07-01T120000.000Z-1", "echo/notes", `echo/${run(1)}`],
    { "kafka": elsewhere, [`echo/${run(2)}`]: elsewhere },
    (store, left) => {
      const text = clean(0, store);
      assert.deepEqual(left(), [
        `echo/${run(2)}`,
        "echo/notes",
        "kafka",
        "mine/2026-07-01T120000.000Z-1",
      ]);
      for (const name of ["mine", "echo/notes", `echo/${run(2)}`, "kafka"]) {
        assert.match(text, new RegExp(`${name}$`, "m"));
      }
      assert.ok(Deno.statSync(`${elsewhere}/precious`).isFile);
    },
  );
  await Deno.remove(elsewhere, { recursive: true });
});

Deno.test("clean: where there is no store, nothing is removed", () => {
  assert.equal(clean(10, "/no/such/store"), "Removed 0 runs, kept 0.");
});

Deno.test("clean: its flag is a number of runs, ten if nothing is said", () => {
  assert.deepEqual(parseCleanOptions([]), { keep: 10 });
  assert.deepEqual(parseCleanOptions(["--keep", "0"]), { keep: 0 });
  assert.deepEqual(parseCleanOptions(["--keep=3"]), { keep: 3 });
  for (const args of [["--keep"], ["--keep", "-1"], ["--keep", "all"]]) {
    assert.throws(() => parseCleanOptions(args), /--keep wants a number/);
  }
  for (const args of [["store"], ["--keep", "1", "echo"]]) {
    assert.throws(() => parseCleanOptions(args), /clean has one flag/);
  }
});
