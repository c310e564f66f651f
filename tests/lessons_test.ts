/** What lessons claim is so, and their pages can be followed. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type Claim,
  type Figures,
  type Lesson,
  seedOf,
  type Step,
  wordsOf,
} from "../lessons/lesson.ts";
import { lessons } from "../lessons/lessons.ts";
import { type Program } from "../lib/maelstrom.ts";
import {
  parseSimulatedRun,
  parseSimulateOptions,
} from "../workbench/cli/options.ts";
import { kindsOf, type TestResult } from "../workbench/results/test_result.ts";
import { simulate } from "../workbench/run.ts";
import { type SimulatedRun } from "../workbench/run_options.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const read = (path: string) => readFileSync(root + path, "utf8");

const steps = lessons.flatMap((lesson) =>
  lesson.steps.map((step): [Lesson, Step] => [lesson, step])
);
/** The project's own scripts end some lessons; they have tests of their own. */
const isLessons = ({ program }: Step) => program.startsWith("lessons/");

function figuresOf({ net, latencies, workload }: TestResult): Figures {
  const times = workload.stableLatencies ?? latencies;
  return {
    msgsPerOp: net.servers.msgsPerOp,
    median: times["0.5"],
    max: times["1"],
  };
}

/** Holds each figure that a claim names against the run's. */
function compare(
  found: Figures,
  claimed: Figures = {},
  isRight: (found: number, claimed: number) => boolean,
): void {
  for (const name of ["msgsPerOp", "median", "max"] as const) {
    const bound = claimed[name];
    if (bound === undefined) continue;
    const value = found[name] ?? NaN;
    assert.ok(isRight(value, bound), `${name} is ${value}, claimed: ${bound}`);
  }
}

async function prove(step: Step, claim: Claim): Promise<void> {
  const { default: program }: { default: Program } = await import(
    `file://${root}${step.program}`
  );
  const run = parseSimulatedRun(wordsOf(step, claim));
  const shown = await simulate(run, program);
  if ("fails" in claim) {
    const kinds = kindsOf(shown);
    assert.ok(kinds.includes(claim.fails), `${kinds}: ${shown.explanation}`);
  } else {
    checkValid(shown);
    for (let n = 2; n <= claim.valid; n++) {
      const other: SimulatedRun = { ...run, seed: `${claim.seed}/${n}` };
      checkValid(await simulate(other, program));
    }
  }
  compare(figuresOf(shown), claim.below, (found, bound) => found < bound);
  compare(figuresOf(shown), claim.above, (found, bound) => found > bound);
}

function checkValid({ valid, seed, explanation }: TestResult): void {
  assert.equal(valid, true, `${seed}: ${explanation.join("\n")}`);
}

for (const [{ id }, step] of steps) {
  Deno.test(`lessons: ${id}/${step.id} does what is claimed`, async () => {
    for (const claim of step.claims) {
      await prove(step, claim).catch((error) => {
        throw new Error(`${claim.title}: ${error.message}`);
      });
    }
  });
}

Deno.test("lessons: there are some for each step, with claims, and each has its name once", () => {
  const names = steps.map(([{ id }, step]) => `${id}/${step.id}`);
  assert.deepEqual(names, [...new Set(names)]);
  for (const { id, steps } of lessons) {
    assert.ok(steps.length >= 3 && steps.length <= 6, id);
    steps.forEach((step, i) => {
      assert.ok(step.id.startsWith(`${i + 1}_`), step.id);
      assert.equal(step.text, `lessons/${id}/${step.id}.md`);
      assert.ok(step.claims.length > 0, step.id);
      if (i + 1 < steps.length) {
        assert.equal(step.program, `lessons/${id}/${step.id}.ts`);
      }
    });
  }
});

