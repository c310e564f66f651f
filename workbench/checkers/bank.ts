/**
 * Jepsen's bank: money moves between accounts, and every read of all accounts
 * shows the same total. Snapshot isolation promises as much.
 *
 * https://github.com/jepsen-io/jepsen/blob/main/jepsen/src/jepsen/tests/bank.clj
 *
 * @module
 */
import { Anomalies, nothingRead, uncheckable, verdictOf } from "./anomalies.ts";
import { type CheckResult } from "./result.ts";
import { integerOf, isInteger } from "../integers.ts";
import { tell } from "./words.ts";
import { stringifyJson } from "../json.ts";
import { type History, type Op, pairs } from "../load/history.ts";

/** What the bank holds. */
export interface BankOptions {
  /**
   * Names of all accounts.
   *
   * @default {those of the first read, and of all transfers}
   */
  readonly accounts?: readonly (string | number)[];
  /**
   * The sum of all balances.
   *
   * @default {that of the first read}
   */
  readonly totalAmount?: number | bigint;
  /**
   * Whether a balance may be below 0.
   *
   * @default {false}
   */
  readonly allowNegativeBalances?: boolean;
}

/** A read: balances by account; null where there is none. */
interface BankRead {
  readonly op: Op;
  readonly balances: Balances;
  /** Undefined if some balance is missing. */
  readonly total: bigint | undefined;
}

type Balances = readonly (readonly [account: string, balance: unknown])[];

/**
 * Each read shows known accounts only (else `unexpected-key`), a balance of
 * each (`nil-balance`), the same total (`wrong-total`), and nothing below 0
 * (`negative-value`). The first of these that is wrong with a read is told.
 * An account that a read does not show counts as empty.
 *
 * What is not given is taken from the history, and a note says so. Which of
 * several totals is the right one is then a guess; that one is wrong is not.
 *
 * Time: m for m balances.
 *
 * @example
 *
 * ```ts
 * import { checkBank } from "./bank.ts";
 *
 * const op = (index: number, type: "invoke" | "ok", value: unknown) =>
 *   ({ index, time: index, process: 0, type, f: "read", value });
 * const { valid } = checkBank([
 *   op(0, "invoke", null),
 *   op(1, "ok", { a: 60, b: 39 }),
 * ], { totalAmount: 100 });
 * console.assert(valid === false);
 * ```
 */
export function checkBank(
  history: History,
  options: BankOptions = {},
): CheckResult {
  const { allowNegativeBalances = false } = options;
  const reads: BankRead[] = [];
  for (const op of history) {
    if (op.f !== "read" || op.type !== "ok") continue;
    const balances = balancesOf(op.value);
    if (balances === undefined) continue;
    const odd = balances.find(([, it]) => !isMissing(it) && !isInteger(it));
    if (odd !== undefined) {
      return uncheckable(
        new Error(
          `${tell(op)} read a balance of ${stringifyJson(odd[1])} on account ` +
            `${odd[0]}, which is no integer`,
        ),
      );
    }
    reads.push({ op, balances, total: sum(balances) });
  }
  if (reads.length === 0) return nothingRead("bank: no balances were read");
  const notes: string[] = [];
  const total = options.totalAmount === undefined
    ? inferTotal(reads, notes)
    : BigInt(options.totalAmount);
  const accounts = options.accounts === undefined
    ? inferAccounts(history, reads[0], notes)
    : new Set(options.accounts.map(String));
  const anomalies = new Anomalies();
  const errors = new Map<string, BankRead[]>();
  let firstError: BankRead | undefined;
  let errorCount = 0;
  for (const read of reads) {
    const error = errorOf(read, accounts, total, allowNegativeBalances);
    if (error === undefined) continue;
    const [type, why] = error;
    firstError ??= read;
    errorCount++;
    errors.getOrInsert(type, []).push(read);
    anomalies.add(type, () => ({
      op: read.op.index,
      key: "bank",
      explanation: `bank: the read that ended at ${tell(read.op)} ${why()}`,
    }));
  }
  return {
    ...verdictOf(anomalies),
    details: {
      readCount: reads.length,
      errorCount,
      ...(total !== undefined && { totalAmount: integerOf(total) }),
      ...(firstError && { firstError: brief(firstError) }),
      errors: Object.fromEntries(
        [...errors].map(([type, reads]) => [type, tally(type, reads)]),
      ),
    },
    forms: { value: "by-value" },
    notes,
  };
}

