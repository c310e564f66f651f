import assert from "node:assert/strict";
import {
  firstShown,
  registerPicture,
  registersOf,
} from "../../../viewer/pictures/registers.ts";
import { compose } from "../../../viewer/run/compose.ts";
import { type Event, history, op } from "../../support/history.ts";
import { proxy } from "../../support/lin_kv_proxy.ts";
import { simulated } from "../simulated.ts";

const flags = "-w lin-kv --node-count 3 --concurrency 4n --rate 100 " +
  "--time-limit 5 --latency 10 --latency-dist exponential --seed a " +
  "--nemesis partition --nemesis-interval 2";

Deno.test("registers: the order is a path through its operations, and what fits nowhere comes after it", async () => {
  const { run, result } = await simulated(proxy((node) => node.seqKv), flags);
  assert.equal(result.workload.valid, false);
  const registers = registersOf(run);
  const wrong = registers.filter(({ failure }) => failure !== undefined);
  assert.ok(wrong.length > 0);
  assert.deepEqual(registers.slice(0, wrong.length), wrong, "the wrong first");
  for (const register of wrong) {
    const { operations, failure } = register;
    const all = registerPicture(run, register, operations);
    assert.deepEqual(
      all.path.map(({ operation }) => operation),
      failure?.order,
    );
    all.path.forEach(({ place, from, to }, i) => {
      assert.ok(place);
      assert.equal(place.number, i + 1);
      assert.ok(from <= place.at && place.at <= to, "within the operation");
      const before = all.path[i - 1]?.place?.at ?? 0;
      assert.ok(before <= place.at, "after the one before");
    });
    assert.ok(all.misfit && all.misfit.kind === "stuck");
    assert.match(all.misfit.text, /^(read|write|cas) /);

    const from = firstShown(register, 20);
    const some = registerPicture(
      run,
      register,
      operations.slice(from, from + 20),
    );
    assert.ok(some.misfit, "the first to be seen is the one that is wrong");
    assert.ok(some.steps <= 40 && some.times.length === some.steps);
  }
});

Deno.test("registers: where all is right there are bars, and neither a path nor a misfit", async () => {
  const { run, result } = await simulated(proxy((node) => node.linKv), flags);
  assert.equal(result.workload.valid, true);
  const registers = registersOf(run);
  assert.ok(registers.length > 0);
  for (const register of registers) {
    const { path, misfit, bars, clients } = registerPicture(
      run,
      register,
      register.operations,
    );
    assert.deepEqual([path, misfit, register.failure], [
      [],
      undefined,
      undefined,
    ]);
    assert.equal(bars.length, register.operations.length);
    assert.ok(bars.every(({ row }) => row >= 0 && row < clients.length));
  }
});

Deno.test("registers: what is written by an operation of unknown fate has no end", async () => {
  const { run } = await simulated(
    proxy((node) => node.linKv),
    `${flags} --p-loss 0.2`,
  );
  const open = run.operations.findIndex(({ type, f }) =>
    type === "info" && f === "write"
  );
  assert.ok(open >= 0);
  const register = registersOf(run).find(({ operations }) =>
    operations.includes(open)
  );
  assert.ok(register);
  const { bars, steps } = registerPicture(run, register, register.operations);
  const bar = bars.find(({ operation }) => operation === open);
  assert.deepEqual([bar?.isOpen, bar?.to], [true, steps]);
});

Deno.test("registers: values without keys are one object, a pair among them or not", () => {
  const drawn = (...events: Event[][]) => {
    const run = compose({
      ...{ workload: "mutex", valid: true, explanation: [], anomalies: [] },
      ...{ notes: [], figures: [], settings: [], nodes: [], end: 0 },
      history: history(...events.flat()),
    });
    return registersOf(run).map((register) => ({
      key: register.key,
      texts: registerPicture(run, register, register.operations).bars
        .map(({ text }) => text),
    }));
  };
  assert.deepEqual(drawn(op(0, "acquire", null), op(0, "release", null)), [
    { key: undefined, texts: ["acquire", "release"] },
  ]);
  assert.deepEqual(drawn(op(0, "cas", [1, 2]), op(0, "read", null, 2)), [
    { key: undefined, texts: ["cas 1 → 2", "read 2"] },
  ]);
  assert.deepEqual(
    drawn(op(0, "cas", ["k", [1, 2]]), op(0, "read", ["k", null], ["k", 2])),
    [{ key: '"k"', texts: ["cas 1 → 2", "read 2"] }],
  );
});
