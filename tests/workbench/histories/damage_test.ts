import assert from "node:assert/strict";
import fc from "fast-check";
import { formats } from "../../../workbench/histories/read.ts";
import { pairs } from "../../../workbench/load/history.ts";
import { faultOf, readText } from "../../support/histories.ts";

const files = formats.map(({ example }) =>
  typeof example === "string" ? new TextEncoder().encode(example) : example
);

/** A file that somebody has overwritten, cut, or joined with another one. */
const damaged = fc.record({
  file: fc.constantFrom(...files),
  other: fc.constantFrom(...files),
  cut: fc.nat({ max: 600 }),
  overwritten: fc.array(
    fc.tuple(fc.nat({ max: 600 }), fc.integer({ min: 0, max: 255 })),
    { maxLength: 3 },
  ),
  swapped: fc.boolean(),
}).map(({ file, other, cut, overwritten, swapped }) => {
  const bytes = [...file];
  for (const [at, byte] of overwritten) {
    if (at < bytes.length) bytes[at] = byte;
  }
  const kept = bytes.slice(0, cut);
  return Uint8Array.from(
    swapped ? [...kept, ...other] : cut % 2 === 0 ? kept : bytes,
  );
});

Deno.test("histories: a damaged file is a history that is well-formed, or an error in words", async () => {
  await fc.assert(
    fc.asyncProperty(
      damaged,
      fc.integer({ min: 1, max: 99 }),
      async (it, n) => {
        // Whatever else is thrown is thrown here, too.
        if (await faultOf(it) !== "none") return;
        const { history } = await readText(it, n);
        assert.ok(history.length > 0);
        pairs(history); // throws, if an end has no begin
      },
    ),
    { numRuns: 1000 },
  );
});

Deno.test("histories: two files of one format, one after the other, are not one history", async () => {
  const index = (text: string) => (text.match(/index/g) ?? []).length > 0;
  for (const { name, example } of formats) {
    if (typeof example !== "string") {
      assert.match(
        await faultOf(Uint8Array.from([...example, ...example])),
        /two histories/,
      );
    } else if (index(example)) {
      assert.match(await faultOf(example + example), /two histories/, name);
    }
  }
});
