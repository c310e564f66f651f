/**
 * The checkers of transactions, each on histories of 100,000 transactions: a
 * right one, and one of stale reads, whose cycles are many and long.
 *
 * @module
 */
import process from "node:process";
import { type Isolation, runDatabase } from "../tests/support/txn_database.ts";
import { checkListAppend } from "../workbench/checkers/txn/list_append.ts";
import { checkRwRegister } from "../workbench/checkers/txn/rw_register.ts";
import { atMost, type Row } from "./row.ts";

const area = "txn_checker";
const COUNT = 100_000;
const isolations: readonly Isolation[] = [
  "strict-serializable",
  "serializable",
];
const checkers = {
  "rw-register": { write: "w", check: checkRwRegister },
  "list-append": { write: "append", check: checkListAppend },
} as const;

interface Measurement {
  readonly valid: unknown;
  /** CPU time of the check, of all threads, in seconds. */
  readonly seconds: number;
  /** Peak memory of the whole process, history included, in MB. */
  readonly megabytes: number;
}

function measure(
  { write, check }: typeof checkers[keyof typeof checkers],
  isolation: Isolation,
): Measurement {
  const history = runDatabase({
    isolation,
    write,
    count: COUNT,
    seed: "bench",
    processes: 20,
    keyCount: 10,
    failing: 0.02,
    unknown: 0.01,
  });
  const before = process.cpuUsage();
  const { valid } = check(history, {
    consistencyModels: ["strict-serializable"],
  });
  const { user, system } = process.cpuUsage(before);
  const megabytes = process.resourceUsage().maxRSS / 1000;
  return { valid, seconds: (user + system) / 1e6, megabytes };
}

export async function* rows(): AsyncGenerator<Row> {
  for (const name of Object.keys(checkers)) {
    for (const isolation of isolations) {
      // A process of its own, so that the memory is all that it takes.
      const { stdout } = await new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "--allow-all",
          import.meta.filename ?? "",
          name,
          isolation,
        ],
        stderr: "inherit",
      }).output();
      const measured: Measurement = JSON.parse(
        new TextDecoder().decode(stdout),
      );
      const isRight = isolation === "strict-serializable";
      if (measured.valid !== isRight) {
        throw new Error(`${name}, ${isolation}: valid is ${measured.valid}`);
      }
      const history = isRight ? "a right history" : "stale reads";
      const figure = `${name}, 100,000 transactions, ${history}`;
      yield atMost(3, {
        area,
        figure: `${figure}: CPU time`,
        value: measured.seconds,
        unit: "s",
        peer: "own target",
      });
      yield atMost(1000, {
        area,
        figure: `${figure}: peak memory`,
        value: measured.megabytes,
        unit: "MB",
        peer: "own target",
      });
    }
  }
}

if (import.meta.main) {
  const [name, isolation] = Deno.args;
  const checker = Object.entries(checkers).find(([it]) => it === name)?.[1];
  const known = isolations.find((it) => it === isolation);
  if (checker === undefined || known === undefined) {
    throw new TypeError(`no such checker and isolation: ${name}, ${isolation}`);
  }
  console.log(JSON.stringify(measure(checker, known)));
}
