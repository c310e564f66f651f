/**
 * The checkers of transactions held against the oracle.
 *
 * @module
 */
import { checkListAppend } from "../../workbench/checkers/txn/list_append.ts";
import { checkRwRegister } from "../../workbench/checkers/txn/rw_register.ts";
import { randomTransactions, type Write } from "./txn_histories.ts";
import { isAllowed, type OracleModel } from "./txn_oracle.ts";

const checkers = { w: checkRwRegister, append: checkListAppend };

/** What came of the same histories, which are named by their seeds. */
export interface Comparison {
  /** How many the oracle allows, and how many it does not. */
  readonly allowed: number;
  readonly forbidden: number;
  /** How many of the allowed ones the checker can't tell. */
  readonly unknown: number;
  /** Forbidden, and the checker can't tell. */
  readonly undecided: readonly string[];
  /** Allowed, and called invalid. */
  readonly falseAlarms: readonly string[];
  /** Forbidden, and called valid. */
  readonly missed: readonly string[];
}

/** What the checker and the oracle say of random histories. */
export function compare(
  write: Write,
  model: OracleModel,
  seeds: Iterable<string>,
): Comparison {
  let allowed = 0;
  let forbidden = 0;
  let unknown = 0;
  const falseAlarms: string[] = [];
  const missed: string[] = [];
  const undecided: string[] = [];
  for (const seed of seeds) {
    const history = randomTransactions(seed, write);
    const isRight = isAllowed(history, model);
    if (isRight) allowed++;
    else forbidden++;
    const { valid } = checkers[write](history, { consistencyModels: [model] });
    if (valid === "unknown") {
      if (isRight) unknown++;
      else undecided.push(seed);
    } else if (valid && !isRight) missed.push(seed);
    else if (!valid && isRight) falseAlarms.push(seed);
  }
  return { allowed, forbidden, unknown, undecided, falseAlarms, missed };
}
