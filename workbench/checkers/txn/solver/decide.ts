/**
 * Decides whether transactions can be put in an order that explains what they
 * read: serializability and snapshot isolation, which are NP-complete
 * (Papadimitriou, The serializability of concurrent database updates, JACM 1979;
 * Biswas and Enea, OOPSLA 2019).
 *
 * An order is tried (`schedule.ts`). That takes linear time, and where the
 * database did right, in most cases works at once. If it does not, each obstacle
 * is a cycle that holds for some orders of writers of a key: one of these must
 * be the other way round. A SAT solver (`sat.ts`) chooses which, the order is
 * tried again with that, and so on: lazily what Cobra (Tan et al., OSDI 2020)
 * and PolySI (Huang et al., VLDB 2023) tell their solvers beforehand. Each round
 * excludes at least one choice of finitely many, so it ends: with a witness,
 * which is replayed; or with clauses that exclude each other, each one the
 * reason of a cycle; or at its budget.
 *
 * @module
 */
import {
  type Edge,
  isWitness,
  type Level,
  type Pair,
  type Problem,
  Situation,
} from "./problem.ts";
import { Sat } from "./sat.ts";
import { saturate, type Saturation } from "./saturate.ts";
import { schedule } from "./schedule.ts";

/** What came out. */
export type Decision =
  /** Moments in an order that explains everything. */
  | { readonly valid: true; readonly order: Int32Array }
  /**
   * Cycles, one of which there is in each order; each edge of them is certain,
   * or given the order of two writers of a key.
   */
  | { readonly valid: false; readonly cycles: readonly (readonly Edge[])[] }
  | { readonly valid: "unknown"; readonly why: string };

/**
 * How much work is put into a decision before it is given up, in looks at
 * transactions and clauses: some ten million of them take a second.
 */
export const BUDGET = 100_000_000;

/**
 * What an edge of a cycle that is kept counts for: so no more than some ten
 * million are kept, a GB.
 */
const STEPS_KEPT = 30;

/** Decides within a budget; the same each time. */
export function decide(
  problem: Problem,
  level: Level,
  budget = BUDGET,
): Decision {
  const situation = new Situation(problem, level);
  let hint = problem.hint;
  const choices = new Choices(problem.hint);
  let steps = 0;
  let tries = 0;
  let fewest = Infinity;
  for (;;) {
    tries++;
    const tried = schedule(situation, hint, choices.made());
    if (tried.violations === 0) {
      if (!isWitness(situation, tried.order)) {
        throw new Error("an order of transactions does not explain them");
      }
      return { valid: true, order: tried.order };
    }
    steps += tried.steps;
    if (tries === 1) {
      const { contradiction, steps: work, ...certain } = saturate(situation);
      if (contradiction.length > 0) {
        return { valid: false, cycles: contradiction };
      }
      steps += work;
      const { lateness } = certain;
      if (lateness !== undefined && !problem.hasTimes) {
        hint = hint.toSorted((a, b) => lateness[a] - lateness[b]);
        choices.prefer(hint);
      }
      choices.require(certain);
      if (certain.inferred.length > 0) continue;
    }
    fewest = Math.min(fewest, tried.violations);
    for (const cycle of tried.cycles) {
      choices.exclude(cycle);
      steps += STEPS_KEPT * cycle.length;
    }
    const isPossible = choices.choose(budget - steps);
    if (isPossible === false) return { valid: false, cycles: choices.core() };
    if (isPossible === undefined || steps + choices.steps > budget) {
      return {
        valid: "unknown",
        why: `${tries} order${tries > 1 ? "s" : ""} of the ` +
          `${problem.registers.count} transactions ` +
          `${tries > 1 ? "were" : "was"} tried, which contradict what was ` +
          `read; the best in ${fewest} place${fewest > 1 ? "s" : ""}`,
      };
    }
  }
}

/** Which of two writers comes first, where that has mattered. */
class Choices {
  readonly #sat = new Sat();
  /** The variable of each pair: whether the lower number comes first. */
  readonly #variables = new Map<string, number>();
  readonly #pairs: Pair[] = [];
  /** By the number of its clause. */
  readonly #cycles = new Map<number, readonly Edge[]>();

  /** Why clauses of a single literal hold, by their numbers. */
  readonly #certain = new Map<number, () => (readonly Edge[])[]>();
  /** By transaction its place in the hint: who is earlier there, is here. */
  readonly #rank: Int32Array;

  constructor(hint: Int32Array) {
    this.#rank = new Int32Array(hint.length);
    this.prefer(hint);
  }

  prefer(hint: Int32Array): void {
    hint.forEach((t, i) => this.#rank[t] = i);
  }

  get steps(): number {
    return this.#sat.steps;
  }

  made(): Pair[] {
    return this.#pairs.map(([a, b], v) =>
      this.#sat.isTrue(v) ? [a, b] : [b, a]
    );
  }

  /** Not all that a cycle is given may be. */
  exclude(cycle: readonly Edge[]): void {
    const literals = cycle.flatMap(({ given }) =>
      given === undefined ? [] : [this.#literal(given) ^ 1]
    );
    this.#cycles.set(this.#sat.addClause(literals), cycle);
  }

  /** What is certain is chosen. */
  require({ inferred, explain }: Pick<Saturation, "inferred" | "explain">) {
    inferred.forEach((pair, i) => {
      const clause = this.#sat.addClause([this.#literal(pair)]);
      this.#certain.set(clause, () => explain(i));
    });
  }

  choose(limit: number): boolean | undefined {
    return this.#sat.solve(limit);
  }

  core(): (readonly Edge[])[] {
    return this.#sat.core().flatMap((clause) => {
      const cycle = this.#cycles.get(clause);
      if (cycle !== undefined) return [cycle];
      return this.#certain.get(clause)?.() ?? [];
    });
  }

  #literal([a, b]: Pair): number {
    const pair: Pair = a < b ? [a, b] : [b, a];
    const name = pair.join();
    let variable = this.#variables.get(name);
    if (variable === undefined) {
      variable = this.#sat.addVariable(
        this.#rank[pair[0]] < this.#rank[pair[1]],
      );
      this.#variables.set(name, variable);
      this.#pairs.push(pair);
    }
    return 2 * variable + (a < b ? 0 : 1);
  }
}
