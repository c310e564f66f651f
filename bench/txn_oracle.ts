/**
 * The checkers of transactions against the oracle: of 100,000 random small
 * histories of each kind, how many each model's check gets wrong.
 *
 * `deno run --allow-all bench/txn_oracle.ts append read-committed 1000` does the
 * same for one model, and names the seeds.
 *
 * @module
 */
import { compare } from "../tests/support/txn_comparison.ts";
import { type OracleModel, oracleModels } from "../tests/support/txn_oracle.ts";
import { atMost, type Row } from "./row.ts";

const area = "txn_oracle";
const COUNT = 100_000;
const writes = { w: "rw-register", append: "list-append" } as const;

function* seeds(count: number): Generator<string> {
  for (let i = 0; i < count; i++) yield `bench/${i}`;
}

export function* rows(): Generator<Row> {
  for (const write of ["w", "append"] as const) {
    for (const model of oracleModels) {
      const { allowed, forbidden, unknown, undecided, falseAlarms, missed } =
        compare(write, model, seeds(COUNT));
      const figure = `${writes[write]}, ${model}, ${allowed} right ` +
        `histories, of which ${unknown} unknown, and ${forbidden} broken ones`;
      const row = { area, unit: "", peer: "every order tried" };
      yield atMost(0, {
        ...row,
        figure: `${figure}: false alarms`,
        value: falseAlarms.length,
      });
      yield atMost(0, {
        ...row,
        figure: `${figure}: missed or unknown`,
        value: missed.length + undecided.length,
      });
    }
  }
}

if (import.meta.main) {
  const [write, model, count] = Deno.args;
  const isModel = (name: string): name is OracleModel =>
    oracleModels.some((it) => it === name);
  if ((write !== "w" && write !== "append") || !isModel(model)) {
    throw new TypeError(`w or append, and one of ${oracleModels.join(", ")}`);
  }
  console.log(compare(write, model, seeds(Number(count))));
}
