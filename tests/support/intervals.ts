/**
 * Operations at random times on an object, and the plainest of all checks.
 *
 * @module
 */
import {
  type Interval,
  type Model,
} from "../../workbench/checkers/linearizability/model.ts";
import { type Random } from "../../workbench/clock/random.ts";

/** Tries every order of every choice of operations of unknown fate. */
export function hasOrder<State, Operation>(
  model: Model<State, Operation>,
  intervals: readonly Interval<Operation>[],
): boolean {
  const search = (state: State, left: readonly number[]): boolean => {
    const ends = left.map((i) => intervals[i].end ?? Infinity);
    const firstEnd = Math.min(...ends);
    if (firstEnd === Infinity) return true;
    return left.some((i) => {
      if (intervals[i].begin > firstEnd) return false;
      const next = model.step(state, intervals[i].operation);
      if (next === undefined) return false;
      return search(next, left.filter((j) => j !== i));
    });
  };
  return search(model.init, [...intervals.keys()]);
}

/**
 * What is wrong with an order of operations, if anything.
 *
 * @param isAll whether all that have ended must be in it
 */
export function faultOf<State, Operation>(
  model: Model<State, Operation>,
  intervals: readonly Interval<Operation>[],
  order: readonly number[],
  isAll: boolean,
): string | undefined {
  let state: State | undefined = model.init;
  for (const [place, id] of order.entries()) {
    state = model.step(state, intervals[id].operation);
    if (state === undefined) return `${id} can't happen there`;
    const before = order.slice(0, place);
    if (before.includes(id)) return `${id} is there twice`;
    const { end = Infinity } = intervals[id];
    const late = before.find((other) => intervals[other].begin > end);
    if (late !== undefined) return `${id} had ended before ${late} began`;
  }
  if (!isAll) return undefined;
  const missing = intervals.findIndex(({ end }, id) =>
    end !== undefined && !order.includes(id)
  );
  return missing < 0 ? undefined : `${missing} is missing`;
}

/**
 * Up to so many operations, all ends at different times. Half of the histories
 * come from an order in which each operation is one of a few that could happen
 * there; the others are of any operations.
 *
 * @param draw an operation
 * @param crashed the share of those of unknown fate
 */
export function randomIntervals<State, Operation>(
  model: Model<State, Operation>,
  draw: (random: Random) => Operation,
  random: Random,
  most: number,
  crashed: number,
): Interval<Operation>[] {
  const count = 1 + random.integer(most);
  const spread = 1 + random.integer(12);
  const isOrdered = random.chance(0.5);
  let state = model.init;
  return Array.from({ length: count }, (_, i) => {
    const isUnknown = random.chance(crashed);
    let operation = draw(random);
    if (isOrdered) {
      for (let tries = 0; tries < 20; tries++) {
        const next = model.step(state, operation);
        if (next !== undefined) {
          if (!isUnknown || random.chance(0.5)) state = next;
          break;
        }
        operation = draw(random);
      }
    }
    // The moment i lies between the ends; ties are broken by i.
    const [before, after] = [random.integer(spread), random.integer(spread)];
    return {
      operation,
      begin: i - before - (i + 1) / 1000,
      end: isUnknown ? undefined : i + after + (i + 1) / 1000,
    };
  });
}
