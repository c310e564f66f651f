import assert from "node:assert/strict";
import { Random } from "../../../../workbench/clock/random.ts";
import { KeyPool } from "../../../../workbench/workloads/parts/key_pool.ts";
import { txnGenerator } from "../../../../workbench/workloads/parts/transactions.ts";

const options = {
  own: {
    consistencyModels: [],
    ...{ keyCount: 10, maxWritesPerKey: 16, maxTxnLength: 4 },
    checkConvergence: false,
  },
  nodeIds: ["n0"],
  concurrency: 1,
  random: new Random("test"),
  latency: 0,
};

function transactions(count: number): unknown[][][] {
  const { next } = txnGenerator(options, "append");
  return Array.from({ length: count }, (_, i) => {
    const { value } = next({ thread: 0, process: 0, time: i }) ?? {};
    assert.ok(Array.isArray(value));
    return value;
  });
}

Deno.test("txn workload: writes of a key are 1, 2, ... up to the limit, reads ask for null", () => {
  const written = new Map<unknown, unknown[]>();
  for (const [f, key, value] of transactions(5000).flat()) {
    assert.ok(Number.isSafeInteger(key));
    if (f === "r") assert.equal(value, null);
    else {
      assert.equal(f, "append");
      const values = written.get(key) ?? [];
      written.set(key, [...values, value]);
    }
  }
  const all = [...written.values()];
  for (const values of all) {
    assert.deepEqual(values, values.map((_, i) => i + 1));
    assert.ok(values.length <= 16);
  }
  assert.ok(all.filter(({ length }) => length < 16).length <= 10);
});

Deno.test("txn workload: one to --max-txn-length micro-operations, half of them reads", () => {
  const txns = transactions(8000);
  const lengths = [1, 2, 3, 4].map((n) =>
    txns.filter(({ length }) => length === n).length
  );
  for (const count of lengths) assert.ok(count > 1800 && count < 2200);
  assert.equal(lengths.reduce((a, b) => a + b), txns.length);
  const reads = txns.flat().filter(([f]) => f === "r").length;
  assert.ok(Math.abs(reads / txns.flat().length - 0.5) < 0.02);
});

Deno.test("txn workload: a full key stays until the next write, so that its last value is read", () => {
  const open = new Map<unknown, boolean>();
  let seen = 0;
  for (const [f, key, value] of transactions(5000).flat()) {
    if (f === "append" && value === 16) open.set(key, true);
    if (f === "r" && open.delete(key)) seen++;
  }
  assert.ok(seen > open.size / 2, `${seen} of ${open.size + seen} keys`);
});

Deno.test("txn workload: each key is twice as popular as the one before it", () => {
  for (
    const [count, shares] of [[3, [1 / 7, 2 / 7, 4 / 7]], [1, [1]]] as const
  ) {
    const pool = new KeyPool(new Random("keys"), count, 16);
    const picks = new Array<number>(count).fill(0);
    for (let i = 0; i < 7000; i++) picks[pool.pick()]++;
    picks.forEach((n, key) => {
      assert.ok(Math.abs(n / 7000 - shares[key]) < 0.03, `${key}: ${n}`);
    });
  }
  const many = new KeyPool(new Random("keys"), 5000, 16);
  for (let i = 0; i < 1000; i++) assert.ok(many.pick() < 5000);
});
