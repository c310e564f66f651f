/**
 * One-line bugs in Raft that clients hardly ever see, and who notices them: the
 * properties after every event, a restart between two votes, a golden trace.
 * Those that clients see are among the mutants (docs/mutants.md).
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import linKv from "../../beyond/lin_kv.ts";
import { TestCluster } from "../../workbench/testing.ts";
import { play } from "../support/golden.ts";
import { watchedRun } from "../support/raft_watch.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

type LinKv = typeof linKv;

/** A copy of the project's scripts, and its lin_kv.ts. */
interface Copy {
  readonly folder: string;
  readonly program: LinKv;
}

/** What is wrong; undefined: nothing was noticed. */
type Judge = (copy: Copy) => Promise<string | undefined>;

const watched = (flags: string): Judge => async ({ program }) => {
  for (let seed = 1; seed <= 40; seed++) {
    const { alarm } = await watchedRun(program, `${seed}`, flags);
    if (alarm !== undefined) return `seed ${seed}: ${alarm}`;
  }
  return undefined;
};

/** The properties after every event of runs with elections without an end. */
const elections = watched(
  "--node-count 5 --rate 50 --time-limit 10 --latency 60 --p-duplicate 0.05 " +
    "--latency-dist exponential --nemesis partition,kill " +
    "--nemesis-interval 0.2 -- --election-timeout 60",
);
/** The same, and old snapshots come late. */
const snapshots = watched(
  "--node-count 5 --rate 100 --time-limit 10 --latency 60 --p-loss 0.05 " +
    "--p-duplicate 0.1 --latency-dist exponential --nemesis partition,kill " +
    "--nemesis-interval 0.3 -- --election-timeout 100 --snapshot-every 5",
);
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

const remove = (id: string): string =>
  JSON.stringify({ type: "remove_member", node_id: id });

/** A leader whose own term has nothing committed is asked to remove a server. */
const changedEarly: Judge = async ({ program }) => {
  const cluster = new TestCluster((node) => program(node), {
    ...{ nodes: 3, latency: 10 },
    args: ["--data-dir", "data"],
    log: () => {},
  });
  let leader: string | undefined;
  let found: string | undefined;
  cluster.isLost = (src, _, { type, entries }) => {
    if (type !== "append") return type === "appended";
    leader = src;
    if (JSON.stringify(entries).includes("members")) found = `${src} changes`;
    return false;
  };
  for (let ms = 0; leader === undefined && ms < 5000; ms++) {
    await cluster.pass(1);
  }
  assert.ok(leader !== undefined);
  cluster.request(leader, remove(leader === "n2" ? "n0" : "n2"));
  await cluster.pass(200);
  return found;
};

/** A cluster that has a leader. */
async function led(
  program: LinKv,
  nodes: number,
): Promise<{ cluster: TestCluster; leader: string; others: string[] }> {
  const cluster = new TestCluster((node) => program(node), {
    ...{ nodes, latency: 10, seed: "led" },
    args: ["--data-dir", "data", "--snapshot-every", "1"],
    log: () => {},
  });
  let leader = "";
  cluster.isLost = (src, _, { type }) => {
    if (type === "append") leader = src;
    return false;
  };
  await cluster.pass(4000);
  return { cluster, leader, others: cluster.ids.filter((it) => it !== leader) };
}

/** A leader is asked to remove two servers at once. */
const changedTwice: Judge = async ({ program }) => {
  // Without these two the leader's round is confirmed as early.
  const { cluster, leader, others: [, , one, two] } = await led(program, 5);
  const answers = [one, two].map((id) => cluster.request(leader, remove(id)));
  await cluster.pass(500);
  const types = answers.map(({ replies: [reply] }) => reply?.type);
  assert.ok(types.includes("remove_member_ok"), types.join());
  return types.includes("error") ? undefined : "two changes at a time";
};

/** Two of four are removed, and all are killed: the other two need nobody else. */
const restarted: Judge = async ({ program }) => {
  const { cluster, leader, others: [one, two, three] } = await led(program, 4);
  for (const id of [one, two]) {
    cluster.request(leader, remove(id));
    await cluster.pass(500);
  }
  const write = JSON.stringify({ type: "write", key: 1, value: 2 });
  cluster.request(leader, write);
  await cluster.pass(500);
  cluster.kill(...cluster.ids);
  cluster.start(leader);
  cluster.start(three);
  await cluster.pass(8000);
  const read = JSON.stringify({ type: "read", key: 1 });
  const { replies } = cluster.request(leader, read);
  await cluster.pass(500);
  return replies[0]?.value === 2 ? undefined : `${replies[0]?.text}`;
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
    noticed: elections,
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
    noticed: elections,
  },
  {
    name: "entries are taken behind one that the leader does not have",
    file: "lib/raft.ts",
    from: "if (skipped === 0 && log.termAt(index) !== prev[1]) {",
    to: "if (skipped === 0 && log.termAt(index) === undefined) {",
    noticed: elections,
  },
  {
    name: "a pre-vote passes for a vote",
    file: "lib/raft.ts",
    from: 'if (this.#role !== "candidate" || pre !== this.#isPreVote) return;',
    to: 'if (this.#role !== "candidate") return;',
    noticed: elections,
  },
  {
    name: "an old snapshot takes the place of a newer log",
    file: "lib/raft.ts",
    from: "if (index > this.#commit) {\n      this.#log.install",
    to: "if (index > 0) {\n      this.#log.install",
    noticed: snapshots,
  },
  {
    name: "a restart forgets the members that are in the snapshot",
    file: "lib/raft_log.ts",
    from: "(last && this.at(last)?.members) || this.#snapshot?.members;",
    to: "(last && this.at(last)?.members) || undefined;",
    noticed: restarted,
  },
  {
    name: "members change before an entry of the leader's term is committed",
    file: "lib/raft.ts",
    from: "await this.confirm(); // also",
    to: "if (!this.isLeader) throw noLeader(); // also",
    noticed: changedEarly,
  },
  {
    name: "two changes of the members are made at a time",
    file: "lib/raft.ts",
    from:
      "if (this.#change !== undefined || this.#log.changedAt > this.#commit)",
    to: "if (this.#log.changedAt < 0)",
    noticed: changedTwice,
  },
  {
    name: "a leader that was removed goes on",
    file: "lib/raft.ts",
    from: "(4.2.2)\n    this.#follow(this.#log.term);",
    to: "(4.2.2)",
    noticed: traced("raft_members.txt"),
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
  const all = [askedTwice, changedEarly, changedTwice, restarted];
  const traces = ["raft_figure8.txt", "raft_members.txt"].map(traced);
  for (const noticed of [...all, ...traces]) {
    assert.equal(await judge(noticed), undefined);
  }
});