Deno.test("lessons: programs are short scripts that need the library alone", () => {
  for (const [, step] of steps.filter(([, step]) => isLessons(step))) {
    const { program } = step;
    const text = read(program);
    assert.ok(text.split("\n").length <= 90, `${program} is long`);
    assert.match(text, /^#!\/usr\/bin\/env -S deno run .*\n\/\*\*/);
    assert.match(text, /\nif \(import\.meta\.main\) await run\(\w+\);\n$/);
    const imports = [...text.matchAll(/from "(.*?)"/g)].map(([, it]) => it);
    assert.deepEqual(imports, ["../../lib/maelstrom.ts"], program);
    if (Deno.build.os !== "windows") {
      const { mode } = statSync(root + program);
      assert.ok(mode & 0o100, `${program} is not executable`);
    }
  }
});

/** The words of each `simulate` that a page shows. */
const simulations = (text: string): string[][] =>
  [...text.matchAll(/^```console\n(.*?)^```$/gms)].flatMap(([, block]) =>
    block.replaceAll(/ *\\\n */g, " ").split("\n")
  ).flatMap((line) => {
    const [, words] = /^\$ \.\/run\.sh workbench simulate (.*)/.exec(line) ??
      [];
    return words === undefined ? [] : [words.split(/\s+/)];
  });

/** What a person types to see that a claim is so: its one seed, or all. */
function commandsFor(step: Step, claim: Claim): string[][] {
  const words = wordsOf(step, claim);
  if ("fails" in claim) return [words];
  const several = ["--seed", claim.seed, "--seeds", `${claim.valid}`];
  return [words, words.toSpliced(words.indexOf("--seed"), 2, ...several)];
}

const meaningOf = (words: readonly string[]): string =>
  JSON.stringify(parseSimulateOptions(words));

for (const [{ id }, step] of steps) {
  Deno.test(`lessons: the page of ${id}/${step.id} shows each claim's command and no other, and its links lead somewhere`, () => {
    const text = read(step.text);
    const shown = simulations(text).map(meaningOf);
    const claimed = step.claims.flatMap((claim) => {
      const commands = commandsFor(step, claim);
      assert.ok(
        commands.some((words) => shown.includes(meaningOf(words))),
        `${claim.title}: ./run.sh workbench simulate ${commands[0].join(" ")}`,
      );
      return commands.map(meaningOf);
    });
    const others = shown.filter((it) => !claimed.includes(it));
    assert.deepEqual(others, [], "commands of no claim");
    for (const [, link] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      assert.doesNotThrow(() => follow(step, link), `${step.text}: ${link}`);
    }
  });
}

/** @throws {Error} a link leads nowhere */
function follow(step: Step, link: string): void {
  if (/^https:/.test(link)) return;
  const [, query] = /^#set\?(.*)$/.exec(link) ?? [];
  const [, number] = /^#claim=(\d+)$/.exec(link) ?? [];
  if (query !== undefined) {
    const dials = [...new URLSearchParams(query)].map(([name, value]) =>
      value === "true" ? `--${name}` : `--${name}=${value}`
    );
    assert.ok(dials.length > 0);
    // Dials come first: flags may end with the node's own.
    parseSimulatedRun([...dials, ...wordsOf(step, step.claims[0])]);
  } else if (number !== undefined) {
    assert.ok(step.claims[Number(number) - 1], "no such claim");
  } else {
    const path = join(root, dirname(step.text), link.replace(/#.*/, ""));
    assert.ok(existsSync(path), path);
  }
}

Deno.test("lessons: a claim is seen at its own seed, or at the first of its seeds", () => {
  const claim = { title: "", flags: "-w echo", seed: "a" };
  assert.equal(seedOf({ ...claim, fails: "wrong" }), "a");
  assert.equal(seedOf({ ...claim, valid: 3 }), "a/1");
});

Deno.test("lessons: their index has all, in order, and its links lead somewhere", () => {
  const index = read("lessons/README.md");
  const places = lessons.flatMap(({ id, challenge, title, steps }) => [
    `## ${challenge}. ${title}`,
    ...steps.map((step, i) => `${i + 1}. [${step.title}](${id}/${step.id}.md)`),
  ]);
  const told = index.split("\n").filter((line) => /^(##|\d\.) .*\d/.test(line));
  assert.deepEqual(told, places);
  for (const [, link] of index.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (link.startsWith("https:")) continue;
    assert.ok(existsSync(`${root}lessons/${link}`), link);
  }
});
