/** Many seeds, and the way from a failing one to a smaller one. */
import assert from "node:assert/strict";
import { Hunter, type Runs } from "../../playground/run/hunter.ts";
import { planFor, planOf, runOf, withStep } from "../../playground/run/plan.ts";
import { type ProgramSource } from "../../playground/run/protocol.ts";
import { kindsOf, progressOf } from "../../playground/run/search.ts";
import { changeOf, sizeInWords } from "../../playground/run/shrinking.ts";
import { type SimulatedRun } from "../../workbench/run_options.ts";
import { inOrder } from "../../workbench/search/seeds.ts";
import {
  brokenOff,
  type SeedJob,
  type Verdict,
} from "../../workbench/search/verdict.ts";

const plan = planOf(
  "-w broadcast --program broadcast.ts --node-count 5 --time-limit 4 --seed s"
    .split(" "),
);
const source: ProgramSource = { main: "broadcast.ts", files: {} };

const valid: Verdict = {
  ...brokenOff(""),
  ...{ valid: true, kinds: [], explanation: [], messages: 1 },
};
const invalid = (...kinds: string[]): Verdict => ({
  ...brokenOff("so"),
  kinds,
});
const unknown: Verdict = { ...valid, valid: "unknown", kinds: ["empty"] };

const numberOf = ({ seed }: SimulatedRun) => Number(seed.split("/").at(-1));

/** Runs that end when the test says so, or at once. */
class Fake implements Runs {
  readonly size = 3;
  readonly jobs: SeedJob[] = [];
  /** Those that have not ended, by their seeds' numbers. */
  readonly waiting = new Map<number, (verdict: Verdict) => void>();
  isClosed = false;

  constructor(private readonly judge?: (job: SeedJob) => Verdict) {}

  run(job: SeedJob): Promise<Verdict> {
    this.jobs.push(job);
    const { promise, resolve, reject } = Promise.withResolvers<Verdict>();
    this.#ends.push(() => reject(new Error("closed")));
    if (this.judge === undefined) {
      this.waiting.set(numberOf(job.run), (verdict) => {
        this.waiting.delete(numberOf(job.run));
        resolve(verdict);
      });
    } else {
      try {
        resolve(this.judge(job));
      } catch (error) {
        reject(error);
      }
    }
    return promise;
  }

  all<J extends SeedJob>(jobs: Iterable<J>) {
    return inOrder(jobs, (job) => this.run(job), this.size);
  }

  readonly #ends: (() => void)[] = [];

