/** Checkers of simple workloads, on histories whose verdict is known. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { checkCounter } from "../../../workbench/checkers/counter.ts";
import { checkSetFull } from "../../../workbench/checkers/set_full.ts";
import { checkUniqueIds } from "../../../workbench/checkers/unique_ids.ts";
import {
  type History,
  type Op,
  type OpType,
} from "../../../workbench/load/history.ts";

/** Operations of one client, one after the other. */
function sequential(
  ops: readonly {
    readonly f: string;
    readonly asked?: unknown;
    readonly type: OpType;
    readonly value?: unknown;
    readonly final?: boolean;
  }[],
): History {
  return ops.flatMap(({ f, asked, type, value, final }, i): Op[] => [
    {
      index: 2 * i,
      time: 2e6 * i,
      type: "invoke",
      process: i, // an operation of unknown fate ends its process
      f,
      value: asked,
      final,
    },
    {
      index: 2 * i + 1,
      time: 2e6 * i + 1e6,
      type,
      process: i,
      f,
      value,
      final,
    },
  ]);
}

const ending = fc.constantFrom<OpType>("ok", "info", "fail");

/** A set that is right: adds of unknown fate happen or not. */
const sets = fc.array(
  fc.record({ isRead: fc.boolean(), type: ending, happens: fc.boolean() }),
  { maxLength: 30 },
).map((steps) => {
  const elements: number[] = [];
  const acknowledged: number[] = [];
  const ops: Parameters<typeof sequential>[0][number][] = steps.map(
    ({ isRead, type, happens }, n) => {
      if (isRead) return { f: "read", type: "ok", value: [...elements] };
      if (type === "ok") acknowledged.push(n);
      if (type === "ok" || (type === "info" && happens)) elements.push(n);
      return { f: "add", asked: n, type, value: n };
    },
  );
  ops.push({ f: "read", type: "ok", value: [...elements], final: true });
  return { ops, elements, acknowledged };
});

const check = (ops: Parameters<typeof sequential>[0]) =>
  checkSetFull(sequential(ops), { add: "add" });

Deno.test("set: a right history is never invalid, nor ever stale", () => {
  fc.assert(fc.property(sets, ({ ops, elements }) => {
    const { valid, details: { lostCount, staleCount, stableCount } = {} } =
      check(ops);
    assert.equal(valid, elements.length > 0 ? true : "unknown");
    assert.equal(lostCount, 0);
    assert.equal(staleCount, 0);
    assert.equal(stableCount, elements.length);
  }));
});

Deno.test("set: exactly what the last read forgets is lost", () => {
  fc.assert(fc.property(sets, fc.nat(), ({ ops, acknowledged }, n) => {
    fc.pre(acknowledged.length > 0);
    const gone = acknowledged[n % acknowledged.length];
    const { valid, details: { lost } = {} } = check(
      ops.map((op) =>
        op.final && Array.isArray(op.value)
          ? { ...op, value: op.value.filter((it) => it !== gone) }
          : op
      ),
    );
    assert.equal(valid, false);
    assert.deepEqual(lost, [gone]);
  }));
});

Deno.test("set: exactly what a read repeats is duplicated", () => {
  fc.assert(fc.property(sets, fc.nat(), ({ ops, elements }, n) => {
    fc.pre(elements.length > 0);
    const twice = elements[n % elements.length];
    const { valid, details: { duplicated } = {} } = check(
      ops.map((op) =>
        op.final && Array.isArray(op.value)
          ? { ...op, value: [...op.value, twice] }
          : op
      ),
    );
    assert.equal(valid, false);
    assert.deepEqual(duplicated, { [twice]: 2 });
  }));
});

Deno.test("counter: a final read is right if some subset of the adds makes it", () => {
  const adds = fc.array(
    fc.record({ delta: fc.integer({ min: -5, max: 5 }), type: ending }),
    { maxLength: 9 },
  );
  fc.assert(
    fc.property(adds, fc.integer({ min: -20, max: 20 }), (adds, sum) => {
      const sums = adds.reduce((sums, { delta, type }) => {
        if (type === "fail") return sums;
        const more = [...sums].map((it) => it + delta);
        return new Set(type === "ok" ? more : [...sums, ...more]);
      }, new Set([0]));
      const { valid, details: { errors } = {} } = checkCounter(sequential([
        ...adds.map(({ delta, type }) => ({
          f: "add",
          asked: delta,
          type,
          value: delta,
        })),
        { f: "read", type: "ok", value: 0 }, // not final: may be old
        { f: "read", type: "ok", value: sum, final: true },
      ]));
      assert.equal(valid, sums.has(sum));
      assert(Array.isArray(errors));
      assert.equal(errors.length, sums.has(sum) ? 0 : 1);
    }),
  );
});

Deno.test("unique-ids: as many ids are found as were given out twice", () => {
  const ids = fc.array(
    fc.oneof(fc.nat(9), fc.constantFrom("1", "a", [1], [1, 2], null)),
    { maxLength: 12 },
  );
  fc.assert(fc.property(ids, (ids) => {
    const { valid, details: { duplicatedCount } = {} } = checkUniqueIds(
      sequential(
        ids.map((id) => ({ f: "generate", type: "ok", value: id })),
      ),
    );
    const texts = ids.map((id) => JSON.stringify(id));
    const twice = new Set(texts.filter((it, i) => texts.indexOf(it) < i));
    assert.equal(duplicatedCount, twice.size);
    assert.equal(valid, ids.length === 0 ? "unknown" : twice.size === 0);
  }));
});
