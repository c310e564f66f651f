/** What is run in the page, and its address. */
import assert from "node:assert/strict";
import { resolve } from "node:path";
import fc from "fast-check";
import {
  addressOf,
  type Plan,
  planIn,
  planOf,
  runOf,
  turned,
  withStep,
} from "../../playground/run/plan.ts";
import { commandFor } from "../../workbench/cli/run_flags.ts";
import { UsageError } from "../../workbench/cli/flags.ts";

const plan = planOf(
  "-w broadcast --program broadcast.ts --node-count 3 --seed x -- --durable"
    .split(" "),
);

const settings = fc.record({
  timeLimit: fc.integer({ min: 1, max: 600 }),
  rate: fc.integer({ min: 0, max: 5000 }),
  latency: fc.integer({ min: 0, max: 500 }),
  pLoss: fc.constantFrom(0, 0.01, 0.5),
  nemesis: fc.subarray(["partition", "kill", "pause"]),
  seed: fc.string({ minLength: 1 }).filter((it) => it.trim() === it),
  args: fc.array(fc.constantFrom("--durable", "a&b=c", "ä/+ %", "--x")),
}, { noNullPrototype: true });

const edits = fc.dictionary(
  fc.constantFrom("broadcast.ts", "mine/x.ts"),
  fc.string({ unit: "binary" }).map((it) => it.toWellFormed()),
  { noNullPrototype: true },
);

const step = fc.oneof(
  fc.record({
    at: fc.integer({ min: 0, max: 1e6 }),
    do: fc.constantFrom("kill", "start", "pause", "resume"),
    node: fc.constantFrom("n0", "n1"),
  }, { noNullPrototype: true }),
  fc.record({
    at: fc.double({ min: 0, max: 1e5, noNaN: true }),
    do: fc.constant("delay"),
    message: fc.nat(),
    by: fc.integer({ min: 1, max: 1000 }),
  }, { noNullPrototype: true }),
);

Deno.test("plan: an address leads to the same plan", () =>
  fc.assert(
    fc.asyncProperty(
      settings,
      edits,
      fc.array(step),
      fc.constantFrom("play", "hunt", "compare"),
      fc.option(fc.constant("broadcast/1_tell_all"), { nil: undefined }),
      async (settings, edits, steps, view, lesson) => {
        const made: Plan = {
          ...{ run: { ...plan.run, ...settings }, edits, view, lesson },
          steps: steps.reduce(withStep, plan).steps,
        };
        const address = await addressOf(made);
        // As a browser would have it.
        const { hash } = new URL(address, "http://localhost/");
        assert.deepEqual(await planIn(hash), made);
      },
    ),
    { numRuns: 200 },
  ));

Deno.test("plan: another page's address is no plan, a damaged one is refused", async () => {
  for (const hash of ["", "#", "#t=3&m=8", "#lesson/x", "#play/"]) {
    assert.equal(await planIn(hash), undefined, hash);
  }
  const address = await addressOf({
    ...plan,
    edits: { "broadcast.ts": "export default 1;".repeat(20) },
  });
  await assert.rejects(
    planIn(address.replace("eJ", "xX")),
    /damaged, or was cut off on its way/,
  );
  await assert.rejects(planIn("#play/--nodes+clown"), UsageError);
});

Deno.test("plan: a lesson's words turn dials, and leave the others", () => {
  const run = turned(plan, new URLSearchParams("latency=200&nemesis=kill")).run;
  assert.deepEqual(
    run,
    { ...plan.run, latency: 200, nemesis: ["kill"] },
  );
  const back = turned({ ...plan, run }, new URLSearchParams("nemesis=")).run;
  assert.deepEqual(back.nemesis, []);
  assert.throws(
    () => turned(plan, new URLSearchParams("latency=slow")),
    UsageError,
  );
});

Deno.test("plan: the command has what a hand did in the order of time, as a file", () => {
  const kill = { at: 2, do: "kill", node: "n1" } as const;
  const cut = { at: 1, do: "cut", link: ["n0", "n1"] } as const;
  const done = withStep(withStep(plan, kill), cut);
  assert.deepEqual(done.steps, [cut, kill]);
  assert.match(commandFor(runOf(done)), / --script-of-faults faults\.jsonl /);
  assert.equal(runOf(plan).program, resolve("broadcast.ts"));
});
