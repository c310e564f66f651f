/** Models of Jepsen's small tests by their names, with their flags. */
import assert from "node:assert/strict";
import { type Judge } from "../../../workbench/check/judge.ts";
import { knownModel } from "../../../workbench/check/judges.ts";
import { smallJudges } from "../../../workbench/check/small_judges.ts";
import { type Event, history, op } from "../../support/history.ts";

function modelNamed(name: string): Judge {
  const found = knownModel(name);
  assert.ok(found, name);
  return found;
}

/** A verdict with flags as the command line would read them. */
function verdict(
  name: string,
  events: readonly Event[],
  given: Readonly<Record<string, string>> = {},
) {
  const judge = modelNamed(name);
  const camel = (name: string) =>
    name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const own = Object.fromEntries(
    Object.entries(judge.flags ?? {}).map(([name, flag]) => [
      camel(name),
      name in given ? flag.read(given[name], name, flag.default) : flag.default,
    ]),
  );
  return judge.check(history(...events), own).valid;
}

Deno.test("models: elle-cli's and jepsen.tests' names are known", () => {
  const names = [
    ...["bank", "long-fork", "counter", "set", "set-full", "comments"],
    ...["sequential", "causal", "causal-reverse", "adya", "total-queue"],
  ];
  for (const name of names) modelNamed(name);
});

Deno.test("models: of each function there is a value as an example", () => {
  for (const { functions } of smallJudges) {
    for (const value of Object.values(functions)) JSON.parse(value);
  }
});

const stale = [
  ...op(0, "add", 7),
  ...op(1, "read", null, []),
  ...op(1, "read", null, [7]),
];
const balances = op(1, "read", null, { a: 101, b: -1 });
const group = [["r", "x", 1], ["r", "y", null]];

const cases: readonly (readonly [
  model: string,
  events: readonly Event[],
  flags: Readonly<Record<string, string>>,
  valid: unknown,
])[] = [
  ["set-full", stale, {}, true],
  ["set-full", stale, { linearizable: "" }, false],
  ["bank", balances, {}, false],
  ["bank", balances, { "allow-negative-balances": "" }, true],
  [
    "bank",
    balances,
    { "allow-negative-balances": "", "total-amount": "99" },
    false,
  ],
  [
    "bank",
    balances,
    { "allow-negative-balances": "", accounts: "a,c" },
    false,
  ],
  ["long-fork", op(0, "read", group), {}, true],
  ["long-fork", op(0, "read", group), { "group-size": "3" }, "unknown"],
];
for (const [model, events, flags, valid] of cases) {
  const words = Object.entries(flags).map(([name, value]) =>
    `--${name} ${value}`.trim()
  );
  Deno.test(`models: ${[model, ...words].join(" ")} says ${valid} of a small history`, () => {
    assert.equal(verdict(model, events, flags), valid);
  });
}
