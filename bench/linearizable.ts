/**
 * How fast linearizability is decided.
 *
 * @module
 */
import { linearize } from "../workbench/checkers/linearizability/linearize.ts";
import { type Interval } from "../workbench/checkers/linearizability/model.ts";
import {
  casRegister,
  NOTHING,
  type RegisterOperation,
} from "../workbench/checkers/linearizability/models/register.ts";
import { Random } from "../workbench/clock/random.ts";
import { atMost, type Row } from "./row.ts";

/** What a history of a register is made of. */
interface Shape {
  readonly count: number;
  readonly clients: number;
  /** The share of those that never return; half of them never happen. */
  readonly unknown: number;
  /** So many different values; undefined: each is written once. */
  readonly values?: number;
}

/**
 * Operations of so many clients on one register, which takes each at some moment
 * while it runs, or later if it never returns.
 */
function registerHistory(
  { count, clients, unknown, values }: Shape,
  random: Random,
): Interval<RegisterOperation>[] {
  interface Running {
    readonly begin: number;
    operation?: RegisterOperation;
  }
  const intervals: Interval<RegisterOperation>[] = [];
  const running: (Running | undefined)[] = new Array(clients).fill(undefined);
  const late: RegisterOperation[] = [];
  let register = NOTHING;
  let fresh = 0;
  const value = () =>
    `${1 + (values === undefined ? fresh++ : random.integer(values))}`;
  const take = (operation: RegisterOperation) => {
    const next = casRegister.step(register, operation);
    if (next !== undefined) register = next;
    return next !== undefined;
  };
  const some = (): RegisterOperation => {
    const kind = random.integer(3);
    if (kind === 0) return { f: "read", value: register };
    if (kind === 1) return { f: "write", value: value() };
    const from = random.chance(0.8) ? register : value();
    return { f: "cas", from, to: value() };
  };
  const finish = (client: number, end: number | undefined) => {
    const current = running[client];
    running[client] = undefined;
    const { begin, operation } = current ?? {};
    if (begin === undefined || operation === undefined) return;
    if (end === undefined && operation.f === "read") return;
    intervals.push({ operation, begin, end });
  };
  for (let time = 0; intervals.length < count; time++) {
    if (late.length > 0 && random.chance(0.02)) {
      take(late.splice(random.integer(late.length), 1)[0]);
    }
    const client = random.integer(clients);
    const current = running[client];
    if (current === undefined) running[client] = { begin: time };
    else if (current.operation !== undefined) finish(client, time);
    else {
      const operation = some();
      if (operation.f !== "read" && random.chance(unknown)) {
        current.operation = operation;
        if (random.chance(0.5)) late.push(operation);
        finish(client, undefined);
      } else if (take(operation)) current.operation = operation;
      else running[client] = undefined; // it failed: it is not in the history
    }
  }
  for (let client = 0; client < clients; client++) finish(client, undefined);
  return intervals;
}

/** The same, but the last read saw what was there at the beginning. */
function spoiled(
  intervals: readonly Interval<RegisterOperation>[],
): Interval<RegisterOperation>[] {
  const reads = intervals.filter(({ operation }) => operation.f === "read");
  const [early, last] = [reads[2], reads[reads.length - 1]];
  return intervals.map((it) =>
    it === last ? { ...it, operation: early.operation } : it
  );
}

function seconds(
  intervals: readonly Interval<RegisterOperation>[],
  expected?: boolean,
): number {
  const start = performance.now();
  const { linearizable } = linearize(casRegister, intervals);
  if (linearizable !== (expected ?? linearizable)) {
    throw new Error(`the verdict is ${linearizable}, not ${expected}`);
  }
  if (linearizable === "unknown") throw new Error("the search was given up");
  return (performance.now() - start) / 1000;
}

export function* rows(): Generator<Row> {
  const random = new Random("linearizable");
  const slowest = (
    limit: number,
    figure: string,
    once: () => number,
  ): Row =>
    atMost(limit, {
      area: "linearizable",
      figure,
      value: Math.max(once(), once(), once()),
      unit: "s",
      peer: "the slowest of three",
    });
  for (
    const [words, unknown] of [
      ["10,000 operations, 10 clients", 0],
      ["the same, 1 write in 2,000 of unknown fate", 0.0005],
    ] as const
  ) {
    const shape = { count: 10_000, clients: 10, unknown, values: 5 };
    yield slowest(
      2,
      words,
      () => seconds(registerHistory(shape, random), true),
    );
  }
  for (const count of [100_000, 1_000_000]) {
    const shape = { count, clients: 10, unknown: 0, values: 5 };
    const figure = `${count.toLocaleString("en")} operations, 10 clients`;
    yield atMost(count / 10_000, {
      area: "linearizable",
      figure,
      value: seconds(registerHistory(shape, random), true),
      unit: "s",
      peer: "0.1 ms for each",
    });
  }
  for (const crashed of [10, 20, 40]) {
    const shape = { count: 300, clients: 5, unknown: crashed / 200 };
    const words =
      `300 operations, about ${crashed} crashed, all values different`;
    yield slowest(
      10,
      words,
      () => seconds(registerHistory(shape, random), true),
    );
    yield slowest(
      10,
      `${words}, and a read too late`,
      () => seconds(spoiled(registerHistory(shape, random)), false),
    );
  }
  for (const clients of [20, 30]) {
    const shape = { count: 1000, clients, unknown: 0 };
    yield slowest(
      10,
      `1,000 operations of 5 values, ${clients} clients`,
      () => seconds(registerHistory({ ...shape, values: 5 }, random), true),
    );
    yield slowest(
      10,
      `1,000 operations, ${clients} clients, all values different, and a read ` +
        "too late",
      () => seconds(spoiled(registerHistory(shape, random)), false),
    );
  }
}
