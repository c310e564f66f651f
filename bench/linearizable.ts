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

/**
 * Operations of so many clients on one register, which takes each at some
 * moment while it runs. Some never return, and half of these never happen.
 */
function registerHistory(
  count: number,
  clients: number,
  shareUnknown: number,
  random: Random,
): Interval<RegisterOperation>[] {
  interface Running {
    begin: number;
    result?: RegisterOperation;
  }
  const intervals: Interval<RegisterOperation>[] = [];
  const running: (Running | undefined)[] = new Array(clients).fill(undefined);
  let value = NOTHING;
  const value5 = () => `${1 + random.integer(5)}`;
  for (let time = 0; intervals.length < count; time++) {
    const client = random.integer(clients);
    const current = running[client];
    if (current === undefined) {
      running[client] = { begin: time };
    } else if (current.result === undefined) {
      const kind = random.integer(3);
      const to = value5();
      const from = random.chance(0.8) ? value : value5();
      if (kind === 0) current.result = { f: "read", value };
      else if (kind === 1) current.result = { f: "write", value: to };
      else if (from === value) current.result = { f: "cas", from, to };
      else running[client] = undefined; // it failed: it is not in the history
      if (kind === 1) value = to;
      else if (kind === 2 && from === value) value = to;
    } else {
      const { begin, result: operation } = current;
      const isUnknown = operation.f !== "read" && random.chance(shareUnknown);
      intervals.push({ operation, begin, end: isUnknown ? undefined : time });
      running[client] = undefined;
    }
  }
  for (const current of running) {
    if (current?.result === undefined) continue;
    const { begin, result: operation } = current;
    intervals.push({ operation, begin, end: undefined });
  }
  return intervals;
}

function seconds(intervals: readonly Interval<RegisterOperation>[]): number {
  const start = performance.now();
  if (!linearize(casRegister, intervals).linearizable) {
    throw new Error("a linearizable history was refused");
  }
  return (performance.now() - start) / 1000;
}

export async function* rows(): AsyncGenerator<Row> {
  const random = new Random("linearizable");
  for (
    const [words, share] of [
      ["10,000 operations, 10 clients", 0],
      ["the same, 1 write in 2,000 of unknown fate", 0.0005],
    ] as const
  ) {
    const times = Array.from(
      { length: 3 },
      () => seconds(registerHistory(10_000, 10, share, random)),
    );
    yield atMost(2, {
      area: "linearizable",
      figure: words,
      value: Math.max(...times),
      unit: "s",
      peer: "the slowest of three",
    });
  }
}
