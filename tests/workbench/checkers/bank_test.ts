import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type BankOptions,
  checkBank,
} from "../../../workbench/checkers/bank.ts";
import { anomalyTypes } from "../../../workbench/checkers/result.ts";
import { type Event, history, op } from "../../support/history.ts";

const read = (balances: unknown) => op(1, "read", null, balances);
const move = (from: unknown, to: unknown, amount: number) =>
  op(0, "transfer", { from, to, amount });
const check = (events: readonly Event[], options?: BankOptions) =>
  checkBank(history(...events), options);

Deno.test("bank: each kind of error has Jepsen's name", () => {
  const accounts = [0, 1, 2];
  const of = (balances: unknown, more: BankOptions = {}) =>
    check(read(balances), { accounts, totalAmount: 100, ...more });
  assert.equal(of({ 0: 60, 1: 30, 2: 10 }).valid, true);
  assert.equal(of([[0, 60], [1, 40]]).valid, true); // pairs, and one is empty
  const wrong: [unknown, string, RegExp][] = [
    [{ 0: 90, 3: 10 }, "unexpected-key", /accounts that there are not: 3/],
    [{ 0: 90, 1: null, 2: 10 }, "nil-balance", /no balance of 1/],
    [{ 0: 90, 1: 0, 2: 11 }, "wrong-total", /shows 101 in all, not 100/],
    [{ 0: 90, 1: -1, 2: 11 }, "negative-value", /shows -1 on account 1/],
  ];
  for (const [balances, type, words] of wrong) {
    const result = of(balances);
    assert.deepEqual([result.valid, anomalyTypes(result)], [false, [type]]);
    assert.match(`${result.explanation}`, words);
  }
  const allowed = of({ 0: 90, 1: -1, 2: 11 }, { allowNegativeBalances: true });
  assert.equal(allowed.valid, true);
});

Deno.test("bank: what is not given is taken from the history, which notes say", () => {
  const good = check([
    ...read({ a: 10, b: 0 }),
    ...move("a", "c", 3),
    ...read({ a: 7, b: 0, c: 3 }),
  ]);
  assert.equal(good.valid, true);
  assert.match(
    `${good.notes}`,
    /total is taken to be 10, as op 1 of process 1/,
  );
  assert.match(`${good.notes}`, /accounts are taken to be the 3 that/);
  const foreign = check([...read({ a: 10 }), ...read({ a: 10, x: 0 })]);
  assert.deepEqual(anomalyTypes(foreign), ["unexpected-key"]);
  // Accounts in a form of the test's own are not known.
  const own = op(0, "transfer", ["a", "x", 1]);
  const unknown = check([...read({ a: 10 }), ...own, ...read({ a: 9, x: 1 })]);
  assert.equal(unknown.valid, true);
});

Deno.test("bank: errors are counted as Jepsen counts them", () => {
  const { details } = check([
    ...read({ 0: 10, 1: 0 }),
    ...read({ 0: 11, 1: 0 }),
    ...read({ 0: 2, 1: 0 }),
    ...read({ 0: 13, 1: 0 }),
  ]);
  const [first, lowest, last] = [[3, 11], [5, 2], [7, 13]].map(
    ([index, total]) => ({
      index,
      process: 1,
      value: { 0: total, 1: 0 },
      total,
    }),
  );
  assert.deepEqual(details, {
    readCount: 4,
    errorCount: 3,
    totalAmount: 10,
    firstError: first,
    errors: {
      "wrong-total": { count: 3, first, last, lowest, highest: last },
    },
  });
});

Deno.test("bank: sums beyond 2^53 are told apart; what is no integer is not judged", () => {
  const big = 2n ** 60n;
  const moved = [...read({ 0: big, 1: 1 }), ...read({ 0: big + 1n, 1: 0 })];
  assert.equal(check(moved).valid, true);
  const lost = [...read({ 0: big, 1: 1 }), ...read({ 0: big, 1: 0 })];
  assert.equal(check(lost).valid, false);
  const odd = check(read({ 0: 1.5 }));
  assert.equal(odd.valid, "unknown");
  assert.match(
    `${odd.explanation}`,
    /balance of 1\.5 on account 0.* no integer/,
  );
  assert.equal(check(move(0, 1, 2)).valid, "unknown");
});

Deno.test("bank: reads of states between whole transfers are right, one of half a transfer is not", () => {
  const transfers = fc.array(
    fc.record({
      from: fc.nat(3),
      to: fc.nat(3),
      amount: fc.integer({ min: 1 }),
    }),
    { minLength: 1, maxLength: 20 },
  );
  fc.assert(fc.property(transfers, fc.nat(), (transfers, n) => {
    const states = [[100, 100, 100, 100]];
    for (const { from, to, amount } of transfers) {
      const next = [...states[states.length - 1]];
      next[from] -= amount;
      next[to] += amount;
      states.push(next);
    }
    const options = { allowNegativeBalances: true };
    const reads = states.flatMap((state) => read({ ...state }));
    assert.equal(check(reads, options).valid, true);
    const { from, amount } = transfers[n % transfers.length];
    const half = [...states[n % transfers.length]];
    half[from] -= amount;
    assert.equal(check([...reads, ...read({ ...half })], options).valid, false);
  }));
});
