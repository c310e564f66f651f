/**
 * One-line bugs in Raft that clients hardly ever see, and who notices them: the
 * properties after every event, a restart between two votes, a golden trace.
 * Those that clients see are among the mutants (docs/mutants.md).
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import linKv from "../../beyond/lin_kv.ts";
import { parseSimulatedRun } from "../../workbench/cli/options.ts";
import { simulate } from "../../workbench/run.ts";
import { TestCluster } from "../../workbench/testing.ts";
import { play } from "../support/golden.ts";
import { RaftWatch } from "../support/raft_watch.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

type LinKv = typeof linKv;

/** A copy of the project's scripts, and its lin_kv.ts. */
interface Copy {
  readonly folder: string;
  readonly program: LinKv;
}

/** What is wrong; undefined: nothing was noticed. */
type Judge = (copy: Copy) => Promise<string | undefined>;

/** The properties after every event of runs with elections without an end. */
const watched: Judge = async ({ program }) => {
  for (let seed = 1; seed <= 40; seed++) {
    const watch = new RaftWatch();
    const run = parseSimulatedRun([
      ..."-w lin-kv --program x --disk --concurrency 2n --node-count 5".split(
        " ",
      ),
      ..."--rate 50 --time-limit 10 --latency 60 --p-duplicate 0.05".split(" "),
      ..."--latency-dist exponential --nemesis partition,kill".split(" "),
      ...`--nemesis-interval 0.2 --seed ${seed} --`.split(" "),
      ..."--election-timeout 60".split(" "),
    ]);
    let found: string | undefined;
    await simulate(
      run,
      (node) =>
        program(node, (raft) => node.onInit(() => watch.add(node.id, raft))),
      {
        onMessage() {
          if (found !== undefined) return;
          try {
            watch.check();
          } catch (error) {
            found = `seed ${seed}: ${error}`;
          }
        },
      },
    );
    if (found !== undefined) return found;
  }
  return undefined;
};

/** A server that has voted is killed as soon as it has said so, and asked again. */
const askedTwice: Judge = async ({ program }) => {
  const cluster = new TestCluster((node) => program(node), {
    ...{ nodes: 3, latency: 10, disk: { diskLatency: 20 } },
    args: ["--data-dir", "data"],
    log: () => {},
  });
  const granted: string[] = [];
  cluster.isLost = (_, dest, { type, granted: isGranted }) => {
    if (type === "voted" && isGranted === true) granted.push(dest);
    return true; // the test alone speaks with n0
  };
  await cluster.pass(50);
  const ask = (candidate: string) =>
    cluster.send(
      candidate,
      "n0",
      JSON.stringify({ type: "vote", term: 7, pre: false, last: [0, 0] }),
    );
  ask("n1");
  for (let ms = 0; granted.length === 0 && ms < 1000; ms++) {
    await cluster.pass(1);
  }
  cluster.kill("n0");
  cluster.start("n0");
  await cluster.pass(80);
  ask("n2");
  await cluster.pass(80);
  assert.equal(granted[0], "n1");
  return granted.length > 1 ? `votes for ${granted.join(" and ")}` : undefined;
};

const traced = (file: string): Judge => async ({ folder }) => {
  const text = await Deno.readTextFile(`${root}/tests/golden/${file}`);
  const played = await play(text.replace(
    /^cluster (\S+)/m,
    (_, path) => `cluster ${folder}/${path}`,
  ));
  const isSame = played.replace(`${folder}/`, "") === text;
  return isSame ? undefined : `${file} is another`;
};

interface Bug {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly noticed: Judge;
}

const bugs: readonly Bug[] = [
  {
    name: "a vote is told before it is on the disk",
    file: "lib/raft.ts",
    from: `    return this.#whenSaved(() =>
      this.#node.send(from, voted({ term: this.#log.term, pre, granted }))
    );`,
    to: `    return this.#node.send(
      from,
      voted({ term: this.#log.term, pre, granted }),
    );`,
    noticed: askedTwice,
  },
  {
    name: "a restarted server does not know whom it has voted for",
    file: "lib/raft_log.ts",
    from: "[this.#term, this.#vote, this.#lives] = [term, vote, lives + 1];",
    to:
      "[this.#term, this.#vote, this.#lives] = [term, vote && undefined, lives + 1];",
    noticed: askedTwice,
  },
  {
    name: "a server votes for everyone who asks in a term",
    file: "lib/raft.ts",
    from: "(vote === undefined || vote === from);",
    to: "(vote === undefined || vote !== this.#node.id);",
    noticed: watched,
  },
  {
    name: "an entry of an earlier term is committed by counting (Figure 8)",
    file: "lib/raft.ts",
    from:
      "if (index <= this.#commit || this.#log.termAt(index) !== this.#log.term) {",
    to: "if (index <= this.#commit) {",
    noticed: traced("raft_figure8.txt"),
  },
  {
    name: "an old append cuts off entries that came after it",
    file: "lib/raft.ts",
    from: "const same = fresh.findIndex((it, i) =>",
    to: "const same = fresh.findIndex((it, i) => true ||",
    noticed: watched,
  },
  {
    name: "entries are taken behind one that the leader does not have",
    file: "lib/raft.ts",
    from: "if (skipped === 0 && log.termAt(index) !== prev[1]) {",
    to: "if (skipped === 0 && log.termAt(index) === undefined) {",
    noticed: watched,
  },
];

/** Plants a bug, if there is one, in a copy of what lin_kv.ts needs. */
async function copyOf(bug?: Bug): Promise<Copy> {
  const folder = await Deno.makeTempDir({ prefix: "raft-" });
  for (const name of ["lib", "beyond"]) {
    await Deno.mkdir(`${folder}/${name}`);
    for await (
      const { name: file, isFile } of Deno.readDir(`${root}/${name}`)
    ) {
      if (!isFile) continue;
      await Deno.copyFile(
        `${root}/${name}/${file}`,
        `${folder}/${name}/${file}`,
      );
    }
  }
  if (bug !== undefined) {
    const path = `${folder}/${bug.file}`;
    const parts = (await Deno.readTextFile(path)).split(bug.from);
    assert.equal(parts.length, 2, `${bug.file} has it once: ${bug.from}`);
    await Deno.writeTextFile(path, parts.join(bug.to));
  }
  const { default: program }: { default: LinKv } = await import(
    `file://${folder}/beyond/lin_kv.ts`
  );
  return { folder, program };
}

async function judge(judge: Judge, bug?: Bug): Promise<string | undefined> {
  const copy = await copyOf(bug);
  try {
    return await judge(copy);
  } finally {
    await Deno.remove(copy.folder, { recursive: true });
  }
}

for (const bug of bugs) {
  Deno.test(`raft: it is noticed when ${bug.name}`, async () => {
    assert.notEqual(await judge(bug.noticed, bug), undefined);
  });
}

Deno.test("raft: those who notice that have nothing to say of what is right", async () => {
  for (const noticed of new Set([askedTwice, traced("raft_figure8.txt")])) {
    assert.equal(await judge(noticed), undefined);
  }
});
