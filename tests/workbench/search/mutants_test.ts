import assert from "node:assert/strict";
import { hunt, mutate } from "../../../workbench/search/mutants.ts";
import { mutants } from "../../../workbench/search/mutants/list.ts";

const root = new URL("../../../", import.meta.url);

function named(name: string) {
  return mutants.find((it) => it.name === name) ?? assert.fail(name);
}

Deno.test("mutants: each changes one place of the sources as they are", () => {
  assert.ok(mutants.length >= 20);
  for (const mutant of mutants) {
    const source = Deno.readTextFileSync(new URL(mutant.file, root));
    const mutated = mutate(source, mutant);
    assert.notEqual(mutated, source);
    const lines = (text: string) => text.split("\n").length;
    assert.equal(lines(mutated), lines(source), `${mutant.name}: one line`);
  }
});

Deno.test("mutants: a change that does not apply is an error", () => {
  assert.throws(
    () => mutate("a b a", { ...named("kafka-no-dedup"), from: "a" }),
    /kafka-no-dedup: kafka.ts has 2 times, not once/,
  );
});

Deno.test("mutants: a bug is caught, and without it the seeds pass", async () => {
  const { seeds, verdict, falseAlarms } = await hunt(
    named("ids-without-node"),
    20,
  );
  assert.equal(falseAlarms, 0);
  assert.deepEqual(verdict?.kinds, ["duplicated"]);
  assert.ok(seeds <= 20);
});

Deno.test("mutants: what changes nothing is not caught", async () => {
  const idle = {
    ...named("ids-without-node"),
    from: "let count = 0;",
    to: "let count = 1;",
  };
  const { seeds, verdict } = await hunt(idle, 6);
  assert.equal(verdict, undefined);
  assert.equal(seeds, 6);
});

Deno.test("mutants: a bug in the library is caught in a script", async () => {
  const { verdict, falseAlarms } = await hunt(
    named("lib-cas-writes"),
    20,
  );
  assert.equal(falseAlarms, 0);
  assert.equal(verdict?.valid, false);
});
