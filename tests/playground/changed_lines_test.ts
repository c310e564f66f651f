import assert from "node:assert/strict";
import { changedLines } from "../../playground/run/changed_lines.ts";

const cases: readonly (readonly [
  what: string,
  before: string,
  now: string,
  changed: readonly number[],
])[] = [
  ["nothing", "abc", "abc", []],
  ["a line in the middle", "abc", "axc", [2]],
  ["a line more at the beginning", "abc", "xabc", [1]],
  ["a line more that is there already", "abc", "abbc", [3]],
  ["a line less", "abc", "ac", []],
  ["two places", "abcdefg", "axcdeyzg", [2, 6, 7]],
  ["all", "abc", "xyz", [1, 2, 3]],
];

for (const [what, before, now, changed] of cases) {
  Deno.test(`changed lines: ${what}`, () => {
    assert.deepEqual(changedLines([...before], [...now]), changed);
  });
}