  close(): void {
    this.isClosed = true;
    for (const end of this.#ends) end();
  }
}

const turn = () => new Promise((resolve) => setTimeout(resolve));
const options = { run: plan.run, count: 200, stopsAtFirst: false };

Deno.test("hunt: each seed is run once, numbered as on the command line, and counted by what was found", async () => {
  const fake = new Fake(({ run }) => {
    const n = numberOf(run);
    return n % 50 === 0
      ? unknown
      : n % 10 === 0
      ? invalid("lost", "stale")
      : n % 7 === 0
      ? invalid("lost")
      : valid;
  });
  const hunter = new Hunter(() => fake, () => 0);
  await hunter.hunt(source, options);
  const { search } = hunter;
  assert.ok(search?.isOver && fake.isClosed);
  assert.deepEqual(
    fake.jobs.map(({ run }) => run.seed).toSorted(),
    Array.from({ length: 200 }, (_, i) => `s/${i + 1}`).toSorted(),
  );
  const kinds = kindsOf(search).map(([kind, places]) => [
    kind,
    places.length,
    places.slice(0, 3).map((it) => it + 1),
  ]);
  assert.deepEqual(kinds, [
    ["lost", 42, [7, 10, 14]],
    ["stale", 16, [10, 20, 30]],
    ["unknown", 4, [50, 100, 150]],
  ]);
  assert.equal(
    progressOf(search),
    "200 of 200, 154 valid, 42 invalid, 4 unknown",
  );
  assert.equal(search.failures.length, 46);
});

Deno.test("hunt: as many seeds run at a time as there is room for, and each is known when it ends, whichever began first", async () => {
  const fake = new Fake();
  const hunter = new Hunter(() => fake, () => 0);
  const hunt = hunter.hunt(source, { ...options, count: 5 });
  const { search } = hunter;
  assert.ok(search);
  assert.deepEqual([...search.running], [0, 1, 2]);
  fake.waiting.get(3)?.(invalid("late"));
  await turn();
  assert.deepEqual([...search.running], [0, 1, 3]);
  assert.equal(search.verdicts[2]?.kinds[0], "late");
  assert.equal(search.verdicts[0], undefined);
  fake.waiting.get(1)?.(invalid("early"));
  await turn();
  assert.deepEqual(search.failures, [0, 2], "in the order of the seeds");
  for (const n of [2, 4, 5]) fake.waiting.get(n)?.(valid);
  await hunt;
  assert.equal(search.done, 5);
});

Deno.test("hunt: to stop at the first is to find the first of all, though a later one ends sooner", async () => {
  const fake = new Fake();
  const hunter = new Hunter(() => fake, () => 0);
  const hunt = hunter.hunt(source, { ...options, stopsAtFirst: true });
  fake.waiting.get(3)?.(invalid("lost"));
  await turn();
  assert.deepEqual([...fake.waiting.keys()], [1, 2], "no other is begun");
  fake.waiting.get(1)?.(valid);
  fake.waiting.get(2)?.(invalid("lost"));
  await hunt;
  assert.deepEqual(hunter.search?.failures, [1, 2]);
  assert.equal(fake.jobs.length, 3);
});

Deno.test("hunt: what is unknown stops nothing", async () => {
  const hunter = new Hunter(() => new Fake(() => unknown), () => 0);
  await hunter.hunt(source, { ...options, stopsAtFirst: true });
  assert.equal(hunter.search?.unknown, 200);
});

Deno.test("hunt: stopped, it keeps what it has found, and is no trouble", async () => {
  const fake = new Fake();
  const hunter = new Hunter(() => fake, () => 0);
  const hunt = hunter.hunt(source, options);
  fake.waiting.get(1)?.(invalid("lost"));
  await turn();
  hunter.stop();
  await hunt;
  const { search } = hunter;
  assert.ok(search?.isOver && fake.isClosed);
  assert.deepEqual([search.done, search.trouble], [1, ""]);
  assert.deepEqual([...search.running], []);
});

Deno.test("hunt: another hunt ends the one before", async () => {
  const fakes: Fake[] = [];
  const hunter = new Hunter(() => {
    const fake = new Fake();
    fakes.push(fake);
    return fake;
  }, () => 0);
  const first = hunter.hunt(source, options);
  const { search } = hunter;
  const second = hunter.hunt(source, { ...options, count: 1 });
  await first;
  assert.ok(search?.isOver && fakes[0].isClosed && !fakes[1].isClosed);
  fakes[1].waiting.get(1)?.(valid);
  await second;
  assert.equal(hunter.search?.valid, 1);
});

Deno.test("hunt: a program that can't be run is told, and ends it", async () => {
  const hunter = new Hunter(
    () =>
      new Fake(() => {
        throw new Error("broadcast.ts, line 3: no");
      }),
    () => 0,
  );
  await hunter.hunt(source, options);
  const { search } = hunter;
  assert.equal(search?.trouble, "broadcast.ts, line 3: no");
  assert.ok(search?.isOver);
});

Deno.test("hunt: a seed that is opened is known as one of its hunt; another run is not", async () => {
  const hunter = new Hunter(() => new Fake(() => valid), () => 0);
  const byHand = withStep(plan, { at: 100, do: "kill", node: "n1" });
  await hunter.hunt(source, { ...options, run: runOf(byHand), count: 20 });
  const { search } = hunter;
  assert.ok(search);
  const opened = planFor(byHand, search.seedOf(16));
  assert.deepEqual(opened.steps, byHand.steps);
  assert.equal(opened.run.seed, "s/17");
  assert.equal(search.placeOf(runOf(opened)), 16);
  const others: readonly Partial<SimulatedRun>[] = [
    { seed: "s/21" },
    { seed: "s/0" },
    { seed: "s/1.5" },
    { seed: "s/1/1" },
    { seed: "t/1" },
    { latency: 7 },
    { scriptOfFaults: undefined },
  ];
  for (const other of others) {
    const run = { ...runOf(opened), ...other };
    assert.equal(search.placeOf(run), undefined, JSON.stringify(other));
  }
});

/** Fails with one node, one client and its second operation. */
const withOperations = ({ run, want }: SeedJob): Verdict => {
  const has = run.keepOps?.includes(1) ?? true;
  return {
    ...(has ? invalid("lost") : valid),
    mainOperations: run.keepOps?.length ?? 8,
    hash: want === "hash" ? "0123456789abcdef0123" : undefined,
  };
};

Deno.test("hunt: a run is shrunk step by step, and the hash of what is left is told", async () => {
  const fake = new Fake(withOperations);
  const hunter = new Hunter(() => fake, () => 0);
  const told: number[] = [];
  hunter.watch(() => told.push(hunter.shrinking?.found.length ?? 0));
  const run: SimulatedRun = { ...plan.run, pLoss: 0.1, nemesis: ["kill"] };
  const smallest = await hunter.shrink(source, run);
  assert.ok(smallest);
  assert.deepEqual(smallest.run.keepOps, [1]);
  assert.equal(sizeInWords(smallest), "1 node, 0.25 s, 1 operation, 0 faults");
  const { shrinking } = hunter;
  assert.ok(shrinking?.isOver && fake.isClosed);
  assert.equal(shrinking.hash, "0123456789abcdef");
  assert.deepEqual(
    [...new Set(told)],
    Array.from({ length: shrinking.found.length + 1 }, (_, i) => i),
    "each step was told",
  );
  const changes = shrinking.found.slice(1).map(({ run }, i) =>
    changeOf(shrinking.found[i].run, run)
  );
  assert.equal(changes[0], "nothing is lost at random");
  assert.equal(changes[1], "no kill");
  assert.ok(changes.every((it) => it !== ""), changes.join());
});

Deno.test("hunt: a run that is valid by now is not shrunk, which is said", async () => {
  const hunter = new Hunter(() => new Fake(() => valid), () => 0);
  assert.equal(await hunter.shrink(source, plan.run), undefined);
  assert.match(hunter.shrinking?.trouble ?? "", /nothing to shrink/);
});

Deno.test("hunt: shrinking that is stopped keeps the smallest so far, and opens nothing", async () => {
  const fake = new Fake(withOperations);
  const hunter = new Hunter(() => fake, () => 0);
  const forget = hunter.watch(() => {
    if ((hunter.shrinking?.found.length ?? 0) < 3) return;
    forget();
    hunter.stopShrinking();
  });
  const run: SimulatedRun = { ...plan.run, pLoss: 0.1, nemesis: ["kill"] };
  assert.equal(await hunter.shrink(source, run), undefined);
  const { shrinking } = hunter;
  assert.ok(shrinking?.isOver && fake.isClosed);
  assert.equal(shrinking.found.length, 3);
  assert.equal(shrinking.trouble, undefined);
});
