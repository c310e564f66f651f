/** Faults and latencies of one's own, from the page that describes them. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import broadcast from "../../../broadcast.ts";
import { parseSimulatedRun } from "../../../workbench/cli/options.ts";
import { commandFor } from "../../../workbench/cli/run_flags.ts";
import { faultPeriods } from "../../../workbench/checkers/faults.ts";
import { Journal } from "../../../workbench/cluster/journal.ts";
import { trace } from "../../../workbench/results/trace.ts";
import { NEMESIS } from "../../../workbench/load/history.ts";
import { SeedPool } from "../../../workbench/search/seed_pool.ts";
import { simulate } from "../../../workbench/run.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** The page's examples as files, and flags that name them. */
async function withExamples(
  test: (slowNode: string, bimodal: string, folder: string) => Promise<void>,
) {
  const page = await Deno.readTextFile(`${root}docs/workbench.md`);
  const [, section] = page.split("\n## Your own faults and latencies\n");
  const codes = [...section.split("\n## ")[0].matchAll(/```ts\n(.*?)```/gs)]
    .map(([, code]) => code.replace('"../', `"${root}`));
  assert.equal(codes.length, 2);
  const folder = await Deno.makeTempDir();
  const paths = ["slow_node", "bimodal"].map((name) => `${folder}/${name}.ts`);
  try {
    for (const [i, path] of paths.entries()) {
      await Deno.writeTextFile(path, codes[i]);
    }
    await test(paths[0], paths[1], folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const parse = (flags: string) =>
  parseSimulatedRun(
    ("-w broadcast --program broadcast.ts --node-count 5 --rate 20 " +
      `--time-limit 10 --nemesis-interval 1 --seed own ${flags}`).split(" "),
  );

Deno.test("own: the page's slow node and bimodal latency do what it says", () =>
  withExamples(async (slowNode, bimodal) => {
    const run = parse(
      `--latency 20 --latency-dist ${bimodal} --nemesis pause,${slowNode}`,
    );
    const { valid, history, journal, explanation } = await simulate(
      run,
      broadcast,
      { keepJournal: true },
    );
    assert.equal(valid, true, explanation.join("\n"));
    const names = new Set(
      history.filter(({ process }) => process === NEMESIS).map(({ f }) => f),
    );
    const periods = faultPeriods(history).filter(({ f }) => f === "slow-node");
    assert.ok(periods.length > 1);
    for (const { begin, end } of periods) {
      assert.equal(end?.f, "heal-node");
      assert.ok(end.time > begin.time);
    }
    const told = trace(
      history.filter(({ process }) => process === NEMESIS),
      new Journal(true),
    );
    assert.equal(told.match(/\*\* +slow-node/g)?.length, periods.length);
    assert.equal(told.match(/\*\* +heal-node/g)?.length, periods.length);
    for (const f of ["pause", "resume", "slow-node", "heal-node"]) {
      assert.ok(names.has(f), `${f} is not in ${[...names]}`);
    }
    assert.ok(journal.stats(1).servers.msgCount > 0);
    const again = parseSimulatedRun(
      commandFor(run).split(" simulate ")[1].split(" "),
    );
    assert.deepEqual(again, run);
  }));

Deno.test("own: the processes of seeds may read them, and a seed comes again", () =>
  withExamples(async (slowNode, bimodal) => {
    const run = parse(
      `--latency 20 --latency-dist ${bimodal} --nemesis kill,${slowNode} ` +
        "--forgive-victims",
    );
    await using pool = new SeedPool({
      programs: [run.program, slowNode, bimodal],
      timeout: 60,
    });
    const hashes = new Set<string | undefined>();
    for (let i = 0; i < 3; i++) {
      const { valid, hash, explanation } = await pool.run({
        run,
        want: "hash",
      });
      assert.equal(valid, true, explanation.join("\n"));
      hashes.add(hash);
    }
    assert.equal(hashes.size, 1);
  }));

Deno.test("own: a cut of one way loses what goes that way, and nothing else", () =>
  withExamples(async (_, __, folder) => {
    const oneWay = `${folder}/one_way.ts`;
    await Deno.writeTextFile(
      oneWay,
      `export default (cluster) => {
        let heal = () => {};
        const cut = (src, dest) => src === "n0" && dest === "n1" ? "lost" : 0;
        return {
          begin: () => ({ f: "cut", value: ["n0", "n1"],
            apply: () => { heal(); heal = cluster.disturb(cut); } }),
          end: () => ({ f: "mend", value: null, apply: () => heal() }),
        };
      };`,
    );
    const lost = new Map<string, number>();
    await simulate(parse(`--nemesis ${oneWay}`), broadcast, {
      onMessage: ({ type, packet: { src, dest } }) => {
        const way = `${src} ${dest}`;
        const sign = type === "send" ? 1 : type === "recv" ? -1 : 0;
        lost.set(way, (lost.get(way) ?? 0) + sign);
      },
    });
    const ways = [...lost].filter(([, n]) => n > 0).map(([way]) => way);
    assert.deepEqual(ways, ["n0 n1"]);
  }));

Deno.test("own: what is no latency is refused in a sentence, at the start", () =>
  withExamples(async (slowNode, bimodal, folder) => {
    const run = (flags: string) => simulate(parse(flags), broadcast);
    const file = async (name: string, code: string) => {
      await Deno.writeTextFile(`${folder}/${name}.ts`, code);
      return `${folder}/${name}.ts`;
    };
    const wants = "where a latency is a number of ms, at least 0: " +
      "--latency-dist wants `export default \\(mean, random\\) =>";
    for (
      const [path, what] of [
        [slowNode, "returns an object"],
        [await file("nan", "export default () => NaN;"), "returns NaN"],
        [await file("minus", "export default (mean) => -mean;"), "returns -20"],
        [await file("text", 'export default () => "5";'), "returns 5"],
        [
          await file("x", "export default (_, r) => r.no();"),
          "throws TypeErr.*",
        ],
      ]
    ) {
      await assert.rejects(
        run(`--latency 20 --latency-dist ${path}`),
        new RegExp(`${path}: its function ${what}, ${wants}`),
      );
    }
    // One that goes wrong only now and then is found when it does.
    const rare = await file(
      "rare",
      "let n = 0; export default () => ++n === 400 ? NaN : 1;",
    );
    await assert.rejects(run(`--latency-dist ${rare}`), /rare\.ts: .* NaN/);
    // The other way round, with the names that the page has.
    await assert.rejects(
      run(`--nemesis ${bimodal}`),
      /bimodal\.ts: its function returns .*default \(cluster, random\) =>/,
    );
    const throws = await file("throws", "export default (m) => m.toFixed(1);");
    await assert.rejects(
      run(`--nemesis ${throws}`),
      /throws TypeError: .* --nemesis wants `export/,
    );
  }));

Deno.test("own: a file that is none is refused in a sentence", () =>
  withExamples(async (_, __, folder) => {
    const run = (flags: string) => simulate(parse(flags), broadcast);
    await assert.rejects(
      run(`--nemesis ${folder}/no.ts`),
      /--nemesis: there is no file \S+no\.ts/,
    );
    const empty = `${folder}/empty.ts`;
    await Deno.writeTextFile(empty, "export const x = 1;");
    await assert.rejects(
      run(`--latency-dist ${empty}`),
      /no function as its default export: --latency-dist wants `export/,
    );
  }));
