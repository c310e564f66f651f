import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Timed,
  TimeQueue,
  VirtualScheduler,
} from "../../../workbench/clock/scheduler.ts";

Deno.test("time queue: by time, then in the order of adding, whatever is removed", () => {
  const step = fc.oneof(
    fc.record({ add: fc.integer({ min: 0, max: 5 }) }),
    fc.record({ remove: fc.nat() }),
    fc.constant("pop" as const),
  );
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const queue = new TimeQueue<Timed>();
    let model: Timed[] = [];
    for (const step of steps) {
      if (step === "pop") {
        const first = model.toSorted((a, b) => a.time - b.time)[0];
        assert.equal(queue.pop(), first);
        model = model.filter((item) => item !== first);
      } else if ("add" in step) {
        const item = { time: step.add, position: -1 };
        queue.add(item);
        model.push(item);
      } else if (model.length > 0) {
        const [item] = model.splice(step.remove % model.length, 1);
        queue.remove(item);
      }
      assert.equal(queue.size, model.length);
    }
    for (const item of model.toSorted((a, b) => a.time - b.time)) {
      assert.equal(queue.pop(), item);
    }
  }));
});

/** Runs until nothing is left to happen, and tells what happened. */
async function run(
  act: (scheduler: VirtualScheduler, say: (what: string) => void) => void,
): Promise<string[]> {
  const scheduler = new VirtualScheduler();
  const said: string[] = [];
  act(scheduler, (what) => said.push(`${scheduler.now()} ${what}`));
  await scheduler.run(
    new Promise<void>((done) => scheduler.at(1000, () => done())),
  );
  return said;
}

Deno.test("virtual time: what is due at once comes after all that is due already", async () => {
  const said = await run((scheduler, say) => {
    scheduler.at(5, () => {
      say("a");
      scheduler.after(0, () => say("d"));
      scheduler.at(1, () => say("e")); // the past is now
    });
    scheduler.at(5, () => say("b"));
    scheduler.at(5, () => say("c"));
    scheduler.at(6, () => say("f"));
  });
  assert.deepEqual(said, ["5 a", "5 b", "5 c", "5 d", "5 e", "6 f"]);
});

Deno.test("virtual time: what is cancelled does not happen", async () => {
  const said = await run((scheduler, say) => {
    const later = scheduler.at(5, () => say("later"));
    scheduler.at(1, () => {
      const atOnce = scheduler.after(0, () => say("at once"));
      atOnce.cancel();
      later.cancel();
      later.cancel();
    });
    scheduler.at(6, () => say("the rest"));
  });
  assert.deepEqual(said, ["6 the rest"]);
});

Deno.test("virtual time: the clock stands still while promise jobs run, however many", async () => {
  const said = await run((scheduler, say) => {
    scheduler.at(1, () => {
      new Promise<void>((done) => scheduler.after(0, () => done()))
        .then(async () => {
          for (let i = 0; i < 10_000; i++) await null;
          say("all awaited");
        });
    });
    scheduler.at(1, () => say("due with it"));
    scheduler.at(2, () => say("due later"));
  });
  assert.deepEqual(said, ["1 due with it", "1 all awaited", "2 due later"]);
});

Deno.test("virtual time: a run that waits for nothing is an error", async () => {
  const scheduler = new VirtualScheduler();
  await assert.rejects(
    scheduler.run(new Promise(() => {})),
    /waits for something that can't happen/,
  );
});

Deno.test("virtual time: the process has its turn in a long run", async () => {
  const scheduler = new VirtualScheduler();
  let isOver = false;
  let hadTurn = false;
  setImmediate(() => hadTurn = !isOver);
  const hop = async () => {
    for (let i = 0; i < 10_000; i++) {
      await new Promise<void>((done) => scheduler.after(1, () => done()));
    }
    isOver = true;
  };
  await scheduler.run(hop());
  assert(hadTurn);
});
