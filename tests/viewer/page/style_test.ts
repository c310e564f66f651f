import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const css = readFileSync(
  new URL("../../../viewer/page/style.css", import.meta.url),
  "utf8",
);

/** The style sheet's colours, in light and in dark. */
const colours = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)]
    .map(([, name, ...both]) => [name, both] as const),
);

/** Relative luminance, as WCAG 2 has it. */
function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const share = parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].toSorted((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

/** Colours of words, and what they stand on. */
const words = ["ink", "grey", "blue", "red", "amber", "violet"];
const grounds = ["paper", "raised", "hover"];

for (const [scheme, name] of ["light", "dark"].entries()) {
  const of = (colour: string) => {
    const found = colours.get(colour)?.[scheme];
    assert.ok(found, `no --${colour} with a light and a dark side`);
    return found;
  };
  Deno.test(`style, ${name}: words can be read on whatever they stand`, () => {
    const pairs = [
      ...words.flatMap((word) => grounds.map((it) => [word, it] as const)),
      // The wash of a wrong row.
      ...["ink", "red"].flatMap((word) =>
        ["red-wash"].map((it) => [word, it] as const)
      ),
      // What is pressed.
      ["paper", "blue"] as const,
    ];
    const low = pairs.map(([word, ground]) => ({
      pair: `${word} on ${ground}`,
      ratio: contrast(of(word), of(ground)),
    })).filter(({ ratio }) => ratio < 4.5);
    assert.deepEqual(low, []);
  });
}

Deno.test("style: colours stand in one place, and there are no others", () => {
  const end = css.indexOf("}");
  const others = css.slice(end).match(/#[0-9a-f]{3,8}\b(?=[^{}]*;)/gi) ?? [];
  assert.deepEqual(others, []);
});

Deno.test("style: there are three sizes of type", () => {
  const sizes = [...css.matchAll(/font(?:-size)?:\s*([^;]+);/g)]
    .map(([, value]) => value)
    .filter((it) => /\d(px|em|rem|pt|%)/.test(it));
  assert.deepEqual(sizes, []);
});
