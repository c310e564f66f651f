import assert from "node:assert/strict";
import {
  ColumnReader,
  ColumnWriter,
  fold,
  unfold,
} from "../../../viewer/run/columns.ts";

Deno.test("columns: whole numbers of any size come back, column by column", () => {
  const columns = [
    [0, 1, 127, 128, 255, 65_535],
    [],
    [2 ** 31, 2 ** 32 + 1, 2 ** 52, Number.MAX_SAFE_INTEGER],
    Array.from({ length: 100_000 }, (_, i) => i),
  ];
  const writer = new ColumnWriter();
  for (const column of columns) writer.write(column);
  const reader = new ColumnReader(writer.bytes());
  for (const column of columns) {
    const read = reader.read(new Float64Array(column.length));
    assert.deepEqual([...read], column);
  }
});

Deno.test("columns: small numbers take a byte, and beyond the end are zeros", () => {
  const writer = new ColumnWriter();
  writer.write([1, 2, 127]);
  assert.deepEqual([...writer.bytes()], [1, 2, 127]);
  const reader = new ColumnReader(Uint8Array.of(5, 200));
  assert.deepEqual([...reader.read(new Uint16Array(4))], [5, 72, 0, 0]);
});

Deno.test("columns: numbers below 0 are folded in between the others", () => {
  assert.deepEqual([0, -1, 1, -2, 2].map(fold), [0, 1, 2, 3, 4]);
  for (const value of [0, 1, -1, 1e12, -1e12]) {
    assert.equal(unfold(fold(value)), value);
  }
});