const isMissing = (balance: unknown) =>
  balance === null || balance === undefined;

/** Of `{account: balance}`, or of a list of such pairs. */
function balancesOf(value: unknown): Balances | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (!Array.isArray(value)) return Object.entries(value);
  const isPairs = value.every((it) => Array.isArray(it) && it.length === 2);
  return isPairs
    ? value.map(([account, balance]) => [String(account), balance])
    : undefined;
}

/** Exact; of numbers, which are most, as long as they are. */
function sum(balances: Balances): bigint | undefined {
  let exact = 0n;
  let total = 0;
  for (const [, balance] of balances) {
    if (typeof balance === "number") {
      if (Number.isSafeInteger(total + balance)) total += balance;
      else exact += BigInt(balance);
    } else if (typeof balance === "bigint") exact += balance;
    else return undefined;
  }
  return exact + BigInt(total);
}

function inferTotal(
  reads: readonly BankRead[],
  notes: string[],
): bigint | undefined {
  const read = reads.find(({ total }) => total !== undefined);
  if (read === undefined) return undefined;
  notes.push(
    `bank: the total is taken to be ${read.total}, as ${tell(read.op)} read ` +
      "it; an option can say what it is.",
  );
  return read.total;
}

/** Undefined if transfers name accounts in another way than Jepsen's. */
function inferAccounts(
  history: History,
  { op, balances }: BankRead,
  notes: string[],
): ReadonlySet<string> | undefined {
  const accounts = new Set(balances.map(([account]) => account));
  for (const { invoke: { f, value } } of pairs(history)) {
    if (f !== "transfer") continue;
    const isNamed = typeof value === "object" && value !== null &&
      "from" in value && "to" in value;
    if (!isNamed) {
      notes.push(
        "bank: transfers are no {from, to, amount}, so which accounts there " +
          "are is not known, and not judged.",
      );
      return undefined;
    }
    accounts.add(String(value.from)).add(String(value.to));
  }
  notes.push(
    `bank: the accounts are taken to be the ${accounts.size} that ` +
      `${tell(op)} read and that transfers name.`,
  );
  return accounts;
}

/** What is wrong with a read. */
function errorOf(
  { balances, total: found }: BankRead,
  accounts: ReadonlySet<string> | undefined,
  total: bigint | undefined,
  allowNegative: boolean,
): readonly [type: string, why: () => string] | undefined {
  const names = (some: Balances) => some.map(([account]) => account).join(", ");
  const foreign = balances.filter(([account]) =>
    accounts?.has(account) === false
  );
  if (foreign.length > 0) {
    return [
      "unexpected-key",
      () => `shows accounts that there are not: ${names(foreign)}`,
    ];
  }
  const missing = balances.filter(([, balance]) => isMissing(balance));
  if (missing.length > 0) {
    return ["nil-balance", () => `shows no balance of ${names(missing)}`];
  }
  if (found !== total) {
    return ["wrong-total", () => `shows ${found} in all, not ${total}`];
  }
  const negative = balances.filter(([, it]) => isInteger(it) && it < 0);
  if (negative.length === 0 || allowNegative) return undefined;
  const [[account, balance]] = negative;
  return ["negative-value", () => `shows ${balance} on account ${account}`];
}

const brief = ({ op, total }: BankRead) => ({
  index: op.index,
  process: op.process,
  value: op.value,
  ...(total !== undefined && { total: integerOf(total) }),
});

/** Errors of a type, as Jepsen counts them. */
function tally(type: string, reads: readonly BankRead[]) {
  const of = (better: (a: bigint, b: bigint) => boolean) =>
    brief(reads.reduce((a, b) => better(b.total ?? 0n, a.total ?? 0n) ? b : a));
  return {
    count: reads.length,
    first: brief(reads[0]),
    last: brief(reads[reads.length - 1]),
    ...(type === "wrong-total" && {
      lowest: of((a, b) => a < b),
      highest: of((a, b) => a > b),
    }),
  };
}
