/** All commands take their flags from one table, and refuse alike. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { parseCheckOptions } from "../../../workbench/check/options.ts";
import {
  commands,
  parseBenchOptions,
  parseChallengeOptions,
  parseCleanOptions,
  parseDocOptions,
  parseLabOptions,
  parseLadderOptions,
  parseLimitsOptions,
  parseMergeOptions,
  parseMutantsOptions,
  parseReportOptions,
  parseScenariosOptions,
  parseSimulateOptions,
  parseSoakOptions,
  parseTestOptions,
} from "../../../workbench/cli/options.ts";
import { UsageError } from "../../../workbench/cli/flags.ts";

const parsers: Record<
  keyof typeof commands,
  (args: readonly string[]) => unknown
> = {
  test: parseTestOptions,
  simulate: parseSimulateOptions,
  check: parseCheckOptions,
  report: parseReportOptions,
  lab: parseLabOptions,
  merge: parseMergeOptions,
  clean: parseCleanOptions,
  soak: parseSoakOptions,
  limits: parseLimitsOptions,
  scenarios: parseScenariosOptions,
  ladder: parseLadderOptions,
  doc: parseDocOptions,
  mutants: parseMutantsOptions,
  bench: parseBenchOptions,
  "run.sh": parseChallengeOptions,
};

Deno.test("commands: each refuses a misspelt flag with the nearest that it has", () => {
  for (const [name, parse] of Object.entries(parsers)) {
    assert.throws(
      () => parse(["--hel"]),
      (error) =>
        error instanceof UsageError &&
        error.message === "there is no flag --hel; did you mean --help?",
      name,
    );
  }
});

for (
  const [command, flag, message] of [
    ["test", "--shrink", "there is no flag --shrink of test; simulate has it"],
    ["simulate", "--bin", "--bin is a flag of test; simulate wants --program"],
    ["soak", "--shrink", "there is no flag --shrink of soak; simulate has it"],
    [
      "soak",
      "--key-count",
      "there is no flag --key-count of soak; test and simulate have it",
    ],
    [
      "mutants",
      "--only",
      "there is no flag --only of mutants; soak, limits and scenarios have it",
    ],
    ["limits", "--keep", "there is no flag --keep of limits; clean has it"],
    ["bench", "--full", "there is no flag --full of bench; run.sh has it"],
    [
      "clean",
      "--update",
      "there is no flag --update of clean; doc and mutants have it",
    ],
    [
      "run.sh",
      "--shrink",
      "there is no flag --shrink; simulate has it",
    ],
  ] as const
) {
  Deno.test(`commands: ${command} says where ${flag} belongs`, () => {
    assert.throws(
      () => parsers[command]([flag]),
      (error) => error instanceof UsageError && error.message === message,
    );
  });
}

Deno.test("commands: run.sh's --maelstrom may lack its value, and what follows -- is the node's", () => {
  const { maelstrom, names, nodeArguments } = parseChallengeOptions(
    "--maelstrom 3a --time-limit 2 -- --maelstrom x".split(" "),
  );
  assert.equal(maelstrom, "");
  assert.deepEqual(names, ["3a"]);
  assert.deepEqual(nodeArguments, ["--maelstrom", "x"]);
  const named = parseChallengeOptions(["--maelstrom", "./m", "1"]);
  assert.deepEqual([named.maelstrom, named.names], ["./m", ["1"]]);
});

for (
  const [file, args, name, message] of [
    ["bench/main.ts", ["nothing"], "bench", "there is no bench nothing; there"],
    ["bench/main.ts", ["--seed"], "bench", "there is no flag --seed of bench;"],
    [
      "workbench/cli/run_challenges.ts",
      ["--ful"],
      "",
      "there is no flag --ful",
    ],
    ["workbench/cli/run_challenges.ts", ["7"], "", "there is no challenge 7;"],
  ] as const
) {
  Deno.test(`commands: ${file} ${args} ends as all do, with a sentence and 2`, async () => {
    const { code, stderr, stdout } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet", // about packages that are fetched the first time
        "--allow-all",
        fileURLToPath(new URL(`../../../${file}`, import.meta.url)),
        ...args,
      ],
      env: { RUN_SH: "./run.sh" },
    }).output();
    const command = `./run.sh ${name}`.trim();
    const [first, ...rest] = new TextDecoder().decode(stderr).split("\n");
    assert.ok(first.startsWith(`${command}: ${message}`), first);
    assert.deepEqual(rest, [`${command} --help shows all flags.`, ""]);
    assert.equal(stdout.length, 0);
    assert.equal(code, 2);
  });
}
