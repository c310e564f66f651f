/** A program that was changed in the page, saved where it is run from. */
import assert from "node:assert/strict";
import { dirname, join } from "pathe";
import { moved } from "../../playground/run/moved.ts";
import { catalog } from "../../workbench/site/playground_page.ts";

/** What a module imports, as paths from the project's folder. */
const importsOf = (text: string, path: string) =>
  [...text.matchAll(/(?:from|^import) "(\.[^"]+)"/gm)]
    .map(([, it]) => join(dirname(path), it));

Deno.test("moved: each program of the page imports the same from mine/, and has no other change", () => {
  for (const [path, text] of Object.entries(catalog().programs)) {
    const there = moved(text, path, "mine/x.ts");
    assert.deepEqual(importsOf(there, "mine/x.ts"), importsOf(text, path));
    assert.ok(importsOf(text, path).includes("lib/maelstrom.ts"), path);
    assert.equal(moved(there, "mine/x.ts", path), text);
  }
});

Deno.test("moved: whatever an import looks like; but no text that only looks like one", () => {
  const text = `import "./a.ts";
import {
  type A,
  b,
} from './b.ts';
  import * as c from "../c.ts";
export * from "./d/e.ts";
import { type Node } from "@gossip-glomers/maelstrom";
const from = "./f.ts"; export const g = "./g.ts";
`;
  assert.equal(
    moved(text, "lessons/echo/x.ts", "mine/x.ts"),
    `import "../lessons/echo/a.ts";
import {
  type A,
  b,
} from '../lessons/echo/b.ts';
  import * as c from "../lessons/c.ts";
export * from "../lessons/echo/d/e.ts";
import { type Node } from "@gossip-glomers/maelstrom";
const from = "./f.ts"; export const g = "./g.ts";
`,
  );
});
