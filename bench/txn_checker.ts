/**
 * The checkers of transactions: on a right history and on one of stale reads,
 * whose cycles are many and long; and for each model, on right histories of up
 * to a million transactions, how time grows.
 *
 * @module
 */
import process from "node:process";
import { type Isolation, runDatabase } from "../tests/support/txn_database.ts";
import { checkListAppend } from "../workbench/checkers/txn/list_append.ts";
import { checkRwRegister } from "../workbench/checkers/txn/rw_register.ts";
import { atMost, noTarget, type Row } from "./row.ts";

const area = "txn_checker";

const checkers = {
  "rw-register": { write: "w", check: checkRwRegister },
  "list-append": { write: "append", check: checkListAppend },
} as const;

type Name = keyof typeof checkers;

const names: readonly Name[] = ["rw-register", "list-append"];

/** Each model, a database that has it or more, and how time may grow. */
const models: readonly {
  readonly model: string;
  readonly isolation: Isolation;
  readonly exponent?: number;
}[] = [
  { model: "read-committed", isolation: "snapshot-isolation", exponent: 1.5 },
  {
    model: "monotonic-atomic-view",
    isolation: "snapshot-isolation",
    exponent: 1.5,
  },
  { model: "read-atomic", isolation: "snapshot-isolation", exponent: 1.5 },
  { model: "causal-cerone", isolation: "serializable" },
  { model: "causal", isolation: "snapshot-isolation", exponent: 1.2 },
  { model: "snapshot-isolation", isolation: "snapshot-isolation" },
  { model: "serializable", isolation: "serializable" },
  { model: "strict-serializable", isolation: "strict-serializable" },
];

/** One order of all, without times or without an order that there could be. */
const searches: readonly (Pick<Job, "model" | "isolation" | "lacksTimes">)[] = [
  {
    model: "strong-session-serializable",
    isolation: "strict-serializable",
    lacksTimes: true,
  },
  {
    model: "strong-session-snapshot-isolation",
    isolation: "snapshot-isolation",
    lacksTimes: true,
  },
  { model: "serializable", isolation: "snapshot-isolation" },
  { model: "snapshot-isolation", isolation: "read-committed" },
];

interface Job {
  /** Process after process, as in files that know no times. */
  readonly lacksTimes?: boolean;
  readonly name: Name;
  readonly model: string;
  readonly isolation: Isolation;
  readonly count: number;
}

interface Measurement {
  readonly valid: unknown;
  /** CPU time of the check, of all threads, in seconds. */
  readonly seconds: number;
  /** Peak memory of the whole process, history included, in MB. */
  readonly megabytes: number;
}

function measure(
  { name, model, isolation, count, lacksTimes = false }: Job,
): Measurement {
  const { write, check } = checkers[name];
  const run = runDatabase({
    isolation,
    write,
    count,
    seed: "bench",
    processes: 20,
    keyCount: 10,
    failing: 0.02,
    unknown: 0.01,
  });
  const history = lacksTimes
    ? [...Map.groupBy(run, ({ process }) => process).values()].flat()
      .map((op, index) => ({ ...op, index, time: index * 1e6 }))
    : run;
  const before = process.cpuUsage();
  const { valid } = check(history, { consistencyModels: [model] });
  const { user, system } = process.cpuUsage(before);
  const megabytes = process.resourceUsage().maxRSS / 1000;
  return { valid, seconds: (user + system) / 1e6, megabytes };
}

/** In a process of its own, so that the memory is all that it takes. */
async function measureApart(job: Job, isRight: boolean): Promise<Measurement> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      "--v8-flags=--max-old-space-size=8192",
      import.meta.filename ?? "",
      JSON.stringify(job),
    ],
    stderr: "inherit",
  }).output();
  const measured: Measurement = JSON.parse(new TextDecoder().decode(stdout));
  if (measured.valid !== isRight) {
    throw new Error(`${JSON.stringify(job)}: valid is ${measured.valid}`);
  }
  return measured;
}

export async function* rows(): AsyncGenerator<Row> {
  const own = { area, peer: "own target" };
  for (const name of names) {
    for (const isolation of ["strict-serializable", "serializable"] as const) {
      const model = "strict-serializable";
      const isRight = isolation === model;
      const job = { name, model, isolation, count: 100_000 };
      const { seconds, megabytes } = await measureApart(job, isRight);
      const history = isRight ? "a right history" : "stale reads";
      const figure = `${name}, 100,000 transactions, ${history}`;
      yield atMost(3, {
        ...own,
        figure: `${figure}: CPU time`,
        value: seconds,
        unit: "s",
      });
      yield atMost(1000, {
        ...own,
        figure: `${figure}: peak memory`,
        value: megabytes,
        unit: "MB",
      });
    }
  }
  for (const { lacksTimes = false, ...search } of searches) {
    for (const count of [1_000, 10_000, 100_000]) {
      const job = {
        name: "rw-register",
        count,
        lacksTimes,
        ...search,
      } as const;
      const { seconds } = await measureApart(job, lacksTimes);
      const how = lacksTimes ? "valid, without times" : "invalid";
      yield noTarget({
        ...own,
        figure: `rw-register, ${search.model}, ${
          count.toLocaleString("en")
        }, ${how}: CPU time`,
        value: seconds,
        unit: "s",
      });
    }
  }
  for (const name of names) {
    for (const { model, isolation, exponent } of models) {
      const times: number[] = [];
      for (const count of [10_000, 100_000, 1_000_000]) {
        const job = { name, model, isolation, count };
        const { seconds, megabytes } = await measureApart(job, true);
        times.push(seconds);
        const figure = `${name}, ${model}, ${count.toLocaleString("en")}`;
        yield noTarget({
          ...own,
          figure: `${figure}: CPU time`,
          value: seconds,
          unit: "s",
        });
        yield atMost(4000, {
          ...own,
          figure: `${figure}: peak memory`,
          value: megabytes,
          unit: "MB",
        });
      }
      const growth = {
        ...own,
        figure: `${name}, ${model}: time grows from 100,000 to 1,000,000 by ` +
          `an exponent of`,
        value: Math.log10(times[2] / times[1]),
        unit: "",
      };
      yield exponent === undefined
        ? noTarget(growth)
        : atMost(exponent, growth);
    }
  }
}

if (import.meta.main) {
  const job: Job = JSON.parse(Deno.args[0]);
  console.log(JSON.stringify(measure(job)));
}
