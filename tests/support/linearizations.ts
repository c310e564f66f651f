/**
 * The searches for an order against trying every one, for each model.
 *
 * @module
 */
import { searchByInvocation } from "../../workbench/checkers/linearizability/by_invocation.ts";
import {
  DEFAULT_LIMITS,
  linearize,
  numbered,
} from "../../workbench/checkers/linearizability/linearize.ts";
import {
  type Interval,
  type Model,
} from "../../workbench/checkers/linearizability/model.ts";
import {
  casRegister,
  fencedMutex,
  fifoQueue,
  keyValue,
  type MicroOperation,
  multiRegister,
  mutex,
  type MutexOperation,
  ownerAwareMutex,
  reentrantMutex,
  type RegisterOperation,
  semaphore,
  set,
  type SetOperation,
  stack,
  unorderedQueue,
} from "../../workbench/checkers/linearizability/models/mod.ts";
import { search } from "../../workbench/checkers/linearizability/search.ts";
import { Random } from "../../workbench/clock/random.ts";
import { faultOf, hasOrder, randomIntervals } from "./intervals.ts";

/** Of how many histories the searches were right, and of which they were not. */
export interface Comparison {
  linearizable: number;
  others: number;
  /** As JSON, with what is wrong. */
  readonly wrong: string[];
}

/** Compares so many random small histories, by a seed. */
export type Compare = (count: number, seed: string) => Comparison;

/** By model. */
export const comparisons = new Map<string, Compare>();

const some = <const T>(random: Random, ...items: readonly T[]): T =>
  items[random.integer(items.length)];

const value = (random: Random, most = 3) => `${random.integer(most)}`;

/** All searches agree with trying every order, and the orders are right. */
function agrees<State, Operation>(
  name: string,
  model: Model<State, Operation>,
  draw: (random: Random) => Operation,
): void {
  comparisons.set(name, (count, seed) => {
    const random = new Random(`${name}/${seed}`);
    const result: Comparison = { linearizable: 0, others: 0, wrong: [] };
    for (let i = 0; i < count; i++) {
      const intervals = randomIntervals(model, draw, random, 7, 0.3);
      const expected = hasOrder(model, intervals);
      result[expected ? "linearizable" : "others"]++;
      for (const { linearizable, order } of searches(model, intervals)) {
        const fault = linearizable !== expected
          ? `found ${linearizable}`
          : faultOf(model, intervals, order, expected);
        if (fault === undefined) continue;
        result.wrong.push(`${fault}: ${JSON.stringify(intervals)}`);
      }
    }
    return result;
  });
}

function searches<State, Operation>(
  model: Model<State, Operation>,
  intervals: readonly Interval<Operation>[],
) {
  const [transitions, operations] = numbered(model, intervals);
  return [
    linearize(model, intervals),
    searchByInvocation(transitions, operations, 1e6),
    search(transitions, operations, DEFAULT_LIMITS, true),
    search(transitions, operations, DEFAULT_LIMITS, false),
  ];
}

agrees("cas-register", casRegister, (random): RegisterOperation => {
  const [from, to] = [value(random), value(random)];
  const f = some(random, "read", "read", "write", "cas", "refused", "missing");
  return f === "read" || f === "write" ? { f, value: to } : { f, from, to };
});

agrees("register", casRegister, (random) => ({
  f: some(random, "read", "write"),
  value: value(random, 4),
}));

agrees("multi-register", multiRegister({ x: 0 }), (random) =>
  Array.from(
    { length: 1 + random.integer(2) },
    (): MicroOperation => [
      some(random, "read", "write"),
      some(random, "x", "y"),
      value(random, 2),
    ],
  ));

agrees("mutex", mutex, (random) => some(random, "acquire", "release"));

const onMutex = (random: Random): MutexOperation => {
  const f = some(random, "acquire", "release");
  const client = value(random, 2);
  const fence = random.integer(3);
  return f === "acquire" && fence > 0 ? { f, client, fence } : { f, client };
};
const unfenced = (random: Random): MutexOperation => ({
  f: some(random, "acquire", "release"),
  client: value(random, 2),
});

agrees("owner-aware-mutex", ownerAwareMutex, unfenced);
agrees("reentrant-mutex", reentrantMutex(), unfenced);
agrees("fenced-mutex", fencedMutex(), onMutex);
agrees("reentrant-fenced-mutex", fencedMutex(2), onMutex);
agrees("semaphore", semaphore(), unfenced);

agrees("set", set, (random): SetOperation => {
  const elements = ["0", "1", "2"].filter(() => random.chance(0.5));
  return random.chance(0.4)
    ? { f: "read", elements }
    : { f: "add", element: value(random) };
});

const onQueue = (random: Random) => {
  const f = some(random, "put", "take");
  const element = random.chance(0.1) && f === "take" ? null : value(random);
  return { f, element };
};

agrees("fifo-queue", fifoQueue, onQueue);
agrees("stack", stack, onQueue);
agrees("unordered-queue, of one value", unorderedQueue, (random) => ({
  f: some(random, "put", "take"),
  element: "0",
}));

agrees("kv", keyValue, (random) => {
  const f = some(random, "get", "get", "append", "append", "put");
  const most = f === "get" ? random.integer(4) : 1;
  const letters = Array.from({ length: most }, () => some(random, "a", "b"));
  return { f, value: letters.join("") };
});
