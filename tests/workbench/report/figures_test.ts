import assert from "node:assert/strict";
import { figuresOf } from "../../../workbench/report/figures.ts";
import { select, testArguments } from "../../../workbench/challenges.ts";
import { parseTestOptions } from "../../../workbench/cli/options.ts";

const measured = {
  msgsPerOp: 31.5,
  latency: { median: 1, max: 2 },
  stable: { median: 300, max: 700 },
};

const settings = (challenge: string) =>
  parseTestOptions(testArguments(select([challenge])[0], "short", "x"));

Deno.test("figures: those of 3d stand beside fly.io's limits and the best published", () => {
  const figures = figuresOf(measured, settings("3d"));
  assert.deepEqual(
    figures.map(({ name, beside }) => [
      name,
      ...beside.map((it) => `${it.challenge} ${it.asked} ${it.best}`),
    ]),
    [
      ["messages between servers", "3d 30 14.73", "3e 20 1.92"],
      ["median latency"],
      ["highest latency"],
      ["median until stable", "3d 400 78", "3e 1000 764"],
      ["longest until stable", "3d 600 102", "3e 2000 1087"],
    ],
  );
});

Deno.test("figures: a run that is no challenge's is held against nothing", () => {
  const run = { ...settings("3d"), rate: 7 };
  assert.deepEqual(figuresOf(measured, run).flatMap((it) => it.beside), []);
});
