/** Shares of the seeds on several machines, added up. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import {
  parseMergeOptions,
  parseSimulateOptions,
  parseSoakOptions,
} from "../../../workbench/cli/options.ts";
import { merge } from "../../../workbench/search/merge.ts";
import { SeedPool } from "../../../workbench/search/seed_pool.ts";
import { simulateCommand } from "../../../workbench/search/simulate.ts";
import { soak, type SoakOptions } from "../../../workbench/search/soak.ts";
import {
  programsOf,
  type Subject,
} from "../../../workbench/search/subjects.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** What somebody prints, without what depends on time and machine. */
async function printed(run: () => Promise<number> | number) {
  const said: string[] = [];
  const { log } = console;
  console.log = (...parts: unknown[]) => said.push(parts.join(" "));
  try {
    const code = await run();
    const lines = said.join("\n").split("\n")
      .filter((line) => !/^seed base|^\d+\/\d+ seeds/.test(line))
      .map((line) => line.replace(/, [\d,]+ a second$/, ""));
    return { code, text: lines.join("\n") };
  } finally {
    console.log = log;
  }
}

async function withFolder(test: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const forgetful: Subject = {
  name: "forgetful",
  flags:
    `-w broadcast --program ${root}tests/nodes/forgetful.ts --node-count 3`,
  except: ["kill", "pause"],
};

function soakAll(options: Partial<SoakOptions>) {
  return printed(async () => {
    await using pool = new SeedPool({
      programs: programsOf([forgetful]),
      timeout: 60,
    });
    const all = { seeds: 22, base: "test", subjects: [forgetful] };
    return await soak({ ...all, ...options }, pool);
  });
}

Deno.test("merge: four shares of a soak come to what one run prints", () =>
  withFolder(async (folder) => {
    const whole = await soakAll({});
    assert.equal(whole.code, 1);
    for (let index = 1; index <= 4; index++) {
      await soakAll({
        shard: { index, count: 4 },
        results: folder,
      });
    }
    assert.deepEqual(await printed(() => merge([folder])), whole);
  }));

const flags = `-w broadcast --program ${root}tests/nodes/forgetful.ts ` +
  "--node-count 3 --rate 20 --time-limit 5 --p-loss 0.05 --seeds 24 --seed m";

const simulate = (more: string) =>
  printed(() =>
    simulateCommand(
      `${flags} ${more}`.split(" ").filter(Boolean),
      new AbortController().signal,
      () => Promise.resolve(""),
    )
  );

for (const keepGoing of ["--keep-going", ""]) {
  Deno.test(`merge: four shares of simulate ${keepGoing} come to what one run prints`, () =>
    withFolder(async (folder) => {
      const whole = await simulate(keepGoing);
      assert.equal(whole.code, 1);
      assert.match(whole.text, /invalid: /);
      for (let i = 1; i <= 4; i++) {
        const file = `${folder}/${i}.json`;
        await simulate(`${keepGoing} --shard ${i}/4 --results ${file}`);
      }
      const paths = [3, 1, 4, 2].map((i) => `${folder}/${i}.json`);
      assert.deepEqual(await printed(() => merge(paths)), whole);
    }));
}

Deno.test("merge: shares that are missing, twice there, or of another search are refused", () =>
  withFolder(async (folder) => {
    const write = async (name: string, options: Partial<SoakOptions>) => {
      const results = `${folder}/${name}.json`;
      await soakAll({ seeds: 2, ...options, results });
      return results;
    };
    const one = await write("one", { shard: { index: 1, count: 3 } });
    const two = await write("two", { shard: { index: 2, count: 3 } });
    const other = await write("other", {
      shard: { index: 3, count: 3 },
      base: "other",
    });
    assert.throws(() => merge([one, two]), /of 3 shares there is no 3: /);
    assert.throws(() => merge([one, two, two]), /are both share 2/);
    assert.throws(() => merge([one, two, other]), /from different searches/);
    assert.throws(() => merge([]), /nothing to merge/);
    assert.throws(
      () => merge(["/nowhere.json"]),
      /nowhere\.json can't be read/,
    );
    await Deno.writeTextFile(`${folder}/no.json`, "{}");
    assert.throws(() => merge([`${folder}/no.json`]), /not written by/);
  }));

Deno.test("options: a share wants the seeds that it is a share of", () => {
  const parse = (more: string) => () =>
    parseSimulateOptions(`-w echo --program x.ts ${more}`.split(" "));
  const { shard } = parse("--seeds 9 --seed x --shard 3/16")();
  assert.deepEqual(shard, { index: 3, count: 16 });
  assert.throws(parse("--seeds 9 --shard 3/16"), /--shard wants --seed BASE/);
  assert.throws(parse("--seed x --shard 3/16"), /want --seeds/);
  assert.throws(
    () => parseSoakOptions(["--shard", "1/2"]),
    /wants --seed BASE/,
  );
  for (const share of ["0/3", "4/3", "3", "a/b"]) {
    assert.throws(
      parse(`--seeds 9 --seed x --shard ${share}`),
      /--shard wants a share such as 3\/16/,
    );
  }
  assert.deepEqual(parseMergeOptions(["a.json", "b"]), ["a.json", "b"]);
});
