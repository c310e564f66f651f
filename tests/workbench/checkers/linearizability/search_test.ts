import assert from "node:assert/strict";
import { comparisons } from "../../../support/linearizations.ts";

/** So many histories of each model; bench/linearizability_oracle.ts has more. */
const HISTORIES = 400;

for (const [name, compare] of comparisons) {
  Deno.test(`linearizability: ${name}: the searches agree with trying every order`, () => {
    const { linearizable, others, wrong } = compare(HISTORIES, "test");
    assert.deepEqual(wrong, []);
    const counts = `${linearizable} linearizable, ${others} not`;
    assert.ok(linearizable > 40 && others > 40, counts);
  });
}
