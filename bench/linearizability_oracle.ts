/**
 * The searches for an order against trying every one: of 100,000 random small
 * histories of each model, how many they get wrong.
 *
 * @module
 */
import { comparisons } from "../tests/support/linearizations.ts";
import { atMost, type Row } from "./row.ts";

const COUNT = 100_000;

export function* rows(): Generator<Row> {
  for (const [name, compare] of comparisons) {
    const { linearizable, others, wrong } = compare(COUNT, "bench");
    if (wrong.length > 0) console.error(wrong[0]);
    yield atMost(0, {
      area: "linearizability_oracle",
      figure:
        `${name}, ${linearizable} histories with an order and ${others} ` +
        "without: verdicts or orders that are wrong",
      value: wrong.length,
      unit: "",
      peer: "every order tried",
    });
  }
}
