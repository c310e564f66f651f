/** Many runs along one dial. */
import assert from "node:assert/strict";
import { planOf } from "../../playground/run/plan.ts";
import { dials, sweep, valuesIn } from "../../playground/run/sweep.ts";
import { type SimulatedRun } from "../../workbench/run_options.ts";
import { brokenOff, type Verdict } from "../../workbench/search/verdict.ts";

const { run } = planOf(
  "-w broadcast --program broadcast.ts --seed s -- --durable --max-wait 7"
    .split(" "),
);
const valid: Verdict = { ...brokenOff(""), valid: true, kinds: [] };

Deno.test("sweep: each dial turns what it says, and nothing else", () => {
  const turned = new Map(dials.map((it) => [it.name, it.turn(run, 10)]));
  const of = (name: string) => turned.get(name);
  assert.deepEqual(of("latency, ms"), { ...run, latency: 10 });
  assert.deepEqual(of("lost, %"), { ...run, pLoss: 0.1 });
  assert.deepEqual(of("operations a second"), { ...run, rate: 10 });
  assert.equal(of("nodes")?.nodeIds.length, 10);
  assert.deepEqual(of("the program's --max-wait"), {
    ...run,
    args: ["--durable", "--max-wait", "10"],
  });
  for (const { values } of dials) assert.ok(valuesIn(values).length > 3);
});

Deno.test("sweep: a point is the middle of its seeds, and invalid if one of them is", async () => {
  const [, latency] = dials;
  const measure = (run: SimulatedRun) => {
    const n = Number(run.seed.at(-1));
    return Promise.resolve({
      verdict: run.latency === 5 && n === 2 ? brokenOff("it broke") : valid,
      measured: { msgsPerOp: n, latency: { median: 10 * n, max: 100 * n } },
    });
  };
  const points = await Array.fromAsync(sweep(run, latency, "5, 6", measure));
  const figures = { msgsPerOp: 2, median: 20, max: 200 };
  assert.deepEqual(points, [
    { value: 5, valid: false, ...figures },
    { value: 6, valid: true, ...figures },
  ]);
});

Deno.test("sweep: values that are no numbers are refused in words", () => {
  for (const text of ["", "1,,2", "1, slow", "-1", "Infinity"]) {
    assert.throws(() => valuesIn(text), /A dial wants numbers such as/, text);
  }
});
