/** Lines of what comes in pieces. */
import assert from "node:assert/strict";
import { Lines, linesOf } from "../../workbench/lines.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("lines: wherever the pieces end, the lines are the same", async () => {
  const whole = bytes("eins\n\nzwölf, dreizehn\nlast");
  for (let size = 1; size <= whole.length; size++) {
    const pieces: Uint8Array[] = [];
    for (let i = 0; i < whole.length; i += size) {
      pieces.push(whole.subarray(i, i + size));
    }
    const lines = await Array.fromAsync(linesOf(ReadableStream.from(pieces)));
    assert.deepEqual(lines, ["eins", "", "zwölf, dreizehn", "last"]);
  }
});

Deno.test("lines: what no newline has ended waits, and can be looked at", () => {
  const lines = new Lines();
  assert.deepEqual(lines.add(bytes("a\nbc")), ["a"]);
  assert.deepEqual(lines.add(bytes("d")), []);
  assert.deepEqual([lines.rest, lines.restLength], ["bcd", 3]);
  assert.deepEqual(lines.add(bytes("\n")), ["bcd"]);
  assert.deepEqual([lines.rest, lines.restLength], ["", 0]);
});
